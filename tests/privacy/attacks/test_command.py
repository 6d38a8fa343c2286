"""``entrepot attack`` as a user types it, on an application of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer

from entrepot.cli import commands, context
from entrepot.cli.attack import attack
from entrepot.cli.main import run
from entrepot.kit import Invalid
from support.wages import write_wages


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "table.csv").write_text("age,illness\n20,flu\n21,flu\n30,flu\n31,gout\n", "utf-8")
    (tmp_path / "release.csv").write_text("age,illness\n20-29,flu\n20-29,flu\n30-39,flu\n30-39,gout\n", "utf-8")
    (tmp_path / "trees").mkdir()
    lines = [f"{age};{age // 10}0-{age // 10}9;*\n" for age in (20, 21, 30, 31)]
    (tmp_path / "trees" / "age.csv").write_text("".join(lines), "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(context.chosen, "as_json", False)
    monkeypatch.setenv("COLUMNS", "160")
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    context.chosen.as_json = False
    app = typer.Typer(cls=commands.Group, rich_markup_mode=None)
    commands.add(app, "Start here", attack)
    app(["table.csv", "--against", "release.csv", *args], standalone_mode=False)
    return capsys.readouterr().out


def test_it_prints_a_row_for_each_attack_and_no_value(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "--hierarchies", "trees", "--sensitive", "illness")
    assert "homogeneity of illness" in out
    assert "50.0%" in out
    assert "No control group" in out
    assert "flu" not in out
    assert "20-29" not in out


def test_its_report_is_json_and_full_on_request(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = json.loads(said(capsys, "--hierarchies", "trees", "--sensitive", "illness", "--full", "--control", "table.csv", "--json"))
    assert report["quasi_identifiers"] == ["age"]
    assert report["control_rows"] == report["rows"] == 4
    assert {"homogeneity", "unique_linkage", "downcoding"} <= {found["name"] for found in report["attacks"]}


def test_without_hierarchies_all_shared_columns_are_known_to_the_attacker(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = json.loads(said(capsys, "--json", "--seed", "7"))
    assert (report["quasi_identifiers"], report["seed"]) == (["age", "illness"], 7)


def test_a_column_that_is_not_there_is_named(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Invalid, match="no column shoe"):
        said(capsys, "--qi", "age,shoe")


def test_tables_that_have_nothing_to_do_with_each_other_are_doubted(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "unrelated" not in said(capsys, "--hierarchies", "trees")
    other = "age,illness\n" + "60-69,broken arm\n70-79,broken leg\n" * 20
    (files / "release.csv").write_text(other, "utf-8")
    assert run(["attack", "table.csv", "--against", "release.csv"]) == 4
    out = " ".join(capsys.readouterr().out.split())
    assert "The two tables look unrelated" in out
    assert "worst" not in out
    assert "better than guessing" not in out
    assert "The release has 40 rows and the original 4." in out
    assert "illness: 0% of the released values cover a value of the original." in out
    assert "broken" not in out
    report = json.loads(said(capsys, "--json"))
    assert (len(report["doubts"]), report["worst"]) == (4, None)


def test_tables_without_a_column_in_common_are_refused(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "release.csv").write_text("shoe,hat\n1,2\n3,4\n", "utf-8")
    with pytest.raises(Invalid, match="no column in common"):
        said(capsys)


def test_a_release_in_another_order_is_not_doubted(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head, *rows = (files / "release.csv").read_text("utf-8").splitlines()
    (files / "release.csv").write_text("\n".join([head, *reversed(rows)]) + "\n", "utf-8")
    assert json.loads(said(capsys, "--hierarchies", "trees", "--sensitive", "illness", "--json"))["doubts"] == []


def test_it_learns_from_the_report_what_was_generalised_and_how(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"{20 + n % 40},{'NOSW'[n % 4]},{n % 3}" for n in range(400)]
    (files / "table.csv").write_text("\n".join(["age,region,points", *lines]) + "\n", "utf-8")
    made = [
        "table.csv",
        "--qi",
        "age,region",
        "--automatic",
        "--k",
        "10",
        "--method",
        "global",
        "--out",
        "release.csv",
        "--save-hierarchies",
        "kept",
    ]
    assert run(["anonymise", *made]) == 0
    capsys.readouterr()
    read = json.loads(said(capsys, "--sensitive", "points", "--json"))
    assert read == json.loads(said(capsys, "--hierarchies", "kept", "--sensitive", "points", "--json"))
    assert read["quasi_identifiers"] == ["age", "region"]
    (files / "release.csv").write_text((files / "release.csv").read_text() + "*,*,1\n")
    other = json.loads(said(capsys, "--json"))
    assert "points" in other["quasi_identifiers"], "the report is of another file"


@pytest.fixture
def regions(files: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A release whose labels only its hierarchy file explains."""
    (files / "sides").mkdir()
    (files / "sides" / "region.csv").write_text("".join(f"{one};{'left' if one in 'NO' else 'right'};*\n" for one in "NOSW"), "utf-8")
    lines = [f"{'NOSW'[n % 4 if n > 3 else 0]},{n % 3}" for n in range(44)]
    (files / "table.csv").write_text("\n".join(["region,points", *lines]) + "\n", "utf-8")
    made = ["anonymise", "table.csv", "--hierarchies", "sides", "--k", "12", "--method", "global", "--out", "release.csv"]
    assert run(made) == 0
    assert "left" in (files / "release.csv").read_text("utf-8")
    capsys.readouterr()
    return files


