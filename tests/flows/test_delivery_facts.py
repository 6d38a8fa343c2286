"""What the rules are told of a delivery is what happens: which columns, to whom, and under an agreement that runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from entrepot import catalogue, flows
from entrepot.compliance import NotCompliant
from entrepot.config import Settings
from entrepot.flows import dossiers, gates
from entrepot.runtime import SYSTEM
from entrepot.trades import Agreement, AgreementState, move
from support.rulebook import ANSWERS, CHINA
from support.trading import Market

TIDES = "day,height\n" + "".join(f"2026-11-{day:02},{day / 10}\n" for day in range(1, 29))
WIDER = "day,height,salinity\n" + "".join(f"2026-11-{day:02},{day / 10},{day}\n" for day in range(1, 29))
SCOPE = "goes beyond the agreement"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """An exchange that asks the pack of China, whose rule holds a delivery against its agreement."""
    return replace(settings, rule_packs="house,cn")


def publish(market: Market, table: str, *, listing_id: str | None = None, **entries: Any) -> str:
    """Put tides of a Chinese harbour on offer by the month; the listing's id."""
    return market.publish_tables(table, listing_id=listing_id, price="5.00 EUR per month", facts={**CHINA, **ANSWERS}, **entries)


def newest(market: Market, listing: str) -> catalogue.Version:
    """The version on offer."""
    with market.exchange.reading(SYSTEM) as session:
        return catalogue.current_version(session, listing)


def handed(market: Market, agreement: Agreement, version: catalogue.Version, recipient_id: str | None = None) -> dict[str, Any]:
    """What the rules are told of a delivery."""
    with market.exchange.reading(SYSTEM) as session:
        return dossiers.handing_over(session, agreement, version, recipient_id=recipient_id or agreement.buyer_id)


def test_a_later_version_with_one_more_column_is_refused_until_it_is_agreed(market: Market) -> None:
    listing = publish(market, TIDES)
    agreement = market.agree(listing)
    market.deliver(agreement)
    publish(market, WIDER, listing_id=listing)
    version = newest(market, listing)
    facts = handed(market, agreement, version)
    assert (facts["agreement.fields"], facts["delivery.fields"]) == (["day", "height"], ["day", "height", "salinity"])
    with pytest.raises(NotCompliant, match=SCOPE):
        flows.deliver(market.exchange, market.buyer, agreement.id, version_id=version.id)
    assert flows.deliver(market.exchange, market.buyer, market.agree(listing).id, version_id=version.id).files


def test_rights_to_some_columns_deliver_these_of_a_later_version_too(market: Market) -> None:
    listing = publish(market, TIDES, offered={"columns": ["day", "height"]})
    agreement = market.agree(listing)
    publish(market, WIDER, listing_id=listing, offered={"columns": ["day", "height"]})
    version = newest(market, listing)
    assert handed(market, agreement, version)["delivery.fields"] == ["day", "height"]
    assert flows.deliver(market.exchange, market.buyer, agreement.id, version_id=version.id).files


def test_whoever_is_not_the_buyer_is_no_party_even_where_the_buyer_was_cleared_before(market: Market) -> None:
    agreement = market.agree(listing := publish(market, TIDES))
    version = newest(market, listing)
    market.deliver(agreement)
    assert gates.clear_delivery(market.exchange, market.buyer, agreement, version).ruling is None
    for actor in (market.stranger, SYSTEM):
        with pytest.raises(NotCompliant, match=SCOPE):
            gates.clear_delivery(market.exchange, actor, agreement, version)


def test_an_agreement_that_stopped_is_not_taken_for_one_that_runs(market: Market) -> None:
    agreement = market.agree(listing := publish(market, TIDES))
    version = newest(market, listing)
    market.deliver(agreement)
    with market.exchange.session(market.operator) as session:
        move(session, agreement.id, AgreementState.SUSPENDED, "for the test")
    stopped = market.agreement(agreement)
    assert handed(market, stopped, version)["delivery.agreement_active"] is False
    with pytest.raises(NotCompliant, match=SCOPE):
        gates.clear_delivery(market.exchange, market.buyer, stopped, version)


def test_what_may_not_be_traded_any_more_is_not_delivered_under_running_agreements_either(market: Market) -> None:
    listing = publish(market, TIDES)
    agreement = market.agree(listing)
    market.deliver(agreement)
    with market.exchange.session(market.owner) as session:
        flows.answer_listing(session, listing, {"asset.barred_content": True})
    with pytest.raises(NotCompliant, match="must not be traded"):
        flows.deliver(market.exchange, market.buyer, agreement.id)
    with market.exchange.session(market.owner) as session:
        flows.answer_listing(session, listing, {"asset.barred_content": False})
    assert flows.deliver(market.exchange, market.buyer, agreement.id).files


def test_a_buyer_whose_identity_is_in_doubt_takes_no_delivery(market: Market) -> None:
    agreement = market.agree(publish(market, TIDES))
    market.deliver(agreement)
    for is_verified in (False, True):
        with market.exchange.session(market.operator) as session:
            flows.identities.set_verified(session, agreement.buyer_id, verified=is_verified)
        if is_verified:
            assert flows.deliver(market.exchange, market.buyer, agreement.id).files
        else:
            with pytest.raises(NotCompliant, match="identity of a party"):
                flows.deliver(market.exchange, market.buyer, agreement.id)
