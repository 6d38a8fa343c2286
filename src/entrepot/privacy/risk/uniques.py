"""Minimal uniques: the smallest sets of columns by which a row stands alone (special uniques, Elliot et al. 2002)."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from entrepot.privacy.anonymise.coding import Flags, Ints, grouped, packed
from entrepot.privacy.risk.classes import CLASSES, COUNTS, classes_of
from entrepot.privacy.risk.model import Minimal, Uniques

_SHOWN = 200
_MOST_CLASSES = 2_000_000
"""Distinct combinations of values up to which sets are searched; their numbers are held in memory."""


def minimal_uniques(
    cursor: duckdb.DuckDBPyConnection,
    path: str | Path,
    *,
    quasi: Sequence[str],
    person: str = "",
    size: int = 3,
    seconds: float = 10.0,
    clock: Callable[[], float] = time.monotonic,
) -> Uniques:
    """The smallest sets of quasi-identifiers that single rows out, smaller sets first, while time lasts.

    Args:
        person: Column that says whose row it is; persons are then singled out, in however many rows.
        size: Columns of a set, at most.
        seconds: Time for the search; what was not searched by then is counted in the result.

    Raises:
        NotFound: There is no such file.
        Invalid: It cannot be read, or lacks a column.
    """
    with classes_of(cursor, path, quasi=quasi, person=person):
        return uniques_of_classes(cursor, quasi=quasi, by_person=bool(person), size=size, seconds=seconds, clock=clock)


def uniques_of_classes(
    cursor: duckdb.DuckDBPyConnection, *, quasi: Sequence[str], by_person: bool = False, size: int = 3, seconds: float = 10.0,
    clock: Callable[[], float] = time.monotonic,
) -> Uniques:  # fmt: skip
    """`minimal_uniques` on the tables that `classes_of` holds at the time."""
    began, size = clock(), min(size, len(quasi))
    total, rows = (
        sum(math.comb(len(quasi), n) for n in range(1, size + 1)),
        cursor.execute(
            f"SELECT count(*), {f'(SELECT count(DISTINCT who) FROM {COUNTS})' if by_person else 'sum(n)'} FROM {CLASSES}"
        ).fetchall()[0],
    )
    if rows[0] > _MOST_CLASSES:
        return Uniques(rows=int(rows[1]), size=size, sets=(), by_size={}, searched=0, skipped=total)
    work = _Search(cursor, len(quasi), by_person)
    found: list[Minimal] = []
    searched = 0
    for chosen in (chosen for n in range(1, size + 1) for chosen in itertools.combinations(range(len(quasi)), n)):
        if clock() - began > seconds:
            break
        searched += 1
        people = work.singled_out(chosen)
        if people:
            found.append(Minimal(columns=tuple(quasi[c] for c in chosen), rows=people))
    # Ties stay in column order.
    found.sort(key=lambda one: (len(one.columns), -one.rows))
    return Uniques(
        rows=int(rows[1]), size=size, sets=tuple(found[:_SHOWN]), by_size=work.by_size, searched=searched, skipped=total - searched
    )


class _Search:
    """The classes as numbers, and who was singled out so far."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, columns: int, by_person: bool) -> None:
        got = cursor.execute(f"SELECT n, coalesce(whose, -1) AS whose, shown FROM {CLASSES}").fetchnumpy()
        self.by_person, self.shown = by_person, np.asarray(got["shown"], bool)
        numbers = np.arange(len(self.shown))
        # Who a class is, where it is one person; a row stands for somebody of its own unless persons are named.
        self.who = np.asarray(got["whose"], np.int64) if by_person else np.where(np.asarray(got["n"]) == 1, numbers, -1)
        self.codes = [_numbered(cursor, f"q{i}") for i in range(columns)]
        self.known = np.zeros(len(numbers), bool)
        self.by_size: dict[int, int] = {}
        self.level = 0
        # As bits, and those of one column fewer only, so that many sets of many classes fit into memory.
        self.less: dict[tuple[int, ...], Any] = {}
        self.these: dict[tuple[int, ...], Any] = {}

    def singled_out(self, chosen: tuple[int, ...]) -> int:
        """How many stand alone by these columns and by no fewer of them."""
        if len(chosen) > self.level:
            self.level, self.less, self.these = len(chosen), self.these, {}
        by_less = np.zeros(len(self.who), bool)
        if self.less:
            bits = [self.less[chosen[:at] + chosen[at + 1 :]] for at in range(len(chosen))]
            by_less = np.unpackbits(np.bitwise_or.reduce(bits), count=len(self.who)).astype(bool)
        single = self._single(chosen)
        self.these[chosen] = np.packbits(single | by_less)
        minimal = single & ~by_less
        self._note(minimal & ~self.known, len(chosen))
        return self._people(minimal)

    def _note(self, fresh: Flags, size: int) -> None:
        if fresh.any():
            self.by_size[size] = self.by_size.get(size, 0) + self._people(fresh)
            self.known |= np.isin(self.who, self.who[fresh]) if self.by_person else fresh

    def _people(self, some: Flags) -> int:
        return len(np.unique(self.who[some])) if self.by_person else int(some.sum())

    def _single(self, chosen: tuple[int, ...]) -> Flags:
        """Classes that show something and share these columns' values with nobody else."""
        columns = [self.codes[c] for c in chosen]
        order, starts = grouped(*packed(columns, [int(column.max(initial=0)) + 1 for column in columns]))
        if not len(order):
            return np.zeros(0, bool)
        first, last = np.minimum.reduceat(self.who[order], starts), np.maximum.reduceat(self.who[order], starts)
        alone = np.empty(len(order), bool)
        alone[order] = np.repeat((first == last) & (first >= 0), np.diff(np.append(starts, len(order))))
        found: Flags = alone & self.shown
        return found


def _numbered(cursor: duckdb.DuckDBPyConnection, column: str) -> Ints:
    """Each class's value of a column as a number, equal where the values are."""
    values = cursor.sql(f"SELECT {column} FROM {CLASSES}").to_arrow_table().column(0).combine_chunks()
    return np.asarray(values.dictionary_encode().indices, np.int64)
