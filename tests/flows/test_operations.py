"""Operating an exchange under rules: what they stop, what they only speak of, and what stays open until somebody answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from entrepot import catalogue, compliance, consent, flows, notices, parties, proof
from entrepot.compliance import AwaitsDecision, FactsMissing, Gate, KeptRuling, NotCompliant, acts, library
from entrepot.config import Settings
from entrepot.consent import Act, AskedTooSoon
from entrepot.flows import people, reviews
from entrepot.kit import Decision, Invalid, NotFound, Refused
from entrepot.notices import NoticeKind
from entrepot.runtime import SYSTEM, Actor
from support.notices import ask_access, complain, decide_access, file_notice, hand_in, listing_state, take
from support.trading import Market, organisation_of

PLAIN: dict[str, Any] = {
    "source": {"kinds": ["own_operation"], "authorised": True},
    "asset": {"classification": "general", "public_data": False, "barred_content": False},
}
FREELY: dict[str, Any] = {"asking.flaws": []}
OWN = """
pack: own
version: "1"
title: {en: Own rules, zh: 自有规则}
instruments: {own: {title: {en: Own charter, zh: 自有章程}, in_force: 2020-01-01, certainty: S}}
rules:
- id: OWN-RULE
  gate: operation
  cite: [{i: own, art: 3}]
  deontic: obligation
  severity: SEVERITY
  when: [operation.kind, eq, KIND]
  require: CONDITION
  message: {en: The house wants it otherwise., zh: 平台另有要求。}
  fix: [{en: Do it otherwise., zh: 换一种做法。}]
