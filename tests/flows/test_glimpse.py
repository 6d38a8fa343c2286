"""Large uploads are judged by their first rows, so that a form appears at once; small ones whole."""

from __future__ import annotations

import codecs
import random
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from entrepot import flows
from entrepot.engine.beginning import beginning
from entrepot.flows.glimpse import GLANCE
from entrepot.kit import Invalid
from support.trading import Market


def _people(folder: Path, size: int) -> Path:
    draw, path, done = random.Random(4), folder / "people.csv", 0
    with path.open("w", encoding="utf-8", newline="") as file:
        done += file.write("email,age,gender,note\n")
        while done < size:
            number = draw.randrange(10**7)
            done += file.write(
                f'p{number}@mail.example,{draw.randrange(18, 90)},{draw.choice(["male", "female"])},"two\nlines, {number}"\n'
            )
    return path


@pytest.mark.parametrize("size", [20_000, 5 * GLANCE], ids=["small", "large"])
def test_the_columns_are_what_the_whole_check_says(market: Market, size: int) -> None:
    path = _people(market.folder, size)
    upload = flows.add_upload(market.exchange, market.owner, path, name="people.csv")
    seen = flows.glimpse(market.exchange, upload)
    whole = flows.check(path, engine=market.exchange.engine).to_dict()
    assert [(one.name, one.kind) for one in seen.columns] == [(one["name"], one["kind"]) for one in whole["columns"]]
    assert (seen.rows is None) == (size < GLANCE)
    assert seen.rows is None or 0 < seen.rows < whole["tables"][0]["rows"] / 4


def test_what_is_no_table_is_said(market: Market) -> None:
    path = market.folder / "none.csv"
    path.write_bytes(b"a,b\n1,2\x00\n" * (GLANCE // 4))
    with pytest.raises(Invalid, match="NUL"):
        flows.glimpse(market.exchange, flows.add_upload(market.exchange, market.owner, path, name="none.csv"))


@pytest.fixture
def cursor() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (b"a,b\n1,2\n3,4\n" + b"5,6\n" * 20, b"a,b\n1,2\n3,4\n"),
        (b'a,b\n1,"x\ny"\n' + b"5,6\n" * 20, b'a,b\n1,"x\ny"\n'),
        (b'a,b\n1,2\n"one\ntwo\nthree",' + b"x" * 20, b"a,b\n1,2\n"),
    ],
)
def test_a_beginning_ends_with_a_row(cursor: duckdb.DuckDBPyConnection, tmp_path: Path, text: bytes, kept: bytes) -> None:
    path, folder = tmp_path / "t.csv", tmp_path / "head"
    folder.mkdir()
    path.write_bytes(text)
    part = beginning(cursor, path, folder, most=len(kept) + 3)
    assert part is not None
    assert (part.name, part.read_bytes()) == ("t.csv", kept)


def test_a_beginning_in_utf_16_is_read_as_utf_8(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(codecs.BOM_UTF16_LE + ("地方,n\n" + "北京,1\n" * 500).encode("utf-16-le"))
    (folder := tmp_path / "head").mkdir()
    part = beginning(cursor, path, folder, most=201)
    assert part is not None
    text = part.read_text("utf-8")
    assert text.startswith("地方,n\n北京,1\n")
    assert text.endswith("北京,1\n")


def test_a_beginning_of_parquet_has_its_first_rows(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    cursor.execute(f"COPY (SELECT i, i % 7 AS j FROM range(1_000_000) r(i)) TO '{path}' (FORMAT parquet)")
    (folder := tmp_path / "head").mkdir()
    part = beginning(cursor, path, folder, most=1_000)
    assert cursor.execute(f"SELECT count(*), max(i) FROM '{part}'").fetchall() == [(500_000, 499_999)]
