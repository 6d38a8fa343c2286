"""Double clicks, retries and races: one agreement, whatever arrives twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from entrepot import trades
from entrepot.kit import Conflict, Invalid, Money
from entrepot.pricing import Price
from entrepot.runtime import SYSTEM
from entrepot.trades import tables as trade_tables
from trades.conftest import Market


def _at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """The results of calls that start together; an exception counts as a result."""
    barrier, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(index: int, call: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[index] = call()
        except Exception as error:
            results[index] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def _count(market: Market, table: sa.Table) -> int:
    with market.exchange.reading(SYSTEM) as session:
        return int(session.db.scalar(sa.select(sa.func.count()).select_from(table)) or 0)


def test_of_racing_acceptances_exactly_one_makes_the_agreement(market: Market) -> None:
    negotiation = market.request()
    results = _at_once([lambda: market.do(market.owner, trades.accept, negotiation.id)] * 8)
    made = [r for r in results if isinstance(r, trades.Agreement)]
    lost = [r for r in results if isinstance(r, Conflict)]
    assert (len(made), len(lost)) == (1, 7), results
    assert {e.details["agreement_id"] for e in lost} == {made[0].id}
    assert _count(market, trade_tables.agreements) == 1


def test_racing_retries_with_one_key_get_the_same_agreement(market: Market) -> None:
    negotiation = market.request()
    results = _at_once([lambda: market.do(market.owner, trades.accept, negotiation.id, idempotency_key="click")] * 8)
    assert len({r.id for r in results}) == 1, results
    assert _count(market, trade_tables.agreements) == 1


def test_racing_requests_with_one_key_are_one_request(market: Market) -> None:
    results = _at_once([lambda: market.request(idempotency_key="click")] * 8)
    assert len({r.id for r in results}) == 1, results
    assert _count(market, trade_tables.negotiations) == 1


def test_of_an_acceptance_and_a_withdrawal_at_once_one_wins(market: Market) -> None:
    for _ in range(5):
        negotiation = market.request()
        accepted, withdrawn = _at_once([
            lambda n=negotiation: market.do(market.owner, trades.accept, n.id),
            lambda n=negotiation: market.do(market.buyer, trades.withdraw, n.id),
        ])  # fmt: skip
        assert isinstance(accepted, Conflict) != isinstance(withdrawn, Conflict), (accepted, withdrawn)


def test_a_key_stands_for_one_request_only(market: Market) -> None:
    first = market.request(idempotency_key="k")
    assert market.request(idempotency_key="k").id == first.id
    with pytest.raises(Conflict) as caught:
        market.request(idempotency_key="k", price=Price.flat(Money(1, "EUR")))
    assert caught.value.details["code"] == "exists_with_different_request"
    with pytest.raises(Conflict, match="another request"):
        market.do(market.buyer, trades.accept, first.id, idempotency_key="k")


def test_another_organisation_may_use_the_same_key(market: Market) -> None:
    negotiation = market.request(idempotency_key="k")
    assert market.do(market.owner, trades.accept, negotiation.id, idempotency_key="k").negotiation_id == negotiation.id


def test_a_retried_answer_counts_once(market: Market) -> None:
    negotiation = market.request()
    for _ in range(3):
        assert market.do(market.owner, trades.offer, negotiation.id, idempotency_key="o").round == 2
    assert _count(market, trade_tables.offers) == 3


def test_a_failed_request_leaves_its_key_free(market: Market) -> None:
    with pytest.raises(Invalid):
        market.request(idempotency_key="k", message="x" * 5000)
    assert market.request(idempotency_key="k").message == ""


@pytest.mark.parametrize("key", ["", "x" * 201, "line\nbreak"])
def test_a_key_that_cannot_be_is_refused(market: Market, key: str) -> None:
    with pytest.raises(Invalid, match="idempotency key"):
        market.request(idempotency_key=key)
