"""A grade follows from what was found, measured and attacked, and from nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.privacy import Assessment, ColumnFinding
from entrepot.privacy.anonymise import Method, Release
from entrepot.privacy.attacks import AttackReport, AttackResult, Rate
from entrepot.privacy.categories import CATEGORIES
from entrepot.privacy.grading import LEAST_CELL, LEAST_K, MOST_FOUND, Level, grade, grade_cells
from entrepot.privacy.grading.grade import IDENTIFYING
from entrepot.privacy.risk import Risk, Sensitive


def finding(column: str, category: str) -> ColumnFinding:
    return ColumnFinding(column=column, category=CATEGORIES[category], confidence=0.9, evidence=())


def found(*findings: ColumnFinding) -> Assessment:
    return Assessment(findings=findings, sample=100, seed=1)


RELEASE = Release(
    path=Path("out.csv"), rows=100, distinct=50, suppressed=0, classes=10, smallest=10, ncp=0.1, loss={"age": 0.1, "region": 0.1},
    method=Method.LOCAL, quasi=("age", "region"),
)  # fmt: skip
RISK = Risk(
    quasi=("age", "region"), rows=100, hidden=0, classes=10, k=10, unique=0.0, prosecutor=0.1, marketer=0.1, sizes={"10-19": 10}, sensitive=(),
    against=None,
)  # fmt: skip


def attacked(hits: int = 0, tries: int = 1_000, *, names: tuple[str, ...] = IDENTIFYING) -> AttackReport:
    results = tuple(AttackResult(name=name, attack=Rate(hits=hits, tries=tries), baseline=Rate(hits=0, tries=tries)) for name in names)
    return AttackReport(
        rows=100, released=100, control_rows=0, quasi_identifiers=("age", "region"), aligned=True, results=results, notes=(), seed=1
    )  # fmt: skip


def test_a_release_that_is_k_anonymous_and_withstood_every_attack_has_grade_3() -> None:
    made = grade(assessment=found(finding("age", "age")), release=RELEASE, after=RISK, attacks=attacked())
    assert made.level is Level.ACCEPTABLE
    assert made.failed == ()


def test_a_direct_identifier_makes_it_grade_1_unless_it_is_a_keyed_pseudonym() -> None:
    seen = found(finding("mail", "email"))
    assert grade(assessment=seen, release=RELEASE, after=RISK, attacks=attacked()).level is Level.DIRECT
    assert grade(assessment=seen, release=RELEASE, after=RISK, attacks=attacked(), treated=["mail"]).level is Level.ACCEPTABLE


@pytest.mark.parametrize(
    ("changes", "failed"),
    [
        ({"attacks": None}, set(IDENTIFYING)),
        ({"attacks": attacked(names=IDENTIFYING[1:])}, {IDENTIFYING[0]}),
        ({"attacks": attacked(tries=0)}, set(IDENTIFYING)),
        ({"attacks": attacked(hits=300)}, set(IDENTIFYING)),
        ({"attacks": attacked(hits=1, tries=8)}, set(IDENTIFYING)),
        ({"after": replace(RISK, k=LEAST_K - 1)}, {"k"}),
        ({"release": replace(RELEASE, smallest=LEAST_K - 1)}, {"k"}),
        ({"after": replace(RISK, hidden=9, hidden_said=LEAST_K - 1)}, {"hidden_rows"}),
        ({"after": replace(RISK, hidden=9, hidden_said=9), "release": replace(RELEASE, hidden_class=LEAST_K - 1)}, {"hidden_rows"}),
        ({"after": replace(RISK, hidden=9, hidden_said=9, hidden_told=("ill",))}, {"hidden_rows"}),
        ({"keys": ["number"]}, {"keys"}),
        ({"assessment": found(finding("home", "postal_code"))}, {"other_quasi_identifiers"}),
    ],
)  # fmt: skip
def test_each_fact_that_is_missing_or_bad_bars_grade_3_and_is_named(changes: dict[str, object], failed: set[str]) -> None:
    usual = {"assessment": found(), "release": RELEASE, "after": RISK, "attacks": attacked()}
    made = grade(**usual | changes)  # type: ignore[arg-type]
    assert made.level is Level.REMOVED
    assert {check.name for check in made.failed} == failed


def test_hidden_rows_that_are_enough_or_say_nothing_bar_no_grade() -> None:
    for hidden in ({"hidden": 9}, {"hidden": 9, "hidden_said": 9}):
        assert grade(assessment=found(), release=RELEASE, after=replace(RISK, **hidden), attacks=attacked()).level is Level.ACCEPTABLE


def test_classes_that_tell_a_sensitive_value_bar_grade_3() -> None:
    told = Sensitive(column="diagnosis", l=1, entropy_l=1, recursive_c=None, top=1, told=0.3, t=0.5, t_ordered=None)
    made = grade(assessment=found(), release=RELEASE, after=replace(RISK, sensitive=(told,)), attacks=attacked())
    assert [(check.name, check.columns) for check in made.failed] == [("homogeneity", ("diagnosis",))]


def test_one_column_cannot_be_parted_between_two_attackers_and_needs_no_linkability() -> None:
    alone = replace(RELEASE, quasi=("age",), loss={"age": 0.1})
    assert grade(assessment=found(), release=alone, after=RISK, attacks=attacked(names=IDENTIFYING[:2])).level is Level.ACCEPTABLE


def test_a_release_that_shows_nobody_is_acceptable() -> None:
    made = grade(assessment=found(), release=replace(RELEASE, smallest=None), after=replace(RISK, k=None), attacks=attacked(tries=0))
    assert made.level is Level.ACCEPTABLE


def test_counts_of_enough_people_have_grade_4() -> None:
    assert grade_cells(LEAST_CELL, assessment=found()).level is Level.AGGREGATE
    assert grade_cells(LEAST_CELL - 1, assessment=found()).level is Level.REMOVED
    assert grade_cells(1_000, assessment=found(finding("mail", "email"))).level is Level.DIRECT


@given(hits=st.integers(0, 400), k=st.integers(1, 40))
def test_more_success_of_attackers_or_smaller_classes_never_raise_the_grade(hits: int, k: int) -> None:
    def level(hits: int, k: int) -> Level:
        return grade(assessment=found(), release=replace(RELEASE, smallest=k), after=replace(RISK, k=k), attacks=attacked(hits)).level

    assert level(hits + 1, k) <= level(hits, k) <= level(hits, k + 1)
    assert (level(hits, k) is Level.ACCEPTABLE) == (k >= LEAST_K and Rate(hits=hits, tries=1_000).high <= MOST_FOUND)
