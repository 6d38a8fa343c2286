"""Cells are counted, summed and rounded, and small or dominated ones are left out."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import duckdb
import pytest

from entrepot.kit import Invalid, Refused
from entrepot.privacy.aggregates import Cells, Tabulation, aggregate, parse_dominance
from entrepot.privacy.aggregates.noise import threshold

TABLE = "town;sex;who;pay\n" + "".join(
    f"{town};{sex};{town}{sex}{n};{100 + n}\n" for town, sex, size in (("a", "m", 24), ("a", "f", 23), ("b", "m", 22), ("b", "f", 3), ("c", "m", 30), ("c", "f", 31)) for n in range(size)
)  # fmt: skip


def made(cursor: duckdb.DuckDBPyConnection, folder: Path, text: str = TABLE, **asked: Any) -> tuple[Cells, list[str]]:
    given, out = folder / "given.csv", folder / "out.csv"
    given.write_text(text)
    found = aggregate(cursor, given, out, asked=Tabulation(**{"by": ("town", "sex")} | asked))
    return found, out.read_text().splitlines()


def test_small_cells_are_left_out_and_counts_rounded(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    found, lines = made(cursor, tmp_path)
    assert lines == ["town;sex;count", "a;f;25", "a;m;25", "b;m;20", "c;f;30", "c;m;30"]
    assert (found.cells, found.small, found.beside, found.totals, found.smallest) == (5, 1, 0, (), 18)


def test_totals_are_published_only_where_no_small_cell_follows(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    found, lines = made(cursor, tmp_path, totals=True, base=1)
    # Beside b;f (3) go one more of its town, one more of its sex, and the corner that both share.
    assert (found.small, found.beside) == (1, 3)
    assert [line for line in lines if line.startswith("b;") and not line.startswith("b;*")] == []
    assert {"b;*;25", "*;f;57", "*;*;133"} <= set(lines)
    assert set(found.totals) == {("town",), ("sex",), ()}


def test_totals_that_are_small_themselves_are_withheld_and_named(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    found, lines = made(cursor, tmp_path, TABLE + "d;m;x;1\nd;f;y;1\n", totals=True)
    assert (("town",), "small") in found.withheld
    assert [line for line in lines if line.endswith(";*") or line.startswith(("a;*", "d;"))] == []


def test_persons_are_counted_not_rows(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="fewer than 11 persons"):
        made(cursor, tmp_path, "town;sex;who\n" + "a;m;1\n" * 40, person="who")


def test_sums_and_means_leave_out_cells_that_one_dominates(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    found, lines = made(cursor, tmp_path, TABLE + "c;f;rich;900000\n", sums=("pay",), base=1)
    assert found.small == 2
    assert [line.split(";")[:2] for line in lines[1:]] == [["a", "f"], ["a", "m"], ["b", "m"], ["c", "m"]]
    assert lines[1] == f"a;f;23;{sum(range(100, 123)):.1f}"
    _, lines = made(cursor, tmp_path, means=("pay",))
    assert lines[:2] == ["town;sex;count;mean_pay", "a;f;25;111.0"]
    found, _ = made(cursor, tmp_path, sums=("pay",), dominance=parse_dominance("2:9%"), base=1)
    assert found.small == 4


def test_a_mean_of_few_is_not_shown_in_a_cell_of_many(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    text = "town;pay\n" + "a;\n" * 30 + "a;7\n" * 3 + "b;1\n" * 30
    _, lines = made(cursor, tmp_path, text, by=("town",), means=("pay",))
    assert lines[1:] == ["b;30;1.0"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"by": ()}, "need columns"), ({"minimum": 1}, "protect nobody"), ({"sums": ("pay",), "means": ("pay",)}, "exact count"),
        ({"sums": ("town",)}, "makes the cells"), ({"sums": ("who",)}, "no number"), ({"by": ("shoe",)}, "no column shoe"),
        ({"count": False}, "Nothing is counted"), ({"epsilon": 1.0, "totals": True}, "counts alone"), ({"epsilon": -1.0}, "means nothing"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_without_values(
    cursor: duckdb.DuckDBPyConnection, tmp_path: Path, asked: dict[str, Any], said: str
) -> None:
    with pytest.raises(Invalid, match=said) as caught:
        made(cursor, tmp_path, **asked)
    assert "am0" not in caught.value.message
    assert not (tmp_path / "out.csv").exists()


def test_a_value_that_looks_like_a_total_is_refused_with_totals(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="marks totals"):
        made(cursor, tmp_path, TABLE + "*;m;1;1\n" * 20, totals=True)


@pytest.mark.parametrize("text", ["", "x", "0%", "101%", "11:50%"])
def test_a_dominance_rule_that_means_nothing_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_dominance(text)


@pytest.mark.skipif(importlib.util.find_spec("opendp") is not None, reason="OpenDP is installed")
def test_noise_without_its_library_names_the_extra(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="OpenDP") as caught:
        made(cursor, tmp_path, epsilon=1.0)
    assert "entrepot[opendp]" in (caught.value.hint or "")
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.skipif(importlib.util.find_spec("opendp") is None, reason="OpenDP is not installed")
def test_noise_blurs_counts_and_lets_no_small_cell_through(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    text = "town\n" + "a\n" * 500 + "b\n" * 9
    counts = set()
    for _ in range(20):
        found, lines = made(cursor, tmp_path, text, by=("town",), epsilon=0.5, base=1)
        assert (found.cells, found.small) == (1, None)
        counts.add(int(lines[1].removeprefix("a;").removeprefix("a,")))
    assert len(counts) > 1
    assert all(abs(found - 500) < 100 for found in counts)


def test_the_threshold_of_noise_rises_with_protection() -> None:
    usual = threshold(Tabulation(by=("town",), epsilon=1.0))
    assert 11 < usual < threshold(Tabulation(by=("town",), epsilon=0.1))
    assert usual < threshold(Tabulation(by=("town",), epsilon=1.0, delta=1e-9))
