"""The rules at the gates: what they ask is answered, what they forbid is refused and kept, what they leave open a person decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from entrepot import catalogue, compliance, flows, notices, parties, proof
from entrepot.catalogue import ListingState
from entrepot.compliance import AwaitsDecision, FactsMissing, Gate, NotCompliant
from entrepot.config import Settings
from entrepot.flows import trials
from entrepot.flows.rulebook import judge_daily
from entrepot.kit import Conflict, Decision, Invalid, NotFound, Refused
from entrepot.runtime import SYSTEM
from entrepot.runtime.exchange import _tickers
from support.route_table import PACK
from support.trading import Market, organisation_of

PACKS = "house,cn,eu,us"
CHINA: dict[str, Any] = {"asset": {"subjects_in": ["CN"]}}
ANSWERS: dict[str, Any] = {
    "source.kinds": ["own_operation"], "source.authorised": True, "asset.classification": "general", "asset.public_data": False,
    "asset.barred_content": False,
}  # fmt: skip
REVIEWED = """
pack: own
version: "1"
title: {en: Own rules, zh: 自有规则}
instruments: {own: {title: {en: Own charter, zh: 自有章程}, in_force: 2020-01-01, certainty: S}}
rules:
- id: OWN-LOOK
  gate: contract
  cite: [{i: own, art: 3}]
  deontic: obligation
  severity: review
  require: [offer.public, eq, false]
  message: {en: Public offers are looked at by a person., zh: 公开要约由人员审核。}
  fix: [{en: Wait for the person., zh: 等待审核。}]
  duties: [{do: keep_records_3y}]
