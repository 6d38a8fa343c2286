"""The buyer's money is promised at signing, moves when the agreement is kept, and comes back otherwise."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot import settlement
from entrepot.kit import Conflict, Invalid, ManualClock, Money, NotFound, Refused, new_id
from entrepot.runtime import SYSTEM, Actor, Exchange
from entrepot.settlement import AccountCode, BalanceTooLow, EscrowState
from support import people


def eur(amount: int) -> Money:
    return Money(amount, "EUR")


class Market:
    """An operator, a buyer with 100.00 EUR, two sellers and a stranger."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.operator = people.operator(exchange)
        self.buyer, self.seller, self.other, self.stranger = (
            people.organisation(exchange, n) for n in ("Buyer", "Seller", "Other", "Stranger")
        )
        with exchange.session(self.operator) as session:
            settlement.deposit(session, self.id(self.buyer), eur(10_000), "bank-1")

    @staticmethod
    def id(actor: Actor) -> str:
        assert actor.organisation_id is not None
        return actor.organisation_id

    def place(self, agreement: str, amount: int, **more: object) -> settlement.Escrow:
        with self.exchange.session(SYSTEM) as session:
            return settlement.place_escrow(session, agreement, self.id(self.buyer), eur(amount), **more)  # type: ignore[arg-type]

    def has(self, actor: Actor) -> tuple[int, int]:
        with self.exchange.reading(actor) as session:
            found = settlement.balance(session, self.id(actor), "EUR")
        return found.available.amount, found.held.amount

    def fees(self) -> int:
        with self.exchange.reading(self.operator) as session:
            return sum(
                a.credits_posted - a.debits_posted
                for a in settlement.accounts(session, self.id(self.operator))
                if a.code == AccountCode.FEES
            )


@pytest.fixture
def market(exchange: Exchange) -> Market:
    return Market(exchange)


@pytest.fixture(autouse=True)
def _books_are_right(exchange: Exchange) -> object:
    yield
    with exchange.reading(SYSTEM) as session:
        assert settlement.check_books(session) == []


def test_a_released_escrow_pays_the_seller_and_the_fee_to_the_cent(market: Market) -> None:
    market.place("agr_1", 9_999)
    assert market.has(market.buyer) == (1, 9_999)
    with market.exchange.session(SYSTEM) as session:
        done = settlement.release(session, "agr_1", seller_id=market.id(market.seller), fee_basis_points=250)
    assert (done.state, done.released) == (EscrowState.RELEASED, eur(9_999))
    assert (market.has(market.buyer), market.has(market.seller), market.fees()) == ((1, 0), (9_749, 0), 250)


def test_an_escrow_beyond_the_balance_is_refused_with_what_is_missing(market: Market) -> None:
    with pytest.raises(BalanceTooLow) as caught, market.exchange.session(market.buyer) as session:
        settlement.place_escrow(session, "agr_1", market.id(market.buyer), eur(12_550))
    assert caught.value.message == "The balance of 100.00 EUR does not cover 125.50 EUR."
    assert caught.value.hint == "Deposit 25.50 EUR more, then try again."
    with market.exchange.session(market.operator) as session:
        settlement.deposit(session, market.id(market.buyer), eur(2_550), "bank-2")
    assert market.place("agr_1", 12_550).state is EscrowState.HELD


def test_a_seller_who_signs_last_does_not_learn_the_buyers_balance(market: Market) -> None:
    with pytest.raises(BalanceTooLow) as caught, market.exchange.session(market.seller) as session:
        settlement.place_escrow(session, "agr_1", market.id(market.buyer), eur(12_550))
    assert "100.00" not in str(caught.value.as_dict())
    assert "10000" not in str(caught.value.as_dict())


def test_retrying_any_step_moves_money_once(market: Market, clock: ManualClock) -> None:
    for _ in range(2):
        market.place("agr_1", 5_000, expires_at=clock.now() + timedelta(days=1))
        clock.advance(timedelta(minutes=1))
    for _ in range(2):
        with market.exchange.session(SYSTEM) as session:
            settlement.release(session, "agr_1", seller_id=market.id(market.seller), fee_basis_points=100)
    market.place("agr_2", 1_000)
    for _ in range(2):
        with market.exchange.session(SYSTEM) as session:
            assert settlement.refund(session, "agr_2").state is EscrowState.REFUNDED
    assert (market.has(market.buyer), market.has(market.seller), market.fees()) == ((5_000, 0), (4_950, 0), 50)


def test_a_step_retried_with_other_terms_is_a_conflict(market: Market) -> None:
    market.place("agr_1", 5_000)
    with pytest.raises(Conflict):
        market.place("agr_1", 5_001)
    with market.exchange.session(SYSTEM) as session:
        settlement.release(session, "agr_1", seller_id=market.id(market.seller))
    with pytest.raises(Conflict), market.exchange.session(SYSTEM) as session:
        settlement.release(session, "agr_1", seller_id=market.id(market.other))
    with pytest.raises(Conflict), market.exchange.session(SYSTEM) as session:
        settlement.refund(session, "agr_1")
    assert (market.has(market.seller), market.has(market.buyer)) == ((5_000, 0), (5_000, 0))


