"""What is paid, when and to whom: every price plan, every way an agreement ends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from entrepot import flows, trades
from entrepot.asgi import create_app
from entrepot.flows import settle
from entrepot.kit import Conflict, Money, Refused
from entrepot.runtime import SYSTEM
from entrepot.settlement import EscrowState
from entrepot.trades import Agreement, AgreementClosed, AgreementState
from support.door import Door
from support.trading import IRIS_ROWS, Market, broken_laws, iris_text, total

PRICE = Money(4_900, "EUR")


@pytest.fixture(autouse=True)
def _the_books_hold_in_the_end(market: Market) -> Iterator[None]:
    yield
    market.seal()
    assert broken_laws(market.exchange) == []
    with market.exchange.reading(SYSTEM) as session:
        assert total(session) == 0


def _spent(market: Market) -> Money:
    return Money(100_000, "EUR") - market.balance(market.buyer)


def _earned(market: Market) -> Money:
    return market.balance(market.owner) + market.fees()


def _terminate(market: Market, agreement: Agreement, by: str) -> Agreement:
    with market.exchange.session(getattr(market, by)) as session:
        return flows.terminate(session, agreement.id, reason="for the test")


def _refund(market: Market, agreement: Agreement, by: str) -> Agreement:
    with market.exchange.session(getattr(market, by)) as session:
        return flows.refund(session, agreement.id, reason="for the test")


def _suspend(market: Market, agreement: Agreement, by: str = "operator") -> Agreement:
    with market.exchange.session(getattr(market, by)) as session:
        return trades.move(session, agreement.id, AgreementState.SUSPENDED, "for the test")


def _resume(market: Market, agreement: Agreement, by: str = "operator") -> Agreement:
    with market.exchange.session(getattr(market, by)) as session:
        return flows.resume(session, agreement.id)


def _download(market: Market, agreement: Agreement) -> None:
    url = market.deliver(agreement).files[0].url
    app = create_app(market.exchange)
    answer = Door(app).get(url.removeprefix(market.exchange.settings.public_url))
    assert (answer.status_code, answer.text) == (200, iris_text())


# Once


def test_a_free_agreement_holds_and_pays_nothing(market: Market) -> None:
    agreement = market.trade(market.publish(price="free").listing_id)
    assert (agreement.state, market.escrows(agreement), _spent(market)) == (AgreementState.FULFILLED, [], Money(0, "EUR"))
    assert "agreement.settled" in market.facts(agreement)


def test_a_flat_price_is_held_at_the_signature_and_paid_at_the_acceptance(market: Market) -> None:
    agreement = market.agree(market.publish().listing_id)
    market.deliver(agreement)
    assert (_spent(market), _earned(market)) == (PRICE, Money(0, "EUR"))
    market.accept_delivery(agreement)
    assert (_spent(market), _earned(market)) == (PRICE, PRICE)


def test_the_fee_is_rounded_to_the_cent_and_nothing_is_lost(market: Market) -> None:
    for cents in (1, 19, 20, 21, 333):
        market.trade(market.publish(price=f"0.{cents:02} EUR" if cents < 100 else "3.33 EUR").listing_id)
    assert _earned(market) == _spent(market) == Money(1 + 19 + 20 + 21 + 333, "EUR")


def test_the_end_of_the_acceptance_window_settles_without_a_word(market: Market) -> None:
    agreement = market.agree(market.publish().listing_id)
    market.deliver(agreement)
    market.wait(hours=71)
    assert (market.agreement(agreement).state, _earned(market)) == (AgreementState.ACTIVE, Money(0, "EUR"))
    market.wait(hours=2)
    assert (market.agreement(agreement).state, _earned(market)) == (AgreementState.FULFILLED, PRICE)


def test_the_window_is_the_one_that_the_manifest_names(market: Market) -> None:
    agreement = market.agree(market.publish(acceptance_hours=2).listing_id)
    market.deliver(agreement)
    market.wait(hours=3)
    assert _earned(market) == PRICE


def test_what_was_never_delivered_is_paid_back_when_the_agreement_ends(market: Market) -> None:
    agreement = market.agree(market.publish(terms={"purposes": ["ResearchAndDevelopment"], "duration_days": 10}).listing_id)
    market.wait(days=11)
    assert market.agreement(agreement).state is AgreementState.EXPIRED
    assert (_spent(market), [e.state for e in market.escrows(agreement)]) == (Money(0, "EUR"), [EscrowState.REFUNDED])
    with pytest.raises(AgreementClosed):
        market.deliver(agreement)


def test_what_was_delivered_shortly_before_the_end_is_paid_when_its_window_ends(market: Market) -> None:
    agreement = market.agree(market.publish(terms={"purposes": ["ResearchAndDevelopment"], "duration_days": 1}).listing_id)
    market.wait(hours=20)
    market.deliver(agreement)
    market.wait(days=2)
    assert (market.agreement(agreement).state, _earned(market)) == (AgreementState.EXPIRED, Money(0, "EUR"))
    market.wait(days=2)
    assert (market.agreement(agreement).state, _earned(market)) == (AgreementState.EXPIRED, PRICE)


# Suspended


def test_a_suspension_holds_settlement_until_it_is_lifted(market: Market) -> None:
    agreement = market.agree(market.publish().listing_id)
    market.deliver(agreement)
    _suspend(market, agreement)
    market.wait(days=10)
    assert (market.agreement(agreement).state, _earned(market)) == (AgreementState.SUSPENDED, Money(0, "EUR"))
    with pytest.raises(AgreementClosed):
        market.deliver(agreement)
    _resume(market, agreement)
    market.wait(days=2)
    assert (market.agreement(agreement).state, _earned(market)) == (AgreementState.FULFILLED, PRICE)


def test_a_suspended_buyer_cannot_lift_it(market: Market) -> None:
    agreement = market.agree(market.publish().listing_id)
    _suspend(market, agreement, "owner")
    with market.unhurt(), pytest.raises(Refused):
        _resume(market, agreement, "buyer")
    assert _resume(market, agreement, "owner").state is AgreementState.ACTIVE


def test_an_agreement_that_ends_while_suspended_gives_the_money_to_somebody(market: Market) -> None:
    agreement = market.agree(market.publish(terms={"purposes": ["ResearchAndDevelopment"], "duration_days": 10}).listing_id)
    _suspend(market, agreement)
    market.wait(days=14)
    assert [e.state for e in market.escrows(agreement)] == [EscrowState.REFUNDED]
    assert _spent(market) == Money(0, "EUR")


# Ended early


@pytest.mark.parametrize("by", ["owner", "operator"])
def test_a_refund_gives_all_back_and_stops_the_data(market: Market, by: str) -> None:
    agreement = market.agree(market.publish().listing_id)
    market.deliver(agreement)
    assert _refund(market, agreement, by).state is AgreementState.REFUNDED
    assert (_refund(market, agreement, by).state, _spent(market)) == (AgreementState.REFUNDED, Money(0, "EUR"))
    with pytest.raises(AgreementClosed):
        market.deliver(agreement)
    market.wait(days=5)
    assert (_earned(market), market.facts(agreement)[-1]) == (Money(0, "EUR"), "agreement.refunded")


def test_a_buyer_cannot_refund_itself(market: Market) -> None:
    agreement = market.agree(market.publish().listing_id)
    with market.unhurt(), pytest.raises(Refused):
        _refund(market, agreement, "buyer")


def test_what_has_been_paid_out_is_not_refunded(market: Market) -> None:
    agreement = market.trade(market.publish().listing_id)
    with market.unhurt(), pytest.raises(Conflict):
        _refund(market, agreement, "owner")


@pytest.mark.parametrize("by", ["owner", "buyer", "operator"])
def test_what_ends_before_a_delivery_is_paid_back(market: Market, by: str) -> None:
    agreement = market.agree(market.publish().listing_id)
    assert _terminate(market, agreement, by).state is AgreementState.TERMINATED
    assert (_spent(market), [e.state for e in market.escrows(agreement)]) == (Money(0, "EUR"), [EscrowState.REFUNDED])
    with pytest.raises(AgreementClosed):
        market.deliver(agreement)


def test_what_the_buyer_ends_after_a_delivery_is_paid(market: Market) -> None:
    agreement = market.agree(market.publish().listing_id)
    market.deliver(agreement)
    _terminate(market, agreement, "buyer")
    assert (_spent(market), _earned(market)) == (PRICE, PRICE)


def test_what_the_owner_ends_after_a_delivery_is_paid_back(market: Market) -> None:
    agreement = market.agree(market.publish().listing_id)
    market.deliver(agreement)
    _terminate(market, agreement, "owner")
    market.wait(days=5)
    assert (_spent(market), _earned(market)) == (Money(0, "EUR"), Money(0, "EUR"))


def test_an_owner_cannot_end_what_is_settled(market: Market) -> None:
    agreement = market.trade(market.publish().listing_id)
    with market.unhurt(), pytest.raises(Refused):
        _terminate(market, agreement, "owner")


def test_ending_twice_is_a_conflict_and_pays_once(market: Market) -> None:
    agreement = market.agree(market.publish().listing_id)
    market.deliver(agreement)
    _terminate(market, agreement, "buyer")
    with market.unhurt(), pytest.raises(Conflict):
        _terminate(market, agreement, "owner")


# Month by month


def test_a_subscription_pays_each_month_and_holds_the_next(market: Market) -> None:
    agreement = market.agree(market.publish(price="49.00 EUR monthly").listing_id)
    market.deliver(agreement)
    market.accept_delivery(agreement)
    assert (_spent(market), _earned(market)) == (PRICE, PRICE)
    market.wait(days=95)
    states = [(e.period, e.state) for e in market.escrows(agreement)]
    assert states == [(1, "released"), (2, "released"), (3, "released"), (4, "held")]
    assert (_spent(market), _earned(market)) == (Money(4 * 4_900, "EUR"), Money(3 * 4_900, "EUR"))


def test_a_subscription_ends_with_its_terms(market: Market) -> None:
    terms = {"purposes": ["ResearchAndDevelopment"], "duration_days": 70}
    agreement = market.agree(market.publish(price="49.00 EUR monthly", terms=terms).listing_id)
    market.deliver(agreement)
    market.wait(days=200)
    assert market.agreement(agreement).state is AgreementState.EXPIRED
    assert (_spent(market), _earned(market)) == (Money(3 * 4_900, "EUR"), Money(3 * 4_900, "EUR"))


def test_too_low_a_balance_suspends_a_subscription_and_a_deposit_lets_it_go_on(market: Market) -> None:
    agreement = market.agree(market.publish(price="400.00 EUR monthly").listing_id)
    market.deliver(agreement)
    market.accept_delivery(agreement)
    market.wait(days=65)
    stopped = market.agreement(agreement)
    assert (stopped.state, market.balance(market.buyer)) == (AgreementState.SUSPENDED, Money(20_000, "EUR"))
    assert _earned(market) == Money(80_000, "EUR")
    with pytest.raises(AgreementClosed):
        market.deliver(agreement)
    market.deposit(market.buyer, Money(20_000, "EUR"), "for the third month")
    market.wait(days=2)
    assert market.agreement(agreement).state is AgreementState.FULFILLED
    assert (market.balance(market.buyer), [e.state for e in market.escrows(agreement)][-1]) == (Money(0, "EUR"), EscrowState.HELD)


def test_a_subscription_that_the_operator_suspends_for_months_strands_no_money(market: Market) -> None:
    agreement = market.agree(market.publish(price="49.00 EUR monthly").listing_id)
    market.deliver(agreement)
    _suspend(market, agreement)
    market.wait(days=70)
    assert market.agreement(agreement).state is AgreementState.SUSPENDED
    assert _spent(market) == PRICE
    _resume(market, agreement)
    market.wait(days=2)
    assert [e.state for e in market.escrows(agreement)] == [EscrowState.RELEASED, EscrowState.HELD]
    market.wait(days=31)
    _terminate(market, agreement, "buyer")
    assert [e for e in market.escrows(agreement) if e.state is EscrowState.HELD] == []
    assert _spent(market) == _earned(market)


def test_accepting_in_the_second_month_does_not_pay_that_month_ahead(market: Market) -> None:
    agreement = market.agree(market.publish(price="49.00 EUR monthly").listing_id)
    market.wait(days=29)
    market.deliver(agreement)
    market.wait(days=4)
    assert market.agreement(agreement).state is AgreementState.FULFILLED
    assert [e.state for e in market.escrows(agreement)] == [EscrowState.RELEASED, EscrowState.HELD]
    assert _earned(market) == PRICE


def test_a_subscription_that_is_refunded_in_a_later_month_gives_that_month_back(market: Market) -> None:
    agreement = market.agree(market.publish(price="49.00 EUR monthly").listing_id)
    market.deliver(agreement)
    market.accept_delivery(agreement)
    market.wait(days=32)
    _refund(market, agreement, "owner")
    market.wait(days=40)
    assert (_spent(market), _earned(market)) == (PRICE, PRICE)


# By use


METERED = "1.00 EUR per 100 rows, at most 10.00 EUR"


def test_metered_use_is_billed_each_month_and_the_rest_of_the_cap_stays_held(market: Market) -> None:
    agreement = market.agree(market.publish(price=METERED).listing_id)
    assert _spent(market) == Money(1_000, "EUR")
    _download(market, agreement)
    market.wait(days=32)
    assert (_earned(market), _spent(market)) == (Money(IRIS_ROWS, "EUR"), Money(1_000, "EUR"))
    _download(market, agreement)
    _download(market, agreement)
    market.wait(days=31)
    assert (_earned(market), _spent(market)) == (Money(3 * IRIS_ROWS, "EUR"), Money(1_000, "EUR"))


def test_metered_use_never_costs_more_than_its_cap(market: Market) -> None:
    agreement = market.agree(market.publish(price=METERED).listing_id)
    for _ in range(3):
        for _ in range(4):
            _download(market, agreement)
        market.wait(days=31)
    assert (_earned(market), _spent(market)) == (Money(1_000, "EUR"), Money(1_000, "EUR"))


def test_what_was_used_is_billed_when_the_agreement_ends_and_the_rest_falls_back(market: Market) -> None:
    terms = {"purposes": ["ResearchAndDevelopment"], "duration_days": 10}
    agreement = market.agree(market.publish(price=METERED, terms=terms).listing_id)
    _download(market, agreement)
    market.wait(days=12)
    assert (_earned(market), _spent(market)) == (Money(IRIS_ROWS, "EUR"), Money(IRIS_ROWS, "EUR"))


@pytest.mark.parametrize("by", ["owner", "buyer"])
def test_either_party_ends_metered_use_and_what_was_used_is_paid(market: Market, by: str) -> None:
    agreement = market.agree(market.publish(price=METERED).listing_id)
    _download(market, agreement)
    _terminate(market, agreement, by)
    market.wait(hours=1)
    assert (_earned(market), _spent(market)) == (Money(IRIS_ROWS, "EUR"), Money(IRIS_ROWS, "EUR"))


def test_metered_data_that_nobody_used_costs_nothing(market: Market) -> None:
    terms = {"purposes": ["ResearchAndDevelopment"], "duration_days": 40}
    agreement = market.agree(market.publish(price=METERED, terms=terms).listing_id)
    market.wait(days=45)
    assert (_earned(market), _spent(market)) == (Money(0, "EUR"), Money(0, "EUR"))
    assert market.agreement(agreement).state is AgreementState.EXPIRED


def test_a_timer_that_runs_twice_has_no_second_effect(market: Market) -> None:
    agreement = market.agree(market.publish(price="49.00 EUR monthly").listing_id)
    market.deliver(agreement)
    market.wait(days=40)
    with market.unhurt(), market.exchange.session(SYSTEM) as session:
        settle.settle_agreement(session, agreement_id=agreement.id)
        settle.renew_period(session, agreement_id=agreement.id, period=2)
