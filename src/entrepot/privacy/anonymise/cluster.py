"""Local recoding where the lattice is too large to list: gather rows that lose little together.

Distinct rows are sorted so that alike ones lie near each other and cut into buckets. In every bucket, all buckets in step, a class
begins with the row farthest from the last one and takes the row that adds least loss until it passes (k-member clustering, Byun et al.
2007). Work grows with rows times bucket size. Classes that fail other criteria are opened again and gathered into larger ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from entrepot.privacy.anonymise import leftovers
from entrepot.privacy.anonymise.coding import Floats, Ints, Table, Tree, above, classes, ends, grouped
from entrepot.privacy.anonymise.criteria import Test

Progress = Callable[[float], None]
BUCKET = 1_024
_BUCKETS_AT_ONCE = 64
_SMALL_TREE = 400
"""Nodes up to which the loss of every pair is tabled."""
_ROUNDS = 7
_GONE = np.float32(1e9)
Costs = npt.NDArray[np.float32]


def gather(table: Table, test: Test, *, bucket: int = BUCKET, progress: Progress | None = None) -> tuple[Ints, Ints]:
    """The node of each column and distinct row after local recoding, and the distinct rows that no class would take.

    Args:
        bucket: Distinct rows of a bucket; more lose less and take longer.
    """
    released = table.codes.copy()
    # What is common enough as it stands, or shows nothing any more, stays as it is.
    order, starts = classes(table, released)
    fine = np.repeat(test.passes(order, starts), ends(starts, table.size) - starts)
    open_ = np.setdiff1d(order[~fine], np.flatnonzero(table.starred()))
    trees = [_Joined(tree) for tree in table.trees]
    size = test.k
    for round_ in range(_ROUNDS):
        if not len(open_):
            break
        told = (lambda share, r=round_: progress((r + share) / _ROUNDS)) if progress else None
        groups = _gathered(table, test, trees, open_, size, bucket, told)
        open_ = _release(table, test, released, open_, groups)
        size *= 1 if round_ == 0 and test.is_simple else 2
    open_ = leftovers.merge(table, test, released, open_)
    for c, tree in enumerate(table.trees):
        released[c, open_] = tree.star
    return released, open_


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """What two nodes become together: the lowest value above both, and its cost."""

    cost: Costs


class _Joined:
    """The lowest common values of a tree."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.nodes = len(tree.labels)
        self.pairs = self._pairs() if self.nodes <= _SMALL_TREE else None

    def _pairs(self) -> _Pairs:
        every = np.arange(self.nodes)
        joined = np.stack([above(self.tree, np.full(self.nodes, node), every) for node in every])
        return _Pairs(cost=self.tree.cost[joined].astype(np.float32))

    def costs(self, current: Ints, codes: Ints) -> Costs:
        """The cost of every bucket's class with each of its rows added.

        Args:
            current: The class's node in each bucket.
            codes: One row for each bucket; where pairs are tabled, with the bucket's offset added.
        """
        if self.pairs is None:
            found: Costs = self.tree.cost[above(self.tree, current[:, None], codes)].astype(np.float32)
            return found
        return np.take(self.pairs.cost[current].ravel(), codes)


