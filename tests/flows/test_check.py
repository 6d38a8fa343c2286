"""Checking a file: the same verdict as publishing, without an exchange, and without a value in the report."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from entrepot.cli.context import harmless
from entrepot.flows.check import check
from entrepot.kit import Decision, Invalid

CLEAN = "id,town,n\n" + "".join(f"{i},Ulm,{i % 7}\n" for i in range(1, 200))
PERSONAL = "id,mail,born\n" + "".join(f"{i},person{i}@example.org,19{i % 90 + 10}-01-0{i % 9 + 1}\n" for i in range(1, 200))


def written(folder: Path, text: str, name: str = "sales.csv") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_a_clean_file_is_allowed_and_described(tmp_path: Path) -> None:
    report = check(written(tmp_path, CLEAN))
    assert (report.decision, report.exit_code) == (Decision.ALLOW, 0)
    (table,) = report.tables
    assert (table.converted.rows, table.dictionary.keys) == (199, ("id",))


def test_a_file_with_addresses_is_blocked_with_the_column_the_count_and_the_fix(tmp_path: Path) -> None:
    found = check(written(tmp_path, PERSONAL)).to_dict()
    assert (found["decision"], found["exit_code"]) == ("block", 2)
    mail = next(column for column in found["columns"] if column["name"] == "mail")
    assert {key: mail[key] for key in ("type", "category", "restricted", "kind")} == {
        "type": "string", "category": "email", "restricted": True, "kind": "direct",
    }  # fmt: skip
    assert mail["confidence"] >= 0.9
    assert mail["evidence"][0] == {"detector": "email", "matched": 199, "examined": 199}
    assert found["findings"][0]["column"] == "mail"
    assert found["findings"][0]["hint"]


def test_the_report_and_the_preview_hold_no_value_of_a_restricted_column(tmp_path: Path) -> None:
    cards = "card,mail\n" + "".join(f"{411111111111 * 10**4 + i},person{i}@example.org\n" for i in range(1, 300))
    report = check(written(tmp_path, PERSONAL))
    assert "example.org" not in json.dumps(report.to_dict())
    assert all(row[1] is None for row in report.tables[0].rows.rows)
    assert "example.org" not in json.dumps(check(written(tmp_path, cards)).to_dict())


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    path = written(tmp_path, CLEAN)
    check(path)
    with pytest.raises(Invalid):
        check(written(tmp_path, "a,b,c\n1,2,3\n1,2\n4,5,6\n", "bad.csv"))
    assert list(scratch.iterdir()) == []
    assert path.read_text() == CLEAN


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    check(written(tmp_path, CLEAN), progress=lambda step, share: told.append(step))
    assert told[-1] == "assess"


VISITS = "patient_id,age,gender,city,diagnosis\n" + "".join(
    f"P{i % 60},{20 + i % 5},{'mf'[i % 2]},{'Ulm' if i < 90 else 'Bonn'},{('flu', 'gout', 'asthma')[i % 3]}\n" for i in range(120)
)


def test_the_risk_of_a_table_as_it_stands_is_measured_over_what_may_be_known_of_people(tmp_path: Path) -> None:
    (table,) = check(written(tmp_path, VISITS.replace("P0,20,m,Ulm", "P0,99,m,Ulm", 1)), person="").tables
    assert table.risk is not None
    risk = table.risk.risk
    assert set(risk.quasi) >= {"age", "gender"}
    assert (risk.k, risk.prosecutor) == (1, 1.0)
    assert risk.sensitive[0].column == "diagnosis"
    assert ("age",) in {one.columns for one in table.risk.uniques.sets}
    shown = table.to_dict()["risk"]
    assert shown["uniques"]["skipped"] == 0
    assert "99" not in json.dumps(shown["uniques"]["sets"])


def test_persons_are_counted_by_the_key_that_is_named_or_seems_to_say_whose_row_it_is(tmp_path: Path) -> None:
    path = written(tmp_path, VISITS)
    (found,) = check(path).tables
    (named,) = check(path, person="patient_id").tables
    (other,) = check(path, person="city").tables
    assert found.risk is not None
    assert found.risk.person == "patient_id"
    assert found.to_dict()["risk"] == named.to_dict()["risk"]
    assert other.risk is not None
    assert "city" not in other.risk.risk.quasi
    with pytest.raises(Invalid, match="no column nobody"):
        check(path, person="nobody")


def test_rows_are_counted_where_only_a_text_holds_identifiers(tmp_path: Path) -> None:
    rows = "".join(f"{20 + i % 40},{'mf'[i % 2]},visit {i % 90}: call 212-555-{1000 + i % 90}\n" for i in range(200))
    (found,) = check(written(tmp_path, "age,gender,remarks\n" + rows)).tables
    assert "phone" in {one.category.id for one in found.assessment.findings}
    assert found.risk is not None
    assert (found.risk.person, found.risk.risk.rows) == ("", 200)
    rows = "".join(f"{20 + i % 40},{'mf'[i % 2]},p{i % 90}@example.org\n" for i in range(200))
    (known,) = check(written(tmp_path, "age,gender,mail\n" + rows)).tables
    assert known.risk is not None
    assert known.risk.person == "mail"


def test_a_table_without_columns_about_people_has_no_risk(tmp_path: Path) -> None:
    (table,) = check(written(tmp_path, "sensor,city,value\n" + "".join(f"s{i % 3},Ulm,{i}\n" for i in range(40)))).tables
    assert table.risk is None
    assert table.to_dict()["risk"] is None


def test_a_population_gives_the_journalists_risk(tmp_path: Path) -> None:
    people = "age,gender\n" + "".join(f"{20 + i % 5},{'mf'[i % 2]}\n" for i in range(400))
    table = written(tmp_path, "age,gender\n" + "".join(f"{20 + i % 5},{'mf'[i % 2]}\n" for i in range(40)))
    (found,) = check(table, population=written(tmp_path, people, "people.csv")).tables
    assert found.risk is not None
    assert found.risk.risk.against is not None
    assert found.risk.risk.against.journalist == 1 / 40


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    # The command as a user has it; the folder has no exchange, no settings and no key.
    return subprocess.run(
        [sys.executable, "-c", "from entrepot.cli import main; main()", "check", *map(str, arguments)],
        capture_output=True, text=True, cwd=Path(str(arguments[0])).parent,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code"), [(CLEAN, 0), (PERSONAL, 2), ("id,diagnosis\n" + "".join(f"{i},J{i % 40}\n" for i in range(90)), 4), ("a,b\n", 2)]
)
def test_the_command_ends_with_the_code_of_the_decision(text: str, code: int, tmp_path: Path) -> None:
    done = run(written(tmp_path, text))
    assert done.returncode == code, done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["sales.csv"], "no data folder is made"


def test_the_command_prints_json(tmp_path: Path) -> None:
    done = run(written(tmp_path, PERSONAL), "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["decision"] == "block"


def test_a_bad_file_is_explained_on_standard_error_or_as_json(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b,c\n1,2,3\n4,5\n6,7,8\n")
    told = run(path)
    assert (told.returncode, told.stdout) == (2, "")
    assert "sales.csv, line 3" in told.stderr
    assert "→" in told.stderr
    assert "Traceback" not in told.stderr
    assert json.loads(run(path, "--json").stdout)["error"] == "Invalid"


def test_markup_in_headings_and_names_is_only_text(tmp_path: Path) -> None:
    done = run(written(tmp_path, "[red]a[/red],[/b]\n" + "1,=x()\n" * 5, "[bold]x.csv"))
    assert done.returncode == 0, done.stderr
    assert "[red]a[/red]" in done.stdout


def test_the_command_is_light_to_import() -> None:
    code = "import sys, entrepot.cli.check; sys.exit(bool({'duckdb', 'pyarrow', 'rich.table'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_formulas_are_told_and_stop_nobody(tmp_path: Path) -> None:
    found = check(written(tmp_path, "id,remark,n\n1,=1+1,-5\n2,+cmd|' /C calc'!A0,-7\n3,fine,-9\n")).to_dict()
    assert found["decision"] == "allow"
    assert [(f["rule"], f["column"], f["evidence"]) for f in found["findings"]] == [("HOUSE-FORMULA", "remark", {"values": 2})]


def test_escapes_of_a_file_do_not_reach_the_terminal() -> None:
    assert harmless("a\x1b[31mred\u202e\x07\x9b") == "a\ufffd[31mred\ufffd\ufffd\ufffd"


def test_columns_that_differ_in_every_row_are_listed_with_the_risk(tmp_path: Path) -> None:
    rows = "".join(f"{20 + i % 40},{'mf'[i % 2]},{i * 37 % 1009}.5,{i % 5}\n" for i in range(200))
    (found,) = check(written(tmp_path, "age,gender,pay,rooms\n" + rows)).tables
    assert found.risk is not None
    assert found.risk.keys == ("pay",)
    assert found.to_dict()["risk"]["keys"] == ["pay"]


def test_texts_that_name_persons_need_a_look(tmp_path: Path) -> None:
    texts = ("Hans Meyer was seen with asthma and sent home", "Peter Brown came back with the same pain", "nothing to report of this visit")
    report = check(written(tmp_path, "remarks,n\n" + "".join(f"{texts[i % 3]},{i % 7}\n" for i in range(120))))
    assert report.decision is Decision.REVIEW
    assert [finding.column for finding in report.findings] == ["remarks"]
