"""Of an owner's manifest and its answers the newer one counts, at every gate: nothing that was said before overrides a new version."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from entrepot import catalogue, compliance, flows
from entrepot.catalogue import ListingState
from entrepot.compliance import Gate, NotCompliant, Ruling
from entrepot.config import Settings
from entrepot.flows import dossiers
from entrepot.kit import Decision
from support.rulebook import ANSWERS, CHINA, PACKS, state
from support.trading import Market

BARRED = "asset.barred_content"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """An exchange that asks every pack."""
    return replace(settings, rule_packs=PACKS)


def _stating(**asset: object) -> dict[str, Any]:
    """Facts of a manifest: those of Chinese data, and more about the data."""
    return {**CHINA, "asset": {**CHINA["asset"], **asset}}


def _answer(market: Market, listing: str, **asset: object) -> Ruling:
    market.clock.advance(timedelta(minutes=1))
    values = {f"asset.{name}": value for name, value in asset.items()} if asset else ANSWERS
    with market.exchange.session(market.owner) as session:
        return flows.answer_listing(session, listing, values)


def _publish(market: Market, listing: str, **asset: object) -> None:
    market.clock.advance(timedelta(minutes=1))
    market.publish(listing_id=listing, facts=_stating(**asset))


def _facts(market: Market, listing: str) -> dict[str, Any]:
    """The facts of the newest version, as the daily judging has them."""
    with market.exchange.reading(market.owner) as session:
        found = catalogue.get(session, listing)
        version = catalogue.current_version(session, listing, found.pending_number)
        return dict(dossiers.of_version(session, version, found.organisation_id).values)


@pytest.fixture
def answered(market: Market) -> str:
    """A listing whose manifest says little, and whose owner has answered everything."""
    listing = market.publish(facts=CHINA).listing_id
    assert _answer(market, listing).decision is Decision.ALLOW
    return listing


def test_an_earlier_answer_does_not_override_what_a_new_manifest_states(market: Market, answered: str) -> None:
    with pytest.raises(NotCompliant):
        _publish(market, answered, barred_content=True)


def test_what_a_new_manifest_leaves_out_stays_answered(market: Market, answered: str) -> None:
    _publish(market, answered, classification="general")
    assert state(market, answered) is ListingState.LIVE
    assert _facts(market, answered)[BARRED] is ANSWERS[BARRED]


def test_an_answer_to_a_published_version_beats_its_manifest_until_the_next(market: Market, answered: str) -> None:
    _publish(market, answered, barred_content=False)
    assert _answer(market, answered, barred_content=True).decision is Decision.BLOCK
    assert _facts(market, answered)[BARRED] is True
    assert state(market, answered) is not ListingState.LIVE
    _publish(market, answered, barred_content=False)
    assert _facts(market, answered)[BARRED] is False
    assert state(market, answered) is ListingState.LIVE


def test_who_admitted_to_children_is_believed_whatever_a_manifest_states(market: Market, answered: str) -> None:
    _answer(market, answered, under_14=True)
    with pytest.raises(NotCompliant):
        _publish(market, answered, under_14=False)


def test_the_same_answer_once_more_is_newer_for_contract_and_delivery_too(market: Market, answered: str) -> None:
    _answer(market, answered, barred_content=True)
    _publish(market, answered, barred_content=False)
    agreement = market.agree(answered)
    market.deliver(agreement)
    market.deliver(agreement)
    _answer(market, answered, barred_content=True)
    with pytest.raises(compliance.NotCompliant):
        market.deliver(agreement)
    with market.exchange.reading(market.operator) as session:
        signed = compliance.rulings(session, agreement.negotiation_id, Gate.CONTRACT)[0]
        delivered = compliance.rulings(session, agreement.id, Gate.DELIVERY)
    assert signed.dossier.values[BARRED] is False
    assert [kept.dossier.values[BARRED] for kept in delivered] == [True, False]
