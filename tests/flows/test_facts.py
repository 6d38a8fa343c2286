"""What the rules are told of a case is true: persons behind a key, consents as the records have them, where the parties are, uses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from entrepot import catalogue, compliance, flows, notices
from entrepot.compliance import FactsMissing, Gate, NotCompliant, Source
from entrepot.compliance.ruling import Ruling
from entrepot.consent import Act
from entrepot.flows import gates, uses
from entrepot.parties.tables import organisations
from entrepot.runtime import SYSTEM, Exchange
from entrepot.trades import Agreement, Negotiation
from support.consenting import PERSONS, PeopleMarket, open_people_market


@pytest.fixture
def market(exchange: Exchange, tmp_path: Path) -> PeopleMarket:
    """An owner with a table of twelve persons, a buyer, a stranger."""
    return open_people_market(exchange, tmp_path / "goods")


def _contract(market: PeopleMarket, negotiation: Negotiation) -> Ruling:
    with market.exchange.reading(SYSTEM) as session:
        return gates.rule_contract(session, negotiation)


def _kept(market: PeopleMarket, agreement: Agreement) -> list[compliance.KeptRuling]:
    with market.exchange.reading(SYSTEM) as session:
        return compliance.rulings(session, agreement.id, Gate.DELIVERY)


def _everybody_says(market: PeopleMarket, act: Act, persons: tuple[str, ...] = PERSONS, **scope: Any) -> None:
    for person in persons:
        market.say(person, act, **scope)


def test_a_column_that_tells_whose_row_it_is_makes_the_goods_personal(market: PeopleMarket) -> None:
    listing = market.publish()
    with market.exchange.reading(SYSTEM) as session:
        facts = flows.rule_listing(session, catalogue.get(session, listing)).dossier
    assert (facts.values["asset.personal"], facts.source("asset.personal")) == (True, Source.MEASURED)
    assert facts.values["asset.rows_about_persons"] is True
    assert facts.values["asset.grade"] == 2


def test_without_a_record_of_consents_only_the_owner_says_how_they_stand(market: PeopleMarket) -> None:
    facts = _contract(market, market.request(market.publish())).dossier
    assert {path: value for path, value in facts.values.items() if path.startswith("consent.")} == {
        "consent.required": False, "consent.covers_everyone": False,
    }  # fmt: skip
    assert facts.source("consent.covers_everyone") is Source.DECLARED


def test_consents_for_anybody_cover_a_recipient_whom_they_do_not_name(market: PeopleMarket) -> None:
    listing = market.publish(consent="required")
    _everybody_says(market, Act.GIVEN, listing_id=listing)
    facts = _contract(market, market.request(listing)).dossier
    assert (facts.values["consent.covers_recipient"], facts.values["consent.names_recipient"]) == (True, False)
    assert facts.source("consent.covers_recipient") is Source.MEASURED
    assert market.visitors(market.agree(listing)) == [*PERSONS, *PERSONS]


def test_what_the_records_hold_wins_over_what_the_owner_says(market: PeopleMarket) -> None:
    listing = market.publish(facts={"consent": {"kind": "written", "status": "given"}})
    negotiation = market.request(listing)
    assert _contract(market, negotiation).dossier.source("consent.kind") is Source.DECLARED
    _everybody_says(market, Act.GIVEN, PERSONS[:-1])
    gaps = _contract(market, negotiation).dossier
    assert (gaps.values["consent.covers_everyone"], gaps.values["consent.kind"], gaps.values["consent.status"]) == (
        False,
        "none",
        "incomplete",
    )
    _everybody_says(market, Act.GIVEN, PERSONS[-1:])
    whole = _contract(market, negotiation).dossier
    assert (whole.values["consent.covers_everyone"], whole.values["consent.kind"]) == (True, "separate")
    assert whole.source("consent.kind") is Source.MEASURED


def test_who_objects_leaves_no_gap_because_a_delivery_leaves_them_out(market: PeopleMarket) -> None:
    listing = market.publish()
    _everybody_says(market, Act.GIVEN)
    market.say("P003", Act.OBJECTED)
    assert _contract(market, market.request(listing)).dossier.values["consent.covers_everyone"] is True


def test_a_consent_that_stood_at_the_signature_is_looked_at_again_with_every_delivery(market: PeopleMarket) -> None:
    listing = market.publish(consent="required")
    market.say("P001", Act.GIVEN)
    agreement = market.agree(listing)
    market.visitors(agreement)
    market.say("P001", Act.WITHDRAWN)
    market.visitors(agreement)
    assert [kept.dossier.values["consent.status"] for kept in _kept(market, agreement)] == ["incomplete", "given"]
    assert "consent.purposes" not in _kept(market, agreement)[0].dossier.values


def test_persons_are_counted_once_for_each_recipient_where_consents_have_gaps(market: PeopleMarket) -> None:
    listing = market.publish()
    _everybody_says(market, Act.GIVEN, PERSONS[:2])
    by_buyer, again, by_other = market.agree(listing), market.agree(listing), market.agree(listing, by=market.market.stranger)
    counts = []
    for agreement, by in ((by_buyer, market.market.buyer), (again, market.market.buyer), (by_other, market.market.stranger)):
        market.market.deliver(agreement, by=by)
        counts.append(_kept(market, agreement)[0].dossier.values["delivery.persons_times_recipients"])
    assert counts == [12, 12, 24]


def test_a_move_to_another_country_is_judged_anew_for_exactly_the_deliveries_of_that_party(market: PeopleMarket) -> None:
    listing, stranger = market.publish(), market.market.stranger
    own, other = market.agree(listing), market.agree(listing, by=stranger)

    def deliver() -> tuple[int, int]:
        market.market.deliver(own)
        market.market.deliver(other, by=stranger)
        return len(_kept(market, own)), len(_kept(market, other))

    assert deliver() == deliver() == (1, 1)
    with market.exchange.session(SYSTEM) as session:
        session.db.execute(sa.update(organisations).where(organisations.c.id == market.buyer_id).values(country="BR"))
    assert deliver() == (2, 1)
    moved = _kept(market, own)[0].dossier.values
    assert moved["buyer.country"] == "BR"
    assert "BR" in moved["deal.jurisdictions"]
    with market.exchange.session(SYSTEM) as session:
        session.db.execute(sa.update(organisations).where(organisations.c.id == market.owner_id).values(country="BR"))
    assert deliver() == (3, 2)


def test_a_buyer_of_personal_data_says_which_barred_use_it_comes_to_or_none(market: PeopleMarket) -> None:
    listing = market.publish()
    negotiation = market.market.request(listing)
    with pytest.raises(FactsMissing) as asked:
        market.market.accept(negotiation)
    assert asked.value.details["missing"] == ["use.prohibited"]
    with market.exchange.session(market.market.buyer) as session:
        flows.answer_contract(session, negotiation.id, {"use.prohibited": ["none"]})
    assert market.market.accept(negotiation)


def test_an_owner_does_not_answer_for_the_buyer_by_the_listing(market: PeopleMarket) -> None:
    listing = market.publish(facts={"use": {"prohibited": ["none"]}})
    with pytest.raises(FactsMissing):
        market.market.accept(market.market.request(listing))
    with pytest.raises(NotCompliant):
        market.market.accept(market.request(listing, uses=("none", "covert_profiling")))
    with market.exchange.reading() as session:
        assert notices.totals(session) == {(notices.Prohibited.COVERT_PROFILING, notices.Gate.CONTRACT): 1}


def test_nobody_is_asked_about_data_that_tell_of_no_person(market: PeopleMarket) -> None:
    assert market.market.accept(market.market.request(market.market.publish().listing_id))


@pytest.mark.parametrize(
    ("purpose", "facts", "found"),
    [
        ("dpv:PersonnelMonitoring", {"asset.categories": ["pd:TradeUnionMembership"]}, {"dissent_surveillance"}),
        ("dpv:AcademicResearch", {"asset.categories": ["pd:PoliticalOpinion"]}, set()),
        ("dpv:TargetedAdvertising", {"asset.under_14": True}, {"child_profiling"}),
        ("dpv:TargetedAdvertising", {"asset.under_14": True, "asset.grade": 4}, set()),
        ("dpv:TargetedAdvertising", {"asset.under_14": True, "asset.personal": False}, set()),
        ("dpv:ImprovePublicServices", {"asset.under_14": True}, set()),
    ],
)
def test_a_purpose_shows_a_barred_use_together_with_the_goods(purpose: str, facts: dict[str, Any], found: set[str]) -> None:
    assert uses.prohibited(purpose, {"asset.personal": True} | facts) == found