def test_a_metered_release_takes_the_charge_and_gives_the_rest_back(market: Market) -> None:
    market.place("agr_1", 8_000)
    with market.exchange.session(SYSTEM) as session:
        done = settlement.release(session, "agr_1", amount=eur(333), seller_id=market.id(market.seller), fee_basis_points=250)
    assert (done.amount, done.released) == (eur(8_000), eur(333))
    assert (market.has(market.buyer), market.has(market.seller), market.fees()) == ((9_667, 0), (325, 0), 8)


def test_a_metered_release_of_nothing_gives_all_back(market: Market) -> None:
    market.place("agr_1", 8_000)
    with market.exchange.session(SYSTEM) as session:
        assert settlement.release(
            session, "agr_1", amount=eur(0), seller_id=market.id(market.seller), fee_basis_points=250
        ).released == eur(0)
    assert (market.has(market.buyer), market.has(market.seller)) == ((10_000, 0), (0, 0))


def test_a_release_beyond_the_escrow_is_refused(market: Market) -> None:
    market.place("agr_1", 100)
    with pytest.raises(Refused), market.exchange.session(SYSTEM) as session:
        settlement.release(session, "agr_1", amount=eur(101), seller_id=market.id(market.seller))


def test_shares_must_add_up_to_what_the_fee_leaves(market: Market) -> None:
    market.place("agr_1", 1_000)
    short = [(market.id(market.seller), eur(600)), (market.id(market.other), eur(374))]
    with pytest.raises(Invalid), market.exchange.session(SYSTEM) as session:
        settlement.release(session, "agr_1", to=short, fee_basis_points=250)
    with market.exchange.session(SYSTEM) as session:
        settlement.release(session, "agr_1", to=[short[0], (market.id(market.other), eur(375))], fee_basis_points=250)
    assert (market.has(market.seller), market.has(market.other), market.fees()) == ((600, 0), (375, 0), 25)


def test_an_escrow_expires_once_by_its_timer(market: Market, clock: ManualClock) -> None:
    market.place("agr_1", 4_000, expires_at=clock.now() + timedelta(hours=2))
    assert market.exchange.run_due_jobs() == 0
    clock.advance(timedelta(hours=2))
    with pytest.raises(Conflict), market.exchange.session(SYSTEM) as session:
        settlement.release(session, "agr_1", seller_id=market.id(market.seller))
    assert market.exchange.run_due_jobs() == 1
    assert market.has(market.buyer) == (10_000, 0)
    with market.exchange.session(SYSTEM) as session:
        assert settlement.expire(session, [settlement.escrow(session, "agr_1").transfer_id]) == 0
        assert settlement.refund(session, "agr_1").state is EscrowState.EXPIRED


def test_a_refund_of_what_is_due_to_expire_need_not_wait_for_the_timer(market: Market, clock: ManualClock) -> None:
    market.place("agr_1", 4_000, expires_at=clock.now() + timedelta(hours=2))
    clock.advance(timedelta(hours=3))
    with market.exchange.session(SYSTEM) as session:
        assert settlement.refund(session, "agr_1").resolved_at == clock.now()
    assert market.has(market.buyer) == (10_000, 0)
    assert market.exchange.run_due_jobs() == 1
    assert market.has(market.buyer) == (10_000, 0)


def test_an_overdue_expiry_is_named_by_the_books(market: Market, clock: ManualClock) -> None:
    market.place("agr_1", 4_000, expires_at=clock.now() + timedelta(hours=2))
    clock.advance(timedelta(hours=4))
    with market.exchange.reading(SYSTEM) as session:
        (problem,) = settlement.check_books(session)
    assert problem.law == "what expires falls back"
    market.exchange.run_due_jobs()


def test_a_subscription_holds_each_period_once(market: Market) -> None:
    market.place("agr_1", 3_000)
    for period in (2, 2, 3):
        with market.exchange.session(SYSTEM) as session:
            settlement.renew(session, "agr_1", market.id(market.buyer), eur(3_000), period=period)
    assert market.has(market.buyer) == (1_000, 9_000)
    with pytest.raises(BalanceTooLow), market.exchange.session(SYSTEM) as session:
        settlement.renew(session, "agr_1", market.id(market.buyer), eur(3_000), period=4)
    with market.exchange.session(SYSTEM) as session:
        settlement.release(session, "agr_1", seller_id=market.id(market.seller), period=2)
        settlement.refund(session, "agr_1", period=3)
    assert (market.has(market.buyer), market.has(market.seller)) == ((4_000, 3_000), (3_000, 0))


