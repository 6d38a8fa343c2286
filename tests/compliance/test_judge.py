"""What packs come to together: outcomes, dates, drafts, sources, clashes with both citations, clocks, the record."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from entrepot.compliance.dossier import Source
from entrepot.compliance.pack_reader import read_pack
from entrepot.compliance.ruling import Outcome
from entrepot.kit import Decision
from support.packs import TAXONOMY, VOCABULARY, head, pack, read, rule, ruling

YES = "[f.flag, eq, true]"


@pytest.mark.parametrize(
    ("facts", "outcome", "decision"),
    [
        ({"f.other": False}, Outcome.NOT_APPLICABLE, Decision.ALLOW),
        ({"f.other": True, "f.flag": True}, Outcome.PASSED, Decision.ALLOW),
        ({"f.flag": True}, Outcome.PASSED, Decision.ALLOW),
        ({"f.other": True, "f.flag": False}, Outcome.FAILED, Decision.BLOCK),
        ({"f.other": True}, Outcome.UNKNOWN, Decision.NEEDS_INFO),
        ({"f.flag": False}, Outcome.UNKNOWN, Decision.NEEDS_INFO),
        ({}, Outcome.UNKNOWN, Decision.NEEDS_INFO),
    ],
)
def test_a_rule_passes_fails_or_stays_open(facts: dict[str, bool], outcome: Outcome, decision: Decision) -> None:
    found = ruling(pack(rule("T-ONE", YES, when="[f.other, eq, true]")), facts)
    assert (found.trace[0].outcome, found.decision) == (outcome, decision)


def test_whether_a_rule_applies_is_asked_before_what_it_requires() -> None:
    both = pack(rule("T-ONE", YES, when="[f.other, eq, true]"))
    assert [fact.path for fact in ruling(both).missing] == ["f.other"]
    assert [fact.path for fact in ruling(both, {"f.other": True}).missing] == ["f.flag"]


@pytest.mark.parametrize(
    ("severity", "failed", "unknown"),
    [
        ("block", Decision.BLOCK, Decision.NEEDS_INFO),
        ("review", Decision.REVIEW, Decision.REVIEW),
        ("warn", Decision.ALLOW, Decision.ALLOW),
        ("info", Decision.ALLOW, Decision.ALLOW),
    ],
)
def test_severity_says_what_a_failed_and_an_open_rule_lead_to(severity: str, failed: Decision, unknown: Decision) -> None:
    one = pack(rule("T-ONE", YES, severity=severity))
    assert ruling(one, {"f.flag": False}).decision is failed
    assert ruling(one).decision is unknown


def test_packs_combine_by_the_strictest_and_name_the_gravest_first() -> None:
    mild = pack(rule("A-MILD", YES, severity="review"), pack_id="mild")
    grave = pack(rule("Z-GRAVE", YES), pack_id="grave")
    found = ruling((mild, grave), {"f.flag": False})
    assert found.decision is Decision.BLOCK
    assert [result.rule.id for result in found.deciding] == ["Z-GRAVE", "A-MILD"]
    assert ruling((), {}).decision is Decision.ALLOW


def test_only_the_rules_of_the_gate_are_asked() -> None:
    assert ruling(pack(rule("T-ONE", YES, gate="[contract, delivery]"))).trace == ()


def test_a_rule_applies_from_its_first_day_until_the_day_before_its_end() -> None:
    dated = pack(rule("T-ONE", YES, more="effective: {from: 2025-01-01, until: 2026-01-01}"))
    days = [date(2024, 12, 31), date(2025, 1, 1), date(2025, 12, 31), date(2026, 1, 1)]
    assert [bool(ruling(dated, at=day).trace) for day in days] == [False, True, True, False]


def test_a_rule_waits_for_its_instrument_and_ends_with_it() -> None:
    later, ended = pack(rule("T-ONE", YES, law="later")), pack(rule("T-ONE", YES, law="ended"))
    assert [bool(ruling(later, at=day).trace) for day in (date(2029, 3, 31), date(2029, 4, 1))] == [False, True]
    assert [bool(ruling(ended, at=day).trace) for day in (date(2019, 12, 31), date(2020, 1, 1))] == [True, False]


def test_drafts_are_asked_in_what_if_runs_alone() -> None:
    for draft in (pack(rule("T-ONE", YES, law="draft")), pack(rule("T-ONE", YES), status="draft")):
        assert ruling(draft).decision is Decision.ALLOW
        assert ruling(draft, drafts=True).decision is Decision.NEEDS_INFO


def test_the_day_that_is_judged_is_a_fact() -> None:
    fresh = pack(rule("T-ONE", "[f.day, gte, {ref: at}]"))
    assert ruling(fresh, {"f.day": "2026-11-21"}).decision is Decision.ALLOW
    assert ruling(fresh, {"f.day": "2026-11-20"}).decision is Decision.BLOCK


def test_a_fact_that_has_to_be_measured_stays_open_until_it_is() -> None:
    one = pack(rule("T-ONE", YES, more="min_source: {f.flag: measured}"))
    declared = ruling(one, {"f.flag": True})
    assert declared.decision is Decision.NEEDS_INFO
    assert declared.missing[0].source is Source.MEASURED
    assert ruling(one, {"f.flag": True}, sources={"f.flag": Source.THIRD_PARTY}).decision is Decision.NEEDS_INFO
    assert ruling(one, {"f.flag": True}, sources={"f.flag": Source.MEASURED}).decision is Decision.ALLOW


def test_a_missing_fact_names_every_rule_that_asks_and_the_strongest_source() -> None:
    found = ruling(pack(rule("T-ONE", YES), rule("T-TWO", YES, more="min_source: {f.flag: third_party}")))
    (fact,) = found.missing
    assert fact.rules == ("T-ONE", "T-TWO")
    assert fact.source is Source.THIRD_PARTY


def test_a_pack_that_concerns_nobody_here_asks_nothing() -> None:
    text = "applies: [f.texts, has, CN]\nrules:\n"
    abroad = read(head().replace("rules:\n", text) + rule("T-ONE", YES))
    assert ruling(abroad, {"f.texts": ["FR"]}).decision is Decision.ALLOW
    assert ruling(abroad, {"f.texts": ["FR", "CN"]}).missing[0].path == "f.flag"


def test_a_duty_that_another_rule_bars_is_a_conflict_with_both_citations() -> None:
    tell = pack(rule("A-TELL", "[f.number, gte, 0]", more="duties: [{do: tell_person}]"), pack_id="one")
    hush = pack(rule("B-HUSH", "[f.number, gte, 0]", when=YES, more="bars: [tell_person]"), pack_id="two")
    found = ruling((hush, tell), {"f.flag": True, "f.number": 1})
    assert found.decision is Decision.CONFLICT
    (clash,) = found.clashes
    assert clash.about == "tell_person"
    assert "A-TELL (The Law (2021), art. 1) and B-HUSH (The Law (2021), art. 1)" in clash.sentence()
    assert "法 (2021)第1条" in clash.sentence("zh")
    first = found.findings(VOCABULARY)[0]
    assert (first.severity.value, first.evidence["rules"]) == ("conflict", ["A-TELL", "B-HUSH"])
    assert ruling((hush, tell), {"f.flag": False, "f.number": 1}).decision is Decision.ALLOW


def test_a_conflict_is_left_to_a_person_only_where_nothing_beside_it_blocks_or_is_open() -> None:
    tell = pack(rule("A-TELL", "[f.number, gte, 0]", more="duties: [{do: tell_person}]"), pack_id="one")
    hush = pack(rule("B-HUSH", "[f.number, gte, 1]", more="bars: [tell_person]"), pack_id="two")
    third = pack(rule("C-THIRD", YES), pack_id="three")
    for number in (0, 1):
        decided = {flag: ruling((hush, third, tell), {"f.number": number, **_flag(flag)}) for flag in (True, False, None)}
        assert [found.decision for found in decided.values()] == [Decision.CONFLICT, Decision.BLOCK, Decision.NEEDS_INFO]
        assert all(found.clashes for found in decided.values()), "the record keeps it all the same"
        assert decided[False].deciding[0].rule.id == "C-THIRD"
        severities = [[finding.severity.value for finding in found.findings(VOCABULARY)] for found in decided.values()]
        broken = ["block"] if number == 0 else []
        assert severities == [["conflict", *broken], ["block", *broken, "conflict"], ["needs_info", *broken, "conflict"]]


def _flag(flag: bool | None) -> dict[str, bool]:
    return {} if flag is None else {"f.flag": flag}


def test_a_rule_of_the_house_that_fails_blocks_though_another_contradicts_it() -> None:
    house = pack(rule("A-HOUSE", "[f.kind, eq, file]"), pack_id="house")
    other = pack(rule("B-OTHER", "[f.kind, eq, lookup]"), pack_id="other")
    assert ruling((house, other), {"f.kind": "lookup"}).decision is Decision.BLOCK
    assert ruling((house, other), {"f.kind": "file"}).decision is Decision.CONFLICT, (
        "it is kept, and the other rule is what a person weighs"
    )


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        ("[f.kind, eq, file]", "[f.kind, eq, lookup]", True),
        ("[f.kind, in, [file, lookup]]", "[f.kind, eq, lookup]", False),
        ("[f.kind, ne, file]", "[f.kind, eq, file]", True),
        ("[f.kind, not_in, [file]]", "[f.kind, in, [file]]", True),
        ("[f.number, gt, 5]", "[f.number, lt, 5]", True),
        ("[f.number, gte, 5]", "[f.number, lte, 5]", False),
        ("[f.number, gt, 5]", "[f.number, lte, 5]", True),
        ("[f.number, eq, 4]", "[f.number, gt, 5]", True),
        ("[f.number, eq, 6]", "[f.number, gt, 5]", False),
        ("[f.flag, exists, false]", "[f.flag, eq, true]", True),
        ("[f.texts, has_all, [a]]", "[f.texts, subset_of, [b]]", True),
        ("[f.texts, has, a]", "[f.texts, subset_of, [a, b]]", False),
        ("{any: [[f.kind, eq, file], [f.number, gt, 1]]}", "[f.kind, eq, lookup]", False),
        ("{all: [[f.kind, eq, file], [f.number, gt, 1]]}", "[f.kind, eq, lookup]", True),
    ],
)
def test_demands_without_a_common_value_are_a_conflict(one: str, other: str, clash: bool) -> None:
    packs = (pack(rule("A-ONE", one), pack_id="one"), pack(rule("B-TWO", other), pack_id="two"))
    facts = {"f.kind": "file", "f.number": 0, "f.flag": False, "f.texts": ["c"]}
    assert (ruling(packs, facts).decision is Decision.CONFLICT) is clash
    assert (ruling(packs[::-1], facts).decision is Decision.CONFLICT) is clash


def test_only_blocking_rules_conflict() -> None:
    mild = rule("A-ONE", "[f.kind, eq, file]", severity="review")
    assert ruling(pack(mild, rule("B-TWO", "[f.kind, eq, lookup]")), {"f.kind": "lookup"}).decision is Decision.REVIEW


def test_duties_come_from_every_rule_that_applies_each_once() -> None:
    kept = "duties: [{do: keep_records, for: 3Y}]"
    both = pack(
        rule("T-ONE", YES, more=kept),
        rule("T-TWO", YES, more=kept),
        rule("T-NOT", YES, when="[f.other, eq, true]", more="duties: [{do: x}]"),
    )
    duties = ruling(both, {"f.flag": True, "f.other": False}).duties
    assert [(duty.do, dict(duty.parameters)) for duty in duties] == [("keep_records", {"for": "3Y"})]


def test_clocks_and_duties_of_rules_that_may_not_apply_are_shown_as_such() -> None:
    more = "clock: {start: f.day, span: 1D, on_expiry: tell}\nduties: [{do: keep_records}]"
    timed = pack(rule("T-ONE", YES, when="[f.other, eq, true]", more=more))
    day = {"f.day": "2026-05-04"}
    for facts, is_sure in (({"f.other": True}, True), ({}, False), ({"f.other": True, "f.flag": True}, True), ({"f.flag": True}, False)):
        found = ruling(timed, day | facts)
        ((clock,), (duty,)) = found.clocks, found.duties
        assert (clock.is_sure, found.is_sure(duty)) == (is_sure, is_sure)
        assert clock.to_dict()["if_it_applies"] is not is_sure
        assert found.shown_duties() == [{"do": "keep_records", "if_it_applies": not is_sure}]
    assert (ruling(timed, day | {"f.other": False}).clocks, ruling(timed, day | {"f.other": False}).duties) == ((), ())


@pytest.mark.parametrize(
    ("jurisdiction", "start", "due"),
    [
        ("CN", "2026-05-04", datetime(2026, 5, 5, 15, 59, 59, tzinfo=UTC)),
        ("US", "2026-05-04", datetime(2026, 5, 6, 3, 59, 59, tzinfo=UTC)),
        ("XX", "2026-05-04", datetime(2026, 5, 5, 23, 59, 59, tzinfo=UTC)),
        ("CN", "2026-05-04T18:00:00Z", datetime(2026, 5, 6, 15, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_clock_runs_in_the_authoritys_zone_from_its_midnight(jurisdiction: str, start: str, due: datetime) -> None:
    timed = pack(rule("T-ONE", YES, more="clock: {start: f.day, span: 1D, on_expiry: suspend_listings}"), jurisdiction=jurisdiction)
    (clock,) = ruling(timed, {"f.day": start, "f.flag": False}).clocks
    assert (clock.rule, clock.due.at, clock.on_expiry) == ("T-ONE", due, "suspend_listings")
    assert ruling(timed, {"f.flag": False}).clocks == ()


@pytest.mark.parametrize("start", ["soon", "2026-13-01", "2026-05-04T18:00:00"])
def test_a_clock_that_cannot_run_leaves_the_decision_as_it_is(start: str) -> None:
    timed = pack(rule("T-ONE", YES, more="clock: {start: f.day, span: 1D}"))
    found = ruling(timed, {"f.day": start, "f.flag": False})
    assert (found.decision, found.clocks) == (Decision.BLOCK, ())


def test_a_pack_that_was_in_force_before_its_clock_was_too_long_still_decides(tmp_path: Path) -> None:
    path = tmp_path / "old.yaml"
    path.write_text(head() + rule("T-ONE", YES, more="clock: {start: f.day, span: 9999Y}"), "utf-8")
    found = ruling(read_pack(path, VOCABULARY, TAXONOMY.knows, kept=True), {"f.day": "2026-05-04", "f.flag": False})
    assert (found.decision, found.clocks) == (Decision.BLOCK, ())


def test_the_record_names_packs_trace_and_missing_facts_and_holds_no_fact() -> None:
    found = ruling(pack(rule("T-ONE", YES), rule("T-TWO", "[f.text, eq, right]")), {"f.text": "a secret"})
    record = found.record("org_1")
    assert record["trace"] == {"T-ONE": "unknown", "T-TWO": "failed"}
    assert (record["decision"], record["missing"], record["decider"], record["at"]) == ("block", ["f.flag"], "org_1", "2026-11-21")
    assert record["facts"].startswith("sha256:")
    assert record["packs"][0]["version"] == "1"
    assert len(record["packs"][0]["sha256"]) == 64
    assert "a secret" not in str(record)


def test_the_digest_of_the_facts_changes_with_a_value_and_with_its_source() -> None:
    one = pack(rule("T-ONE", YES))
    digests = {
        ruling(one, {"f.flag": flag}, sources={"f.flag": source}).record("x")["facts"]
        for flag in (True, False)
        for source in (Source.DECLARED, Source.MEASURED)
    }
    assert len(digests) == 4


def test_findings_say_the_reason_the_article_and_the_way_out_or_ask() -> None:
    one = pack(rule("T-ONE", YES))
    (failed,) = ruling(one, {"f.flag": False}).findings(VOCABULARY)
    assert (failed.message, failed.citation, failed.hint, failed.evidence["do"]) == (
        "No.",
        "The Law (2021), art. 1",
        "Mend it.",
        ["answer"],
    )
    (chinese,) = ruling(one, {"f.flag": False}).findings(VOCABULARY, "zh")
    assert (chinese.message, chinese.hint) == ("不行。", "改正。")
    (asked,) = ruling(one).findings(VOCABULARY)
    assert asked.message == "This has to be known first: What is f.flag?"
    assert asked.severity.value == "needs_info"
    assert asked.hint == "Write it among the facts of the case: `f.flag: true/false`."
    assert "Mend it." not in asked.hint
