"""Ways to read without paying, or to be paid without a word: each is closed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from entrepot import delivery, flows, parties, trades
from entrepot.delivery import FileToSend, links
from entrepot.flows import settle
from entrepot.kit import Conflict, Money, NotFound, Refused
from entrepot.runtime import SYSTEM, Actor
from entrepot.settlement import EscrowState
from entrepot.trades import Agreement, AgreementClosed, AgreementState
from support.trading import IRIS_ROWS, Market, broken_laws, total

PRICE = Money(4_900, "EUR")
NOTHING = Money(0, "EUR")
METERED = "1.00 EUR per 100 rows, at most 10.00 EUR"


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


def _states(market: Market, agreement: Agreement) -> list[EscrowState]:
    return [held.state for held in market.escrows(agreement)]


def _terms(days: int) -> dict[str, object]:
    return {"purposes": ["ResearchAndDevelopment"], "duration_days": days}


def _opened(market: Market, agreement: Agreement) -> FileToSend:
    """The agreement's file behind a fresh address, as the door opens it."""
    with market.exchange.reading(market.buyer) as session:
        parcel = delivery.parcels_of(session, agreement.id)[0]
    file, now = parcel.files[0], market.clock.now()
    link = links.new_link(market.exchange.settings, parcel_id=parcel.id, file_id=file.id, now=now)
    url = links.to_url(market.exchange.settings, market.exchange.master_key, link, file)
    return delivery.open_file(market.exchange, link, url.partition("X-Amz-Signature=")[2])


def _read(market: Market, agreement: Agreement, start: int, end: int | None = None) -> None:
    sent = _opened(market, agreement)
    delivery.record_read(market.exchange, sent, start=start, end=end or sent.file.bytes)


def _end(market: Market, agreement: Agreement, by: Actor) -> None:
    with market.exchange.session(by) as session:
        flows.terminate(session, agreement.id, reason="for the test")


def _suspend(market: Market, agreement: Agreement, by: str = "operator") -> None:
    with market.exchange.session(getattr(market, by)) as session:
        trades.move(session, agreement.id, AgreementState.SUSPENDED, "a dispute")


# What was read of a share


def test_a_share_that_is_read_through_several_addresses_is_delivered(market: Market) -> None:
    agreement = market.agree(market.publish().listing_id, method="table")
    market.deliver(agreement)
    middle = _opened(market, agreement).file.row_groups[0].end // 2
    _read(market, agreement, 0, middle)
    assert "delivery.made" not in market.facts(agreement)
    _read(market, agreement, middle)
    _read(market, agreement, 0)
    market.seal()
    assert market.facts(agreement).count("delivery.made") == 1
    _end(market, agreement, market.buyer)
    assert (_spent(market), _earned(market)) == (PRICE, PRICE)


def test_a_share_that_is_read_in_part_is_paid_when_its_buyer_ends_it(market: Market) -> None:
    agreement = market.agree(market.publish().listing_id, method="table")
    market.deliver(agreement)
    _read(market, agreement, 0, 100)
    _end(market, agreement, market.buyer)
    assert (_spent(market), _earned(market)) == (PRICE, PRICE)


def test_the_first_row_of_a_share_begins_the_acceptance_window(market: Market) -> None:
    agreement = market.agree(market.publish().listing_id, method="table")
    market.deliver(agreement)
    market.wait(days=4)
    assert (market.agreement(agreement).state, _earned(market)) == (AgreementState.ACTIVE, NOTHING)
    _read(market, agreement, 0, 100)
    market.wait(days=2)
    assert (market.agreement(agreement).state, _earned(market)) == (AgreementState.ACTIVE, NOTHING)
    market.wait(days=2)
    assert (market.agreement(agreement).state, _earned(market)) == (AgreementState.FULFILLED, PRICE)


def test_a_buyer_accepts_a_share_that_it_has_read_in_part(market: Market) -> None:
    agreement = market.agree(market.publish().listing_id, method="table")
    market.deliver(agreement)
    with market.unhurt(), pytest.raises(Refused):
        market.accept_delivery(agreement)
    _read(market, agreement, 0, 100)
    assert market.accept_delivery(agreement).state is AgreementState.FULFILLED
    assert _earned(market) == PRICE


def test_bytes_on_their_way_when_the_buyer_ends_a_share_are_paid(market: Market) -> None:
    agreement = market.agree(market.publish().listing_id, method="table")
    market.deliver(agreement)
    sent = _opened(market, agreement)
    _end(market, agreement, market.buyer)
    delivery.record_read(market.exchange, sent, start=0, end=sent.file.bytes)
    market.wait(hours=1)
    assert (_spent(market), _earned(market)) == (PRICE, PRICE)


