"""Columns left as they are must not single people out together."""

from __future__ import annotations

import itertools
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.flows.anonymise import Anonymised, anonymise
from entrepot.privacy.anonymise import Plan
from entrepot.privacy.anonymise.changes import parse_change
from entrepot.privacy.grading import Level, report_html, report_schema
from entrepot.privacy.risk import combined


@pytest.fixture
def cursor() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 2}) as connection:
        yield connection


def table(cursor: duckdb.DuckDBPyConnection, path: Path, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE made ({', '.join(f'{head} VARCHAR' for head in heads)})")
    cursor.executemany(f"INSERT INTO made VALUES ({', '.join('?' for _ in heads)})", [[str(value) for value in row] for row in rows])
    cursor.execute(f"COPY made TO '{path}' (FORMAT parquet)")
    return path


def test_two_harmless_columns_that_single_out_together_are_named(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    draw = random.Random(1)
    rows = [(draw.randrange(40), draw.randrange(40), draw.randrange(2)) for _ in range(500)]
    found = combined(cursor, table(cursor, tmp_path / "t.parquet", "abc", rows), "abc", limit=0.2)
    counted = Counter((a, b) for a, b, _ in rows)
    assert found.columns == ("a", "b")
    assert found.share == sum(n == 1 for n in counted.values()) / 500
    assert combined(cursor, tmp_path / "t.parquet", "ac", limit=0.2).columns == ()


def test_what_was_not_searched_is_counted(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    heads, draw = [f"c{i}" for i in range(20)], random.Random(2)
    path = table(cursor, tmp_path / "t.parquet", heads, [[draw.randrange(2) for _ in heads] for _ in range(300)])
    found = combined(cursor, path, heads, limit=0.2)
    assert (found.columns, found.skipped, len(found.left_out), found.size) == ((), 0, 4, 3)
    times = iter([0.0, 0.0, *[99.0] * 5])
    late = combined(cursor, path, heads, limit=0.2, clock=lambda: next(times))
    assert (late.searched, late.skipped) == (1, 679)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 3)] * 4), min_size=1, max_size=30))
def test_a_set_is_found_just_where_there_is_one(rows: list[tuple[int, ...]]) -> None:
    import tempfile

    with duckdb.connect(config={"threads": 2}) as cursor, tempfile.TemporaryDirectory() as folder:
        found = combined(cursor, table(cursor, Path(folder) / "t.parquet", "abcd", rows), "abcd", limit=0.2)

    def share(chosen: tuple[int, ...]) -> float:
        return sum(n == 1 for n in Counter(tuple(row[c] for c in chosen) for row in rows).values()) / len(rows)

    sets = [chosen for size in (2, 3) for chosen in itertools.combinations(range(4), size)]
    assert bool(found.columns) == any(share(chosen) > 0.2 for chosen in sets)
    if found.columns:
        assert found.share == share(tuple(sorted("abcd".index(column) for column in found.columns)))


def graded(folder: Path, *changes: str) -> Anonymised:
    draw, path = random.Random(6), folder / "in.csv"
    rows = [f"{draw.choice('mf')},Town {draw.randrange(4)},{draw.randrange(30, 80)},{draw.randrange(50)}" for _ in range(800)]
    path.write_text("\n".join(["sex,city,score_x,score_y", *rows]) + "\n")
    plan = Plan(k=5, quasi=("sex", "city"), automatic=True)
    return anonymise(path, folder / "out.csv", plan=plan, hierarchies={}, changes=[parse_change(one) for one in changes])


def test_untreated_columns_that_single_out_together_bar_grade_3_with_the_remedy(tmp_path: Path) -> None:
    made = graded(tmp_path)
    assert made.grade is not None
    assert made.report is not None
    assert [(check.name, check.columns) for check in made.grade.failed] == [("combinations", ("score_x", "score_y"))]
    jsonschema.validate(json.loads(made.report.data), report_schema())
    page = report_html(made.report.document)
    assert "round or clip them" in page
    assert "sets of up to 3" in page
    rounded = graded(tmp_path, "score_x=round:10", "score_y=round:10").grade
    assert rounded is not None
    assert rounded.level is Level.ACCEPTABLE


def test_a_released_class_and_one_untreated_column_single_out_together(tmp_path: Path) -> None:
    # Each column alone has company: 40 towns, 40 shifts; together hardly anybody has.
    draw, path = random.Random(8), tmp_path / "in.csv"
    rows = [f"{draw.choice('mf')},Town {draw.randrange(40)},{draw.randrange(40)}" for _ in range(800)]
    path.write_text("\n".join(["sex,city,shift_code", *rows]) + "\n")
    made = anonymise(path, tmp_path / "out.csv", plan=Plan(k=5, quasi=("sex", "city"), automatic=True), hierarchies={})
    assert made.grade is not None
    assert made.report is not None
    assert [(check.name, check.columns) for check in made.grade.failed] == [("combinations", ("shift_code",))]
    assert made.report.document["untreated"]["with_classes"] is True
    jsonschema.validate(json.loads(made.report.data), report_schema())
