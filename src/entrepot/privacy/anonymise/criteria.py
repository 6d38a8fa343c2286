"""What a class of equal rows must satisfy to be released: predicates on its size and on the counts of its values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from entrepot.privacy.anonymise.coding import Flags, Floats, Ints, Table

_CELLS = 4_000_000


class Criterion(Protocol):
    """A predicate on the counts of one column's values in a class."""

    @property
    def column(self) -> str:
        """The column it looks at."""

    def passes(self, counts: Floats, overall: Floats) -> Flags:
        """Which classes pass.

        Args:
            counts: One row for each class, one column for each value.
            overall: The counts in the whole table.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Distinct:
    """At least ``l`` different values (distinct l-diversity, Machanavajjhala et al. 2007)."""

    column: str
    l: int  # noqa: E741  # the field's own letter

    def passes(self, counts: Floats, overall: Floats) -> Flags:
        """Which classes hold enough values."""
        found: Flags = (counts > 0).sum(axis=1) >= self.l
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Entropy:
    """Values as evenly spread as ``l`` equally frequent ones (entropy l-diversity)."""

    column: str
    l: float  # noqa: E741

    def passes(self, counts: Floats, overall: Floats) -> Flags:
        """Which classes have an entropy of at least log l."""
        share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        entropy = -np.sum(share * np.log(np.where(share > 0, share, 1.0)), axis=1)
        found: Flags = entropy >= np.log(self.l) - 1e-9
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Recursive:
    """The most frequent value is rarer than ``c`` times all from the l-th on together (recursive (c, l)-diversity)."""

    column: str
    c: float
    l: int  # noqa: E741

    def passes(self, counts: Floats, overall: Floats) -> Flags:
        """Which classes have no value that is too frequent."""
        falling = -np.sort(-counts, axis=1)
        found: Flags = falling[:, 0] < self.c * falling[:, self.l - 1 :].sum(axis=1)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """Values distributed nearly as in the whole table (t-closeness, Li et al. 2007): earth mover's distance at most ``t``.

    Attributes:
        ordered: Whether values lie on a line, in the order of their numbers, instead of all being equally far apart.
        levels: For the hierarchical distance: of each level above the leaves, the group of every value.
    """

    column: str
    t: float
    ordered: bool = False
    levels: tuple[tuple[int, ...], ...] = ()

    def passes(self, counts: Floats, overall: Floats) -> Flags:
        """Which classes are close enough."""
        found: Flags = self.distance(counts, overall) <= self.t + 1e-9
        return found

    def distance(self, counts: Floats, overall: Floats) -> Floats:
        """The distance of each class from the whole table, 0 to 1."""
        extra = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1) - overall / max(overall.sum(), 1)
        if self.levels:
            return self._climbed(extra)
        if self.ordered:
            # Values that nobody has (any more) are no step on the line.
            there = extra[:, overall > 0]
            moved: Floats = np.abs(np.cumsum(there, axis=1)).sum(axis=1)
            mean: Floats = moved / max(1, there.shape[1] - 1)
            return mean
        halved: Floats = np.abs(extra).sum(axis=1) / 2
        return halved

    def _climbed(self, extra: Floats) -> Floats:
        """Mass moves only as high as the lowest value above both ends; each level costs the same (section 5.2 of the paper)."""
        total = np.zeros(len(extra))
        below: Floats = extra
        parent_of = np.arange(extra.shape[1])
        for height, level in enumerate(self.levels, start=1):
            group = np.zeros(below.shape[1], np.int64)
            group[parent_of] = level
            width = int(max(level)) + 1
            into = np.eye(width)[group]
            surplus, lack = np.maximum(below, 0) @ into, np.maximum(-below, 0) @ into
            total += height / len(self.levels) * np.minimum(surplus, lack).sum(axis=1)
            below, parent_of = surplus - lack, np.array(level)
        return total


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The share of flagged rows lies between two bounds (δ-presence, Nergiz et al. 2007); value 1 of the column is the flag."""

    column: str
    least: float
    most: float

    def passes(self, counts: Floats, overall: Floats) -> Flags:
        """Which classes betray neither presence nor absence."""
        share = counts[:, 1] / np.maximum(counts.sum(axis=1), 1)
        found: Flags = (share >= self.least - 1e-9) & (share <= self.most + 1e-9)
        return found


class Test:
    """All that a class must satisfy, asked for many classes at once."""

    def __init__(self, table: Table, *, k: int, criteria: tuple[Criterion, ...] = ()) -> None:
        self.table, self.k, self.criteria = table, k, criteria
        self.weights = table.population if table.population is not None else table.weights
        self.is_simple = not criteria and table.shared is None
        self._overall = {name: np.bincount(v.what, v.count, v.kinds).astype(float) for name, v in table.values.items()}

    def sizes(self, rows: Ints, starts: Ints) -> Ints:
        """Persons of each class, nobody counted twice; of the population where one is stated.

        Args:
            rows: Distinct rows, those of a class together.
            starts: Where each class starts among them.
        """
        if self.table.population is not None or self.table.shared is None:
            found: Ints = np.add.reduceat(self.weights[rows], starts)
            return found
        own = np.add.reduceat(self.table.persons[rows], starts)
        entries, owner = self.table.shared.of(rows)
        group = np.searchsorted(starts, owner, side="right") - 1
        once = np.unique(group * self.table.shared.kinds + self.table.shared.what[entries]) // self.table.shared.kinds
        counted: Ints = own + np.bincount(once, minlength=len(starts))
        return counted

    def passes(self, rows: Ints, starts: Ints) -> Flags:
        """Which of these classes may be released."""
        fine: Flags = self.sizes(rows, starts) >= self.k
        if not self.criteria or not fine.any():
            return fine
        sizes = np.diff(np.append(starts, len(rows)))
        for criterion in self.criteria:
            some = np.flatnonzero(fine)
            values = self.table.values[criterion.column]
            step = max(1, _CELLS // values.kinds)
            for at in range(0, len(some), step):
                chosen = some[at : at + step]
                inside = np.repeat(np.isin(np.arange(len(starts)), chosen), sizes)
                counts = self._counts(criterion.column, rows[inside], np.repeat(np.arange(len(chosen)), sizes[chosen]), len(chosen))
                fine[chosen] = criterion.passes(counts, self._overall[criterion.column])
        return fine

    def _counts(self, column: str, rows: Ints, group: Ints, groups: int) -> Floats:
        values = self.table.values[column]
        entries, owner = values.of(rows)
        cell = group[owner] * values.kinds + values.what[entries]
        found: Floats = np.bincount(cell, values.count[entries], groups * values.kinds).astype(np.float64)
        return found.reshape(groups, values.kinds)