def test_an_open_share_that_nobody_read_is_paid_back(market: Market) -> None:
    agreement = market.agree(market.publish().listing_id, method="table")
    market.deliver(agreement)
    _end(market, agreement, market.buyer)
    market.wait(hours=1)
    assert (_spent(market), _states(market, agreement)) == (NOTHING, [EscrowState.REFUNDED])


# What was on its way


@pytest.mark.parametrize("by", ["owner", "buyer"])
def test_metered_bytes_that_are_counted_a_moment_after_the_end_are_billed(market: Market, by: str) -> None:
    agreement = market.agree(market.publish(price=METERED).listing_id)
    market.deliver(agreement)
    sent = _opened(market, agreement)
    pieces = sent.chunks(0, sent.file.bytes)
    first = next(pieces)
    _end(market, agreement, getattr(market, by))
    assert _states(market, agreement) == [EscrowState.HELD]
    with pytest.raises(AgreementClosed):
        _opened(market, agreement)
    delivery.record_read(market.exchange, sent, start=0, end=len(first))
    market.wait(hours=1)
    assert (_spent(market), _earned(market)) == (Money(IRIS_ROWS, "EUR"), Money(IRIS_ROWS, "EUR"))


def test_metered_bytes_on_their_way_when_the_time_is_over_are_billed(market: Market) -> None:
    agreement = market.agree(market.publish(price=METERED, terms=_terms(1)).listing_id)
    market.deliver(agreement)
    market.wait(hours=23)
    sent = _opened(market, agreement)
    market.wait(hours=1)
    assert (market.agreement(agreement).state, _states(market, agreement)) == (AgreementState.EXPIRED, [EscrowState.HELD])
    delivery.record_read(market.exchange, sent, start=0, end=sent.file.bytes)
    market.wait(hours=1)
    assert (_spent(market), _earned(market)) == (Money(IRIS_ROWS, "EUR"), Money(IRIS_ROWS, "EUR"))


def test_a_running_response_is_counted_as_it_goes_and_as_one_request(market: Market) -> None:
    agreement = market.agree(market.publish(price=METERED).listing_id)
    market.deliver(agreement)
    meter = delivery.Meter(sent := _opened(market, agreement), 0)
    meter.hand_over(10)
    meter.record()
    meter.record()
    meter.hand_over(sent.file.bytes)
    meter.record()
    with market.exchange.reading(market.buyer) as session:
        (read,) = delivery.reads(session, agreement.id)
    assert (read.requests, read.sent, read.bytes, read.rows) == (1, sent.file.bytes, sent.file.bytes, IRIS_ROWS)
    _end(market, agreement, market.buyer)
    market.wait(hours=1)


# What ended in a dispute


def _disputed(market: Market) -> Agreement:
    agreement = market.agree(market.publish(terms=_terms(10)).listing_id)
    market.deliver(agreement)
    _suspend(market, agreement)
    market.wait(days=20)
    assert market.agreement(agreement).state is AgreementState.EXPIRED
    assert (_states(market, agreement), _earned(market)) == ([EscrowState.HELD], NOTHING)
    return agreement


def test_what_ends_in_a_dispute_waits_for_a_decision_and_everybody_is_told_once(market: Market) -> None:
    agreement = _disputed(market)
    ((law, message),) = broken_laws(market.exchange)
    assert (law, agreement.id in message, "waits for a decision" in message) == ("no agreement that has ended holds money", True, True)
    for actor in (market.operator, market.owner, market.buyer):
        with market.exchange.reading(actor) as session:
            assert [n.subject_id for n in parties.inbox(session) if n.kind == "agreement.undecided"] == [agreement.id]
    with market.exchange.session(market.operator) as session:
        flows.refund(session, agreement.id, reason="the owner was wrong")
    assert (_spent(market), _earned(market)) == (NOTHING, NOTHING)


@pytest.mark.parametrize("by", ["operator", "buyer"])
def test_what_ended_in_a_dispute_is_paid_out_by_the_operator_or_the_buyer(market: Market, by: str) -> None:
    agreement = _disputed(market)
    market.accept_delivery(agreement, by=getattr(market, by))
    assert (_spent(market), _earned(market)) == (PRICE, PRICE)
    with market.unhurt(), market.exchange.session(market.operator) as session, pytest.raises(Conflict):
        flows.pay_out_held(session, agreement.id, reason="again")


def test_an_owner_or_a_stranger_pays_itself_nothing(market: Market) -> None:
    agreement = _disputed(market)
    for actor in (market.owner, market.stranger):
        with market.unhurt(), pytest.raises(NotFound):
            market.accept_delivery(agreement, by=actor)
    with market.exchange.session(market.operator) as session:
        flows.refund(session, agreement.id, reason="enough")


