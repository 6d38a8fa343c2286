"""What anybody may read of how a listing has fared."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from entrepot import trades
from entrepot.kit import ManualClock, Money
from entrepot.pricing import Price
from entrepot.runtime import ANONYMOUS
from entrepot.trades import AgreementState, TrackRecord


def _record(market: Any) -> TrackRecord:
    with market.exchange.reading(ANONYMOUS) as session:
        return trades.track_record(session, market.listing_id, market.owner.organisation_id)


def test_a_fresh_listing_has_no_record(market: Any) -> None:
    assert _record(market) == TrackRecord(agreements=0, ended_early=0, response=None)


def test_a_record_counts_agreements_and_those_that_ended_early(market: Any) -> None:
    first, _ = market.agree(), market.agree()
    market.do(market.owner, trades.move, first.id, AgreementState.REFUNDED, "a mistake")
    found = _record(market)
    assert (found.agreements, found.ended_early) == (2, 1)


def test_the_response_time_is_the_median_to_the_owners_first_answer(market: Any, clock: ManualClock) -> None:
    for hours, answer in ((2, "accept"), (4, "offer"), (30, "accept")):
        asked = market.request()
        clock.advance(timedelta(hours=hours))
        if answer == "accept":
            market.do(market.owner, trades.accept, asked.id)
            continue
        market.do(market.owner, trades.offer, asked.id, price=Price.flat(Money(40_000, "EUR")))
        clock.advance(timedelta(hours=9))
        market.do(market.buyer, trades.accept, asked.id)
    assert _record(market).response == timedelta(hours=4)


def test_what_a_standing_policy_answers_says_nothing_of_the_owner(market: Any) -> None:
    asked = market.request(auto_approve=True)
    market.do(market.buyer, trades.accept, asked.id)
    assert _record(market).response is None
