r"""Halves of surrogate pairs, as ``\ud800`` alone, are named by line and replaced where that is asked for."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from entrepot.engine.convert import to_parquet
from entrepot.engine.read import ReadOptions, open_table
from entrepot.kit import Invalid

HALF, PAIR = b"\xed\xa0\x80", b"\xed\xa0\xbd\xed\xb8\x80"


def _refused(path: Path, content: bytes, **options: str) -> Invalid:
    path.write_bytes(content)
    with duckdb.connect() as cursor, pytest.raises(Invalid) as raised:
        open_table(cursor, path, options=ReadOptions(**options))  # type: ignore[arg-type]
    return raised.value


@pytest.mark.parametrize("options", [{}, {"encoding": "utf-8"}])
def test_halves_in_a_text_are_no_other_encoding(tmp_path: Path, options: dict[str, str]) -> None:
    lines = [b"name,n", *[b"Ren\xc3\xa9,1"] * 40, b"bad" + HALF + b",2", b"bad" + HALF + b",3"]
    error = _refused(tmp_path / "t.csv", b"\n".join(lines) + b"\n", **options)
    assert error.message == "t.csv, line 42: half of a surrogate pair, which is no character; 2 lines hold one."
    assert "--encoding wtf-8" in error.hint


def test_the_owner_may_have_halves_replaced_and_pairs_joined(tmp_path: Path) -> None:
    path, out = tmp_path / "t.csv", tmp_path / "t.parquet"
    # A pair and a half at the end of what is read at once.
    filler = b"x" * (1024 * 1024 - len(b"name,n\n,1\n") - 3)
    path.write_bytes(b"name,n\n" + filler + b",1\n" + PAIR + b",2\n" + HALF + b",3\n")
    with duckdb.connect() as cursor:
        table = open_table(cursor, path, scratch=tmp_path, options=ReadOptions(encoding="wtf-8"))
        to_parquet(cursor, table, out)
        got = [row[0] for row in cursor.execute(f"SELECT name FROM '{out}' ORDER BY n").fetchall()]
    assert got[1:] == ["😀", "\ufffd"]


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("t.jsonl", b'{"a":"x"}\n{"a":"\\ud83d\\ude00 \\\\ud800"}\n{"a":"\\ud800"}\n', 3),
        ("t.json", b'[{"a":"x"},\n{"a":"\\udc00"}]\n', 2),
    ],
)
def test_halves_in_json_are_named_by_line(tmp_path: Path, name: str, content: bytes, line: int) -> None:
    error = _refused(tmp_path / name, content)
    assert error.message.startswith(f"{name}, line {line}: half of a surrogate pair")
    assert error.message.endswith("the file holds 1.")
    assert "\\ufffd" in error.hint
