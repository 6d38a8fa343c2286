"""``entrepot aggregate`` as a user types it, with its report."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from entrepot.cli import context
from entrepot.cli.main import run
from entrepot.privacy.grading import cells_report_schema, report_html, words


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    rows = [f"p{n}@mail.example,{'NOSW'[n % 4]},{2020 + n % 3},{n}" for n in range(240)] + ["x@mail.example,N,2025,1"]
    (tmp_path / "visits.csv").write_text("\n".join(["email,region,year,amount", *rows]) + "\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(context, "chosen", context.chosen)
    monkeypatch.setattr(context.chosen, "as_json", False)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *args: str, code: int = 0) -> str:
    assert run(["aggregate", "visits.csv", "--by", "region,year", *args]) == code
    caught = capsys.readouterr()
    return " ".join((caught.err if code else caught.out).split())


def test_cells_are_written_with_their_grade_and_what_was_left_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "--count", "--sum", "amount", "--minimum", "11", "--totals", "--out", "cells.csv")
    assert "1 left out as too small" in out
    assert "not by year: some are too small" in out
    assert "Grade 4: aggregates." in out
    assert (folder / "cells.csv").read_text().startswith("region,year,count,sum_amount\n")
    assert {path.name for path in folder.iterdir()} == {"visits.csv", "cells.csv", "cells.csv.report.json", "cells.csv.report.html"}


def test_the_same_table_and_options_give_the_same_bytes_and_report(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = json.loads(said(capsys, "--mean", "amount", "--json"))
    before = (folder / "visits.cells.csv").read_bytes()
    head, *rows = (folder / "visits.csv").read_text().splitlines()
    (folder / "visits.csv").write_text("\n".join([head, *reversed(rows)]) + "\n")
    assert json.loads(said(capsys, "--mean", "amount", "--json")) == first
    assert (folder / "visits.cells.csv").read_bytes() == before


def test_too_small_a_minimum_costs_the_fourth_grade(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "--minimum", "2", "--base", "1", "--sum", "amount", "--dominance", "100%")
    assert "Grade 2" in out
    assert "Leave out smaller cells." in out


def test_cells_that_are_named_by_persons_have_the_first_grade(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"p{n % 12}@mail.example,1" for n in range(240)]
    (folder / "visits.csv").write_text("\n".join(["email,amount", *rows]) + "\n", "utf-8")
    assert run(["aggregate", "visits.csv", "--by", "email"]) == 0
    assert "Grade 1" in capsys.readouterr().out


def test_a_bad_wish_says_what_to_do_and_writes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "two contributors" in said(capsys, "--dominance", "much", code=2)
    assert "Use fewer columns" in said(capsys, "--minimum", "1000", code=2)
    assert {path.name for path in folder.iterdir()} == {"visits.csv"}


def test_the_report_keeps_its_schema_is_bilingual_and_tells_no_grand_total(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["aggregate", "--report-schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema == cells_report_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    for options in ((), ("--totals",), ("--mean", "amount", "--person", "email")):
        said(capsys, *options)
        text = (folder / "visits.cells.csv.report.json").read_text()
        jsonschema.validate(json.loads(text), schema)
        assert "241" not in text
        assert "mail.example" not in text
    page = report_html(json.loads(text))
    assert "Aggregation report" in page
    assert "聚合报告" in page
    assert set(words.CELL_LIMITS["en"]) == set(words.CELL_LIMITS["zh"])


def test_the_encoding_may_be_said_and_the_table_is_still_not_overwritten(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (folder / "visits.csv").read_text().replace(",N,", ",Süd,")
    (folder / "visits.csv").write_bytes(text.encode("cp1252"))
    said(capsys, "--count", "--encoding", "cp1252", "--out", "cells.csv")
    assert "Süd,2020" in (folder / "cells.csv").read_text("utf-8")
    assert "is the table itself" in said(capsys, "--encoding", "cp1252", "--out", "visits.csv", code=2)
    assert (
        run(["anonymise", "visits.csv", "--qi", "region", "--drop", "email", "--automatic", "--encoding", "cp1252", "--out", "fit.csv"])
        == 0
    )
    assert "Süd" in (folder / "fit.csv").read_text("utf-8")
