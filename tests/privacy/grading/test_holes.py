"""What must not pass for safe: names that nobody generalised, values that single out, a release over its own original."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from entrepot.flows.anonymise import anonymise
from entrepot.kit import Invalid
from entrepot.privacy.anonymise import Plan
from entrepot.privacy.anonymise.changes import parse_change
from entrepot.privacy.grading.model import Level

NAMES = ["John Schmidt", "Maria Garcia", "James Smith", "Anna Mueller", "Robert Johnson", "Linda Brown", "Michael Davis", "Sarah Miller"]


def visits(folder: Path) -> Path:
    """Forty persons with eight visits each."""
    chance, path = random.Random(5), folder / "visits.csv"
    persons = [(f"{NAMES[n % 8].split()[0]} {NAMES[(n // 8) % 8].split()[1]}", f"p{n}@gmail.com", f"Town {n % 4}") for n in range(40)]
    rows = [f"{name},{mail},{town},{chance.randrange(20, 90)}" for name, mail, town in persons for _ in range(8)]
    path.write_text("\n".join(["name,email,city,cost", *rows]) + "\n")
    return path


def test_names_that_are_called_quasi_identifiers_are_names_all_the_same(tmp_path: Path) -> None:
    plan = Plan(k=5, quasi=("name", "email", "city"), automatic=True)
    made = anonymise(visits(tmp_path), tmp_path / "out.csv", plan=plan, hierarchies={})
    assert made.grade is not None
    assert made.grade.level is Level.DIRECT
    assert "email" in next(check for check in made.grade.checks if check.name == "direct_identifiers").columns


def test_a_column_that_singles_out_most_rows_bars_the_third_grade(tmp_path: Path) -> None:
    chance, path = random.Random(6), tmp_path / "in.csv"
    rows = [f"{chance.choice('mf')},Town {chance.randrange(4)},{chance.randrange(10**12)}" for _ in range(1_998)]
    path.write_text("\n".join(["sex,city,blob", *rows, "m,Town 1,7", "m,Town 1,7"]) + "\n")
    made = anonymise(path, tmp_path / "out.csv", plan=Plan(k=5, quasi=("sex", "city"), automatic=True), hierarchies={})
    assert made.grade is not None
    assert made.grade.level < Level.ACCEPTABLE
    assert "blob" in next(check for check in made.grade.checks if check.name == "keys").columns


def test_a_report_holds_no_digest_of_values_that_somebody_could_try(tmp_path: Path) -> None:
    plan = Plan(k=5, quasi=("city",), automatic=True, drop=("name", "email"))
    made = anonymise(visits(tmp_path), tmp_path / "out.csv", plan=plan, hierarchies={})
    assert made.report is not None
    assert [one["sha256"] for one in made.report.document["hierarchies"]] == [None]


def test_the_original_is_never_overwritten(tmp_path: Path) -> None:
    path = visits(tmp_path)
    before = path.read_bytes()
    with pytest.raises(Invalid, match="the table itself"):
        anonymise(path, path, plan=Plan(k=5, quasi=("city",), automatic=True), hierarchies={})
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "change",
    [
        "mask:nan",
        "mask:-1",
        "shift:nan:who",
        "average:0",
        "average:1",
        "round:nan",
        "round:inf",
        "clip:50:30",
        "clip:nan:1",
        "shift:1.5:who",
    ],
)
def test_arguments_that_mean_nothing_are_refused_before_anything_is_read(change: str) -> None:
    with pytest.raises(Invalid):
        parse_change(f"column={change}")
