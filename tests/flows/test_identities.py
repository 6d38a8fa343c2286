"""Whether the operator stands by an organisation's identity decides what the rules of its trades say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from entrepot import catalogue, compliance, flows, parties, proof
from entrepot.catalogue import ListingState
from entrepot.compliance import Gate, NotCompliant
from entrepot.config import Settings
from entrepot.kit import NotFound, Refused
from entrepot.runtime import SYSTEM, Actor
from support.rulebook import ANSWERS, CHINA
from support.trading import Market, organisation_of


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """An exchange that asks the pack of China, which wants both parties' identity checked."""
    return replace(settings, rule_packs="house,cn")


def _note(market: Market, actor: Actor, *, verified: bool) -> None:
    with market.exchange.session(market.operator) as session:
        flows.set_verified(session, organisation_of(actor), verified=verified)


def test_an_owner_in_doubt_goes_off_offer_and_comes_back_when_its_papers_hold(market: Market) -> None:
    listing = market.publish(facts={**CHINA, **ANSWERS}).listing_id
    for verified, state in ((False, ListingState.SUSPENDED), (True, ListingState.LIVE)):
        _note(market, market.owner, verified=verified)
        market.exchange.run_due_jobs()
        with market.exchange.reading(SYSTEM) as session:
            assert catalogue.get(session, listing).state is state
            assert compliance.rulings(session, listing, Gate.LISTING)[0].dossier.values["owner.verified"] is verified
    with market.exchange.reading(market.owner) as session:
        assert {line.kind for line in parties.inbox(session)} >= {"organisation.doubted", "organisation.verified"}
    with market.exchange.reading(SYSTEM) as session:
        assert len(proof.history(session, organisation_of(market.owner))) == 2
    _note(market, market.owner, verified=True)
    with market.exchange.reading(SYSTEM) as session:
        assert len(proof.history(session, organisation_of(market.owner))) == 2, "a repeat is no news"


def test_a_buyer_in_doubt_signs_nothing(market: Market) -> None:
    negotiation = market.request(market.publish(facts={**CHINA, **ANSWERS}, price="free").listing_id)
    _note(market, market.buyer, verified=False)
    with pytest.raises(NotCompliant):
        market.accept(negotiation)
    _note(market, market.buyer, verified=True)
    assert market.accept(negotiation)


def test_only_an_operator_notes_it_and_only_of_an_organisation(market: Market) -> None:
    for actor, organisation_id, error in (
        (market.owner, organisation_of(market.owner), Refused), (market.regulator, organisation_of(market.owner), Refused), (market.operator, "org_none", NotFound),
    ):  # fmt: skip
        with market.unhurt(), pytest.raises(error), market.exchange.session(actor) as session:
            flows.set_verified(session, organisation_id, verified=False)
