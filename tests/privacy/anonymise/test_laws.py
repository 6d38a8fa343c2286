"""What holds of every release, whatever the table."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.kit import Invalid, Refused
from entrepot.privacy.anonymise import Closeness, Diversity, Method, Plan, Release, anonymise
from entrepot.privacy.anonymise import run as running

from .conftest import TREES

Row = tuple[str, str, str, str]
HEADER = ("a", "b", "c", "ill")
SILENT = ("*", "*", "*", "")
rows = st.lists(
    st.tuples(st.integers(0, 7).map(str), st.integers(0, 7).map(str), st.sampled_from("xyz"), st.sampled_from(["flu", "gout", "none"])),
    min_size=5,
    max_size=60,
)
ways = st.sampled_from(["local", "clustered", "global"])
ASKED: list[dict[str, Any]] = [
    {},
    {"diversity": (Diversity(column="ill", l=2),)},
    {"closeness": (Closeness(column="ill", t=0.3),)},
    {"closeness": (Closeness(column="ill", t=0.3, distance="ordered"),)},
]


@pytest.fixture(scope="module")
def connection() -> Any:
    with duckdb.connect(config={"threads": 1}) as connection:
        yield connection


def _released(connection: Any, table: list[Row], way: str, **plan: Any) -> tuple[Release, list[Row]]:
    walked, running.WALKED = running.WALKED, 0 if way == "clustered" else running.WALKED
    try:
        with TemporaryDirectory() as folder:
            given, out = Path(folder, "given.csv"), Path(folder, "out.csv")
            given.write_text("\n".join(";".join(row) for row in [HEADER, *table]) + "\n")
            method = Method.GLOBAL if way == "global" else Method.LOCAL
            found = anonymise(connection, given, out, plan=Plan(method=method, suppress=0.3, **plan), hierarchies=TREES)
            lines = out.read_text().splitlines()
    finally:
        running.WALKED = walked
    assert lines[0] == ";".join(HEADER)
    return found, [tuple(line.split(";")) for line in lines[1:]]


def _unless_refused(connection: Any, table: list[Row], way: str, *, k: int = 2, **plan: Any) -> list[Row]:
    try:
        return _released(connection, table, way, k=k, **plan)[1]
    except (Refused, Invalid) as error:
        # The criteria fit no levels, would hide more rows than may be, or ask for more values than there are.
        if isinstance(error, Invalid) and "different value" not in error.message:
            raise
        return []


def _classes(table: list[Row]) -> dict[tuple[str, ...], list[str]]:
    """The sensitive values by what rows show, hidden rows included as long as there is anything to read in them."""
    found = defaultdict(list)
    for row in table:
        if row != SILENT:
            found[row[:3]].append(row[3])
    return found


@settings(max_examples=40, deadline=None)
@given(rows, ways, st.integers(2, 5))
def test_every_class_has_k_rows_and_covers_the_original_in_its_place(connection: Any, table: list[Row], way: str, k: int) -> None:
    out = _unless_refused(connection, table, way, k=k)
    assert all(len(values) >= k for values in _classes(out).values())
    if not out:
        return
    assert sum(row[:3] == ("*", "*", "*") for row in out) <= 0.3 * len(table)
    assert len(out) == len(table)
    for before, after in zip(table, out, strict=True):
        assert before[3] == after[3] or after == SILENT
        assert all(TREES[c].is_covered(old, new) for c, old, new in zip("abc", before, after, strict=False))


@settings(max_examples=30, deadline=None)
@given(rows, ways, st.sampled_from(["distinct", "entropy", "recursive"]))
def test_every_class_is_diverse(connection: Any, table: list[Row], way: str, kind: str) -> None:
    import math

    out = _unless_refused(connection, table, way, diversity=(Diversity(column="ill", l=2, kind=kind, c=2.0),))
    for values in _classes(out).values():
        counts = sorted(Counter(values).values(), reverse=True)
        shares = [count / len(values) for count in counts]
        assert {
            "distinct": len(counts) >= 2,
            "entropy": -sum(s * math.log(s) for s in shares) >= math.log(2) - 1e-9,
            "recursive": counts[0] < 2 * sum(counts[1:]),
        }[kind]


@settings(max_examples=30, deadline=None)
@given(rows, ways, st.sampled_from([0.1, 0.3]))
def test_every_class_is_close_to_the_whole(connection: Any, table: list[Row], way: str, t: float) -> None:
    out = _unless_refused(connection, table, way, closeness=(Closeness(column="ill", t=t),))
    # What the release still says: rows left empty take no part.
    overall = Counter(row[3] for row in out if row != SILENT)
    for values in _classes(out).values():
        counts = Counter(values)
        assert sum(abs(counts[v] / len(values) - n / overall.total()) for v, n in overall.items()) / 2 <= t + 1e-6


@settings(max_examples=40, deadline=None)
@given(rows, ways)
def test_hidden_rows_are_a_class_or_say_nothing_all_of_them(connection: Any, table: list[Row], way: str) -> None:
    out = _unless_refused(connection, table, way, k=3, diversity=(Diversity(column="ill", l=2),))
    hidden = [row[3] for row in out if row[:3] == ("*", "*", "*")]
    assert set(hidden) in (set(), {""}) or (len(hidden) >= 3 and len(set(hidden)) >= 2 and "" not in hidden)


@settings(max_examples=60, deadline=None)
@given(rows, ways, st.sampled_from(ASKED))
def test_anonymising_a_release_again_changes_nothing(connection: Any, table: list[Row], way: str, asked: dict[str, Any]) -> None:
    once = _unless_refused(connection, table, way, k=3, **asked)
    assert not once or once == _unless_refused(connection, once, way, k=3, **asked)


@settings(max_examples=40, deadline=None)
@given(rows, ways, st.randoms(use_true_random=False))
def test_the_order_of_rows_decides_nothing(connection: Any, table: list[Row], way: str, chance: Any) -> None:
    order = list(range(len(table)))
    chance.shuffle(order)
    plain = _unless_refused(connection, table, way, k=3)
    mixed = _unless_refused(connection, [table[i] for i in order], way, k=3)
    assert [plain[i] for i in order if plain] == mixed


@settings(max_examples=40, deadline=None)
@given(rows, st.integers(2, 4), st.sampled_from([0.0, 0.1, 0.3]))
def test_no_choice_of_levels_loses_less_than_the_one_that_is_proven_best(connection: Any, table: list[Row], k: int, limit: float) -> None:
    import itertools

    with TemporaryDirectory() as folder:
        given, out = Path(folder, "given.csv"), Path(folder, "out.csv")
        given.write_text("\n".join(";".join(row) for row in [HEADER, *table]) + "\n")
        best = min(_loss(table, levels, k, limit) for levels in itertools.product(range(4), range(4), range(2)))
        try:
            found = anonymise(connection, given, out, plan=Plan(method=Method.GLOBAL, suppress=limit, k=k), hierarchies=TREES)
        except Refused:
            assert best == pytest.approx(_loss(table, (3, 3, 1), k, limit), abs=1e-9)
            return
    assert found.measure == pytest.approx(best, abs=1e-9)
    assert found.is_proven


def _loss(table: list[Row], levels: tuple[int, ...], k: int, limit: float) -> float:
    """ARX's Loss of one choice of levels, worked out row by row; infinite beyond the limit."""
    seen = [tuple(TREES[c].generalised(v, level) for c, v, level in zip("abc", row, levels, strict=False)) for row in table]
    sizes = Counter(seen)
    hidden = sum(sizes[row] < k for row in seen)
    if hidden > int(limit * len(table) + 1e-9):
        return float("inf")
    product = 1.0
    for at, c in enumerate("abc"):
        product *= 1 + sum(1.0 if sizes[row] < k else TREES[c].loss(row[at]) for row in seen) / len(seen)
    return product ** (1 / 3) - 1
