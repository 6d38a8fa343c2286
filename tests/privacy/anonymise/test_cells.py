"""Cells are counted, rounded, and left out where they are small."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from entrepot.kit import Invalid
from entrepot.privacy.anonymise.cells import aggregate


def test_small_cells_are_left_out_and_others_rounded(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    given, out = tmp_path / "given.csv", tmp_path / "out.csv"
    given.write_text("town;sex;who\n" + "b;f;1\n" * 13 + "a;m;2\n" * 12 + "a;f;3\n" * 9 + "c;f;4\n" * 2)
    found = aggregate(cursor, given, out, by=["town", "sex"], least=10, base=5)
    assert out.read_text() == "town;sex;count\na;m;10\nb;f;15\n"
    assert (found.cells, found.left_out, found.rows_left_out) == (2, 2, 11)
    with pytest.raises(Invalid, match="fewer than 10"):
        aggregate(cursor, given, out, by=["town"], person="who")


def test_the_rows_of_a_single_small_cell_are_not_told(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    given = tmp_path / "given.csv"
    given.write_text("town\n" + "a\n" * 30 + "b\n" * 9)
    assert aggregate(cursor, given, tmp_path / "out.csv", by=["town"]).rows_left_out is None
