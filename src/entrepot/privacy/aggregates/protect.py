"""Which cells and totals can be published so that no small cell can be worked out from the others.

Cells are hidden by hypercubes (Repsilber 1994; Giessing, Survey on methods for tabular data protection, 2003): of a small cell and another that
differs from it in some columns, all cells that mix the values of both are hidden. Adding one to every other corner and taking one from the rest
changes no published total, so whoever subtracts finds several tables that fit, and never the one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from entrepot.kit import Invalid
from entrepot.privacy.aggregates.count import Counted, Flags, Ints
from entrepot.privacy.aggregates.model import Tabulation

Columns = tuple[int, ...]
_MOST_TOTALLED_CELLS = 20_000


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Protected:
    """What may be published: cells that are not hidden, totals by these columns, and why others are withheld."""

    small: Flags
    hidden: Flags
    totals: tuple[Columns, ...]
    withheld: tuple[tuple[Columns, str], ...]


class _NoWayError(Exception):
    """Some cell cannot be protected as long as these totals are published."""

    def __init__(self, totals: Columns | None = None) -> None:
        self.totals = totals


def protect(table: Counted, totals: Mapping[Columns, Counted], asked: Tabulation) -> Protected:
    """Hide small cells, and others beside them until no small one follows from what is published.

    Totals with a small cell of their own are withheld as a whole, and the widest others where cells cannot be protected beside them.

    Args:
        totals: The cells by each set of columns whose totals are asked for.

    Raises:
        Invalid: There are too many cells to protect.
    """
    small = table.small(asked.minimum, asked.dominance)
    if totals and table.size > _MOST_TOTALLED_CELLS:
        raise Invalid(
            f"There are {table.size:,} cells, and totals are protected for {_MOST_TOTALLED_CELLS:,} at most.",
            "Leave totals out, name fewer columns, or generalise them first.",
        )
    thin = {columns: found.small(asked.minimum, asked.dominance) for columns, found in totals.items()}
    withheld = {columns: "small" for columns, flags in thin.items() if flags.any()}
    wanted = [columns for columns in totals if columns not in withheld]
    while True:
        try:
            search = _Search(table, small, wanted, {c: (totals[c], thin[c]) for c in withheld if withheld[c] == "small"}, asked)
            return Protected(small=small, hidden=search.run(), totals=tuple(wanted), withheld=tuple(withheld.items()))
        except _NoWayError as stuck:
            # The widest totals tell most of single cells.
            gone = stuck.totals if stuck.totals is not None else max(wanted, key=lambda columns: (len(columns), columns))
            wanted.remove(gone)
            withheld[gone] = "unprotected"


class _Search:
    """Cells to hide beside the small ones, for one choice of totals."""

    def __init__(
        self, table: Counted, small: Flags, totals: Sequence[Columns], thin: Mapping[Columns, tuple[Counted, Flags]], asked: Tabulation
    ) -> None:
        self.table, self.totals, self.thin, self.asked = table, totals, thin, asked
        self.hidden = small.copy()
        self.columns = range(len(table.by))
        self.codes = _codes(table)
        sizes = [int(code.max(initial=0)) + 1 for code in self.codes]
        self.radix = np.cumprod([1, *sizes[:-1]], dtype=np.float64)
        if self.radix[-1] * sizes[-1] > 2**62:
            raise Invalid("There are too many combinations of values for totals.", "Leave totals out, or name fewer columns.")
        self.key = (self.codes * self.radix.astype(np.int64)[:, None]).sum(axis=0)
        self.order = np.argsort(self.key)
        self.cubes = self._cubes()

    def run(self) -> Flags:
        """The cells to hide."""
        if not self.totals:
            return self.hidden
        for cell in np.flatnonzero(self.hidden).tolist():
            self._protect([cell], self.cubes)
        for columns, (found, flags) in self.thin.items():
            # A total that is withheld must not follow either: some cell of it moves with its columns.
            inside = [cube for cube in self.cubes if set(cube) <= set(columns)]
            group = _grouped(self.codes, columns)
            lead = _leads(group)
            for at in np.flatnonzero(flags[_places(self.table, found, columns, lead)]).tolist():
                self._protect(np.flatnonzero((group == at) & self.hidden).tolist(), inside)
        self._widen()
        return self.hidden

    def _cubes(self) -> list[Columns]:
        """The smallest sets of columns that no published total keeps apart: what moves along them changes none."""
        found: list[Columns] = []
        for size in range(len(self.columns) + 1):
            for cube in itertools.combinations(self.columns, size):
                free = not any(set(cube) <= set(total) for total in self.totals)
                if free and not any(set(less) <= set(cube) for less in found):
                    found.append(cube)
        return found

    def _protect(self, cells: Sequence[int], cubes: Sequence[Columns]) -> None:
        """Hide the corners of the cheapest hypercube that has one of these cells."""
        best: tuple[int, int, Ints] | None = None
        for cell, cube in itertools.product(cells, cubes):
            for cost, corners in self._corners(cell, cube):
                if best is None or (cost, len(corners)) < best[:2]:
                    best = (cost, len(corners), corners)
                if cost == 0:
                    return
        if best is None:
            raise _NoWayError
        self.hidden[best[2]] = True

    def _corners(self, cell: int, cube: Columns) -> Iterator[tuple[int, Ints]]:
        """The cheapest hypercube of a cell over some columns, all corners of which hold somebody: persons it hides, and its corners."""
        rest = [column for column in self.columns if column not in cube]
        fits = np.ones(self.table.size, bool)
        for column in self.columns:
            same = self.codes[column] == self.codes[column, cell]
            fits &= same if column in rest else ~same
        others = np.flatnonzero(fits)
        if not len(others):
            return
        price, corners = np.zeros(len(others), np.int64), []
        there = np.ones(len(others), bool)
        for mixed in itertools.chain.from_iterable(itertools.combinations(cube, n) for n in range(len(cube) + 1)):
            key = np.full(len(others), self.key[cell])
            for column in mixed:
                key = key + (self.codes[column, others] - self.codes[column, cell]) * int(self.radix[column])
            place = self.order[np.minimum(np.searchsorted(self.key, key, sorter=self.order), self.table.size - 1)]
            there &= self.key[place] == key
            price += np.where(self.hidden[place], 0, self.table.persons[place] + 1)
            corners.append(place)
        if there.any():
            best = int(np.flatnonzero(there)[np.argmin(price[there])])
            yield int(price[best]), np.array([corner[best] for corner in corners])

    def _widen(self) -> None:
        """What is missing from a total must itself be no small cell: hide more beside it until it is large enough."""
        again = True
        while again:
            again = False
            for columns in self.totals:
                group = _grouped(self.codes, columns)
                chosen = np.flatnonzero(self.hidden)
                here, where = np.unique(group[chosen], return_inverse=True)
                union = self.table.some(chosen).merged(where, len(here))
                for at in here[union.small(self.asked.minimum, self.asked.dominance)].tolist():
                    self._add(columns, np.flatnonzero((group == at) & ~self.hidden))
                    again = True

    def _add(self, columns: Columns, cells: Ints) -> None:
        if not len(cells):
            raise _NoWayError(columns)
        cell = int(cells[np.argmin(self.table.persons[cells])])
        self.hidden[cell] = True
        self._protect([cell], self.cubes)


def _codes(table: Counted) -> Ints:
    found = []
    for column in range(len(table.by)):
        place: dict[str | None, int] = {}
        found.append([place.setdefault(row[column], len(place)) for row in table.values])
    return np.array(found, np.int64)


def _grouped(codes: Ints, columns: Columns) -> Ints:
    """For each cell the number of the total it belongs to."""
    if not columns:
        return np.zeros(codes.shape[1], np.int64)
    return np.unique(codes[list(columns)], axis=1, return_inverse=True)[1].reshape(-1)


def _leads(group: Ints) -> Ints:
    """A cell of each group."""
    return np.unique(group, return_index=True)[1]


def _places(table: Counted, found: Counted, columns: Columns, lead: Ints) -> Ints:
    """For each group of cells its place among the totals."""
    place = {values: at for at, values in enumerate(found.values)}
    return np.array([place[tuple(table.values[cell][column] for column in columns)] for cell in lead.tolist()], np.int64)
