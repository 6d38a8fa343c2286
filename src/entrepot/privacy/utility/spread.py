"""Released values spread evenly over what they cover: the counts that a user of the release would expect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from entrepot.privacy.attacks.frame import Floats, Ints
from entrepot.privacy.attacks.pair import Classes, People


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Boxes:
    """Rows as boxes: in each column a span of leaves, of one leaf where the value is exact.

    Attributes:
        first: For each column and box the first leaf, ``end`` the one after the last.
    """

    first: Ints
    end: Ints
    weight: Floats

    def over(self, column: int, leaves: int) -> Floats:
        """Rows expected at each leaf of a column."""
        return self.together(column, column, leaves, 1)[:, 0] if leaves else np.zeros(0)

    def together(self, one: int, other: int, leaves: int, beside: int) -> Floats:
        """Rows expected at each pair of leaves of two columns; of one column alone where both are the same and ``beside`` is 1."""
        a, b = self.first[one], self.end[one]
        c, d = (np.zeros_like(a), np.ones_like(b)) if one == other else (self.first[other], self.end[other])
        kept = (b > a) & (d > c)
        a, b, c, d = a[kept], b[kept], c[kept], d[kept]
        each = self.weight[kept] / ((b - a) * (d - c))
        # Each box adds a step at its corners; sums along both sides make the boxes of them.
        steps = np.zeros((leaves + 1, beside + 1))
        for x, y, sign in ((a, c, 1), (b, d, 1), (a, d, -1), (b, c, -1)):
            steps += sign * np.bincount(x * (beside + 1) + y, weights=each, minlength=steps.size).reshape(steps.shape)
        summed: Floats = np.maximum(steps.cumsum(axis=0).cumsum(axis=1)[:leaves, :beside], 0.0)
        return summed


def boxes_of(table: People | Classes) -> Boxes:
    """A table's rows, exact or released, as boxes."""
    if isinstance(table, People):
        return Boxes(first=table.at, end=table.at + 1, weight=table.weight.astype(float))
    return Boxes(first=table.first, end=table.end, weight=table.weight.astype(float))


def distance(one: Floats, other: Floats) -> float:
    """Total variation distance of two spreads; a spread of nothing is as far as can be."""
    if one.sum() <= 0 or other.sum() <= 0:
        return 1.0
    return float(np.abs(one / one.sum() - other / other.sum()).sum() / 2)
