"""A release keeps the form of its table, counts persons, and changes other columns as asked."""

from __future__ import annotations

import codecs
import hashlib
import hmac
import json
import random
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import duckdb
import jsonschema
import pytest
import typer
from typer.testing import CliRunner

from entrepot.cli import commands, context
from entrepot.cli.anonymise import anonymise as command
from entrepot.kit import Invalid, NotFound
from entrepot.privacy.anonymise import Method, Plan, Presence, anonymise
from entrepot.privacy.anonymise.changes import parse_change
from entrepot.privacy.anonymise.profile import parse_presence, read_profile, schema
from entrepot.privacy.hierarchies import hierarchy, write_hierarchy

from .conftest import TREES, Run

SEX = {"sex": hierarchy("sex", [("f", "*"), ("m", "*")])}
SECRET = b"a key of sixteen bytes and more"


def test_columns_order_separator_and_odd_texts_stay(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    given, out = tmp_path / "given.csv", tmp_path / "out.csv"
    lines = ["note|sex|sum", '"a|b"|f|1.50', '"say ""hi"""|m|007', "|f|", '""|m|1e5', '"two\nlines"|f|x']
    given.write_text("\n".join(lines) + "\n")
    anonymise(cursor, given, out, plan=Plan(k=2), hierarchies=SEX)
    assert out.read_text() == given.read_text()


@pytest.mark.parametrize("bom", [b"", codecs.BOM_UTF8], ids=["plain", "bom"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["lf", "crlf"])
def test_the_mark_of_utf_8_and_the_line_ends_stay(cursor: duckdb.DuckDBPyConnection, tmp_path: Path, bom: bytes, end: bytes) -> None:
    given, out = tmp_path / "given.csv", tmp_path / "out.csv"
    lines = [b"note;sex;sum", b'"a;b";f;1.50', "Ä;m;007".encode(), b'"two\nlines";f;x', b";m;1e5"]
    given.write_bytes(bom + end.join(lines) + end)
    anonymise(cursor, given, out, plan=Plan(k=2), hierarchies=SEX)
    assert out.read_bytes() == given.read_bytes()
    again = tmp_path / "again.csv"
    anonymise(cursor, out, again, plan=Plan(k=2), hierarchies=SEX)
    assert again.read_bytes() == given.read_bytes()


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030"])
def test_a_text_in_another_encoding_is_released_as_utf_8_with_its_line_ends(
    cursor: duckdb.DuckDBPyConnection, tmp_path: Path, encoding: str
) -> None:
    given, out = tmp_path / "given.csv", tmp_path / "out.csv"
    text = "地方,sex\r\n" + "北京市朝阳区,f\r\n上海市浦东新区,m\r\n" * 4
    given.write_bytes(text.encode(encoding))
    anonymise(cursor, given, out, plan=Plan(k=2), hierarchies=SEX)
    assert out.read_bytes() == text.encode()


def test_parquet_keeps_the_types_of_other_columns(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    given, out = tmp_path / "given.parquet", tmp_path / "out.parquet"
    cursor.execute(
        "COPY (SELECT i::INTEGER AS n, (i % 8)::SMALLINT AS a, DATE '2020-01-01' + (i % 999)::INTEGER AS day, i / 4 AS share FROM range(300000) r(i)) "
        f"TO '{given}' (FORMAT parquet)"
    )
    anonymise(cursor, given, out, plan=Plan(k=5), hierarchies={"a": TREES["a"]})
    described = cursor.execute(f"DESCRIBE SELECT * FROM '{out}'").fetchall()
    assert [(row[0], row[1]) for row in described] == [("n", "INTEGER"), ("a", "VARCHAR"), ("day", "DATE"), ("share", "DOUBLE")]
    assert cursor.execute(
        f"SELECT bool_and(n = file_row_number AND a = n % 8) FROM read_parquet('{out}', file_row_number=true)"
    ).fetchall() == [(True,)]


def test_missing_values_are_leaves_of_their_own(run: Run) -> None:
    trees = {"c": hierarchy("c", [("", "missing", "*"), ("x", "some", "*"), ("y", "some", "*")])}
    rows = [["c", "n"], *[["", "1"]] * 3, *[["x", "1"]] * 2, *[["y", "1"]] * 2]
    _, out = run(rows, trees, k=3)
    assert [row[0] for row in out] == [""] * 3 + ["some"] * 4


def test_k_counts_persons_where_rows_repeat(run: Run) -> None:
    rows = [["who", "sex", "visit"]]
    rows += [["p1", "f", str(i)] for i in range(9)] + [[f"q{i}", "m", "1"] for i in range(5)]
    _, out = run(rows, SEX, k=5)
    assert {row[1] for row in out} == {"f", "m"}
    release, out = run(rows, SEX, k=5, person="who", suppress=1)
    assert [row[1] for row in out] == ["*"] * 9 + ["m"] * 5
    assert (release.suppressed, release.smallest) == (9, 5)


def test_nobody_is_counted_twice_in_a_class(run: Run) -> None:
    # Each of three persons has a row with every value: as rows twelve, as persons three, however they are put together.
    rows = [["who", "a", "n"], *[[f"p{p}", str(v), "1"] for p in range(3) for v in range(4)], *[[f"q{i}", "7", "1"] for i in range(5)]]
    _, out = run(rows, {"a": TREES["a"]}, k=4, person="who", suppress=1)
    persons = defaultdict(set)
    for who, value, _ in out:
        persons[value].add(who)
    assert all(len(found) >= 4 for value, found in persons.items() if value != "*")


def test_k_map_counts_the_population(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    given, out, people = tmp_path / "given.csv", tmp_path / "out.csv", tmp_path / "people.csv"
    given.write_text("sex;ill\nf;1\nm;1\nm;1\n")
    people.write_text("sex;town\n" + "f;a\n" * 9 + "m;b\n" * 2)
    anonymise(cursor, given, out, plan=Plan(k=5, population=people, suppress=1), hierarchies=SEX)
    assert out.read_text() == "sex;ill\nf;1\n*;\n*;\n", (
        "whoever knows a man knows one of two, so hiding what he is does not hide what he has"
    )


@pytest.mark.parametrize("method", list(Method))
def test_nobody_is_surer_than_asked_that_somebody_of_the_population_is_in_the_table(
    cursor: duckdb.DuckDBPyConnection, tmp_path: Path, method: Method
) -> None:
    given, out, people = tmp_path / "given.csv", tmp_path / "out.csv", tmp_path / "people.csv"
    draw = random.Random(7)
    everybody = [draw.randrange(8) for _ in range(400)]
    # Most of those with 0 are in the table, and one row is nobody's of the population.
    inside = [v for v in everybody if draw.random() < (0.9 if v == 0 else 0.2)]
    people.write_text("a;town\n" + "".join(f"{v};x\n" for v in everybody))
    given.write_text("a;ill\n" + "".join(f"{v};1\n" for v in inside))
    plan = Plan(k=2, method=method, presence=Presence(population=people, most=0.5))
    release = anonymise(cursor, given, out, plan=plan, hierarchies={"a": TREES["a"]})
    tree = release.hierarchies["a"]
    found = Counter(line.split(";")[0] for line in out.read_text().splitlines()[1:])
    for value, count in found.items():
        if value != "*":
            assert count / sum(everybody.count(int(leaf)) for leaf in tree.covers(value)) <= 0.5
    assert found["0"] == 0
    assert release.suppressed < len(inside)


def test_presence_is_written_as_a_file_or_a_column_with_two_bounds(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("a\n1\n")
    assert parse_presence("people.csv:0,50%", tmp_path) == Presence(population=tmp_path / "people.csv", most=0.5)
    assert parse_presence("insured:0.1,0.5", tmp_path) == Presence(column="insured", least=0.1, most=0.5)
    with pytest.raises(NotFound):
        parse_presence("others.csv:0,0.5", tmp_path)
    for wrong in ("people.csv", "people.csv:0.5", "people.csv:a,b"):
        with pytest.raises(Invalid):
            parse_presence(wrong, tmp_path)
    (tmp_path / "plan.yaml").write_text("presence: people.csv:0,0.5\n")
    assert read_profile(tmp_path / "plan.yaml")[0].presence == Presence(population=tmp_path / "people.csv", most=0.5)
    assert "presence" in schema()["properties"]


def test_the_command_takes_presence(cli: typer.Typer, tmp_path: Path) -> None:
    given, people, out = tmp_path / "given.csv", tmp_path / "people.csv", tmp_path / "out.csv"
    given.write_text("sex;age\n" + "f;1\n" * 8 + "m;1\n" * 8)
    people.write_text("sex;age\n" + "f;1\n" * 9 + "m;1\n" * 90)
    options = ["--qi", "sex", "--automatic", "--k", "2", "--presence", f"{people}:0,0.5", "--suppress", "50%", "--out", str(out)]
    CliRunner().invoke(cli, ["anonymise", str(given), *options], catch_exceptions=False)
    assert Counter(line.split(";")[0] for line in out.read_text().splitlines()[1:]) == {"*": 8, "m": 8}
    people.write_text("sex;age\n" + "f;1\n" * 16 + "m;1\n" * 16)
    CliRunner().invoke(cli, ["anonymise", str(given), *options], catch_exceptions=False)
    assert Counter(line.split(";")[0] for line in out.read_text().splitlines()[1:]) == {"f": 8, "m": 8}


def test_a_heavier_column_keeps_more_detail(run: Run) -> None:
    rows = [["a", "b"], *[[str(i % 8), str(i // 8)] for i in range(64)]]
    light, _ = run(rows, TREES, k=4, method=Method.GLOBAL, suppress=0)
    heavy, _ = run(rows, TREES, k=4, method=Method.GLOBAL, suppress=0, weights={light.quasi[0]: 9.0})
    assert heavy.loss["a"] <= light.loss["a"]
    assert heavy.loss["a"] < heavy.loss["b"]


def test_other_columns_are_changed_as_asked(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    given, out = tmp_path / "given.csv", tmp_path / "out.csv"
    rows = [["sex", "name", "phone", "post", "pay", "age", "seen", "kg"]]
    rows += [["f", f"n{i}", "030-1234", "10115", str(1234 + i), str(i * 30), f"2020-01-0{1 + i}", str(i)] for i in range(6)]
    given.write_text("\n".join(",".join(row) for row in rows) + "\n")
    asked = [
        "phone=pseudonym:digits",
        "name=pseudonym",
        "post=mask:2",
        "pay=round:100",
        "age=clip:20:90",
        "seen=shift:9:sex",
        "kg=average:3",
    ]
    anonymise(cursor, given, out, plan=Plan(k=2), hierarchies=SEX, changes=[parse_change(a) for a in asked], secret=SECRET)
    lines = [line.split(",") for line in out.read_text().splitlines()[1:]]
    assert lines[1][1] == hmac.new(SECRET, b"pseudonym:n1", hashlib.sha256).hexdigest()[:32]
    assert {line[2][3] for line in lines} == {"-"}
    assert len({line[2] for line in lines}) == 1
    assert lines[0][2] != "030-1234"
    assert [line[3] for line in lines] == ["10***"] * 6
    assert lines[0][4] == "1200"
    assert [line[5] for line in lines] == ["20", "30", "60", "90", "90", "90"]
    assert len({int(line[6][-2:]) - i for i, line in enumerate(lines) if line[6][5:7] == lines[0][6][5:7]}) == 1
    assert [line[7] for line in lines] == ["1"] * 3 + ["4"] * 3


@pytest.mark.parametrize(
    ("step", "given", "rounded"),
    [("0.1", "0.31", "0.3"), ("0.1", "0.35", "0.4"), ("0.05", "1.13", "1.15"), ("0.1", "-2.68", "-2.7"), ("1e-3", "7.0006", "7.001"),
     ("2.50", "6", "5"), ("10", "123456789012345", "123456789012350")],
)  # fmt: skip
def test_rounding_writes_the_decimals_of_the_step(
    step: str, given: str, rounded: str, cursor: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    table, out = tmp_path / "given.csv", tmp_path / "out.csv"
    table.write_text("sex,x\n" + f"f,{given}\n" * 4)
    anonymise(cursor, table, out, plan=Plan(k=2), hierarchies=SEX, changes=[parse_change(f"x=round:{step}")])
    assert out.read_text().splitlines()[1] == f"f,{rounded}"


def test_changed_numbers_and_dates_of_parquet_keep_their_types(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    given, out = tmp_path / "given.parquet", tmp_path / "out.parquet"
    cursor.execute(
        "COPY (SELECT 'f' AS sex, i / 7 AS share, i::INTEGER AS n, i::UTINYINT AS tiny, i::DECIMAL(8, 2) AS pay, i::INTEGER AS mean, "
        "DATE '2020-01-01' + i::INT AS seen, TIMESTAMP '2020-01-01 10:00:00' AS at, i::VARCHAR AS said, i / 3 AS none "
        f"FROM range(250) t(i)) TO '{given}' (FORMAT parquet)"
    )
    asked = ["share=round:0.1", "n=clip:3:200", "tiny=round:100", "pay=round:0.5", "mean=average:4", "seen=shift:9:sex", "at=shift:9:sex",
             "said=round:10", "none=mask:1"]  # fmt: skip
    anonymise(cursor, given, out, plan=Plan(k=2), hierarchies=SEX, changes=[parse_change(a) for a in asked], secret=SECRET)
    types = {row[0]: row[1] for row in cursor.execute(f"DESCRIBE SELECT * FROM '{out}'").fetchall()}
    assert types == {
        "sex": "VARCHAR", "share": "DOUBLE", "n": "INTEGER", "tiny": "UTINYINT", "pay": "DECIMAL(8,2)", "mean": "DOUBLE", "seen": "DATE", "at": "DATE",
        "said": "VARCHAR", "none": "VARCHAR",
    }  # fmt: skip
    assert cursor.execute(f"SELECT share, n, mean FROM '{out}' LIMIT 3").fetchall() == [(0.0, 3, 1.5), (0.1, 3, 1.5), (0.3, 3, 1.5)]
    anonymise(cursor, given, out, plan=Plan(k=2), hierarchies=SEX, changes=[parse_change("tiny=round:150")])
    assert cursor.execute(f"SELECT typeof(tiny), max(tiny) FROM '{out}' GROUP BY 1").fetchall() == [("DOUBLE", 300.0)]


def test_a_pseudonym_tells_nothing_of_a_shift_under_the_same_key(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    given, out = tmp_path / "given.csv", tmp_path / "out.csv"
    given.write_text("sex,who,seen\n" + "".join(f"f,p{i},2020-06-15\n" for i in range(200)))
    changes = [parse_change("who=pseudonym"), parse_change("seen=shift:30:who")]
    anonymise(cursor, given, out, plan=Plan(k=2), hierarchies=SEX, changes=changes, secret=SECRET)
    lines = [line.split(",") for line in out.read_text().splitlines()[1:]]
    told = [int(who[:8], 16) % 61 - 30 == (date.fromisoformat(seen) - date(2020, 6, 15)).days for _, who, seen in lines]
    assert sum(told) < 20  # One in 61 by chance.


def test_without_a_report_the_original_stays_and_an_old_report_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from entrepot.cli.main import app

    monkeypatch.chdir(tmp_path)
    given = tmp_path / "given.csv"
    given.write_text("sex,x\n" + "f,1\nm,2\n" * 10)
    before = given.read_text()
    line = ["anonymise", "given.csv", "--qi", "sex", "--automatic", "--no-report", "--out"]
    assert CliRunner().invoke(app, [*line, "given.csv"]).exit_code != 0
    assert given.read_text() == before
    (tmp_path / "out.csv.report.json").write_text("{}")
    assert CliRunner().invoke(app, [*line, "out.csv"]).exit_code == 0
    assert not (tmp_path / "out.csv.report.json").exists()


def test_a_pseudonym_needs_a_key_and_a_change_a_known_verb(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    given = tmp_path / "given.csv"
    given.write_text("sex,name\nf,a\nf,b\n")
    with pytest.raises(Invalid, match="need a key"):
        anonymise(cursor, given, tmp_path / "out.csv", plan=Plan(k=2), hierarchies=SEX, changes=[parse_change("name=pseudonym")])
    with pytest.raises(Invalid, match="is no change"):
        parse_change("name=hide")


@pytest.fixture
def cli() -> typer.Typer:
    app = typer.Typer()
    commands.add(app, "Start here", command)
    app.callback()(lambda: None)
    return app


def _adult(folder: Path) -> tuple[Path, Path]:
    given, trees = folder / "table.csv", folder / "trees"
    trees.mkdir()
    given.write_text("a;b;ill\n" + "".join(f"{i % 8};{i % 3};{'flu' if i % 2 else 'none'}\n" for i in range(60)))
    for column in "ab":
        write_hierarchy(TREES[column], trees / f"{column}.csv")
    return given, trees


def test_the_command_takes_options_or_a_profile_with_the_same_result(cli: typer.Typer, tmp_path: Path) -> None:
    given, trees = _adult(tmp_path)
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    options = ["--k", "4", "--l", "2:ill", "--t", "0.3:ill", "--hierarchies", str(trees), "--suppress", "2%", "--out", str(first), "--json"]
    shown = CliRunner().invoke(cli, ["anonymise", str(given), *options], catch_exceptions=False)
    context.chosen.as_json = False
    assert shown.exit_code == 0
    assert json.loads(shown.stdout)["quasi_identifiers"] == ["a", "b"]
    profile = tmp_path / "plan.yaml"
    profile.write_text("k: 4\nl: ['2:ill']\nt: ['0.3:ill']\nhierarchies: trees\nsuppress: 2%\n")
    shown = CliRunner().invoke(cli, ["anonymise", str(given), "--profile", str(profile), "--out", str(second)], catch_exceptions=False)
    assert shown.exit_code == 0
    assert first.read_bytes() == second.read_bytes()


def test_the_schema_accepts_a_profile_and_refuses_another_word(cli: typer.Typer, tmp_path: Path) -> None:
    shown = CliRunner().invoke(cli, ["anonymise", "--schema"], catch_exceptions=False)
    assert json.loads(shown.stdout) == schema()
    jsonschema.validate({"k": 5, "t": ["0.2:ill"]}, schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"kay": 5}, schema())
    profile = tmp_path / "plan.yaml"
    profile.write_text("kay: 5\n")
    with pytest.raises(Invalid, match=r"plan\.yaml: a profile has no kay"):
        CliRunner().invoke(
            cli, ["anonymise", str(_adult(tmp_path)[0]), "--profile", str(profile)], catch_exceptions=False, standalone_mode=False
        )


@pytest.mark.parametrize(
    ("key", "meant"), [("quasi", "Did you mean quasi_identifiers?"), ("shoe", "It may say k, method, quasi_identifiers,")]
)
def test_an_unknown_key_of_a_profile_is_answered_with_those_there_are(tmp_path: Path, key: str, meant: str) -> None:
    profile = tmp_path / "plan.yaml"
    profile.write_text(f"k: 5\n{key}: [age]\n")
    with pytest.raises(Invalid, match=f"a profile has no {key}") as raised:
        read_profile(profile)
    assert meant in raised.value.hint
    assert "inputs" not in str(raised.value.as_dict())


def test_made_hierarchies_are_saved_and_know_the_release(cli: typer.Typer, tmp_path: Path) -> None:
    given, out, again, trees = tmp_path / "given.csv", tmp_path / "out.csv", tmp_path / "again.csv", tmp_path / "made"
    given.write_text("age;born\n" + "".join(f"{20 + i % 50};19{60 + i % 30}-0{1 + i % 9}-11\n" for i in range(90)))
    options = ["--qi", "age,born", "--automatic", "--save-hierarchies", str(trees), "--out", str(out)]
    assert CliRunner().invoke(cli, ["anonymise", str(given), *options], catch_exceptions=False).exit_code == 0
    assert sorted(path.name for path in trees.iterdir()) == ["age.csv", "born.csv"]
    options = ["--hierarchies", str(trees), "--out", str(again)]
    assert CliRunner().invoke(cli, ["anonymise", str(out), *options], catch_exceptions=False).exit_code == 0
    assert again.read_bytes() == out.read_bytes()
    assert out.read_text() != given.read_text()
