"""The lint: what it remarks on, and that a vector has to notice each condition."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from entrepot.compliance.dossier import Dossier, Source
from entrepot.compliance.lint import boundaries, lint, mutants
from entrepot.compliance.pack_model import Gate, Pack
from entrepot.compliance.vectors import Vector, read_vectors, run
from entrepot.kit import Decision, Invalid
from support.packs import TAXONOMY, TODAY, VOCABULARY, head, pack, read, rule

BOTH = "{all: [[f.flag, eq, true], {not: [f.number, gt, 3]}]}"


def _vector(facts: dict[str, Any], decision: str, *deciding: str, source: Source = Source.MEASURED) -> Vector:
    dossier = Dossier(facts, dict.fromkeys(facts, source))
    return Vector(
        name="a case", gate=Gate.LISTING, at=TODAY, dossier=dossier, decision=Decision(decision), deciding=frozenset(deciding), line=1
    )


def _remarks(one: Pack, *vectors: Vector) -> list[str]:
    return [remark.problem for remark in lint(one, vectors, TAXONOMY)]


GOOD = (
    _vector({"f.flag": True, "f.number": 3}, "allow"),
    _vector({"f.flag": False, "f.number": 3}, "block", "T-ONE"),
    _vector({"f.flag": True, "f.number": 4}, "block", "T-ONE"),
)


def test_a_pack_whose_vectors_notice_everything_has_no_remark() -> None:
    assert _remarks(pack(rule("T-ONE", BOTH)), *GOOD) == []


def test_a_condition_that_no_vector_notices_is_named_with_its_place() -> None:
    assert _remarks(pack(rule("T-ONE", BOTH)), *GOOD[:2]) == ["no vector notices when [f.number, gt, 3] of require is taken out"]


def test_a_rule_that_no_vector_breaks_is_named() -> None:
    found = _remarks(pack(rule("T-ONE", BOTH)), GOOD[0])
    assert "no vector makes it fail" in found


def test_a_vector_that_comes_out_otherwise_is_told_with_what_came() -> None:
    (remark,) = (r for r in _remarks(pack(rule("T-ONE", BOTH)), *GOOD, _vector({"f.flag": True, "f.number": 4}, "allow")) if "a case" in r)
    assert remark == "'a case' should be allow by no rule, and is block by T-ONE."


def test_a_minimum_source_has_to_be_noticed_too() -> None:
    measured = pack(rule("T-ONE", BOTH, more="min_source: {f.flag: measured}"))
    assert _remarks(measured, *GOOD) == ["no vector notices when min_source of f.flag is taken out"]
    declared = _vector({"f.flag": True, "f.number": 3}, "needs_info", "T-ONE", source=Source.DECLARED)
    assert _remarks(measured, *GOOD, declared) == []


def test_a_rule_without_a_way_out_and_one_that_ends_too_early_are_named() -> None:
    stuck = rule("T-ONE", BOTH).replace('  fix: [{en: "Mend it.", zh: "改正。", do: answer}]\n', "")
    assert "it stands in the way and names no way out (fix)" in _remarks(pack(stuck), *GOOD)
    early = pack(rule("T-ONE", BOTH, law="later", more="effective: {until: 2028-01-01}"))
    assert "it ends on 2028-01-01, before later is in force" in _remarks(early)


def test_taking_out_conditions_one_by_one_makes_one_mutant_each() -> None:
    (found,) = pack(rule("T-ONE", BOTH, when="{any: [[f.other, eq, true], [f.kind, eq, file]]}")).rules
    assert [mutant.removed for mutant in mutants(found)] == [
        "[f.other, eq, True] of when", "[f.kind, eq, file] of when", "[f.flag, eq, True] of require", "[f.number, gt, 3] of require",
    ]  # fmt: skip


def test_the_days_on_which_something_begins_or_ends_are_known() -> None:
    dated = pack(rule("T-ONE", BOTH, more="effective: {from: 2025-01-01}"))
    assert [day.isoformat() for day in boundaries(dated)] == ["2010-01-01", "2020-01-01", "2021-01-01", "2025-01-01", "2029-04-01"]


VECTORS = """bases:
  base: {f: {flag: true, number: 3}}
