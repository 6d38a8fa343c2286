"""Threads that spend the same money at once: nobody overdraws, nobody waits for ever, nobody's update is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier
from time import sleep

import pytest

from entrepot import settlement
from entrepot.kit import Conflict, Money
from entrepot.runtime import SYSTEM, Exchange
from entrepot.settlement import AccountCode, BalanceTooLow, Result, Transfer
from support import people

THREADS = 10


def _together(work: Callable[[int], object]) -> list[object]:
    """Run ``work(0)`` … at the same moment, each in its own thread; an error of one fails the test."""
    barrier = Barrier(THREADS)

    def run(number: int) -> object:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


@pytest.fixture
def funded(exchange: Exchange) -> list[str]:
    """Ten organisations with 1,000.00 EUR each."""
    operator = people.operator(exchange)
    ids = [people.organisation(exchange, f"Party {n}").organisation_id or "" for n in range(THREADS)]
    with exchange.session(operator) as session:
        for id_ in ids:
            settlement.deposit(session, id_, Money(100_000, "EUR"), f"bank {id_}")
    return ids


def _check(exchange: Exchange) -> None:
    with exchange.reading(SYSTEM) as session:
        assert settlement.check_books(session) == []


def test_ten_threads_spend_one_balance_and_never_more(exchange: Exchange, funded: list[str]) -> None:
    def spend(number: int) -> int:
        won = 0
        for turn in range(5):
            try:
                with exchange.session(SYSTEM) as session:
                    settlement.place_escrow(session, f"agr_{number}_{turn}", funded[0], Money(7_000, "EUR"))
                won += 1
            except BalanceTooLow:
                pass
        return won

    assert sum(_together(spend)) == 14, "100,000 cover 7,000 fourteen times"  # type: ignore[arg-type]
    with exchange.reading(SYSTEM) as session:
        assert settlement.balance(session, funded[0], "EUR").available == Money(2_000, "EUR")
    _check(exchange)


def test_the_same_step_at_the_same_moment_happens_once(exchange: Exchange, funded: list[str]) -> None:
    def place(_: int) -> str:
        with exchange.session(SYSTEM) as session:
            return settlement.place_escrow(session, "agr_1", funded[0], Money(60_000, "EUR")).transfer_id

    def settle(_: int) -> int:
        with exchange.session(SYSTEM) as session:
            return settlement.release(session, "agr_1", seller_id=funded[1]).released.amount

    assert len(set(_together(place))) == 1
    assert _together(settle) == [60_000] * THREADS
    with exchange.reading(SYSTEM) as session:
        assert settlement.balance(session, funded[1], "EUR").available == Money(160_000, "EUR")
    _check(exchange)


@pytest.mark.parametrize("size", [1, 60])
def test_one_id_for_different_accounts_is_taken_once(exchange: Exchange, funded: list[str], size: int) -> None:
    accounts = [settlement.account_id(id_, AccountCode.AVAILABLE, "EUR") for id_ in funded]

    def post(number: int) -> str:
        debit, credit = accounts[number], accounts[number - 1]
        orders = [
            Transfer(id=f"t-{n}", debit_account_id=debit, credit_account_id=credit, amount=1, currency="EUR", code="sale")
            for n in range(size)
        ]
        try:
            with exchange.session(SYSTEM) as session:
                return settlement.post(session, orders)[0].value
        except Conflict:
            return "conflict"

    found = Counter(_together(post))
    assert found[Result.OK.value] == 1
    assert set(found) <= {"ok", "conflict", "exists_with_different_debit_account_id"}
    _check(exchange)


def _orders(rng: Random, accounts: list[str], name: str) -> list[Transfer]:
    return [
        Transfer(
            id=f"{name}-{n}", debit_account_id=pair[0], credit_account_id=pair[1], amount=rng.randrange(1, 500), currency="EUR", code="sale"
        )
        for n in range(4)
        for pair in [rng.sample(accounts, 2)]
    ]


def _total(exchange: Exchange, organisation_ids: list[str]) -> int:
    with exchange.reading(SYSTEM) as session:
        return sum(settlement.balance(session, id_, "EUR").available.amount for id_ in organisation_ids)


def test_money_goes_round_in_all_directions_without_a_conflict_a_deadlock_or_a_lost_update(exchange: Exchange, funded: list[str]) -> None:
    accounts = [settlement.account_id(id_, AccountCode.AVAILABLE, "EUR") for id_ in funded]

    def work(number: int) -> None:
        rng = Random(number)
        for turn in range(5):
            orders = _orders(rng, accounts, f"t-{number}-{turn}")
            with exchange.session(SYSTEM) as session:
                if turn % 2:
                    settlement.hold(session, [id_ for t in orders for id_ in (t.debit_account_id, t.credit_account_id)])
                    assert settlement.post(session, orders[:2]) + settlement.post(session, orders[2:]) == [Result.OK] * 4
                else:
                    assert settlement.post(session, orders) == [Result.OK] * 4

    _together(work)
    assert _total(exchange, funded) == THREADS * 100_000
    _check(exchange)


def test_a_session_that_posts_twice_may_have_to_try_again_and_never_deadlocks(exchange: Exchange, funded: list[str]) -> None:
    accounts = [settlement.account_id(id_, AccountCode.AVAILABLE, "EUR") for id_ in funded]

    def work(number: int) -> int:
        rng = Random(number)
        orders = _orders(rng, accounts, f"t-{number}")
        for attempt in range(200):
            try:
                with exchange.session(SYSTEM) as session:
                    assert settlement.post(session, orders[:2]) + settlement.post(session, orders[2:]) == [Result.OK] * 4
                return attempt
            except Conflict:
                sleep(rng.random() * 0.05 * (attempt + 1))
        raise AssertionError("never got a turn")

    _together(work)
    assert _total(exchange, funded) == THREADS * 100_000
    _check(exchange)


def test_accounts_that_many_need_at_once_are_made_once(exchange: Exchange, funded: list[str]) -> None:
    fresh = people.organisation(exchange, "Fresh").organisation_id or ""

    def pay(number: int) -> str:
        with exchange.session(SYSTEM) as session:
            settlement.place_escrow(session, f"agr_{number}", funded[number], Money(100, "EUR"))
            return settlement.open_account(session, fresh, AccountCode.AVAILABLE, "JPY")

    def retried(number: int) -> str:
        for _ in range(200):
            try:
                return pay(number)
            except Conflict:
                sleep(0.01)
        raise AssertionError("never got a turn")

    assert len(set(_together(retried))) == 1
    _check(exchange)
