"""Numbers with a decimal comma are numbers: in ranges, rounded, clipped, averaged and ordered, and they keep their comma."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from entrepot.privacy.anonymise import Closeness, Plan, anonymise
from entrepot.privacy.anonymise.changes import parse_change
from entrepot.privacy.attacks.scale import scale_of
from entrepot.privacy.hierarchies import automatic, read_folder, write_hierarchy

COSTS = [f"{120 + n * 7},{n % 10}5" for n in range(30)]
ROWS = "".join(f"{'xy'[n % 2]};{cost}\n" for n, cost in enumerate(COSTS))


def _made(cursor: duckdb.DuckDBPyConnection, folder: Path, text: str, *, change: str = "", **plan: object) -> str:
    given, out = folder / "given.csv", folder / "out.csv"
    given.write_text(text, "utf-8")
    asked = [parse_change(change)] if change else []
    anonymise(cursor, given, out, plan=Plan(automatic=True, k=3, **plan), hierarchies={}, changes=asked)  # type: ignore[arg-type]
    return out.read_text("utf-8")


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        ("round:10", ["123,45", "1.234,56", "-7,5", "0"], ["120", "1230", "-10", "0"]),
        ("round:0.5", ["123,45", "1.234,56", "-7,5", "0"], ["123,5", "1234,5", "-7,5", "0"]),
        ("clip:0:100.5", ["123,45", "99,25", "-7,5", "0"], ["100,5", "99,25", "0", "0"]),
        ("average:2", ["1,5", "2,25", "10", "11,5"], ["1,875", "1,875", "10,75", "10,75"]),
    ],
)
def test_changed_numbers_keep_their_comma(
    cursor: duckdb.DuckDBPyConnection, tmp_path: Path, change: str, before: list[str], after: list[str]
) -> None:
    def text(costs: list[str]) -> str:
        return "sort;cost\n" + "".join(f"x;{cost}\n" for cost in costs)

    assert _made(cursor, tmp_path, text(before), change=f"cost={change}", quasi=("sort",)) == text(after)
    if not change.startswith("average"):
        assert _made(cursor, tmp_path, text(after), change=f"cost={change}", quasi=("sort",)) == text(after)


def test_ranges_are_made_of_them_and_cover_them(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    out = _made(cursor, tmp_path, "sort;cost\n" + ROWS, quasi=("cost",))
    costs = [line.partition(";")[2] for line in out.splitlines()[1:]]
    assert "*" not in costs
    scale = scale_of("cost", [COSTS, costs], None)
    assert not scale.strange
    assert all(scale.spans[after][0] <= scale.spans[before][0] < scale.spans[after][1] for before, after in zip(COSTS, costs, strict=True))


def test_a_release_with_ranges_of_commas_is_not_changed_again(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    tree = automatic("cost", [*COSTS, "1.234,5"], comma=True)
    assert tree.levels > 2
    assert "[" in tree.paths[0][1]
    assert "." not in "".join(path[1] for path in tree.paths)
    (tmp_path / "trees").mkdir()
    write_hierarchy(tree, tmp_path / "trees" / "cost.csv")
    given, out, again = tmp_path / "given.csv", tmp_path / "out.csv", tmp_path / "again.csv"
    given.write_text("sort;cost\n" + ROWS, "utf-8")
    known = read_folder(tmp_path / "trees")
    anonymise(cursor, given, out, plan=Plan(k=3), hierarchies=known)
    anonymise(cursor, out, again, plan=Plan(k=3), hierarchies=known)
    assert again.read_bytes() == out.read_bytes()


def test_words_among_them_are_told_apart() -> None:
    tree = automatic("cost", [*COSTS, "none", "1.5"], comma=True, hide_odd=True)
    assert not tree.knows("none")
    assert not tree.knows("1.5")
    assert tree.knows(COSTS[0])


def test_ordered_closeness_goes_by_their_size(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """By their letters 9,5 comes after 80,5, and the classes would be further from the whole than they are."""
    rows = [("a", "9,5"), ("a", "80,5"), ("b", "10,5"), ("b", "100,5")] * 3
    plan = {"quasi": ("sort",), "closeness": (Closeness(column="cost", t=0.17, distance="ordered"),), "suppress": 0.0}
    with_commas = _made(cursor, tmp_path, "sort;cost\n" + "".join(f"{s};{c}\n" for s, c in rows), **plan)
    points = _made(cursor, tmp_path, "sort;cost\n" + "".join(f"{s};{c.replace(',', '.')}\n" for s, c in rows), **plan)
    assert with_commas == points.replace(".", ",")
    assert with_commas.count("a;") == 6
