"""Rows that show nothing of any quasi-identifier are a class like others: it passes, or its rows say nothing."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any

import duckdb
import pytest

from entrepot.privacy.anonymise import Closeness, Diversity, Method, Plan, Release, anonymise
from entrepot.privacy.anonymise.changes import parse_change
from entrepot.privacy.hierarchies import hierarchy

from .conftest import TREES, Run

AUTOMATIC: dict[str, Any] = {"quasi": ("age", "town"), "automatic": True}
PATIENTS = [(f"m{i}", str(30 + i % 40), "AB"[i // 40 % 2], ["flu", "gout", "cough"][i % 3]) for i in range(2_000)]
ALONE = ("m-alone", "95", "C", "hiv")


def _released(
    cursor: duckdb.DuckDBPyConnection, folder: Path, rows: list[tuple[str, ...]], *, form: str = "csv", change: str = "", **plan: Any
) -> tuple[Release, list[tuple[Any, ...]]]:
    text, given, out = folder / "text.csv", folder / f"given.{form}", folder / f"out.{form}"
    with text.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("member", "age", "town", "ill"), *rows])
    cursor.execute(
        f"COPY (SELECT * FROM read_csv('{text}', all_varchar=true)) TO '{given}'" + (" (FORMAT parquet)" if form == "parquet" else "")
    )
    changes = [parse_change(change)] if change else []
    found = anonymise(cursor, given, out, plan=Plan(**plan), hierarchies={}, changes=changes, secret=b"a key of sixteen bytes")
    read = f"read_csv('{out}', all_varchar=true)" if form == "csv" else f"'{out}'"
    return found, cursor.execute(f"SELECT * FROM {read}").fetchall()


@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize("method", list(Method))
def test_fewer_than_k_hidden_rows_say_nothing(cursor: duckdb.DuckDBPyConnection, tmp_path: Path, method: Method, form: str) -> None:
    plan = AUTOMATIC | {"k": 5, "diversity": (Diversity(column="ill", l=2),), "method": method, "keep": ("member",)}
    found, out = _released(cursor, tmp_path, [*PATIENTS, ALONE], form=form, **plan)
    assert out[-1] == (None, "*", "*", None)
    assert [row[3] for row in out[:-1]] == [row[3] for row in PATIENTS]
    assert (found.suppressed, found.silent, found.hidden_class) == (1, 1, None)
    assert [str(one) for one in found.notes if one.code == "silent_few"] == [
        "Hidden rows that say nothing, with their other columns empty, because fewer than 5 are hidden: 1."
    ]


def test_keyed_pseudonyms_stay_in_silent_rows(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    for form in ("csv", "parquet"):
        _, out = _released(cursor, tmp_path, [*PATIENTS, ALONE], form=form, change="member=pseudonym", k=5, **AUTOMATIC)
        assert out[-1][1:] == ("*", "*", None)
        assert len(out[-1][0]) == 32


def test_parquet_leaves_cells_of_every_type_empty(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    given, out = tmp_path / "given.parquet", tmp_path / "out.parquet"
    cursor.execute(
        "COPY (SELECT CASE WHEN i = 7 THEN 5 ELSE 1 END AS a, i::SMALLINT AS n, DATE '2020-01-01' + i::INTEGER AS day, [i, i] AS twice, "
        f"{{'of': i}} AS inside FROM range(300) r(i)) TO '{given}' (FORMAT parquet)"
    )
    anonymise(cursor, given, out, plan=Plan(k=2, method=Method.GLOBAL), hierarchies={"a": TREES["a"]})
    shape = [row[:2] for row in cursor.execute(f"DESCRIBE SELECT * EXCLUDE (a) FROM '{given}'").fetchall()]
    assert [row[:2] for row in cursor.execute(f"DESCRIBE SELECT * EXCLUDE (a) FROM '{out}'").fetchall()] == shape
    assert cursor.execute(f"SELECT * FROM '{out}' WHERE n IS NULL").fetchall() == [("*", None, None, None, None)]
    assert cursor.execute(f"SELECT count(*) FROM '{out}' o JOIN '{given}' g USING (n, day, twice, inside)").fetchall() == [(299,)]


def test_enough_hidden_rows_that_break_a_criterion_say_nothing(run: Run) -> None:
    rows = [["c", "ill", "n"], *[["x", ill, "1"] for ill in ("flu", "gout") * 20], *[["y", "hiv", "2"]] * 3, *[["z", "hiv", "3"]] * 2]
    trees = {"c": TREES["c"]}
    found, out = run(rows, trees, k=5, method=Method.GLOBAL, suppress=0.2)
    assert out[40:] == [["*", "hiv", "2"]] * 3 + [["*", "hiv", "3"]] * 2
    assert (found.silent, found.hidden_class) == (0, 5)
    found, out = run(rows, trees, k=5, method=Method.GLOBAL, suppress=0.2, diversity=(Diversity(column="ill", l=2),))
    assert out[40:] == [["*", "", ""]] * 5
    assert [one.code for one in found.notes] == ["silent_alike"]


def test_hidden_rows_are_counted_by_persons(run: Run) -> None:
    rows = [["who", "c", "n"], *[[f"p{i}", "x", "1"] for i in range(20)], *[["q1", "y", "2"]] * 4, *[["q2", "z", "2"]] * 4]
    trees = {"c": TREES["c"]}
    found, out = run(rows, trees, k=5, method=Method.GLOBAL, suppress=0.5)
    assert (found.silent, found.hidden_class) == (0, 8)
    found, out = run(rows, trees, k=5, method=Method.GLOBAL, suppress=0.5, person="who")
    assert out[20:] == [["", "*", ""]] * 8
    assert (found.silent, found.hidden_class) == (8, None)


def test_classes_are_held_against_what_the_release_still_says(run: Run) -> None:
    """The lone rows carry the value that keeps the class near to the whole; once they say nothing, the class is too far from it."""
    draw = random.Random(3)
    rows = [["c", "ill"], *[["x", draw.choice(["flu", "gout"])] for _ in range(60)], *[["y", "hiv"]] * 2]
    found, out = run(rows, {"c": TREES["c"]}, k=5, method=Method.GLOBAL, suppress=0.1, closeness=(Closeness(column="ill", t=0.1),))
    assert found.silent == 2
    again, twice = run(
        [["c", "ill"], *out], {"c": TREES["c"]}, k=5, method=Method.GLOBAL, suppress=0.1, closeness=(Closeness(column="ill", t=0.1),)
    )
    assert (twice, again.silent) == (out, 2)


def test_a_hidden_row_that_lacks_its_value_counts_as_saying_nothing(run: Run) -> None:
    trees = {"c": hierarchy("c", [("x", "*"), ("y", "*"), ("z", "*")])}
    rows = [["c", "ill"], *[["x", ill] for ill in ("flu", "gout") * 20], *[["y", "hiv"]] * 2, *[["z", ""]] * 3]
    plan: dict[str, Any] = {"k": 4, "method": Method.GLOBAL, "suppress": 0.2, "diversity": (Diversity(column="ill", l=2),)}
    _, out = run(rows, trees, **plan)
    assert out[40:] == [["*", ""]] * 5
    assert run([["c", "ill"], *out], trees, **plan)[1] == out


def test_hidden_rows_without_other_columns_are_not_worth_a_note(run: Run) -> None:
    found, out = run([["c"], *[["x"]] * 9, ["y"]], {"c": TREES["c"]}, k=5, method=Method.GLOBAL, suppress=0.2)
    assert (out[-1], found.suppressed, found.notes) == (["*"], 1, ())
