"""The rules at the gates: what they ask is answered, what they forbid is refused and kept, what they leave open a person decides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from entrepot import catalogue, compliance, flows, notices, parties, proof
from entrepot.catalogue import ListingState
from entrepot.compliance import AwaitsDecision, FactsMissing, Gate, NotCompliant
from entrepot.config import Settings
from entrepot.flows import ways
from entrepot.kit import Conflict, Decision, Invalid, NotFound, Refused
from entrepot.trades import Negotiation
from support.route_table import PACK
from support.rulebook import ANSWERS, CHINA, PACKS, REVIEWED, REVIEWED_VECTORS, install, rulings, state
from support.trading import Market, organisation_of


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """An exchange that asks every pack."""
    return replace(settings, rule_packs=PACKS)


def test_a_listing_waits_until_its_questions_are_answered(market: Market) -> None:
    listing = market.publish(facts=CHINA).listing_id
    assert state(market, listing) is ListingState.DRAFT
    with market.exchange.reading(market.owner) as session:
        spot = flows.ways.of_listing(session, catalogue.get(session, listing))
        shown = flows.shown_ruling(flows.rule_listing(session, catalogue.get(session, listing)), spot)
        chinese = flows.shown_ruling(flows.rule_listing(session, catalogue.get(session, listing)), spot, "zh")
    assert {question["path"] for question in shown["questions"]} == set(ANSWERS)
    assert any("art. 33" in finding["citation"] and finding["hint"] for finding in shown["findings"])
    assert all(question["question"] and question["why"] for question in chinese["questions"])
    with market.exchange.session(market.owner) as session:
        ruling = flows.answer_listing(session, listing, dict(list(ANSWERS.items())[:2]))
    assert ruling.decision is Decision.NEEDS_INFO
    with market.exchange.session(market.owner) as session:
        assert flows.answer_listing(session, listing, ANSWERS).decision is Decision.ALLOW
    assert state(market, listing) is ListingState.LIVE
    assert rulings(market, listing) == [Decision.ALLOW, Decision.NEEDS_INFO, Decision.NEEDS_INFO]


def test_nobody_waves_through_what_has_to_be_known(market: Market) -> None:
    listing = market.publish(facts=CHINA).listing_id
    with market.exchange.session(market.operator) as session, pytest.raises(FactsMissing):
        flows.approve_listing(session, listing)
    assert state(market, listing) is ListingState.DRAFT


def test_only_the_owner_answers_for_a_listing(market: Market) -> None:
    listing = market.publish(facts=CHINA).listing_id
    for actor in (market.stranger, market.buyer, market.operator):
        with market.unhurt(), market.exchange.session(actor) as session, pytest.raises((NotFound, Refused)):
            flows.answer_listing(session, listing, ANSWERS)


def test_an_answer_of_the_wrong_kind_is_named_and_nothing_is_kept(market: Market) -> None:
    listing = market.publish(facts=CHINA).listing_id
    wrong = pytest.raises(Invalid, match=r"source\.authorised.*neither true nor false")
    with market.unhurt(), wrong, market.exchange.session(market.owner) as session:
        flows.answer_listing(session, listing, {**ANSWERS, "source.authorised": "yes"})
    with pytest.raises(Invalid, match="no fact that rules ask for"), market.exchange.session(market.owner) as session:
        flows.answer_listing(session, listing, {"source.kind": "x"})


def test_what_the_rules_forbid_is_refused_with_article_and_remedy_and_the_ruling_is_kept(market: Market) -> None:
    barred = {"asset": {"subjects_in": ["CN"], "barred_content": True}}
    with pytest.raises(NotCompliant) as caught:
        market.publish(facts=barred)
    assert "art." in caught.value.message
    assert caught.value.hint
    owner = organisation_of(market.owner)
    assert rulings(market, owner) == [Decision.BLOCK]
    with pytest.raises(NotCompliant):
        market.publish(facts=barred)
    assert rulings(market, owner) == [Decision.BLOCK]  # The same again leaves no second trace.


def test_a_prohibited_use_is_refused_whoever_agrees_and_counted_for_everybody(market: Market) -> None:
    negotiation = market.request(market.publish().listing_id)
    with market.exchange.session(market.buyer) as session:
        flows.answer_contract(session, negotiation.id, {"use.prohibited": ["covert_profiling"]})
    with pytest.raises(NotCompliant):
        market.accept(negotiation)
    with market.exchange.reading() as session:
        assert notices.totals(session) == {(notices.Prohibited.COVERT_PROFILING, notices.Gate.CONTRACT): 1}


def test_a_prohibited_use_counts_when_it_is_named_and_once_for_each_request(market: Market) -> None:
    listing = market.publish().listing_id
    first, second = market.request(listing), market.request(listing)
    for negotiation, *uses in (
        (first, "covert_profiling"),
        (first, "none"),
        (first, "covert_profiling"),
        (first, "covert_profiling", "score_pricing"),
        (second, "covert_profiling"),
    ):
        _say(market, negotiation, *uses)
    for _ in range(2):
        with pytest.raises(NotCompliant):
            market.accept(first)
    _say(market, second, "none")
    with market.exchange.reading() as session:
        assert notices.totals(session) == {
            (notices.Prohibited.COVERT_PROFILING, notices.Gate.CONTRACT): 2, (notices.Prohibited.SCORE_PRICING, notices.Gate.CONTRACT): 1,
        }  # fmt: skip


def _say(market: Market, negotiation: Negotiation, *uses: str) -> Decision:
    with market.exchange.session(market.buyer) as session:
        why = {"use.explained": "I took it for marketing."} if uses == ("none",) else {}
        return flows.answer_contract(session, negotiation.id, {"use.prohibited": list(uses), **why}).decision


def _left_to_operator(market: Market) -> list[compliance.KeptRuling]:
    with market.exchange.reading(market.operator) as session:
        return flows.waiting_rulings(session)


def test_a_prohibited_use_that_was_named_is_not_taken_back_with_a_word(market: Market) -> None:
    listing = market.publish().listing_id
    negotiation = market.request(listing)
    assert _say(market, negotiation, "re_identification") is Decision.BLOCK
    assert _say(market, negotiation, "none") is Decision.REVIEW
    with pytest.raises(AwaitsDecision, match="now says that it is none"):
        market.accept(negotiation)
    (waiting,) = _left_to_operator(market)
    with market.exchange.reading(market.operator) as session:
        assert "finding out who is behind" in flows.why_waiting(session, waiting)[-2]
        assert "重新识别个人" in flows.why_waiting(session, waiting, "zh")[-2]
        assert flows.why_waiting(session, waiting)[-1] == "Why was the first answer about the use wrong? I took it for marketing."
    another = market.request(listing)
    assert _say(market, another, "none") is Decision.REVIEW, "it binds every request of this buyer for this listing"
    other_listing = market.request(market.publish(title="The same flowers").listing_id)
    assert _say(market, other_listing, "none") is Decision.REVIEW, "and for the same data in another listing of the owner"
    other_owner = market.request(market.publish(by=market.stranger, title="Other flowers").listing_id)
    assert _say(market, other_owner, "none") is Decision.ALLOW
    with market.exchange.session(market.operator) as session:
        flows.approve_ruling(session, waiting.id, reason="A slip of the pen; the buyer has explained it.")
    assert market.accept(negotiation)
    assert market.accept(another), "a person has decided, and it binds no longer"
    assert market.accept(other_listing)
    assert _left_to_operator(market) == []


def test_who_takes_a_prohibited_use_back_says_why_and_a_person_decides_by_it(market: Market) -> None:
    negotiation = market.request(market.publish().listing_id)
    _say(market, negotiation, "covert_profiling")
    with market.exchange.session(market.buyer) as session:
        ruling = flows.answer_contract(session, negotiation.id, {"use.prohibited": ["none"]})
        found = {one["rule"]: one for one in flows.shown_ruling(ruling, ways.of_negotiation(session, negotiation))["findings"]}
    assert (ruling.decision, [fact.path for fact in ruling.missing]) == (Decision.REVIEW, ["use.explained"])
    (way,) = found["HOUSE-USE-EXPLAINED"]["ways"]
    assert way["page"] == f"/negotiations/{negotiation.id}/rules?ask=use.explained#ask"
    assert way["command"].startswith(f"entrepot answer {negotiation.id} use.explained=")
    with pytest.raises(AwaitsDecision):
        market.accept(negotiation)
    for why in ("", "-", "A slip of the pen.", "I took it for marketing."):
        with market.exchange.session(market.buyer) as session:
            assert flows.answer_contract(session, negotiation.id, {"use.explained": why}).decision is Decision.REVIEW, "no word passes it"
    (waiting,) = _left_to_operator(market)
    with market.exchange.session(market.operator) as session:
        assert flows.why_waiting(session, waiting)[-1] == "Why was the first answer about the use wrong? I took it for marketing."
        assert flows.why_waiting(session, waiting, "zh")[-1] == "此前关于用途的回答为何有误？ I took it for marketing."
        flows.approve_ruling(session, waiting.id, reason="It is marketing.")
    assert market.accept(negotiation)


def test_what_a_person_refuses_stays_refused_until_the_facts_are_others(market: Market) -> None:
    negotiation = market.request(market.publish().listing_id)
    _say(market, negotiation, "covert_profiling")
    _say(market, negotiation, "none")
    with pytest.raises(AwaitsDecision):
        market.accept(negotiation)
    (waiting,) = _left_to_operator(market)
    with market.unhurt(), pytest.raises(Refused), market.exchange.session(market.buyer) as session:
        compliance.refuse(session, waiting.id, reason="mine")
    with market.exchange.session(market.operator) as session:
        made = compliance.refuse(session, waiting.id, reason="Its product is a profile of everybody.")
    assert (made.decision, made.reason) == (Decision.BLOCK, "Its product is a profile of everybody.")
    for _ in range(2):
        with pytest.raises(NotCompliant, match="A person of the exchange has refused it"):
            market.accept(negotiation)
    assert _left_to_operator(market) == [], "nobody is asked the same again"
    with market.exchange.reading() as session:
        assert sum(notices.totals(session).values()) == 1, "what was named; what a person refuses is no prohibited use by that"
    with pytest.raises(Conflict), market.exchange.session(market.operator) as session:
        compliance.refuse(session, waiting.id, reason="Again.")
    with market.exchange.session(market.buyer) as session:
        flows.answer_contract(session, negotiation.id, {"use.automated_decision": False})
    with pytest.raises(AwaitsDecision):
        market.accept(negotiation)


def test_an_answer_given_before_the_decision_and_not_part_of_it_still_binds(market: Market) -> None:
    negotiation = market.request(market.publish().listing_id)
    _say(market, negotiation, "covert_profiling")
    _say(market, negotiation, "none")
    with pytest.raises(AwaitsDecision):
        market.accept(negotiation)
    (waiting,) = _left_to_operator(market)
    _say(market, negotiation, "score_pricing")
    _say(market, negotiation, "none")
    with market.exchange.session(market.operator) as session:
        flows.approve_ruling(session, waiting.id, reason="No profiles are meant.")
    with pytest.raises(AwaitsDecision):
        market.accept(negotiation)


def test_a_declared_fact_never_overrules_a_measured_one(market: Market) -> None:
    ruling = rule_of(market, market.publish(facts={"owner": {"country": "CN"}, "offer": {"public": False}}).listing_id)
    assert ruling.dossier.values["owner.country"] != "CN"
    assert ruling.dossier.values["offer.public"] is True


@pytest.mark.parametrize(
    "said",
    [{"owner.country": "CN"}, {"offer.public": False}, {"asset.grade": 4}, {"deal.cross_border": False}, {"cleanroom.min_group": 20}],
)
def test_an_answer_that_counts_for_nothing_is_refused_by_name_and_nothing_is_kept(market: Market, said: dict[str, Any]) -> None:
    listing = market.publish().listing_id
    (path,) = said
    with (
        market.unhurt(),
        pytest.raises(Invalid, match=rf"{path}.*counts for nothing") as refused,
        market.exchange.session(market.owner) as session,
    ):
        flows.answer_listing(session, listing, {"asset.classification": "general", **said})
    assert refused.value.hint
    assert path not in rule_of(market, listing).dossier.values or path in ("owner.country", "offer.public")
    negotiation = market.request(listing)
    with market.unhurt(), pytest.raises(Invalid, match="counts for nothing"), market.exchange.session(market.buyer) as session:
        flows.answer_contract(session, negotiation.id, {"buyer.country": "US"})


def test_an_answer_that_admits_to_something_is_kept_whatever_was_measured(market: Market) -> None:
    listing = market.publish().listing_id
    with market.exchange.session(market.owner) as session:
        ruling = flows.answer_listing(session, listing, {"asset.personal": True, "asset.persons": 5})
    assert ruling.dossier.values["asset.personal"] is True


def rule_of(market: Market, listing_id: str) -> compliance.Ruling:
    with market.exchange.reading(market.owner) as session:
        return flows.rule_listing(session, catalogue.get(session, listing_id))


def test_finding_nothing_is_no_proof_so_whoever_admits_to_children_is_believed(market: Market) -> None:
    with pytest.raises(NotCompliant, match="children under 14"):
        market.publish(facts={"asset": {"under_14": True}})
    with market.exchange.reading() as session:
        assert notices.totals(session) == {(notices.Prohibited.UNDER_14, notices.Gate.LISTING): 1}


def test_nobody_answers_for_the_other_side_of_a_trade(market: Market) -> None:
    negotiation = market.request(market.publish(facts={"asset": {"classification": "important"}}).listing_id)
    for actor, facts in ((market.buyer, {"asset.classification": "general"}), (market.owner, {"use.automated_decision": False})):
        with market.unhurt(), pytest.raises(Invalid, match="to answer"), market.exchange.session(actor) as session:
            flows.answer_contract(session, negotiation.id, facts)
    with market.exchange.session(market.owner) as session:
        ruling = flows.answer_contract(session, negotiation.id, {"asset.classification": "general"})
    assert ruling.dossier.values["asset.classification"] == "important"


def test_every_decision_on_the_way_is_kept_and_in_the_log(market: Market) -> None:
    listing = market.publish().listing_id
    agreement = market.trade(listing)
    market.seal()
    with market.exchange.reading(market.operator) as session:
        kept = [compliance.rulings(session, subject)[0] for subject in (listing, agreement.negotiation_id, agreement.id)]
        assert [(one.gate, one.decision) for one in kept] == [
            (gate, Decision.ALLOW) for gate in (Gate.LISTING, Gate.CONTRACT, Gate.DELIVERY)
        ]
        for one in kept:
            receipt = flows.prove(session, one.entry_id)
            assert receipt["fact"]["facts"] == one.dossier.digest
            assert {pack["pack"] for pack in receipt["fact"]["packs"]} == {"house", "cn", "eu", "us"}
        assert proof.history(session, agreement.id)[0].kind == "agreement.signed"


def test_a_delivery_is_judged_once_until_something_it_hangs_on_changes(market: Market) -> None:
    agreement = market.agree(market.publish().listing_id)
    market.deliver(agreement)
    market.deliver(agreement)
    assert len(rulings(market, agreement.id)) == 1
    market.wait(days=1)
    market.deliver(agreement)
    assert len(rulings(market, agreement.id)) == 2
    install(market, PACK["pack"], PACK["vectors"])
    market.deliver(agreement)
    assert len(rulings(market, agreement.id)) == 3


def test_what_the_rules_leave_to_a_person_waits_for_one_and_its_duties_are_signed(market: Market) -> None:
    install(market, REVIEWED, REVIEWED_VECTORS)
    negotiation = market.request(market.publish().listing_id)
    for _ in range(2):
        with pytest.raises(AwaitsDecision, match="looked at by a person"):
            market.accept(negotiation)
    with market.exchange.reading(market.operator) as session:
        waiting = flows.waiting_rulings(session)
    assert [one.subject_id for one in waiting] == [negotiation.id]
    with market.unhurt(), pytest.raises(Refused), market.exchange.session(market.buyer) as session:
        compliance.approve(session, waiting[0].id, reason="mine")
    with market.exchange.session(market.operator) as session:
        compliance.approve(session, waiting[0].id, reason="It is harmless.")
    agreement = market.accept(negotiation)
    assert [duty["do"] for duty in agreement.duties] == ["keep_records_3y"]
    with pytest.raises(Conflict, match="approved already"), market.exchange.session(market.operator) as session:
        compliance.approve(session, waiting[0].id, reason="Again.")


def test_what_is_read_as_a_stream_leaves_the_connection_fit_for_writing(market: Market) -> None:
    market.agree(market.publish(price="free").listing_id)
    with market.exchange.session(market.operator) as session:
        kept = list(compliance.newest(session, Gate.CONTRACT))
        parties.notify(session, kept[0].organisation_id, "listing.judged", kept[0].subject_id, decision="allow")
    with market.exchange.reading(market.owner) as session:
        assert parties.inbox(session)[0].kind == "listing.judged"
