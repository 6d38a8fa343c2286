"""A grade near a bound is decided the same way each time: whom attackers try follows from the table, and the worst draw counts."""

from __future__ import annotations

import random
from pathlib import Path

import duckdb
import pytest

from entrepot.flows.anonymise import Anonymised, anonymise
from entrepot.privacy.anonymise import Plan, Release
from entrepot.privacy.attacks import AttackReport, Budget, attack, content_seed, read_pair
from entrepot.privacy.grading import DRAWS, IDENTIFYING, MOST_FOUND, Level, comes_near, grade
from entrepot.privacy.grading.model import Check
from privacy.grading.conftest import write
from privacy.grading.test_grade import RELEASE, RISK, attacked, found

HEADS = ("age", "region", "job", "size")
PLAN = Plan(k=10, quasi=HEADS, automatic=True)
FEW = Budget(targets=300, seconds=600.0)


def rows() -> list[tuple[int, ...]]:
    draw = random.Random(3)
    return [(draw.randrange(20, 80), draw.randrange(12), draw.randrange(8), draw.randrange(30)) for _ in range(1_500)]


def graded(path: Path, out: Path) -> Anonymised:
    return anonymise(path, out, plan=PLAN, hierarchies={}, budget=FEW)


def singled(made: Anonymised) -> Check:
    assert made.grade is not None
    return next(check for check in made.grade.checks if check.name == IDENTIFYING[0])


def test_chance_decides_over_single_draws_and_not_over_the_grade(tmp_path: Path) -> None:
    table = write(tmp_path / "table.csv", HEADS, rows())
    first = graded(table, tmp_path / "out.csv")
    release: Release = first.release
    with duckdb.connect(config={"threads": 2}) as cursor:
        pair = read_pair(cursor, table, tmp_path / "out.csv", sorted(HEADS))
        verdicts = {
            attack(*pair, quasi_identifiers=HEADS, hierarchies=release.hierarchies, budget=FEW, seed=seed, only=IDENTIFYING[:1]).results[0].risk.high <= MOST_FOUND
            for seed in range(8)
        }  # fmt: skip
    assert verdicts == {True, False}
    for seed in range(3):
        mixed = random.Random(seed).sample(rows(), 1_500)
        again = graded(write(tmp_path / "mixed.csv", HEADS, mixed), tmp_path / "mixed.out.csv")
        assert singled(again) == singled(first)
        assert again.grade == first.grade


def test_the_seed_follows_from_what_is_attacked(tmp_path: Path) -> None:
    table = write(tmp_path / "table.csv", HEADS, rows())
    mixed = write(tmp_path / "mixed.csv", HEADS, random.Random(1).sample(rows(), 1_500))
    other = write(tmp_path / "other.csv", HEADS, [(21, 1, 1, 1), *rows()[1:]])
    with duckdb.connect(config={"threads": 2}) as cursor:
        seeds = [content_seed(*read_pair(cursor, path, path, HEADS)) for path in (table, mixed, other)]
        cursor.execute(f"COPY (SELECT * FROM read_csv('{table}')) TO '{tmp_path / 'table.parquet'}' (FORMAT parquet)")
        seeds.append(content_seed(*read_pair(cursor, tmp_path / "table.parquet", tmp_path / "table.parquet", HEADS[::-1])))
    assert seeds[0] == seeds[1] == seeds[3] != seeds[2]


def of(hits: float) -> AttackReport:
    return attacked(int(hits * 1_000))


@pytest.mark.parametrize(("share", "near"), [(0.02, False), (0.12, True), (0.17, True), (0.2, False), (0.4, False)])
def test_attacks_are_made_again_where_chance_might_have_kept_them_below_the_bound(share: float, near: bool) -> None:
    assert comes_near(of(share)) is near


def test_the_draw_that_found_most_decides() -> None:
    usual = {"assessment": found(), "release": RELEASE, "after": RISK}
    assert grade(**usual, attacks=of(0.12), again=[of(0.1)] * (DRAWS - 1)).level is Level.ACCEPTABLE  # type: ignore[arg-type]
    made = grade(**usual, attacks=of(0.12), again=[of(0.1), of(0.19)])  # type: ignore[arg-type]
    assert {check.name for check in made.failed} == set(IDENTIFYING)


def test_a_draw_that_was_not_made_bars_grade_3() -> None:
    missing = attacked(names=IDENTIFYING[1:])
    made = grade(assessment=found(), release=RELEASE, after=RISK, attacks=of(0.12), again=[of(0.1), missing])
    assert {check.name for check in made.failed} == {IDENTIFYING[0]}
