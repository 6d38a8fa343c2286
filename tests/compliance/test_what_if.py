"""What another set of packs would change, as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from entrepot.compliance import library
from entrepot.compliance.dossier import Dossier
from entrepot.compliance.judge import decide
from entrepot.compliance.pack_model import Gate
from entrepot.compliance.vectors import read_vectors
from entrepot.compliance.what_if import Case, Changed, what_if
from entrepot.kit import Decision
from support.packs import TAXONOMY, TODAY, pack, rule

NOW = (pack(rule("T-ONE", "[f.flag, eq, true]")),)
STRICTER = (pack(rule("T-ONE", "[f.flag, eq, true]"), rule("T-TWO", "[f.number, lt, 3]", law="draft", more="duties: [{do: tell}]")),)


def _case(subject: str, **facts: object) -> Case:
    return Case(subject=subject, gate=Gate.LISTING, dossier=Dossier({f"f.{name}": value for name, value in facts.items()}))


def _run(*cases: Case, then: tuple = STRICTER) -> list[Changed]:  # type: ignore[type-arg]
    return list(what_if(cases, now=NOW, then=then, at=TODAY, taxonomy=TAXONOMY))


def test_only_what_would_change_comes_out_with_its_reasons() -> None:
    blocked, asked, dutied = _run(
        _case("a", flag=True, number=5), _case("b", flag=True), _case("c", flag=True, number=1), _case("d", flag=False, number=1)
    )[:3]
    assert (blocked.subject, blocked.before, blocked.after, blocked.new_reasons) == ("a", Decision.ALLOW, Decision.BLOCK, ("T-TWO",))
    assert (asked.after, asked.asked) == (Decision.NEEDS_INFO, ("f.number",))
    assert (dutied.decides_otherwise, dutied.new_duties) == (False, ("tell",))


def test_what_a_new_version_lets_through_is_named_too() -> None:
    (change,) = _run(_case("a", flag=False), then=())
    assert (change.before, change.after, change.lifted) == (Decision.BLOCK, Decision.ALLOW, ("T-ONE",))
    assert change.to_dict()["lifted"] == ["T-ONE"]


def test_the_same_packs_change_nothing() -> None:
    assert _run(_case("a", flag=True), _case("b"), then=NOW) == []


def test_the_decision_in_force_is_what_is_compared_with() -> None:
    stale = Case(subject="a", gate=Gate.LISTING, dossier=Dossier({"f.flag": True}), current=Decision.REVIEW)
    (change,) = _run(stale, then=NOW)
    assert (change.before, change.after) == (Decision.REVIEW, Decision.ALLOW)


def test_a_changed_rule_that_does_not_apply_changes_nothing_and_one_that_begins_to_apply_does() -> None:
    narrow = (pack(rule("T-ONE", "[f.flag, eq, true]"), rule("T-TWO", "[f.number, lt, 3]", when="[f.other, eq, true]")),)
    cases = [_case("a", flag=True, other=False, number=5), _case("b", flag=True, other=True, number=5), _case("c", flag=True, number=5)]
    assert [(change.subject, change.after.value) for change in _run(*cases, then=narrow)] == [("b", "block"), ("c", "needs_info")]


def test_moved_lines_are_no_change() -> None:
    moved = (pack(rule("T-NEW", "[f.flag, eq, true]", when="{not: always}"), rule("T-ONE", "[f.flag, eq, true]")),)
    assert _run(_case("a"), _case("b", flag=False), then=moved) == []


def test_another_day_is_a_what_if_too() -> None:
    ending = (pack(rule("T-ONE", "[f.flag, eq, true]", more="effective: {until: 2027-01-01}")),)
    run = what_if([_case("a", flag=False)], now=ending, then=ending, at=TODAY, then_at=date(2027, 1, 1), taxonomy=TAXONOMY)
    assert [change.after for change in run] == [Decision.ALLOW]


def test_cases_are_taken_one_at_a_time_and_progress_is_told() -> None:
    taken, told = [], []

    def cases() -> Iterator[Case]:
        for number in range(2_000):
            taken.append(number)
            yield _case(str(number), flag=True, number=5)

    run = what_if(cases(), now=NOW, then=STRICTER, at=TODAY, taxonomy=TAXONOMY, progress=told.append)
    next(run)
    assert len(taken) == 1
    assert sum(1 for _ in run) == 1_999
    assert told == [500, 1_000, 1_500, 2_000]


def test_what_another_day_changes_is_what_judging_every_case_on_both_days_finds() -> None:
    """The shipped vectors, far apart in time: passing rules over that do not hang on the day loses nothing."""
    packs, kinds = library.shipped(), library.taxonomy()
    read = (read_vectors(library.FOLDER / f"{one.id}.vectors.yaml", library.vocabulary()) for one in packs)
    cases = [Case(subject=str(n), gate=v.gate, dossier=v.dossier) for n, v in enumerate(one for vectors in read for one in vectors)][::3]
    for at, later in ((date(2019, 1, 1), TODAY), (TODAY, date(2029, 4, 1)), (date(2025, 10, 1), TODAY)):
        found = {change.subject for change in what_if(cases, now=packs, then=packs, at=at, then_at=later, taxonomy=kinds)}
        for case in cases:
            before = decide(packs, case.gate, case.dossier, at=at, taxonomy=kinds)
            after = decide(packs, case.gate, case.dossier, at=later, taxonomy=kinds, drafts=True)
            is_other = before.decision is not after.decision or {r.rule.id for r in before.deciding} != {r.rule.id for r in after.deciding}
            assert case.subject in found or not is_other, (case, at, later)