def test_a_release_made_with_hierarchy_files_is_doubted_where_they_are_not_given(regions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["attack", "table.csv", "--against", "release.csv"]) == 4
    out = " ".join(capsys.readouterr().out.split())
    assert "The release was made with hierarchy files for region, and they are not given" in out
    assert "Pass --hierarchies DIR" in out
    assert "unrelated" not in out
    assert "worst" not in out
    assert run(["attack", "table.csv", "--against", "release.csv", "--hierarchies", "sides"]) == 0
    assert "hierarchy files" not in capsys.readouterr().out


def test_order_is_said_to_be_lost_only_where_it_is(regions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (regions / "release.csv.report.json").unlink()
    report = json.loads(said(capsys, "--qi", "region", "--json"))
    assert "What released values of region stand for is not known without their hierarchies" in " ".join(report["notes"])
    assert "order" not in " ".join(report["notes"])
    head, *rows = (regions / "release.csv").read_text("utf-8").splitlines()
    (regions / "release.csv").write_text("\n".join([head, *reversed(rows)]) + "\n", "utf-8")
    report = json.loads(said(capsys, "--qi", "region", "--hierarchies", "sides", "--json"))
    assert "do not stand in the order" in " ".join(report["notes"])


@pytest.fixture
def wages(files: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four hundred persons, each with an own wage, in twenty alike by age and region."""
    monkeypatch.setenv("ENTREPOT_PSEUDONYM_KEY", "a key of the test alone")
    write_wages(files / "table.csv", named=True)
    return files


def released(capsys: pytest.CaptureFixture[str], *more: str) -> int:
    options = ("--qi", "age,region", "--automatic", "--k", "10", "--method", "global", "--change", "name=pseudonym", "--json")
    assert run(["anonymise", "table.csv", "--out", "release.csv", *options, *more]) == 0
    return int(json.loads(capsys.readouterr().out)["grade"]["level"])


@pytest.mark.usefixtures("wages")
def test_an_untreated_column_that_tells_who_somebody_is_comes_before_every_attack(capsys: pytest.CaptureFixture[str]) -> None:
    assert released(capsys) == 2
    report = json.loads(said(capsys, "--sensitive", "wage", "--json"))
    assert report["untreated"]["tried"] == ["wage"], "a pseudonym is known to nobody"
    assert (report["untreated"]["columns"], report["untreated"]["share"]) == (["wage"], 1.0)
    out = " ".join(said(capsys, "--sensitive", "wage").split())
    assert "worst Untreated columns: 100.0% of the rows are the only ones of their wage in their released class." in out


@pytest.mark.usefixtures("wages")
def test_a_rounded_column_no_longer_tells_who_somebody_is(capsys: pytest.CaptureFixture[str]) -> None:
    released(capsys, "--change", "wage=round:5000")
    out = " ".join(said(capsys).split())
    assert "beside Untreated columns (wage): 0.0% of the rows stand alone" in out


def test_a_column_named_sensitive_counts_as_unknown_where_no_report_says_otherwise(wages: Path, capsys: pytest.CaptureFixture[str]) -> None:
    released(capsys)
    (wages / "release.csv.report.json").unlink()
    report = json.loads(said(capsys, "--qi", "age,region", "--sensitive", "wage", "--json"))
    assert "untreated" not in report
    assert "Not taken for known to others, being sensitive: wage." in report["notes"]
    assert json.loads(said(capsys, "--qi", "age,region", "--json"))["untreated"]["columns"] == ["wage"]


def test_the_encoding_of_the_original_may_be_said(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "table.csv").write_bytes((files / "table.csv").read_text().replace("flu", "Übel").encode("cp1252"))
    (files / "release.csv").write_text((files / "release.csv").read_text().replace("flu", "Übel"), "utf-8")
    options = ("--hierarchies", "trees", "--sensitive", "illness", "--encoding", "cp1252", "--json")
    assert json.loads(said(capsys, *options))["quasi_identifiers"] == ["age"]
    with pytest.raises(Invalid, match="is not text in utf-8"):
        said(capsys, *options[:4], "--encoding", "utf-8")
