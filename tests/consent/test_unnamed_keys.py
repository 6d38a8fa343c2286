"""The rows of persons who said no, in tables that do not say whose their rows are: under another listing, or beside a table that does."""

from __future__ import annotations

from typing import Any

import pytest

from entrepot import catalogue, flows
from entrepot.catalogue import ListingState
from entrepot.compliance import NotCompliant, library
from entrepot.consent import Act
from entrepot.trades import Agreement
from support.consenting import PeopleMarket

KEYS = tuple(f"P{number:03}" for number in range(120))
PEOPLE = "visitor,age,region\n" + "".join(f"{key},{20 + n % 40},{'NOSW'[n % 4]}\n" for n, key in enumerate(KEYS))
CARDS = "card,age,region\n" + "".join(f"{key},{20 + n % 40},{'NOSW'[n % 4]}\n" for n, key in enumerate(KEYS))
STAYS = "visitor,nights\n" + "".join(f"{key},{n % 7}\n" for n, key in enumerate(KEYS))
_KNOWN = {"facts": {"asset": {"under_14": False, "personal": True}, "consent": {"covers_everyone": True}}}


def _offer(market: PeopleMarket, *tables: str, **entries: Any) -> str:
    listing = market.market.publish_tables(*tables, **_KNOWN, **entries)
    with market.exchange.session(market.market.operator) as session:
        if catalogue.get(session, listing).pending_number is not None:
            flows.approve_listing(session, listing)
    return listing


def _refused(market: PeopleMarket, agreement: Agreement) -> None:
    with pytest.raises(NotCompliant, match="withdrew are still in it"):
        market.market.deliver(agreement)


@pytest.mark.parametrize("table", [PEOPLE, CARDS])
def test_the_same_rows_under_a_listing_without_a_person_key_are_not_delivered_once_a_person_said_no(
    market: PeopleMarket, table: str
) -> None:
    _offer(market, PEOPLE, person_key="visitor")
    bare = _offer(market, table, person_key=None)
    agreement = market.agree(bare)
    market.market.deliver(agreement)
    market.say("P007", Act.WITHDRAWN)
    _refused(market, agreement)
    market.say("P007", Act.GIVEN)
    market.market.deliver(agreement)


def test_a_second_table_of_a_listing_under_another_name_of_the_key_is_looked_into(market: PeopleMarket) -> None:
    agreement = market.agree(_offer(market, STAYS, CARDS, person_key="visitor"))
    market.market.deliver(agreement)
    market.say("P008", Act.OBJECTED)
    _refused(market, agreement)


@pytest.mark.parametrize("table", [PEOPLE, CARDS])
def test_another_column_named_as_the_key_hides_nobody(market: PeopleMarket, table: str) -> None:
    _offer(market, PEOPLE, person_key="visitor")
    agreement = market.agree(_offer(market, table, person_key="region"))
    market.market.deliver(agreement)
    market.say("P007", Act.WITHDRAWN)
    _refused(market, agreement)


def test_who_is_in_none_of_the_tables_holds_nothing_back(market: PeopleMarket) -> None:
    agreement = market.agree(_offer(market, CARDS, person_key=None))
    market.say("Q999", Act.WITHDRAWN)
    market.market.deliver(agreement)


def test_a_column_that_is_the_key_of_another_listing_waits_for_a_person(market: PeopleMarket) -> None:
    _offer(market, PEOPLE, person_key="visitor")
    again = market.market.publish_tables(PEOPLE, person_key=None, **_KNOWN)
    other = market.market.publish_tables(PEOPLE, person_key="region", **_KNOWN)
    with market.exchange.reading(market.market.owner) as session:
        assert catalogue.get(session, other).state is ListingState.DRAFT
        listing = catalogue.get(session, again)
        ruling = flows.rule_listing(session, listing)
    assert listing.state is ListingState.DRAFT
    assert ruling.dossier.values["asset.unnamed_keys"] == ["visitor"]
    assert "HOUSE-KEY-NAMED" in {finding.rule for finding in ruling.findings(library.vocabulary())}
