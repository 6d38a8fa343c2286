"""Whatever the table: nothing small is published, and nothing small follows from what is published."""

from __future__ import annotations

import csv
import itertools
import random
import tempfile
from collections import Counter
from pathlib import Path

import duckdb
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.kit import Invalid
from entrepot.privacy.aggregates import Cells, Tabulation, aggregate

LEAST = 4
Rows = list[tuple[str, ...]]
TABLES = st.integers(1, 3).flatmap(
    lambda width: st.dictionaries(st.tuples(*[st.sampled_from("pqrs") for _ in range(width)]), st.integers(1, 12), min_size=1, max_size=24)
)


def published(rows: Rows, width: int, **asked: object) -> tuple[Cells, list[list[str]], bytes] | None:
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(config={"threads": 2}) as cursor:
        path, out = Path(folder) / "in.csv", Path(folder) / "out.csv"
        with path.open("w", newline="") as file:
            csv.writer(file, lineterminator="\n", delimiter=";").writerows([[*(f"c{i}" for i in range(width)), "who", "pay"], *rows])
        try:
            chosen = {"minimum": LEAST, "base": 1, "totals": True} | asked
            found = aggregate(cursor, path, out, asked=Tabulation(by=tuple(f"c{i}" for i in range(width)), **chosen))  # type: ignore[arg-type]
        except Invalid:
            return None
        data = out.read_bytes()
    return found, list(csv.reader(data.decode().splitlines(), delimiter=";"))[1:], data


def rows_of(cells: dict[tuple[str, ...], int]) -> Rows:
    rows = [(*cell, f"{''.join(cell)}{n}", str(100 + n)) for cell, size in cells.items() for n in range(size)]
    random.Random(1).shuffle(rows)
    return rows


def of_total(cell: tuple[str, ...], mark: tuple[str, ...]) -> bool:
    return all(shown in ("*", value) for value, shown in zip(cell, mark, strict=True))


@settings(max_examples=150, deadline=None)
@given(TABLES)
def test_no_published_cell_is_small_and_none_follows_by_subtraction(cells: dict[tuple[str, ...], int]) -> None:
    width = len(next(iter(cells)))
    made = published(rows_of(cells), width)
    if made is None:
        return
    found, lines, _ = made
    shown = {tuple(line[:width]): int(line[width]) for line in lines}
    for mark, size in shown.items():
        assert size == sum(n for cell, n in cells.items() if of_total(cell, mark)) >= LEAST
    hidden = [cell for cell in cells if cell not in shown]
    totals = [mark for mark in shown if "*" in mark]
    # Whoever knows which cells are empty knows these sums of the hidden ones, and all that follows from them.
    known = np.array([[float(of_total(cell, mark)) for cell in hidden] for mark in totals]).reshape(len(totals), len(hidden))
    rank = np.linalg.matrix_rank(known) if known.size else 0

    def follows(wanted: list[float]) -> bool:
        return bool(np.linalg.matrix_rank(np.vstack([known, wanted])) == rank)

    for cell in hidden:
        if cells[cell] < LEAST:
            assert not follows([float(one == cell) for one in hidden])
    for size in range(width):
        for kept in itertools.combinations(range(width), size):
            sums: Counter[tuple[str, ...]] = Counter()
            for cell, n in cells.items():
                sums[tuple(value if i in kept else "*" for i, value in enumerate(cell))] += n
            for mark, n in sums.items():
                if n < LEAST:
                    assert mark not in shown
                    assert not follows([float(of_total(cell, mark)) for cell in hidden])
    assert found.small == sum(n < LEAST for n in cells.values())


@settings(max_examples=60, deadline=None)
@given(TABLES)
def test_what_is_missing_from_a_total_is_nothing_or_many(cells: dict[tuple[str, ...], int]) -> None:
    width = len(next(iter(cells)))
    made = published(rows_of(cells), width)
    if made is None:
        return
    shown = {tuple(line[:width]): int(line[width]) for line in made[1]}
    for mark in [mark for mark in shown if "*" in mark]:
        missing = sum(n for cell, n in cells.items() if cell not in shown and of_total(cell, mark))
        assert missing == 0 or missing >= LEAST


@settings(max_examples=30, deadline=None)
@given(TABLES, st.integers(0, 1000))
def test_the_order_of_rows_never_matters(cells: dict[tuple[str, ...], int], seed: int) -> None:
    width, rows = len(next(iter(cells))), rows_of(cells)
    mixed = random.Random(seed).sample(rows, len(rows))
    first, second = (published(given, width, sums=("pay",), person="who") for given in (rows, mixed))
    assert (first and first[2]) == (second and second[2])
