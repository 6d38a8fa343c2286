"""Rows that show nothing of any quasi-identifier look alike, and so are a class: they pass what every class must, or say nothing at all."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from entrepot.privacy.anonymise.coding import Flags, Ints, Listed, Table, classes, ends
from entrepot.privacy.anonymise.criteria import Close, Test
from entrepot.privacy.notes import Note, note


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Hidden:
    """What became of the hidden rows.

    Attributes:
        silent: Which distinct rows say nothing: their other columns are left empty.
        rows: Rows of the table that are silent.
        persons: Persons in the class of hidden rows, where it may say something; None where there is no such class.
        few: Whether the class is silent for being too small, whatever it says.
    """

    silent: Flags
    rows: int = 0
    persons: int | None = None
    few: bool = False

    def notes(self, k: int) -> list[Note]:
        """What whoever reads the release should know of it."""
        if not self.rows:
            return []
        return [note("silent_few", rows=self.rows, k=k) if self.few else note("silent_alike", rows=self.rows)]


def settle(table: Table, test: Test, released: Ints) -> tuple[Test, Hidden]:
    """Hold the hidden rows to what is asked of every class; the test against what the release says, and what became of them.

    Where values must be spread as in the whole table, that is what the release still shows of it: classes that are too far from it are hidden
    as well, until none is.

    Args:
        released: The node of each column and distinct row; changed in place where classes are hidden.
    """
    while True:
        stars = np.logical_and.reduce([node == tree.star for tree, node in zip(table.trees, released, strict=True)])
        heard, found = _class_of(table, test, np.flatnonzero(stars))
        if not any(isinstance(one, Close) for one in test.criteria):
            return heard, found
        far = _failing(table, heard, released, np.flatnonzero(~stars))
        if not len(far):
            return heard, found
        for c, tree in enumerate(table.trees):
            released[c, far] = tree.star


def _class_of(table: Table, test: Test, stars: Ints) -> tuple[Test, Hidden]:
    silent = np.zeros(table.size, bool)
    if not len(stars):
        return test, Hidden(silent=silent)
    # That a hidden row lacks a value looks like a row that says nothing, so it counts as saying nothing.
    heard = _without(table, test, stars, only_missing=True)
    size = int(heard.sizes(stars, np.zeros(1, np.int64))[0])
    if heard.passes(stars, np.zeros(1, np.int64))[0]:
        return heard, Hidden(silent=silent, persons=size)
    silent[stars] = True
    said = _without(table, test, stars, only_missing=False)
    return said, Hidden(silent=silent, rows=int(table.rows[stars].sum()), few=size < test.k)


def _without(table: Table, test: Test, rows: Ints, *, only_missing: bool) -> Test:
    """The test where the values of some rows do not count."""
    if not table.values:
        return test
    values = {name: _unsaid(listed, rows, only_missing) for name, listed in table.values.items()}
    return Test(replace(table, values=values), k=test.k, criteria=test.criteria)


def _unsaid(listed: Listed, rows: Ints, only_missing: bool) -> Listed:
    entries, _ = listed.of(rows)
    count = listed.count.copy()
    count[entries[listed.what[entries] == listed.missing] if only_missing else entries] = 0
    return replace(listed, count=count)


def _failing(table: Table, test: Test, released: Ints, shown: Ints) -> Ints:
    """The distinct rows among some whose classes do not pass."""
    if not len(shown):
        return shown
    order, starts = classes(table, released[:, shown])
    fails = ~test.passes(shown[order], starts)
    found: Ints = shown[order[np.repeat(fails, ends(starts, len(order)) - starts)]]
    return found