"""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """An exchange in China that asks every pack."""
    return replace(settings, rule_packs="house,cn,eu,us", country="CN")


def _newest(market: Market, subject_id: str, gate: Gate = Gate.OPERATION) -> KeptRuling:
    with market.exchange.reading(SYSTEM) as session:
        return compliance.rulings(session, subject_id, gate)[0]


def _deciding(kept: KeptRuling) -> set[str]:
    return {rule for rule, outcome in kept.record["trace"].items() if outcome in ("failed", "unknown")}


def _answer(market: Market, actor: Actor, subject_id: str, facts: dict[str, Any]) -> flows.Operation:
    with market.exchange.session(actor) as session:
        return flows.answer_operation(session, subject_id, facts)


def _say(market: Market, act: Act, person: str = "P1", **asked: Any) -> None:
    with market.exchange.session(market.owner) as session:
        people.say_for(session, person, act, people.Asked(**asked))


def _asking(market: Market) -> str:
    return f"{organisation_of(market.owner)}.asking"


def _install(market: Market, *, kind: str, condition: str, facts: str, severity: str = "block") -> None:
    text = OWN.replace("KIND", kind).replace("CONDITION", condition).replace("SEVERITY", severity)
    outcome = {"block": "block", "review": "review"}[severity]
    vectors = (
        "cases:\n"
        f"- {{case: bad, gate: operation, facts: {{operation.kind: {kind}, {facts}}}, expect: {outcome}, rules: [OWN-RULE]}}\n"
        f"- {{case: other, gate: operation, facts: {{operation.kind: other, {facts}}}, expect: allow}}\n"
    )
    with market.exchange.session(market.operator) as session:
        flows.install_pack(session, text, vectors)


def test_a_notice_arrives_whatever_the_rules_think_and_stays_open_until_it_is_planned(market: Market) -> None:
    notice = file_notice(market, market.publish(facts=PLAIN).listing_id)
    first = _newest(market, notice.id, Gate.NOTICE)
    assert (first.decision, _deciding(first)) == (Decision.BLOCK, {"CN-RECTIFY-CLOCK"})
    with market.exchange.reading(market.operator) as session:
        (operation,) = [one for one in flows.list_operations(session) if one.subject_id == notice.id]
        assert [f"{clock.due.at:%Y-%m-%d}" for clock in operation.now.clocks] == ["2026-11-27"]
        assert "ruling.open" in {line.kind for line in parties.inbox(session)}
        assert proof.history(session, first.id), "the ruling is committed to in the log"
    hand_in(market, notice)
    assert _newest(market, notice.id, Gate.NOTICE).decision is Decision.ALLOW
    with market.exchange.reading(market.operator) as session:
        assert notice.id not in {one.subject_id for one in flows.list_operations(session)}


def test_the_clock_of_a_notice_suspends_with_the_owner_heard_by_the_rules(market: Market) -> None:
    notice = file_notice(market, market.publish(price="free", facts=PLAIN).listing_id)
    market.wait(days=9)
    kept = _newest(market, notice.id, Gate.NOTICE)
    assert kept.dossier.values["suspension.owner_heard"] is True
    assert kept.record["trace"]["HOUSE-COUNTER-STATEMENT"] == "passed"
    assert listing_state(market, notice.listings[0]) == "suspended"


def test_a_claim_and_its_counter_statement_are_put_to_the_rules_each_as_its_own_kind(market: Market) -> None:
    notice = file_notice(market, market.publish(facts=PLAIN).listing_id, kind=NoticeKind.IP)
    assert _newest(market, notice.id, Gate.NOTICE).decision is Decision.NEEDS_INFO, "nobody but the operator knows of first evidence"
    take(market, market.owner, "acknowledge", notice)
    take(market, market.owner, "counter", notice, "It is our own work.")
    kept = _newest(market, notice.id, Gate.NOTICE)
    assert (kept.decision, kept.record["trace"]["CN-ECOM-43-COUNTERNOTICE"]) == (Decision.ALLOW, "passed")


def test_an_operator_suspends_without_a_notice_only_where_harm_is_imminent(market: Market) -> None:
    listing = market.publish(facts=PLAIN).listing_id
    with pytest.raises(NotCompliant, match="could not answer") as refused, market.exchange.session(market.operator) as session:
        notices.suspend_listing(session, listing, reason="A complaint.")
    assert "counter-statement" in refused.value.hint
    assert refused.value.details["findings"][0]["rule"] == "HOUSE-COUNTER-STATEMENT"
    assert listing_state(market, listing) == "live"
    assert _newest(market, listing, Gate.NOTICE).record["refused"], "the refusal is kept, though it ended its transaction"
    with market.exchange.session(market.operator) as session:
        notices.suspend_listing(session, listing, reason="It shows where children are.", harm=True)
    assert listing_state(market, listing) == "suspended"


def test_a_foreign_authority_waits_for_the_approval_that_the_law_wants(market: Market) -> None:
    access = ask_access(market, market.publish(facts=PLAIN).listing_id)
    assert _newest(market, access.id).decision is Decision.NEEDS_INFO, "the letter arrives, and its question stays open"
    with pytest.raises(FactsMissing, match="competent Chinese authority"):
        decide_access(market, access)
    with pytest.raises(NotFound):
        _answer(market, market.owner, access.id, {"request.cn_approved": True})
    assert _answer(market, market.operator, access.id, {"request.cn_approved": False}).now.decision is Decision.BLOCK
    with pytest.raises(NotCompliant):
        decide_access(market, access)
    assert _answer(market, market.operator, access.id, {"request.cn_approved": True}).now.decision is Decision.ALLOW
    decide_access(market, access)
    with market.exchange.session(market.regulator) as session:
        assert notices.look(session, access.id)["figures"]


def test_refusing_an_authority_needs_no_rule(market: Market) -> None:
    access = ask_access(market, market.publish(facts=PLAIN).listing_id)
    assert decide_access(market, access, approve=False).state == "refused"


def test_people_are_asked_for_consent_as_the_law_wants_and_not_again_within_ninety_days(market: Market) -> None:
    with pytest.raises(FactsMissing, match="flaws"):
        _say(market, Act.ASKED)
    _answer(market, market.owner, _asking(market), {"asking.flaws": ["default_tick"]})
    with pytest.raises(NotCompliant, match="free, informed"):
        _say(market, Act.ASKED)
    _answer(market, market.owner, _asking(market), FREELY)
    _say(market, Act.ASKED)
    assert _newest(market, _asking(market)).decision is Decision.ALLOW
    market.clock.advance(timedelta(days=89))
    with pytest.raises(AskedTooSoon) as caught:
        _say(market, Act.ASKED)
    assert {finding["rule"] for finding in caught.value.details["findings"]} == {"HOUSE-CONSENT-NOT-NAGGED"}
    assert caught.value.details["allowed_from"].startswith("2027-02-18")
    market.clock.advance(timedelta(days=1))
    _say(market, Act.ASKED)


def test_consents_that_were_forced_are_not_recorded_and_withdrawing_is_put_to_no_rule(market: Market) -> None:
    _say(market, Act.WITHDRAWN)
    path = market.folder / "people.csv"
    path.write_text("person\nP2\nP3\n", "utf-8")
    upload = flows.add_upload(market.exchange, market.owner, path, name="people.csv")
    with pytest.raises(FactsMissing):
        people.import_people(market.exchange, market.owner, upload.id, act=Act.GIVEN, asked=people.Asked())
    _answer(market, market.owner, _asking(market), {"asking.flaws": ["forced"]})
    with pytest.raises(NotCompliant):
        people.import_people(market.exchange, market.owner, upload.id, act=Act.GIVEN, asked=people.Asked())
    assert people.import_people(market.exchange, market.owner, upload.id, act=Act.WITHDRAWN, asked=people.Asked()).rows == 2
    _answer(market, market.owner, _asking(market), FREELY)
    market.clock.advance(timedelta(minutes=1))
    assert people.import_people(market.exchange, market.owner, upload.id, act=Act.GIVEN, asked=people.Asked()).rows == 2


def _file(market: Market) -> consent.requests.SubjectRequest:
    with market.exchange.session(market.owner) as session:
        token = people.links_for(session, ["P1"]).addresses[0].rpartition("/")[2]
    with market.exchange.session() as session:
        return people.request_as_person(session, token, "copy")


def _reply(market: Market, request_id: str, *, declined: bool = False) -> None:
    with market.exchange.session(market.owner) as session:
        people.answer_request(session, request_id, text="It went out by post.", declined=declined)


def test_a_request_is_filed_and_answered_under_the_rules(market: Market) -> None:
    made = _file(market)
    assert _newest(market, made.id).dossier.values["rights.outcome"] == "in_hand"
    _reply(market, made.id)
    kept = _newest(market, made.id)
    assert (kept.decision, kept.record["act"], kept.organisation_id) == (Decision.ALLOW, "request.answer", organisation_of(market.owner))


def test_an_answer_that_a_rule_forbids_leaves_the_request_open(market: Market) -> None:
    made = _file(market)
    _install(
        market, kind="rights_request", condition="[rights.outcome, ne, refused_with_reasons]", facts="rights.outcome: refused_with_reasons"
    )
    with pytest.raises(NotCompliant, match="otherwise"):
        _reply(market, made.id, declined=True)
    with market.exchange.reading(market.owner) as session:
        assert consent.requests.get(session, made.id).state == "open"
    _reply(market, made.id)


def test_a_request_that_nobody_answers_is_shown_when_its_time_is_over(market: Market) -> None:
    made = _file(market)
    market.wait(days=40)
    _review(market)
    kept = _newest(market, made.id)
    assert (kept.decision, kept.record["act"]) == (Decision.BLOCK, "request.overdue")
    assert _deciding(kept) == {"CN-PIPL-50-RIGHTS", "EU-GDPR-12-REQUEST"}
    with market.exchange.reading(market.owner) as session:
        assert made.id in {one.subject_id for one in flows.list_operations(session)}
    _review(market)
    with market.exchange.reading(SYSTEM) as session:
        assert len(compliance.rulings(session, made.id)) == 2, "the same again leaves no second trace"


def test_complaints_are_put_to_the_rules_with_the_hour_and_once(market: Market) -> None:
    complain(market)
    subject = f"{organisation_of(market.operator)}.voices"
    with market.exchange.reading(SYSTEM) as session:
        assert compliance.rulings(session, subject) == [], "no ruling tells when a complaint came"
    market.wait(hours=3)
    assert _newest(market, subject).record["trace"]["HOUSE-COMPLAINT-WITHOUT-NAME"] == "passed"


def _review(market: Market) -> None:
    with market.exchange.session(SYSTEM) as session:
        reviews.review_duties(session)


def test_standing_duties_become_questions_with_dates_and_stop_nothing(market: Market) -> None:
    reviews.review_daily(market.exchange)
    market.exchange.run_due_jobs()
    review = f"{organisation_of(market.operator)}.review"
    assert _newest(market, review).decision is Decision.NEEDS_INFO
    assert listing_state(market, market.publish(facts=PLAIN).listing_id) == "live"
    with market.exchange.reading(market.operator) as session:
        asked = {fact.path for fact in flows.get_operation(session, review).now.missing}
    assert {"operator.measures", "operator.log_months", "operator.persons"} <= asked
    measures = ["records_3y", "user_secrecy", "audits_planned", "barred_catalogue"]
    facts = {"operator.measures": measures, "operator.persons": 500, "operator.sensitive_persons": 0, "operator.important_data": False}
    facts |= {"operator.users_monthly": 10, "operator.log_months": 3, "operator.minors": False}
    found = _answer(market, market.operator, review, facts)
    assert (found.now.decision, [result.rule.id for result in found.now.deciding]) == (Decision.BLOCK, ["CN-CSL-23-LOGS"])
    assert _answer(market, market.operator, review, {"operator.log_months": 6}).now.decision is Decision.ALLOW


def test_neutrality_is_asked_of_the_operator_and_what_it_admits_is_shown(market: Market) -> None:
    ranking = f"{organisation_of(market.operator)}.ranking"
    good = {"exchange.uses_content": False, "ranking.own_and_paid_marked": True}
    assert _answer(market, market.operator, ranking, good).now.decision is Decision.ALLOW
    found = _answer(market, market.operator, ranking, {"exchange.uses_content": True})
    assert [result.rule.id for result in found.now.deciding] == ["HOUSE-NEUTRAL"]
    with pytest.raises(Refused), market.exchange.reading(market.buyer) as session:
        flows.list_operations(session)
    with pytest.raises(NotFound):
        _answer(market, market.owner, ranking, good)


def test_an_incident_is_entered_with_its_clock_and_closes_when_it_is_reported(market: Market) -> None:
    facts = {"incident.known_at": "2026-11-20T16:00:00+08:00", "incident.level": "larger", "incident.reporter": "other"}
    with market.exchange.session(market.owner) as session:
        made = flows.enter_operation(session, "incident", facts)
    assert made.now.decision is Decision.NEEDS_INFO
    assert [f"{clock.due.at:%H:%M}" for clock in made.now.clocks] == ["12:00"], "four hours after 08:00 UTC"
    calm = {"incident.personal": False, "incident.reported": False}
    assert _answer(market, market.owner, made.subject_id, calm).now.decision is Decision.BLOCK
    assert _answer(market, market.owner, made.subject_id, {"incident.reported": True}).now.decision is Decision.ALLOW
    with pytest.raises(Invalid, match="no kind of operation"), market.exchange.session(market.owner) as session:
        flows.enter_operation(session, "inspection", {})
    with pytest.raises(NotFound), market.exchange.reading(market.stranger) as session:
        flows.get_operation(session, made.subject_id)


def test_a_prohibited_use_is_counted_at_the_gate_of_operations_too_and_once_for_each_entry(market: Market) -> None:
    with market.exchange.session(market.owner) as session:
        made = flows.enter_operation(session, "profiling", {"use.prohibited": ["covert_profiling"]})
    assert "HOUSE-PROHIBITED-USES-ELSEWHERE" in {result.rule.id for result in made.now.deciding}
    covert = (notices.Prohibited.COVERT_PROFILING, notices.Gate.OPERATION)
    assert _refused(market) == {covert: 1}
    _answer(market, market.owner, made.subject_id, {"use.automated_decision": False})
    _review(market)
    assert _refused(market) == {covert: 1}, "the same entry is not counted again with each look at it"
    _answer(market, market.owner, made.subject_id, {"use.prohibited": ["covert_profiling", "child_profiling"]})
    assert _refused(market) == {covert: 1, (notices.Prohibited.CHILD_PROFILING, notices.Gate.OPERATION): 1}


def _refused(market: Market) -> dict[tuple[notices.Prohibited, notices.Gate], int]:
    with market.exchange.reading() as session:
        return notices.totals(session)


def test_a_change_of_rules_is_noted_with_its_question_and_stopped_by_what_forbids_it(market: Market) -> None:
    pack = {"kind": "profiling", "condition": "[operator.minors, eq, true]", "facts": "operator.minors: false"}
    _install(market, **pack)
    with market.exchange.reading(SYSTEM) as session:
        open_ones = compliance.open_duties(session, organisation_of(market.operator))
    (change,) = [kept for kept in open_ones if kept.record["act"] == "rules.change"]
    assert (change.decision, _deciding(change)) == (Decision.NEEDS_INFO, {"CN-ECOM-34-RULES"})
    _answer(market, market.operator, change.subject_id, {"operator.rules_public_days": 3})
    with pytest.raises(NotCompliant, match="public"):
        _install(market, **pack)
    assert _answer(market, market.operator, change.subject_id, {"operator.rules_public_days": 7}).now.decision is Decision.ALLOW
    _install(market, **pack)


def test_what_is_left_to_a_person_is_shown_once_for_each_case_at_every_gate(market: Market) -> None:
    _install(
        market,
        kind="consent_request",
        condition="[asking.refused_before, eq, true]",
        facts="asking.refused_before: false",
        severity="review",
    )
    _answer_first(market)
    for _ in range(2):
        with pytest.raises(AwaitsDecision):
            _say(market, Act.ASKED)
        market.clock.advance(timedelta(minutes=1))
    with market.exchange.session(market.operator) as session:
        (waiting,) = flows.waiting_rulings(session)
        assert (waiting.gate, waiting.subject_id) == (Gate.OPERATION, _asking(market))
        compliance.approve(session, waiting.id, reason="The question is fine.")
    _say(market, Act.ASKED)
    with market.exchange.reading(market.operator) as session:
        assert flows.waiting_rulings(session) == [], "what was let pass waits no longer, though it was ruled on once more"


def _answer_first(market: Market) -> None:
    with pytest.raises(FactsMissing):
        _say(market, Act.ASKED)
    _answer(market, market.owner, _asking(market), FREELY)


def test_every_rule_of_the_shipped_packs_is_asked_by_some_act() -> None:
    unasked = [rule.id for pack in library.shipped() for rule in pack.rules if not acts.asked_by(rule)]
    assert unasked == []


def test_every_kind_of_operation_and_notice_that_rules_name_belongs_to_an_act() -> None:
    known = {kind for act in acts.ACTS for kind in act.kinds}
    for path in ("operation.kind", "notice.kind"):
        assert set(library.vocabulary().facts[path].choices) - known == ({"complaint"} if path == "notice.kind" else set())


def test_a_listing_that_waits_for_review_is_in_the_review_of_listings_alone(market: Market, tmp_path: Path) -> None:
    listing = market.publish(facts={"asset": {"subjects_in": ["CN"]}}).listing_id
    with market.exchange.reading(market.operator) as session:
        assert flows.waiting_rulings(session) == []
        assert catalogue.get(session, listing).pending_number is not None
