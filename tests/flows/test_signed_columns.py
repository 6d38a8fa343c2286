"""A later version never brings more about persons than the agreement was signed for; what was signed for can always be had."""

from __future__ import annotations

from typing import Any

import pytest

from entrepot import catalogue, delivery, flows
from entrepot.compliance import NotCompliant
from entrepot.kit import NotFound
from entrepot.runtime import SYSTEM
from entrepot.sharing.choosing import find_table, tables_of, versions_of
from entrepot.sharing.choosing import shared_schemas as schemas
from entrepot.trades import Agreement
from support.trading import Market

VISITORS = "visitor,age,region\n" + "".join(f"P{n:03},{20 + n % 12},{'NOSW'[n % 4]}\n" for n in range(48))
TIDES = "day,height\n" + "".join(f"2026-11-{day:02},{day / 10}\n" for day in range(1, 29))
MONTHLY = "5.00 EUR per month"


def with_column(table: str, name: str, values: str) -> str:
    """The table with one more column, whose values come round again and again."""
    head, *rows = table.splitlines()
    said = values.split()
    return "\n".join([f"{head},{name}", *(f"{row},{said[n % len(said)]}" for n, row in enumerate(rows))]) + "\n"


def publish(market: Market, table: str, listing_id: str | None = None, **entries: Any) -> str:
    """Put a table on offer by the month, or a later version; the operator lets pass what waits for its eyes."""
    person = {"person_key": "visitor"} if table.startswith("visitor") else {}
    listing = market.publish_tables(table, listing_id=listing_id, price=MONTHLY, **person, **entries)
    with market.exchange.session(market.operator) as session:
        if catalogue.get(session, listing).pending_number is not None:
            flows.approve_listing(session, listing)
    return listing


def agree(market: Market, listing: str, **more: Any) -> Agreement:
    """An agreement whose parties have answered what the house asks of data about persons."""
    asked = market.request(listing, **more)
    for actor, said in ((market.buyer, {"use.prohibited": ["none"]}), (market.owner, {"consent.covers_everyone": True})):
        with market.exchange.session(actor) as session:
            flows.answer_contract(session, asked.id, said)
    return market.accept(asked)


def columns(market: Market, made: flows.Delivered) -> list[str]:
    """The columns of what was delivered."""
    (file,) = made.parcel.files
    return market.exchange.blobs.get(file.key).decode().splitlines()[0].split(",")


def test_a_later_version_with_one_more_column_about_persons_is_refused_and_its_agreed_columns_can_be_had(market: Market) -> None:
    listing = publish(market, VISITORS)
    agreement = agree(market, listing)
    market.deliver(agreement)
    publish(market, with_column(VISITORS, "gender", "f m"), listing)
    with pytest.raises(NotCompliant, match="not signed for") as refused:
        flows.deliver(market.exchange, market.buyer, agreement.id, number=2)
    (finding,) = refused.value.details["findings"]
    assert (finding["rule"], "--agreed-columns" in finding["hint"]) == ("HOUSE-SIGNED-COLUMNS", True)
    taken = flows.deliver(market.exchange, market.buyer, agreement.id, number=2, agreed_columns=True)
    assert columns(market, taken) == ["age", "region"]
    newer = agree(market, listing)
    assert columns(market, flows.deliver(market.exchange, market.buyer, newer.id, number=2)) == ["age", "region", "gender"]


def test_a_column_that_says_nothing_by_itself_is_about_the_persons_of_its_rows_too(market: Market) -> None:
    listing = publish(market, VISITORS)
    agreement = agree(market, listing)
    publish(market, with_column(VISITORS, "parcels", "3 4 5 9"), listing)
    with pytest.raises(NotCompliant, match="not signed for"):
        flows.deliver(market.exchange, market.buyer, agreement.id, number=2)


def test_a_column_that_came_to_tell_more_of_persons_was_not_signed_for(market: Market) -> None:
    listing = publish(market, with_column(VISITORS, "remark", "x7 k2 z9"))
    agreement = agree(market, listing)
    publish(market, with_column(VISITORS, "remark", "female male female"), listing, columns={"remark": {"title": "Gender"}})
    with market.exchange.reading(SYSTEM) as session:
        signed, later = (catalogue.current_version(session, listing, number) for number in (1, 2))
    assert delivery.unsigned(agreement, signed, later) == ["remark"]
    assert delivery.agreed_only(agreement, signed, later).rights.columns == ("age", "region")


def test_a_subscription_to_data_about_nobody_gains_columns_as_it_always_did(market: Market) -> None:
    listing = publish(market, TIDES)
    agreement = market.agree(listing)
    publish(market, with_column(TIDES, "salinity", "31 32 33"), listing)
    made = flows.deliver(market.exchange, market.buyer, agreement.id, number=2)
    assert columns(market, made) == ["day", "height", "salinity"]


def test_a_share_goes_on_with_the_columns_that_were_signed_for(market: Market) -> None:
    listing = publish(market, VISITORS)
    agreement = agree(market, listing, method="table")
    publish(market, with_column(VISITORS, "gender", "f m"), listing)
    (schema,) = schemas(market.exchange, market.buyer)
    versions = versions_of(market.exchange, market.buyer, schema)
    assert [version.number for version in versions] == [1, 2]
    (listed,) = tables_of(schema, versions, versions[-1])
    shared = find_table(schema, versions, versions[-1], listed.name)
    flows.require_delivery(market.exchange, market.buyer, shared.schema.agreement, shared.version)
    assert shared.schema.agreement.rights.columns == ("age", "region")
    with pytest.raises(NotCompliant, match="not signed for"):
        flows.require_delivery(market.exchange, market.buyer, agreement, shared.version)


def test_a_version_that_the_agreement_does_not_cover_is_named_with_those_it_covers(market: Market) -> None:
    agreement = agree(market, publish(market, VISITORS))
    with pytest.raises(NotFound, match="covers no version 7"):
        flows.deliver(market.exchange, market.buyer, agreement.id, number=7)
