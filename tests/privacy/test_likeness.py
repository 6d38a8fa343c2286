"""Tables are known again by their rows and people, however they are written."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pytest

from entrepot.privacy.fingerprints import fingerprint
from entrepot.privacy.likeness import Fingerprint, read_fingerprint

KEY = b"a key of thirty-two bytes length"
HEADS = ("mail", "age", "town", "pay")
Rows = list[list[str]]


@pytest.fixture
def cursor() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 2}) as connection:
        yield connection


def rows(count: int = 1_000, *, first: int = 0, seed: int = 1) -> Rows:
    draw = random.Random(seed)
    return [
        [f"p{first + n}@x.example", str(draw.randrange(90)), draw.choice("NOSW"), str(draw.randrange(1000))] for n in range(count)
    ]  # fmt: skip


def seen(
    cursor: duckdb.DuckDBPyConnection, folder: Path, table: Sequence[Sequence[str]], heads: Sequence[str] = HEADS, *, key: bytes = KEY,
    person: str = "",
) -> Fingerprint:  # fmt: skip
    path = folder / "table.csv"
    path.write_text("\n".join(",".join(row) for row in [heads, *table]) + "\n")
    return fingerprint(cursor, path, key=key, person=person)


def test_neither_order_nor_spelling_nor_form_changes_the_digest(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    table = rows()
    first = seen(cursor, tmp_path, table)
    mixed = random.Random(2).sample(table, len(table))
    turned = [[row[3] + ".0", f" {row[2].lower()}", row[1], row[0].upper()] for row in mixed]
    assert seen(cursor, tmp_path, turned, ("pay", "Town", "age", "mail")).digest == first.digest
    cursor.execute(f"COPY (SELECT * FROM read_csv('{tmp_path / 'table.csv'}')) TO '{tmp_path / 'table.parquet'}' (FORMAT parquet)")
    assert fingerprint(cursor, tmp_path / "table.parquet", key=KEY).digest == first.digest
    swapped = [[*table[0][:3], table[1][3]], [*table[1][:3], table[0][3]], *table[2:]]
    assert seen(cursor, tmp_path, swapped).digest != first.digest


def without(table: Rows, column: int) -> Rows:
    return [row[:column] + row[column + 1 :] for row in table]


@pytest.mark.parametrize(
    ("table", "heads", "said"),
    [
        ([*rows()[1:], ["new@x.example", "1", "N", "2"]], HEADS, "rows"),
        (rows()[:600], HEADS, "rows"),
        ([[*row[:3], "0"] for row in rows()], HEADS, "rows"),
        (without(rows(), 0), HEADS[1:], "rows"),
        ([[*row, "x"] for row in without(rows(), 0)], (*HEADS[1:], "more"), "rows"),
        (rows(seed=7), HEADS, "people"),
        ([[row[0], "z"] for row in rows()], ("address", "colour"), "people"),
        (rows(first=5_000, seed=7), HEADS, ""),
        (rows(first=700, seed=7), HEADS, ""),
    ],
)  # fmt: skip
def test_a_table_is_known_again_by_its_rows_or_its_people(
    cursor: duckdb.DuckDBPyConnection, tmp_path: Path, table: Rows, heads: Sequence[str], said: str
) -> None:
    first, second = seen(cursor, tmp_path, rows()), seen(cursor, tmp_path, table, heads)
    assert first.likeness(second) == second.likeness(first) == said


def test_running_numbers_name_nobody(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    tables = [[[str(n), *row[1:]] for n, row in enumerate(rows(seed=seed))] for seed in (1, 2)]
    first, second = (seen(cursor, tmp_path, table) for table in tables)
    assert first.likeness(second) == ""


def test_tables_of_few_different_rows_are_held_to_how_often_they_have_each(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    table = [row[1:3] for row in rows()]
    first = seen(cursor, tmp_path, table, HEADS[1:3])
    assert first.likeness(seen(cursor, tmp_path, [*table[:-1], ["7", "N"]], HEADS[1:3])) == "rows"
    assert first.likeness(seen(cursor, tmp_path, [row[1:3] for row in rows(seed=9)], HEADS[1:3])) == ""


def test_what_is_kept_holds_no_value_and_needs_the_key(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    first, other = seen(cursor, tmp_path, rows()), seen(cursor, tmp_path, rows(), key=KEY[::-1])
    assert "@" not in first.text
    assert not {*first.whole.least} & {*other.whole.least}
    assert first.digest != other.digest
    assert read_fingerprint(first.digest, first.text) == first
    assert len(json.dumps(first.text)) < 40_000


def test_a_fingerprint_of_an_earlier_form_is_told_by_its_digest_alone(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    now = seen(cursor, tmp_path, rows())
    form = json.loads(now.text)
    del form["form"]
    before = read_fingerprint("another", json.dumps(form))
    assert before.likeness(now) == ""
    assert read_fingerprint(now.digest, json.dumps(form)).likeness(now) == "rows"


def test_a_wide_table_has_a_fingerprint(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    heads = [f"c{n}" for n in range(600)]
    wide = [[str(n * m % 97) for n in range(600)] for m in range(30)]
    first = seen(cursor, tmp_path, wide, heads)
    assert seen(cursor, tmp_path, wide[::-1], heads).digest == first.digest
    assert seen(cursor, tmp_path, wide[1:], heads).likeness(first) == "rows"