def _gathered(table: Table, test: Test, trees: list[_Joined], rows: Ints, size: int, bucket: int, told: Progress | None) -> Ints:
    """A class number for each of these rows."""
    order = rows[_near(table, rows)]
    count = -(-len(order) // bucket)
    width = -(-len(order) // count)
    found, first = np.empty(len(order), np.int64), 0
    for at in range(0, count, _BUCKETS_AT_ONCE):
        some = order[at * width : (at + _BUCKETS_AT_ONCE) * width]
        groups = _Buckets(table, test, trees, some, width).run(size)
        found[at * width : at * width + len(some)] = groups + first
        first += int(groups.max()) + 1
        if told:
            told(min(1.0, (at + _BUCKETS_AT_ONCE) / count))
    place = np.empty(len(order), np.int64)
    place[np.searchsorted(rows, order)] = found
    return place


def _near(table: Table, rows: Ints) -> Ints:
    """An order in which alike rows are near: by every column's value below the top, then by those one level deeper, and so on."""
    weights = table.rows[rows]
    codes = table.codes[:, rows]
    spread = [_entropy(np.bincount(code, weights).astype(np.float64)) for code in codes]
    keys = []
    for down in range(1, max(tree.levels for tree in table.trees) + 1):
        for c in np.argsort(spread, kind="stable"):
            tree = table.trees[c]
            if down <= tree.levels:
                keys.append(tree.first[tree.up[tree.levels - down][codes[c]]])
    return np.lexsort([*codes, *keys[::-1]])


def _entropy(counts: Floats) -> float:
    share = counts[counts > 0] / counts.sum()
    return float(-(share * np.log(share)).sum())


class _Buckets:
    """Some buckets side by side: arrays with one row for each bucket, one column for each of its rows still open."""

    def __init__(self, table: Table, test: Test, trees: list[_Joined], rows: Ints, width: int) -> None:
        self.trees, self.total = trees, len(rows)
        count = -(-len(rows) // width)
        padded = np.full(count * width, -1, np.int64)
        padded[: len(rows)] = np.arange(len(rows))
        self.place = padded.reshape(count, width)
        real = self.place >= 0
        at = rows[np.where(real, self.place, 0)]
        self.weights = np.where(real, np.maximum(test.weights[at], 0), 0)
        self.gone = np.where(real, np.float32(0), _GONE).astype(np.float32)
        self.left = real.sum(axis=1)
        self.codes = [table.codes[c][at] for c in range(len(trees))]
        self.lines = np.arange(count)
        self._index()

    def _index(self) -> None:
        self.index = [
            code + (self.lines * tree.nodes)[:, None] if tree.pairs is not None else code
            for tree, code in zip(self.trees, self.codes, strict=True)
        ]

    def run(self, size: int) -> Ints:
        """Gather all rows into classes of at least this many persons, but for the last of each bucket."""
        found = np.full(self.total, -1, np.int64)
        current = [np.zeros(len(self.lines), np.int64) for _ in self.trees]
        weight, number, classes_ = np.zeros(len(self.lines), np.int64), np.zeros(len(self.lines), np.int64), 0
        begins, alive = np.ones(len(self.lines), bool), self.left > 0
        pick = np.argmin(self.gone, axis=1)
        while True:
            for c, tree in enumerate(self.trees):
                code = self.codes[c][self.lines, pick]
                current[c] = np.where(begins, code, above(tree.tree, current[c], code))
            new = begins & alive
            number[new] = classes_ + np.arange(int(new.sum()))
            classes_ += int(new.sum())
            weight = np.where(begins, 0, weight) + self.weights[self.lines, pick]
            found[self.place[self.lines[alive], pick[alive]]] = number[alive]
            self.gone[self.lines[alive], pick[alive]] = _GONE
            self.left = self.left - alive
            alive = self.left > 0
            if not alive.any():
                return found
            self._compact()
            pick, begins = self._next(current, weight >= size)

    def _next(self, current: list[Ints], full: npt.NDArray[np.bool_]) -> tuple[Ints, npt.NDArray[np.bool_]]:
        """For each bucket the row to take: the cheapest, or the farthest where the class is full and another one begins."""
        cost = self.gone.copy()
        for tree, now, index in zip(self.trees, current, self.index, strict=True):
            cost += tree.costs(now, index)
        pick = np.argmin(cost, axis=1)
        if full.any():
            cost[self.gone > 0] = -1
            pick = np.where(full, np.argmax(cost, axis=1), pick)
        return pick, full

    def _compact(self) -> None:
        width = self.gone.shape[1]
        most = int(self.left.max())
        if most >= 0.8 * width:
            return
        keep = np.argsort(self.gone, axis=1, kind="stable")[:, :most]
        self.gone, self.place, self.weights = (np.take_along_axis(a, keep, 1) for a in (self.gone, self.place, self.weights))
        self.codes = [np.take_along_axis(code, keep, 1) for code in self.codes]
        self._index()


def _release(table: Table, test: Test, released: Ints, rows: Ints, groups: Ints) -> Ints:
    """Give every class that passes its lowest common values; the rows of the others."""
    order, starts = grouped(groups, int(groups.max()).bit_length() + 1)
    members = rows[order]
    sizes = ends(starts, len(rows)) - starts
    fine = np.repeat(test.passes(members, starts), sizes)
    for c, tree in enumerate(table.trees):
        node = _lowest(tree, table.codes[c][members], starts)
        released[c, members[fine]] = np.repeat(node, sizes)[fine]
    return np.sort(members[~fine])


def _lowest(tree: Tree, codes: Ints, starts: Ints) -> Ints:
    """The lowest value above all codes of each class."""
    low = np.minimum.reduceat(tree.first[codes], starts)
    high = np.maximum.reduceat(tree.first[codes] + tree.leaves[codes], starts)
    leaf = codes[starts]
    found = np.full(len(starts), tree.star, np.int64)
    for level in range(tree.levels - 1, -1, -1):
        node = tree.up[level][leaf]
        fits = (tree.first[node] <= low) & (high <= tree.first[node] + tree.leaves[node])
        found = np.where(fits, node, found)
    return found
