"""Global recoding: one level for each column, the combination that loses least, and rows that stay rare suppressed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from entrepot.privacy.anonymise.coding import Floats, Ints, Table, ends, grouped, packed
from entrepot.privacy.anonymise.criteria import Distinct, Test
from entrepot.privacy.anonymise.walk import lattice, lattice_size, level_costs

Progress = Callable[[float], None]
LISTABLE = 2_000_000
"""Combinations of levels up to which the best one is proven."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Found:
    """The combination chosen.

    Attributes:
        levels: One for each column.
        loss: Its loss: the geometric mean over columns of one plus the column's loss, less one, as ARX's Loss measure has it.
        bound: No combination within the limit can lose less than this; equal to ``loss`` where the choice is proven best.
        tried: Combinations that were counted.
    """

    levels: tuple[int, ...]
    loss: float
    bound: float
    tried: int
    released: Ints
    left: Ints


def search(table: Table, test: Test, *, limit: int, progress: Progress | None = None) -> Found | None:
    """The combination of levels that loses least while at most ``limit`` rows are suppressed; None where there is none.

    The loss without suppression bounds each combination from below, and what suppresses too much also does so one level lower:
    together they leave a few hundred combinations to count. Ties go to the combination that comes first in level order.
    """
    return (_Listed if lattice_size(table) <= LISTABLE else _Climb)(table, test, limit, progress).search()


class _Search:
    def __init__(self, table: Table, test: Test, limit: int, progress: Progress | None) -> None:
        self.table, self.test, self.limit, self.told = table, test, limit, progress or (lambda share: None)
        self.costs = level_costs(table)
        self.hidden = table.starred()
        self.total = int(table.rows.sum())
        self.tried = 0
        self.best: tuple[float, tuple[int, ...], Ints] | None = None
        # With entropy or closeness a class that passes can fail once it is merged with one that did not.
        self.is_monotone = all(isinstance(criterion, Distinct) for criterion in test.criteria)

    def bound(self, vectors: Ints) -> Floats:
        """The loss that combinations have at least."""
        parts = [np.log1p(costs[vectors[:, c]]) for c, costs in enumerate(self.costs)]
        found: Floats = np.expm1(sum(parts) / len(parts))
        return found

    def suppressed(self, vector: Ints) -> Ints:
        """The distinct rows that would be suppressed."""
        self.tried += 1
        trees = self.table.trees
        columns = [tree.up[level][code] for tree, level, code in zip(trees, vector, self.table.codes, strict=True)]
        order, starts = grouped(*packed(columns, [len(tree.labels) for tree in trees]))
        fails = ~self.test.passes(order, starts)
        rows = order[np.repeat(fails, ends(starts, len(order)) - starts)]
        return rows[~self.hidden[rows]]

    def consider(self, vector: Ints) -> bool:
        """Count one combination, keep it where it is the best so far; whether it stays within the limit."""
        left = self.suppressed(vector)
        if self.table.rows[left].sum() > self.limit:
            return False
        loss = self._loss(vector, left)
        named = tuple(int(level) for level in vector)
        if self.best is None or (round(loss, 12), named) < (round(self.best[0], 12), self.best[1]):
            self.best = (loss, named, left)
        return True

    def _loss(self, vector: Ints, left: Ints) -> float:
        weights, total = self.table.rows, 0.0
        for c, (tree, code) in enumerate(zip(self.table.trees, self.table.codes, strict=True)):
            cost = tree.cost[tree.up[vector[c]][code[left]]]
            mean = self.costs[c][vector[c]] + float((weights[left] * (tree.cost[tree.star] - cost)).sum()) / self.total
            total += np.log1p(mean)
        return float(np.expm1(total / len(self.costs)))

    def found(self, bound: float | None = None) -> Found | None:
        """The answer, if there is any."""
        if self.best is None:
            return None
        loss, levels, left = self.best
        released = np.stack([tree.up[level][code] for tree, level, code in zip(self.table.trees, levels, self.table.codes, strict=True)])
        for c, tree in enumerate(self.table.trees):
            released[c, left] = tree.star
        return Found(
            levels=levels, loss=loss, bound=loss if bound is None else min(bound, loss), tried=self.tried, released=released, left=left
        )


class _Listed(_Search):
    """All combinations lie in one array; those ruled out are struck off."""

    def search(self) -> Found | None:
        self.vectors = lattice(self.table)
        self.bounds = self.bound(self.vectors)
        order = np.argsort(self.bounds, kind="stable")
        self.vectors, self.bounds = self.vectors[order], self.bounds[order]
        self.asked = np.ones(len(order), bool)
        self.passing = np.zeros(len(order), bool)
        for start in range(len(order)):
            if not self.asked[start]:
                continue
            if self.best is not None and self.bounds[start] > self.best[0]:
                break
            self._climb(start)
            if start % 50 == 0:
                self.told(start / len(order))
        return self.found()

    def _climb(self, start: int) -> None:
        """Find where the ways up from here begin to stay within the limit, halving; strike off all below what does not."""
        if not self.is_monotone:
            self._ask(self.vectors[start])
            return
        path = self._path(self.vectors[start])
        low, high = 0, len(path) - 1
        while low <= high:
            middle = (low + high) // 2
            if self._ask(path[middle]):
                high = middle - 1
            else:
                low = middle + 1
        self.asked[self._place(self.vectors[start])] = False

    def _ask(self, vector: Ints) -> bool:
        at = self._place(vector)
        if not self.asked[at]:
            return bool(self.passing[at])
        fine = self.consider(vector)
        self.asked[at], self.passing[at] = False, fine
        if not fine and self.is_monotone:
            self.asked[np.all(self.vectors <= vector, axis=1)] = False
        return fine

    def _place(self, vector: Ints) -> int:
        if not hasattr(self, "_places"):
            sizes = [tree.levels for tree in self.table.trees]
            self._strides = np.cumprod([1, *sizes[:-1]])
            self._places = np.empty(len(self.vectors), np.int64)
            self._places[self.vectors @ self._strides] = np.arange(len(self.vectors))
        return int(self._places[int(vector @ self._strides)])

    def _path(self, vector: Ints) -> list[Ints]:
        """One way to the top, each step the one that costs least."""
        path, now = [vector], vector
        tops = np.array([tree.levels - 1 for tree in self.table.trees])
        while (now < tops).any():
            steps = np.flatnonzero(now < tops)
            options = np.repeat(now[None], len(steps), axis=0)
            options[np.arange(len(steps)), steps] += 1
            now = options[int(np.argmin(self.bound(options)))]
            path.append(now)
        return path


class _Climb(_Search):
    """Too many combinations to list: from the top down, always the step that loses least and stays within the limit."""

    def search(self) -> Found | None:
        now = np.array([tree.levels - 1 for tree in self.table.trees])
        fine = self.consider(now)
        while fine:
            options = [now - step for step in np.eye(len(now), dtype=np.int64) if (now - step).min() >= 0]
            options = [option for option in options if self.consider(option)]
            if not options:
                break
            now = min(options, key=lambda option: (round(self._loss(option, self.suppressed(option)), 12), tuple(option)))
        return self.found(float(self.bound(np.zeros((1, len(now)), np.int64))[0]))