cases:
- {case: as it is, gate: listing, base: base, expect: allow}
- {case: a path, gate: listing, base: base, facts: {f.number: 4}, expect: block, rules: [T-ONE]}
- {case: taken away, gate: listing, base: base, facts: {f.flag: null}, by: {f.number: declared}, at: 2026-01-01, expect: needs_info, rules: [T-ONE]}
"""


def _read(tmp_path: Path, text: str) -> tuple[Vector, ...]:
    path = tmp_path / "test.vectors.yaml"
    path.write_text(text, "utf-8")
    return read_vectors(path, VOCABULARY)


def test_cases_build_on_a_base_and_take_facts_away(tmp_path: Path) -> None:
    vectors = _read(tmp_path, VECTORS)
    assert run(vectors, (pack(rule("T-ONE", BOTH)),), TAXONOMY) == ()
    last = vectors[2]
    assert dict(last.dossier.values) == {"f.number": 3}
    assert (last.dossier.source("f.number"), last.at.year) == (Source.DECLARED, 2026)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("base: base, expect: allow", "base: none, expect: allow"), "line 4: there is no base 'none'"),
        (("expect: allow", "expect: perhaps"), "'perhaps' is not a valid Decision"),
        (("gate: listing, base: base, expect", "gate: door, base: base, expect"), "'door' is not a valid Gate"),
        (("f.number: 4", "f.number: many"), "The fact f.number is 'many'"),
        (("f.number: 4", "f.numbers: 4"), "'f.numbers' is no fact"),
        (("f.number: declared", "f.number: rumour"), "'rumour' is not a valid Source"),
        (("at: 2026-01-01", "at: soon"), "Invalid isoformat"),
        (("case: a path", "cases: a path"), "line 5: 'cases' is no entry of a case"),
        (("- {case: as it is, gate: listing, base: base, expect: allow}", "- as it is"), "line 4"),
    ],
)
def test_a_case_that_cannot_be_read_is_named_with_its_line(tmp_path: Path, change: tuple[str, str], reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        _read(tmp_path, VECTORS.replace(*change))
    assert any(reason in problem for problem in refused.value.details["problems"]), refused.value.details


def _applying(condition: str, *rules: str) -> Pack:
    return read(head().replace("rules:\n", f"applies: {condition}\nrules:\n") + "".join(rules))


def test_what_the_whole_pack_applies_to_has_to_be_noticed_too() -> None:
    shared = _applying("{all: [[f.texts, has, CN], [f.kind, exists, true]]}", rule("T-ONE", "[f.flag, eq, true]"))
    here = {"f.texts": ["CN"], "f.kind": "file"}
    cases = (_vector({**here, "f.flag": True}, "allow"), _vector({**here, "f.flag": False}, "block", "T-ONE"))
    abroad = _vector({"f.texts": ["FR"], "f.kind": "file", "f.flag": False}, "allow")
    assert _remarks(shared, *cases) == [
        "no vector notices when [f.kind, exists, True] of applies is taken out", "no vector notices when [f.texts, has, CN] of applies is taken out",
    ]  # fmt: skip
    assert _remarks(shared, *cases, abroad, _vector({"f.texts": ["CN"], "f.flag": False}, "allow")) == []


def _named(more: str, *, known: tuple[Pack, ...] = (), duties: str = "") -> list[str]:
    one = read(head().replace("rules:\n", f"{duties}rules:\n") + rule("T-ONE", BOTH, more=more))
    return [remark.problem for remark in lint(one, GOOD, TAXONOMY, known=known)]


def test_a_duty_a_bar_and_an_end_of_a_clock_that_nobody_knows_are_named_with_the_nearest() -> None:
    assert _named("duties: [{do: report_breach}]\nbars: [no_onward_transfer]") == []
    (duty,) = _named("duties: [{do: report_breech}]")
    assert duty == "its duty 'report_breech' is known to no table and no pack; did you mean report_breach?"
    (bar,) = _named("bars: [no_onward_transfers]")
    assert bar.startswith("its bar 'no_onward_transfers'")
    assert bar.endswith("did you mean no_onward_transfer?")
    (clock,) = _named("clock: {start: f.day, span: 4H, on_expiry: explode}")
    assert clock.startswith("its clock's on_expiry 'explode'")
    assert _named("clock: {start: f.day, span: 4H, on_expiry: escalate_incident}") == []


def test_a_pack_may_bring_duties_of_its_own_and_bar_those_that_another_pack_demands() -> None:
    own = "duties:\n  show_berths: {en: show the berths, zh: 出示泊位}\n"
    assert _named("duties: [{do: show_berths}]", duties=own) == []
    assert _named("bars: [show_berths]", duties=own) == []
    assert _named("bars: [report_breach]", duties=own) == ["no rule names its duty show_berths"]
    old = pack(rule("O-ONE", BOTH, more="duties: [{do: keep_watch}]"), pack_id="old")
    assert _named("bars: [keep_watch]", known=(old,)) == []
    assert "known to no table" in _named("duties: [{do: keep_watch}]", known=(old,))[0]


def test_a_rule_that_starts_after_all_it_cites_has_ended_is_named_with_its_line() -> None:
    (found,) = [
        r
        for r in lint(pack(rule("T-ONE", BOTH, law="ended", more="effective: {from: 2020-01-01}")), GOOD, TAXONOMY)
        if "never" in r.problem
    ]
    assert (found.problem, found.line) == ("it starts on 2020-01-01, after ended ended (until 2020-01-01), so it is never asked", 12)
    both = rule("T-ONE", BOTH, more="effective: {from: 2020-01-01}").replace(
        "cite: [{i: law, art: 1}]", "cite: [{i: ended, art: 1}, {i: law, art: 1}]"
    )
    assert _remarks(pack(both), *GOOD) == []


def test_the_vectors_of_a_draft_are_judged_with_the_draft_asked() -> None:
    draft = pack(rule("T-ONE", BOTH), rule("T-TWO", "[f.number, gt, 0]", law="draft"), status="draft")
    assert _remarks(draft, *GOOD, _vector({"f.flag": True, "f.number": 0}, "block", "T-TWO")) == []
    assert "no vector notices when [f.number, gt, 3] of require is taken out" in _remarks(draft, *GOOD[:2])


def test_a_rule_that_rests_on_drafts_in_a_pack_that_is_none_is_told_why_nothing_tries_it() -> None:
    found = _remarks(pack(rule("T-ONE", BOTH), rule("T-TWO", BOTH, law="draft")), *GOOD)
    assert any("it rests on drafts alone" in problem for problem in found)