def test_the_escrows_of_an_agreement_come_in_the_order_of_its_periods(market: Market) -> None:
    for period in (1, 3, 2):
        market.place("agr_1", 100, period=period)
    with market.exchange.session(SYSTEM) as session:
        settlement.release(session, "agr_1", seller_id=market.id(market.seller), fee_basis_points=250, period=2)
        settlement.refund(session, "agr_1", period=1)
        found = settlement.escrows_of(session, "agr_1")
        assert settlement.escrows_of(session, "agr_none") == []
    assert [(e.period, e.state) for e in found] == [(1, EscrowState.REFUNDED), (2, EscrowState.RELEASED), (3, EscrowState.HELD)]


def test_deposits_and_payouts_are_an_operators_and_count_once_per_reference(market: Market) -> None:
    for actor in (market.buyer, Actor()):
        with pytest.raises(Refused), market.exchange.session(actor) as session:
            settlement.deposit(session, market.id(market.buyer), eur(1), "mine")
    without_pay = Actor(organisation_id=market.operator.organisation_id, roles=market.operator.roles, via="key")
    with pytest.raises(Refused), market.exchange.session(without_pay) as session:
        settlement.payout(session, market.id(market.buyer), eur(1), "mine")
    for _ in range(2):
        with market.exchange.session(market.operator) as session:
            settlement.payout(session, market.id(market.buyer), eur(2_500), "out-1")
    assert market.has(market.buyer) == (7_500, 0)
    with pytest.raises(Conflict), market.exchange.session(market.operator) as session:
        settlement.deposit(session, market.id(market.seller), eur(10_000), "bank-1")
    with (
        pytest.raises(BalanceTooLow, match=r"75\.00 EUR does not cover 80\.00 EUR") as caught,
        market.exchange.session(market.operator) as session,
    ):
        settlement.payout(session, market.id(market.buyer), eur(8_000), "out-2")
    assert caught.value.hint == "Pay out at most 75.00 EUR."


def test_money_in_escrow_cannot_be_paid_out(market: Market) -> None:
    market.place("agr_1", 9_000)
    with pytest.raises(BalanceTooLow), market.exchange.session(market.operator) as session:
        settlement.payout(session, market.id(market.buyer), eur(1_001), "out-1")


def test_fees_reach_the_exchange_and_leave_it(market: Market) -> None:
    market.place("agr_1", 10_000)
    own = market.id(market.operator)
    with market.exchange.session(SYSTEM) as session:
        settlement.release(session, "agr_1", seller_id=market.id(market.seller), fee_basis_points=250)
    with pytest.raises(BalanceTooLow), market.exchange.session(market.operator) as session:
        settlement.collect_fees(session, eur(251), "2026-11")
    with market.exchange.session(market.operator) as session:
        settlement.collect_fees(session, eur(250), "2026-11")
        settlement.payout(session, own, eur(250), "out-fees")
    assert market.fees() == 0


def test_an_organisation_sees_its_own_books_only(market: Market, clock: ManualClock) -> None:
    buyer = market.id(market.buyer)
    for actor in (market.stranger, Actor()):
        with market.exchange.reading(actor) as session:
            for look in (
                lambda s: settlement.balance(s, buyer, "EUR"),
                lambda s: settlement.accounts(s, buyer),
                lambda s: settlement.statement(s, buyer, clock.now(), clock.now(), currency="EUR"),
            ):
                with pytest.raises(NotFound):
                    look(session)
    for actor in (market.buyer, market.operator):
        with market.exchange.reading(actor) as session:
            assert settlement.balance(session, buyer, "EUR").available == eur(10_000)


def test_a_closed_account_takes_part_in_nothing_new(market: Market) -> None:
    with pytest.raises(Conflict), market.exchange.session(market.operator) as session:
        settlement.close_account(session, market.id(market.buyer), "EUR")
    with market.exchange.session(market.operator) as session:
        settlement.payout(session, market.id(market.buyer), eur(10_000), "out-1")
        settlement.close_account(session, market.id(market.buyer), "EUR")
    with pytest.raises(Refused, match="credit_account_already_closed"), market.exchange.session(market.operator) as session:
        settlement.deposit(session, market.id(market.buyer), eur(1), "bank-9")


def test_a_deposit_that_no_balance_could_show_is_refused(market: Market) -> None:
    with pytest.raises(Invalid), market.exchange.session(market.operator) as session:
        settlement.deposit(session, market.id(market.buyer), eur(2**53 - 1), "bank-2")


def test_a_failed_session_leaves_no_money_moved(market: Market) -> None:
    def place_twice() -> None:
        with market.exchange.session(SYSTEM) as session:
            for amount in (100, 101):
                settlement.place_escrow(session, "agr_1", market.id(market.buyer), eur(amount))

    with pytest.raises(Conflict):
        place_twice()
    assert market.has(market.buyer) == (10_000, 0)
    assert market.place("agr_1", 100).state is EscrowState.HELD


def test_an_unknown_escrow_or_organisation_is_not_found(market: Market) -> None:
    with pytest.raises(NotFound), market.exchange.session(SYSTEM) as session:
        settlement.release(session, "agr_none", seller_id=market.id(market.seller))
    with pytest.raises(NotFound), market.exchange.session(market.operator) as session:
        settlement.deposit(session, new_id("org"), eur(1), "bank-2")
