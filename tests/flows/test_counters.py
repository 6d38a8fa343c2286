"""Counts over earlier trades: who was sent abroad this year, by listings, from the exchange's own first of January."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from entrepot import compliance, parties
from entrepot.consent import Act
from entrepot.flows import gates
from entrepot.parties.tables import organisations
from entrepot.runtime import SYSTEM, Actor, Exchange
from support.consenting import PERSONS, PeopleMarket, open_people_market

NOTHING_SENT = {"export": {"persons_ytd": 0, "sensitive_ytd": 0}, "offer": {"price_cny": 0}}


@pytest.fixture
def market(exchange: Exchange, tmp_path: Path) -> PeopleMarket:
    """An exchange and an owner in China, buyers elsewhere, on the last evening of a year in China."""
    found = open_people_market(exchange, tmp_path / "goods")
    with exchange.session(SYSTEM) as session:
        chinese = (parties.exchange_organisation(session).id, found.owner_id)
        session.db.execute(sa.update(organisations).where(organisations.c.id.in_(chinese)).values(country="CN"))
    move(found, datetime(2027, 12, 31, 15, 30, tzinfo=UTC))
    return found


def move(market: PeopleMarket, to: datetime) -> None:
    """Let time pass until a moment."""
    market.market.clock.advance(to - market.market.clock.now())


def counts(market: PeopleMarket, listing: str, *, by: Actor | None = None) -> dict[str, Any]:
    """What is counted when somebody asks for a listing, and nothing more comes of it."""
    made = market.request(listing, by=by)
    with market.exchange.reading(SYSTEM) as session:
        return dict(gates.rule_contract(session, made).dossier.values)


def test_the_year_of_an_exchange_in_china_begins_at_its_own_midnight(market: PeopleMarket) -> None:
    listings = [market.publish(facts=NOTHING_SENT, persons=PERSONS[:size]) for size in (5, 4, 3)]
    market.agree(listings[0])
    move(market, datetime(2027, 12, 31, 16, 30, tzinfo=UTC))
    market.agree(listings[1])
    move(market, datetime(2028, 1, 2, tzinfo=UTC))
    assert counts(market, listings[2])["export.persons_ytd"] == 4 + 3, "the first hours of 2028 count, and the last of 2027 do not"
    with market.exchange.reading(SYSTEM) as session:
        assert compliance.midnight(session, datetime(2028, 1, 1).date()) == datetime(2027, 12, 31, 16, tzinfo=UTC)


def test_the_persons_of_a_listing_count_once_a_year_whoever_receives_them(market: PeopleMarket) -> None:
    listing = market.publish(facts=NOTHING_SENT)
    market.agree(listing)
    assert counts(market, listing, by=market.market.stranger)["export.persons_ytd"] == 12
    market.agree(listing, by=market.market.stranger)
    market.publish(facts=NOTHING_SENT, listing_id=listing, persons=PERSONS[:3])
    assert counts(market, listing)["export.persons_ytd"] == 12, "the most that one of its versions had"
    assert counts(market, market.publish(facts=NOTHING_SENT, persons=PERSONS[:2]))["export.persons_ytd"] == 14


def test_persons_without_consent_count_once_for_each_agreement(market: PeopleMarket) -> None:
    listing = market.publish(facts=NOTHING_SENT)
    for by in (market.market.buyer, market.market.stranger):
        market.agree(listing, by=by)
    found = counts(market, listing)
    assert (found["crim.uncovered_persons"], found["crim.tier_5000"], found["crim.income_cny"]) == (12, 36, 0)
    for person in PERSONS:
        market.say(person, Act.GIVEN)
    assert counts(market, listing)["crim.tier_5000"] == 24
