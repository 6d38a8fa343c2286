"""Where somebody sits: which law is suggested for a country, and what a move to another one sets off."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from entrepot import catalogue, compliance, flows, parties, proof
from entrepot.catalogue import ListingState
from entrepot.compliance import Gate, library
from entrepot.compliance.conditions import leaves, paths_of
from entrepot.config import Settings
from entrepot.flows import concerns
from entrepot.kit import Decision, Invalid, NotFound, Refused
from entrepot.runtime import SYSTEM
from support.trading import Market, organisation_of


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """An exchange that asks the law of China."""
    return replace(settings, rule_packs="house,cn")


@pytest.mark.parametrize(("country", "packs"), [("CN", ("cn",)), ("DE", ("eu",)), ("US", ("us",)), ("BR", ())])
def test_a_countrys_own_packs_are_suggested(country: str, packs: tuple[str, ...]) -> None:
    assert flows.packs_of(country) == packs


def test_a_move_to_another_country_has_its_law_asked_of_what_is_on_offer(market: Market) -> None:
    listing, owner = market.publish(price="free").listing_id, organisation_of(market.owner)
    with market.exchange.session(market.operator) as session:
        assert flows.change_country(session, owner, "cn").country == "CN"
    market.exchange.run_due_jobs()
    with market.exchange.reading(market.owner) as session:
        newest = compliance.rulings(session, listing, Gate.LISTING)[0]
        assert newest.decision is Decision.NEEDS_INFO
        assert {pack["pack"] for pack in newest.record["packs"]} == {"house", "cn"}
        assert catalogue.get(session, listing).state is ListingState.LIVE, "a question takes nothing off"
        assert {line.kind for line in parties.inbox(session)} >= {"organisation.moved", "listing.judged"}
    with market.exchange.reading(SYSTEM) as session:
        assert [entry.kind for entry in proof.history(session, owner)] == ["organisation.moved"]
    with market.exchange.session(market.operator) as session:
        flows.change_country(session, owner, "CN")
    with market.exchange.reading(SYSTEM) as session:
        assert len(proof.history(session, owner)) == 1, "staying is no move"


def test_only_an_operator_moves_an_organisation_and_only_to_a_country(market: Market) -> None:
    owner = organisation_of(market.owner)
    for actor, place, error in (
        (market.owner, "FR", Refused), (market.stranger, "FR", Refused), (market.operator, "France", Invalid), (market.operator, "", Invalid),
    ):  # fmt: skip
        with market.unhurt(), pytest.raises(error), market.exchange.session(actor) as session:
            flows.change_country(session, owner, place)
    with market.unhurt(), pytest.raises(NotFound), market.exchange.session(market.operator) as session:
        flows.change_country(session, "org_none", "FR")


def test_facts_that_no_rule_asks_for_are_offered_to_the_side_that_knows_them(market: Market) -> None:
    owner = organisation_of(market.owner)
    with market.exchange.session(market.operator) as session:
        flows.change_country(session, owner, "CN")
    found = market.publish().listing_id
    with market.exchange.reading(market.owner) as session:
        ruling = flows.rule_listing(session, catalogue.get(session, found))
    assert [question.path for question in flows.trade_may_concern(ruling, is_owner=True)] == ["benefit.opt_in", "asset.registration_code"]
    assert flows.trade_may_concern(ruling, is_owner=False) == ()


def test_every_fact_that_a_rule_on_trades_begins_with_is_produced_or_offered() -> None:
    offered = {path for _, _, paths in concerns._BEGIN_WITH for path in paths}
    produced = "".join(path.read_text("utf-8") for path in Path(flows.__file__).parent.glob("*.py"))
    begun = {
        leaf.path
        for pack in library.shipped() for rule in pack.rules if rule.gates & {Gate.LISTING, Gate.CONTRACT, Gate.DELIVERY}
        for leaf in leaves(rule.when) if leaf.operator == "exists" and leaf.value is True
    }  # fmt: skip
    asked = {path for pack in library.shipped() for rule in pack.rules for path in paths_of(rule.require)}
    assert {path for path in begun - offered - asked if f'"{path}"' not in produced} == set()


VISITS = "visitor,day\n" + "".join(f"P{n % 12:03},2026-11-{n % 28 + 1:02}\n" for n in range(40))


@pytest.mark.parametrize(
    ("said", "asks", "laws"),
    [
        ({}, {"asset.subjects_in"}, ["DE", "EU"]),
        ({"countries": ["DE"]}, set(), ["DE", "EU"]),
        ({"facts": {"asset": {"under_14": False, "subjects_in": ["FR"]}}, "countries": ["CN"]}, set(), ["DE", "EU", "FR"]),
    ],
)
def test_where_the_persons_live_is_asked_where_laws_of_other_places_are_in_force(
    market: Market, said: dict[str, Any], asks: set[str], laws: list[str]
) -> None:
    listing = market.publish_tables(VISITS, **{"person_key": "visitor", "facts": {"asset": {"under_14": False}}, **said})
    with market.exchange.reading(market.owner) as session:
        ruling = flows.rule_listing(session, catalogue.get(session, listing))
    assert {fact.path for fact in ruling.missing} == asks
    assert ruling.dossier.values["deal.jurisdictions"] == laws
    assert ("HOUSE-PLACES-STATED" in {rule for fact in ruling.missing for rule in fact.rules}) == bool(asks)


def test_the_law_of_the_place_that_a_manifest_names_is_asked_of_data_about_persons_alone(market: Market) -> None:
    people = market.publish_tables(VISITS, person_key="visitor", facts={"asset": {"under_14": False}}, countries=["CN"])
    tides = market.publish_tables("day,height\n" + "".join(f"2026-11-{n:02},{n}\n" for n in range(1, 29)), countries=["CN"])
    with market.exchange.reading(market.owner) as session:
        asked, other = (flows.rule_listing(session, catalogue.get(session, one)) for one in (people, tides))
    assert "CN" in asked.dossier.values["deal.jurisdictions"]
    assert "basis.pipl" in {fact.path for fact in asked.missing}
    assert "CN" not in other.dossier.values["deal.jurisdictions"]


@pytest.mark.parametrize("word", ["USA", "Germany", "none", "de"])
def test_where_the_persons_live_is_a_country_and_nothing_else(market: Market, word: str) -> None:
    with market.unhurt(), pytest.raises(Invalid, match="not one of its values"):
        market.publish_tables(VISITS, person_key="visitor", facts={"asset": {"under_14": False, "subjects_in": [word]}})
