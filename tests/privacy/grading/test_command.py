"""``entrepot anonymise`` with its grade, as a user types it; and the census, graded."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from entrepot.cli import context
from entrepot.cli.main import run
from entrepot.flows.anonymise import anonymise
from entrepot.privacy.anonymise import Plan
from entrepot.privacy.grading import Level
from entrepot.privacy.hierarchies import read_folder

DATA = os.environ.get("ENTREPOT_TEST_DATA", "")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, people: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(context, "chosen", context.chosen)
    monkeypatch.setattr(context.chosen, "as_json", False)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    assert run(["anonymise", "people.csv", "--qi", "age,region", "--automatic", "--method", "global", "--k", "10", *args]) == 0
    return capsys.readouterr().out


def test_the_grade_is_printed_with_what_stands_in_the_way_of_a_better_one(capsys: pytest.CaptureFixture[str]) -> None:
    out = " ".join(said(capsys, "--keep", "email").split())
    assert "Grade 1: direct identifiers present." in out
    assert "(email)" in out
    assert "replace them by keyed pseudonyms" in out
    assert "people.anonymous.csv.report.html" in out
    assert "The release names persons: email stayed as they are, as was asked." in out[-200:]


@pytest.mark.parametrize("more", [[], ["--no-report"]])
def test_columns_that_name_persons_are_refused_before_anything_is_written(
    folder: Path, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    assert run(["anonymise", "people.csv", "--qi", "age,region", "--automatic", "--json", *more]) == 2
    refused = json.loads(capsys.readouterr().out)
    assert refused["error"] == "IdentifiersLeft"
    assert "email (e-mail addresses)" in refused["message"]
    assert all(way in refused["hint"] for way in ("--drop email", "--change email=pseudonym", "--keep email"))
    assert "mail.example" not in str(refused)
    assert [path.name for path in folder.iterdir()] == ["people.csv"]


def test_the_check_chooses_the_quasi_identifiers_where_none_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["anonymise", "people.csv", "--automatic", "--drop", "email", "--no-report"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "Generalised, because the check takes them for what others may know of a person: age, region." in out


def test_json_carries_the_grade_and_the_digest_of_the_report(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = json.loads(said(capsys, "--drop", "email", "--json"))
    report = json.loads((folder / shown["report_files"][0]).read_text("utf-8"))
    assert shown["grade"] == report["grade"]
    assert shown["grade"]["level"] == 3


def test_no_report_writes_the_release_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "grade" not in json.loads(said(capsys, "--drop", "email", "--no-report", "--json"))
    assert {path.name for path in folder.iterdir()} == {"people.csv", "people.anonymous.csv"}


def test_without_a_report_what_shows_at_a_glance_is_said_all_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"{20 + n % 40},{'NOSW'[n % 4]},{'mf'[n % 2]},{1000 + 7 * n}" for n in range(400)]
    (folder / "staff.csv").write_text("\n".join(["age,region,sex,wage", *lines]) + "\n", "utf-8")
    made = ["anonymise", "staff.csv", "--qi", "age,region", "--automatic", "--no-report"]
    assert run(made) == 0
    out = capsys.readouterr().out
    assert "what others may know of a person: sex." in " ".join(out.split())
    assert "Another value in every row, so that whoever knows one finds its row: wage." in " ".join(out.split())
    assert out.splitlines()[-1].startswith("Not graded")
    assert run([*made, "--drop", "sex", "--change", "wage=round:1000"]) == 0
    out = capsys.readouterr().out
    assert "sex" not in out
    assert "Another value" not in out


def test_what_stands_between_values_may_be_said_and_the_release_keeps_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"{'xyz'[n % 3]},{n % 2};{20 + n % 4}" for n in range(80)]
    (folder / "mixed.csv").write_text("\n".join(["code,sort;age", *lines]) + "\n", "utf-8")
    made = ["anonymise", "mixed.csv", "--qi", "age", "--automatic", "--out", "out.csv"]
    assert run(made) == 2
    assert "say what stands between values with --delimiter" in " ".join(capsys.readouterr().err.split())
    assert run([*made, "--delimiter", ";"]) == 0
    assert (folder / "out.csv").read_text("utf-8").startswith("code,sort;age\nx,0;")
    assert "out.csv.report.json" in capsys.readouterr().out
    assert run(["attack", "mixed.csv", "--against", "out.csv", "--delimiter", ";", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["quasi_identifiers"] == ["age"]
    cells = ["aggregate", "mixed.csv", "--by", "age", "--out", "cells.csv", "--delimiter", ";", "--json"]
    assert run(cells) == 0
    assert (folder / "cells.csv").read_text("utf-8").startswith("age;")
    assert run([*made, "--delimiter", "and"]) == 2


def test_whether_there_is_a_header_may_be_said(folder: Path) -> None:
    (folder / "bare.csv").write_text("".join(f"{'ab'[n % 2]},{'xyz'[n % 3]}\n" for n in range(60)), "utf-8")
    made = ["anonymise", "bare.csv", "--qi", "column1,column2", "--automatic", "--no-report", "--out", "out.csv"]
    assert run([*made, "--header"]) == 2
    assert run([*made, "--no-header"]) == 0
    assert (folder / "out.csv").read_bytes() == (folder / "bare.csv").read_bytes()


def test_the_schema_of_a_report_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["anonymise", "--report-schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Entrepot anonymisation report"


@pytest.mark.skipif(not DATA, reason="ENTREPOT_TEST_DATA names no folder")
@pytest.mark.parametrize("method", ["local", "global"])
def test_a_census_with_ten_alike_persons_withstands_the_attacks(tmp_path: Path, method: str) -> None:
    table = Path(DATA) / "privacy" / "adult" / "adult.csv"
    plan = Plan(k=10, method=method)  # type: ignore[arg-type]
    made = anonymise(table, tmp_path / "out.csv", plan=plan, hierarchies=read_folder(table.parent / "hierarchies"))
    assert made.grade is not None
    assert made.report is not None
    assert made.grade.level is Level.ACCEPTABLE
    risk = made.report.document["risk"]
    assert (risk["before"]["k"], risk["after"]["k"]) == (1, 10)
    assert risk["before"]["unique"] > 0.3
    singled = next(check for check in made.grade.checks if check.name == "singling_out_multivariate")
    assert singled.value is not None
    # Attackers single some persons out all the same; the report must not say otherwise.
    assert singled.value > 0


def test_texts_that_name_persons_are_refused_and_bar_grade_three_where_they_are_kept(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = ("Hans Meyer was seen with asthma and sent home", "Peter Brown came back with the same pain", "nothing to report of this visit")
    rows = "".join(f"{20 + i % 40},{['north', 'south', 'west'][i % 3]},{texts[i % 3]}\n" for i in range(600))
    (folder / "visits.csv").write_text("age,region,remarks\n" + rows, "utf-8")
    asked = ["anonymise", "visits.csv", "--qi", "age,region", "--automatic", "--json"]
    assert run(asked) == 2
    refused = json.loads(capsys.readouterr().out)
    assert refused["error"] == "IdentifiersLeft"
    assert "--drop remarks" in refused["hint"]
    assert run([*asked, "--keep", "remarks"]) == 0
    assert json.loads(capsys.readouterr().out)["grade"]["level"] == 1
    assert run([*asked, "--drop", "remarks", "--out", "bare.csv"]) == 0
    assert json.loads(capsys.readouterr().out)["grade"]["level"] == 3