@pytest.mark.parametrize("by", ["owner", "operator"])
def test_a_buyer_who_ends_what_others_suspended_pays_nothing_before_it_is_decided(market: Market, by: str) -> None:
    agreement = market.agree(market.publish().listing_id)
    market.deliver(agreement)
    _suspend(market, agreement, by)
    with market.exchange.session(market.buyer) as session:
        flows.terminate(session, agreement.id, reason="I never got a byte")
    market.wait(hours=1)
    assert (_states(market, agreement), _earned(market)) == ([EscrowState.HELD], NOTHING)
    with market.exchange.reading(market.buyer) as session:
        assert flows.awaits_decision(session, market.agreement(agreement))
    with market.exchange.session(market.operator) as session:
        flows.refund(session, agreement.id, reason="the owner held it back")
    assert (_states(market, agreement), _spent(market), _earned(market)) == ([EscrowState.REFUNDED], NOTHING, NOTHING)


def test_what_an_owner_suspends_and_ends_itself_is_paid_back(market: Market) -> None:
    agreement = market.agree(market.publish().listing_id)
    market.deliver(agreement)
    _suspend(market, agreement, "owner")
    with market.exchange.session(market.owner) as session:
        flows.terminate(session, agreement.id, reason="it was a mistake")
    market.wait(hours=1)
    assert (_states(market, agreement), _spent(market)) == ([EscrowState.REFUNDED], NOTHING)


def test_a_dispute_over_nothing_is_paid_back_at_the_end(market: Market) -> None:
    agreement = market.agree(market.publish(terms=_terms(10)).listing_id)
    _suspend(market, agreement)
    market.wait(days=14)
    assert _states(market, agreement) == [EscrowState.REFUNDED]


# What was delivered late


def test_the_end_does_not_cut_the_acceptance_window_short(market: Market) -> None:
    agreement = market.agree(market.publish(terms=_terms(1)).listing_id)
    market.wait(hours=23)
    market.deliver(agreement)
    market.wait(hours=70)
    assert (market.agreement(agreement).state, _states(market, agreement)) == (AgreementState.EXPIRED, [EscrowState.HELD])
    assert broken_laws(market.exchange) == []
    market.wait(hours=3)
    assert (_earned(market), market.facts(agreement).count("agreement.settled")) == (PRICE, 1)


def test_an_operator_can_pay_back_within_the_window_of_what_has_expired(market: Market) -> None:
    agreement = market.agree(market.publish(terms=_terms(1)).listing_id)
    market.wait(hours=23)
    market.deliver(agreement)
    market.wait(hours=5)
    with market.exchange.session(market.operator) as session:
        flows.refund(session, agreement.id, reason="it was empty")
    market.wait(days=4)
    assert (_spent(market), _earned(market)) == (NOTHING, NOTHING)


def test_settling_what_has_expired_pays_no_sooner_than_its_window_ends(market: Market) -> None:
    agreement = market.agree(market.publish(terms=_terms(1)).listing_id)
    market.wait(hours=23)
    market.deliver(agreement)
    market.wait(hours=5)
    with market.unhurt(), market.exchange.session(SYSTEM) as session:
        settle.settle_agreement(session, agreement_id=agreement.id)
    market.wait(days=4)
    assert _earned(market) == PRICE


# Months without a delivery


def test_a_month_in_which_nothing_ever_came_is_paid_back(market: Market) -> None:
    agreement = market.agree(market.publish(price="49.00 EUR monthly").listing_id)
    market.wait(days=32)
    assert _states(market, agreement) == [EscrowState.REFUNDED, EscrowState.HELD]
    assert (_spent(market), _earned(market)) == (PRICE, NOTHING)
    market.deliver(agreement)
    market.wait(days=31)
    assert _states(market, agreement) == [EscrowState.REFUNDED, EscrowState.RELEASED, EscrowState.HELD]
    assert _earned(market) == PRICE


def test_a_subscription_that_ends_with_nothing_delivered_costs_nothing(market: Market) -> None:
    agreement = market.agree(market.publish(price="49.00 EUR monthly", terms=_terms(40)).listing_id)
    market.wait(days=45)
    assert _states(market, agreement) == [EscrowState.REFUNDED, EscrowState.REFUNDED]
    assert (_spent(market), _earned(market)) == (NOTHING, NOTHING)


def test_a_first_month_waits_for_the_window_of_its_first_delivery(market: Market) -> None:
    agreement = market.agree(market.publish(price="49.00 EUR monthly").listing_id)
    market.wait(days=29)
    market.deliver(agreement)
    market.wait(days=2)
    assert (_states(market, agreement), _earned(market)) == ([EscrowState.HELD], NOTHING)
    market.wait(days=2)
    assert (_states(market, agreement), _earned(market)) == ([EscrowState.RELEASED, EscrowState.HELD], PRICE)