"""
REVIEWED_VECTORS = """
cases:
- {case: public, gate: contract, facts: {offer.public: true}, expect: review, rules: [OWN-LOOK]}
- {case: private, gate: contract, facts: {offer.public: false}, expect: allow}
"""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """An exchange that asks every pack."""
    return replace(settings, rule_packs=PACKS)


def _state(market: Market, listing_id: str) -> ListingState:
    with market.exchange.reading(SYSTEM) as session:
        return catalogue.get(session, listing_id).state


def _rulings(market: Market, subject_id: str) -> list[Decision]:
    with market.exchange.reading(SYSTEM) as session:
        return [kept.decision for kept in compliance.rulings(session, subject_id)]


def _install(market: Market, pack: str, vectors: str) -> None:
    with market.exchange.session(market.operator) as session:
        flows.install_pack(session, pack, vectors)


def test_a_listing_waits_until_its_questions_are_answered(market: Market) -> None:
    listing = market.publish(facts=CHINA).listing_id
    assert _state(market, listing) is ListingState.DRAFT
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
    assert _state(market, listing) is ListingState.LIVE
    assert _rulings(market, listing) == [Decision.ALLOW, Decision.NEEDS_INFO, Decision.NEEDS_INFO]


def test_nobody_waves_through_what_has_to_be_known(market: Market) -> None:
    listing = market.publish(facts=CHINA).listing_id
    with market.exchange.session(market.operator) as session, pytest.raises(FactsMissing):
        flows.approve_listing(session, listing)
    assert _state(market, listing) is ListingState.DRAFT


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
    assert _rulings(market, owner) == [Decision.BLOCK]
    with pytest.raises(NotCompliant):
        market.publish(facts=barred)
    assert _rulings(market, owner) == [Decision.BLOCK]  # The same again leaves no second trace.


def test_a_prohibited_use_is_refused_whoever_agrees_and_counted_for_everybody(market: Market) -> None:
    negotiation = market.request(market.publish().listing_id)
    with market.exchange.session(market.buyer) as session:
        flows.answer_contract(session, negotiation.id, {"use.prohibited": ["covert_profiling"]})
    with pytest.raises(NotCompliant):
        market.accept(negotiation)
    with market.exchange.reading() as session:
        assert notices.totals(session) == {(notices.Prohibited.COVERT_PROFILING, notices.Gate.CONTRACT): 1}
    with market.exchange.session(market.buyer) as session:
        flows.answer_contract(session, negotiation.id, {"use.prohibited": []})
    assert market.accept(negotiation)


def test_a_declared_fact_never_overrules_a_measured_one(market: Market) -> None:
    listing = market.publish().listing_id
    with market.exchange.session(market.owner) as session:
        ruling = flows.answer_listing(session, listing, {"owner.country": "CN", "offer.public": False})
    assert ruling.dossier.values["owner.country"] != "CN"
    assert ruling.dossier.values["offer.public"] is True


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
    assert len(_rulings(market, agreement.id)) == 1
    market.wait(days=1)
    market.deliver(agreement)
    assert len(_rulings(market, agreement.id)) == 2
    _install(market, PACK["pack"], PACK["vectors"])
    market.deliver(agreement)
    assert len(_rulings(market, agreement.id)) == 3


def test_what_the_rules_leave_to_a_person_waits_for_one_and_its_duties_are_signed(market: Market) -> None:
    _install(market, REVIEWED, REVIEWED_VECTORS)
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


def test_a_pack_that_forbids_what_is_on_offer_takes_it_off_and_gives_it_back(market: Market) -> None:
    listing = market.publish().listing_id
    forbidding = REVIEWED.replace("gate: contract", "gate: listing").replace("severity: review", "severity: block")
    _install(market, forbidding, REVIEWED_VECTORS.replace("gate: contract", "gate: listing").replace("expect: review", "expect: block"))
    market.exchange.run_due_jobs()
    assert _state(market, listing) is ListingState.SUSPENDED
    with market.exchange.reading(market.owner) as session:
        assert "looked at by a person" in catalogue.get(session, listing).reason
    with market.exchange.session(market.operator) as session:
        flows.uninstall_pack(session, "own")
    market.exchange.run_due_jobs()
    assert _state(market, listing) is ListingState.LIVE


def test_an_exchange_that_is_restarted_every_night_judges_every_day(market: Market) -> None:
    paces = {function: seconds for seconds, function in _tickers}
    assert paces[judge_daily](market.exchange.settings) <= 3600, "a timer counts from the start of the process"
    listing = market.publish().listing_id
    market.clock.advance(timedelta(days=1))
    for _ in range(3):
        judge_daily(market.exchange)
    with market.exchange.database.snapshot() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM jobs WHERE name = 'flows.judge_again'").scalar_one() == 1
    market.exchange.run_due_jobs()
    assert _state(market, listing) is ListingState.LIVE


def test_what_is_read_as_a_stream_leaves_the_connection_fit_for_writing(market: Market) -> None:
    market.agree(market.publish(price="free").listing_id)
    with market.exchange.session(market.operator) as session:
        kept = list(compliance.newest(session, Gate.CONTRACT))
        parties.notify(session, kept[0].organisation_id, "listing.judged", kept[0].subject_id, decision="allow")
    with market.exchange.reading(market.owner) as session:
        assert parties.inbox(session)[0].kind == "listing.judged"


def test_a_pack_with_remarks_leaves_the_old_one_in_force(market: Market) -> None:
    _install(market, REVIEWED, REVIEWED_VECTORS)
    untested = REVIEWED.replace('version: "1"', 'version: "2"')
    with market.unhurt(), pytest.raises(Invalid, match="lint has"), market.exchange.session(market.operator) as session:
        flows.install_pack(session, untested, "cases: []")
    for broken in ("pack: own", REVIEWED.replace("art: 3", "art: 3}, {i: none, art: 1"), "a: &x [*x]", REVIEWED.replace("own,", "other,")):
        with market.unhurt(), pytest.raises(Invalid), market.exchange.session(market.operator) as session:
            flows.install_pack(session, broken, REVIEWED_VECTORS)
    with market.exchange.reading(SYSTEM) as session:
        assert [pack.version for pack in compliance.in_force(session) if pack.id == "own"] == ["1"]


def test_the_house_cannot_be_replaced_and_only_an_operator_installs(market: Market) -> None:
    with market.unhurt(), pytest.raises(Refused, match="cannot be replaced"), market.exchange.session(market.operator) as session:
        flows.install_pack(session, REVIEWED.replace("pack: own", "pack: house"), REVIEWED_VECTORS)
    with market.unhurt(), pytest.raises(Refused), market.exchange.session(market.owner) as session:
        flows.install_pack(session, REVIEWED, REVIEWED_VECTORS)


def test_a_draft_shows_what_it_would_change_and_changes_nothing(market: Market) -> None:
    listing = market.publish().listing_id
    agreement = market.agree(listing)
    with market.unhurt(), market.exchange.reading(market.operator) as session:
        found = flows.what_if(session, REVIEWED.replace('version: "1"', 'version: "1"\nstatus: draft'))
    changed = {change["subject"]: (change["before"], change["after"], change["new_reasons"]) for change in found["changes"]}
    assert changed == {agreement.negotiation_id: ("allow", "review", ["OWN-LOOK"])}
    assert found["kinds"] == [{"gate": "contract", "before": "allow", "after": "review", "count": 1}]
    assert (found["rules"], found["total"]) == ([{"rule": "OWN-LOOK", "count": 1}], 1)
    with pytest.raises(Refused), market.exchange.reading(market.owner) as session:
        flows.what_if(session, REVIEWED)


def test_many_cases_are_judged_by_a_job_that_is_looked_up_for_a_week(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    agreement = market.agree(market.publish().listing_id)
    monkeypatch.setattr(trials, "SMALL", 1)
    with pytest.raises(Conflict, match="cases are live"), market.exchange.reading(market.operator) as session:
        flows.what_if(session, REVIEWED)
    trial = flows.begin_trial(market.exchange, market.operator, REVIEWED)
    with market.exchange.reading(market.operator) as session:
        assert flows.get_trial(session, trial.id).found is None
    market.exchange.run_due_jobs()
    with market.exchange.reading(market.operator) as session:
        (done,) = flows.list_trials(session)
    assert done.found is not None
    assert [change["subject"] for change in done.found["changes"]] == [agreement.negotiation_id]
    for actor in (market.owner, market.regulator):
        with pytest.raises(Refused), market.unhurt():
            flows.begin_trial(market.exchange, actor, REVIEWED)
        with pytest.raises(Refused), market.exchange.reading(actor) as session:
            flows.get_trial(session, trial.id)
    with pytest.raises(Invalid), market.unhurt():
        flows.begin_trial(market.exchange, market.operator, "pack: own")
    market.wait(days=8)
    with pytest.raises(NotFound, match="There is no trial"), market.exchange.reading(market.operator) as session:
        flows.get_trial(session, trial.id)
    assert not list(market.exchange.blobs.keys("what-if/"))


def test_a_pack_of_the_programs_name_is_refused_in_words_until_it_is_meant(market: Market) -> None:
    mine = REVIEWED.replace("pack: own", "pack: us")
    with market.unhurt(), pytest.raises(compliance.PackReplaces) as caught, market.exchange.session(market.operator) as session:
        flows.install_pack(session, mine, REVIEWED_VECTORS)
    said, chinese = caught.value.details["changes"], caught.value.details["changes_zh"]
    assert "OWN-LOOK: new: Public offers are looked at by a person." in said
    assert any(line.startswith("US-") and "no longer there" in line for line in said)
    assert len(chinese) == len(said)
    assert "OWN-LOOK: 新增：公开要约由人员审核。" in chinese
    with market.exchange.session(market.operator) as session:
        flows.install_pack(session, mine, REVIEWED_VECTORS, replace=True)
    with market.exchange.session(market.operator) as session:
        flows.install_pack(session, mine.replace('version: "1"', 'version: "2"'), REVIEWED_VECTORS)  # It stands in that place already.
    with market.unhurt(), pytest.raises(Refused, match="cannot be replaced"), market.exchange.session(market.operator) as session:
        flows.install_pack(session, REVIEWED.replace("pack: own", "pack: house"), REVIEWED_VECTORS, replace=True)


def _answer(market: Market, listing: str, **values: Any) -> Decision:
    with market.exchange.session(market.owner) as session:
        return flows.answer_listing(session, listing, {path.replace("__", "."): value for path, value in values.items()}).decision


def test_an_answer_that_makes_a_listing_forbidden_takes_it_off_and_only_one_that_allows_it_gives_it_back(market: Market) -> None:
    listing = market.publish(facts=CHINA).listing_id
    with market.exchange.session(market.owner) as session:
        flows.answer_listing(session, listing, ANSWERS)
    assert _answer(market, listing, asset__barred_content=True) is Decision.BLOCK
    assert _state(market, listing) is ListingState.SUSPENDED
    assert _answer(market, listing, asset__barred_content=None) is Decision.NEEDS_INFO
    assert _state(market, listing) is ListingState.SUSPENDED
    with market.unhurt(), pytest.raises(FactsMissing), market.exchange.session(market.operator) as session:
        flows.approve_listing(session, listing)
    with market.unhurt(), pytest.raises(Conflict, match="held by the rules"), market.exchange.session(market.operator) as session:
        catalogue.reinstate(session, listing)
    assert _answer(market, listing, asset__barred_content=False) is Decision.ALLOW
    assert _state(market, listing) is ListingState.LIVE
    assert _answer(market, listing, asset__barred_content=None) is Decision.NEEDS_INFO
    assert _state(market, listing) is ListingState.LIVE
    with market.exchange.reading(market.owner) as session:
        told = [event.kind for event in parties.inbox(session)]
    assert (told.count("listing.suspended"), told.count("listing.reinstated")) == (1, 1)


def test_what_is_forbidden_and_was_left_on_offer_is_taken_off_when_it_is_judged_again(market: Market) -> None:
    listing = market.publish(facts=CHINA).listing_id
    with market.exchange.session(market.owner) as session:
        flows.answer_listing(session, listing, ANSWERS)
    _answer(market, listing, asset__barred_content=True)
    with market.exchange.session(SYSTEM) as session:
        catalogue.lift(session, listing, holder="rules")
    assert _state(market, listing) is ListingState.LIVE
    with market.exchange.session(SYSTEM) as session:
        session.enqueue("flows.judge_again", after_id="")
    market.exchange.run_due_jobs()
    assert _state(market, listing) is ListingState.SUSPENDED


def _listing_pack(require: str, severity: str) -> tuple[str, str]:
    pack = REVIEWED.replace("gate: contract", "gate: listing").replace("severity: review", f"severity: {severity}")
    pack = pack.replace("[offer.public, eq, false]", require)
    return pack, REVIEWED_VECTORS.replace("gate: contract", "gate: listing").replace("expect: review", f"expect: {severity}")


def test_what_was_held_and_is_now_left_to_a_person_comes_back_when_the_person_lets_it_pass(market: Market) -> None:
    listing = market.publish().listing_id
    for severity in ("block", "review"):
        _install(market, *_listing_pack("[offer.public, eq, false]", severity))
        market.exchange.run_due_jobs()
        assert _state(market, listing) is ListingState.SUSPENDED
    with market.unhurt(), pytest.raises(Refused), market.exchange.session(market.owner) as session:
        flows.approve_listing(session, listing)
    with market.exchange.session(market.operator) as session:
        assert flows.approve_listing(session, listing).state is ListingState.LIVE
    with market.exchange.session(SYSTEM) as session:
        session.enqueue("flows.judge_again", after_id="")
    market.exchange.run_due_jobs()
    assert _state(market, listing) is ListingState.LIVE
    _install(market, *_listing_pack("[offer.public, eq, false]", "block"))
    market.exchange.run_due_jobs()
    assert _state(market, listing) is ListingState.SUSPENDED


def test_a_new_version_that_the_rules_allow_gives_a_held_listing_back(market: Market) -> None:
    listing = market.publish(facts=CHINA).listing_id
    with market.exchange.session(market.owner) as session:
        flows.answer_listing(session, listing, ANSWERS)
    _install(market, *_listing_pack("[offer.public, eq, false]", "block"))
    market.exchange.run_due_jobs()
    assert _state(market, listing) is ListingState.SUSPENDED
    market.publish(listing_id=listing, facts=CHINA, visibility="private", invited=["a-buyer"])
    assert _state(market, listing) is ListingState.LIVE


def test_a_listing_that_cannot_be_judged_does_not_keep_the_others_from_it_and_its_own_job_says_so(market: Market) -> None:
    broken, whole = market.publish().listing_id, market.publish().listing_id
    _answer(market, broken, source__authorised=True)
    with market.exchange.session(SYSTEM) as session:
        # Words of another release among the answers, such as a half-restored backup leaves them.
        session.db.execute(sa.text("UPDATE fact_answers SET source = 'hearsay' WHERE subject_id = :id"), {"id": broken})
    _install(market, *_listing_pack("[offer.public, eq, false]", "block"))
    market.exchange.run_due_jobs()
    assert (_state(market, broken), _state(market, whole)) == (ListingState.LIVE, ListingState.SUSPENDED)
    with market.exchange.database.snapshot() as db:
        waiting = db.exec_driver_sql("SELECT name FROM jobs WHERE last_error IS NOT NULL").scalars().all()
    assert waiting == ["flows.judge_listing"]
