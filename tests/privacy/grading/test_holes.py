"""What must not pass for safe: names that nobody generalised, values that single out, a release over its own original."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import duckdb
import jsonschema
import pytest

from entrepot.flows.anonymise import anonymise
from entrepot.kit import Invalid
from entrepot.privacy import Assessment
from entrepot.privacy.anonymise import Diversity, Method, Plan
from entrepot.privacy.anonymise.changes import parse_change
from entrepot.privacy.attacks import Budget, attack_files
from entrepot.privacy.grading import grade, report_html, report_schema
from entrepot.privacy.grading.model import Level
from entrepot.privacy.risk import measure


@pytest.fixture
def cursor() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        yield connection


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


@pytest.mark.parametrize("method", list(Method))
def test_who_is_alone_and_hidden_cannot_be_read_off_a_third_grade(
    cursor: duckdb.DuckDBPyConnection, tmp_path: Path, method: Method
) -> None:
    chance, path, out = random.Random(5), tmp_path / "in.csv", tmp_path / "out.csv"
    rows = [f"{chance.randrange(30, 70)},{chance.choice('AB')},{chance.choice(['flu', 'gout', 'cough'])}" for _ in range(2_000)]
    path.write_text("\n".join(["age,town,disease", *rows, "95,C,hiv"]) + "\n")
    plan = Plan(k=5, method=method, quasi=("age", "town"), automatic=True, diversity=(Diversity(column="disease", l=2),))
    made = anonymise(path, out, plan=plan, hierarchies={})
    assert out.read_text().splitlines()[-1] == "*,*,"
    assert made.grade is not None
    assert made.grade.level is Level.ACCEPTABLE
    assert made.report is not None
    jsonschema.validate(made.report.document, report_schema())
    assert "Hidden rows that say nothing" in report_html(made.report.document)
    assert "有 1 行已隐藏" in report_html(made.report.document)
    # The same release as a tool writes it that leaves the value.
    leak = tmp_path / "leak.csv"
    leak.write_text(out.read_text()[: -len("*,*,\n")] + "*,*,hiv\n")
    after = measure(cursor, leak, quasi=("age", "town"), sensitive=("disease",))
    assert (after.hidden_said, after.hidden_told) == (1, ("disease",))
    assessment = Assessment(findings=(), sample=1, seed=1)
    check = next(
        one for one in grade(assessment=assessment, release=made.release, after=after, attacks=None).checks if one.name == "hidden_rows"
    )
    assert (check.holds, check.value) == (False, 1)
    for file, links in ((out, 0), (leak, 1)):
        found = attack_files(cursor, path, file, quasi_identifiers=["age", "town"], sensitive=["disease"], budget=Budget.full())
        assert found.get("unique_linkage").facts["persons_linked"] == links
        assert found.get("homogeneity").attack.hits == links
