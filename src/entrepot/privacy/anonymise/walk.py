"""Local recoding on lattices that can be listed: try every combination of levels, cheapest first, and release what passes.

Each row is released the first time a class it falls into passes, so that rows which are common keep their detail and only rare ones
lose it. Most combinations release nothing; many are therefore tried in one sort.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from entrepot.privacy.anonymise.coding import WORD, Floats, Ints, Table, ends, grouped, packed
from entrepot.privacy.anonymise.criteria import Test

Progress = Callable[[float], None]
_BATCH = 1 << 16
_MOST_AT_ONCE = 256
_BLOCK = 12
_CLEARLY_LESS = 0.7


def lattice(table: Table) -> Ints:
    """All combinations of levels, one a row."""
    axes = np.meshgrid(*[np.arange(tree.levels) for tree in table.trees], indexing="ij")
    return np.stack([axis.ravel() for axis in axes], axis=1).astype(np.int64)


def lattice_size(table: Table) -> int:
    """How many combinations of levels there are."""
    size = 1
    for tree in table.trees:
        size *= tree.levels
    return size


def level_costs(table: Table, *, weighted: bool = True) -> list[Floats]:
    """For each column the mean loss over the rows at each of its levels."""
    share = table.rows / table.rows.sum()
    found = []
    for tree, code in zip(table.trees, table.codes, strict=True):
        cost = tree.cost if weighted else tree.loss
        found.append(np.array([float((share * cost[tree.up[level][code]]).sum()) for level in range(tree.levels)]))
    return found


def worth_trying(table: Table) -> Ints:
    """The combinations of levels worth trying, the one that loses least first; equal ones in a fixed order.

    One that loses more than another and yet merges clearly less (by the entropy it takes away) finds hardly anything that the
    other left, and what it finds, a later one finds nearly as cheaply: those are left out.
    """
    vectors = lattice(table)
    cost = sum(costs[vectors[:, c]] for c, costs in enumerate(level_costs(table)))
    # Rounded, so that the order does not hang on the last bit of a sum.
    vectors = vectors[np.argsort(np.round(np.asarray(cost), 12), kind="stable")]
    merged = np.round(np.asarray(sum(gains[vectors[:, c]] for c, gains in enumerate(_merging(table)))), 12)
    return vectors[merged >= _CLEARLY_LESS * np.maximum.accumulate(merged)]


def _merging(table: Table) -> list[Floats]:
    """For each column the entropy that each level takes away."""
    found = []
    for tree, code in zip(table.trees, table.codes, strict=True):
        shares = [np.bincount(tree.up[level][code], table.rows) / table.rows.sum() for level in range(tree.levels)]
        entropy = np.array([-float((share * np.log(np.where(share > 0, share, 1.0))).sum()) for share in shares])
        found.append(entropy[0] - entropy)
    return found


def walk(table: Table, test: Test, *, progress: Progress | None = None) -> tuple[Ints, Ints]:
    """The node of each column and distinct row after local recoding, and the distinct rows that no class would take.

    Args:
        progress: Told the share of rows released, now and then.
    """
    vectors = worth_trying(table)
    chosen = np.full(table.size, -1, np.int64)
    open_ = _Open(table, test)
    at = 0
    while at < len(vectors) and len(open_.rows):
        some = vectors[at : at + open_.at_once()]
        for vector, rows in open_.released(some):
            chosen[rows] = at + vector
        at += len(some)
        open_.shrink()
        if progress:
            progress(1 - len(open_.rows) / table.size)
    used = vectors[np.maximum(chosen, 0)]
    released = np.stack([tree.up[used[:, c], table.codes[c]] for c, tree in enumerate(table.trees)])
    left = np.flatnonzero(chosen < 0)
    for c, tree in enumerate(table.trees):
        released[c, left] = tree.star
    return released, left


def _blocks(levels: list[int]) -> list[list[int]]:
    """Columns put together while few combinations of their levels arise, so that a key is the sum of fewer parts."""
    found: list[tuple[int, list[int]]] = []
    for c in sorted(range(len(levels)), key=lambda c: levels[c]):
        if found and found[-1][0] * levels[c] <= _BLOCK:
            size, block = found[-1]
            found[-1] = (size * levels[c], [*block, c])
        else:
            found.append((levels[c], [c]))
    return [block for _, block in found]


class _Open:
    """The rows that are not released yet, with what each level of each column adds to their keys."""

    def __init__(self, table: Table, test: Test) -> None:
        self.table, self.test = table, test
        self.rows = np.arange(table.size)
        self.weights = test.weights.copy()
        self.alive = np.ones(table.size, bool)
        self.sizes = [len(tree.labels) for tree in table.trees]
        total = 1
        self.strides = []
        for size in self.sizes:
            self.strides.append(total)
            total *= size
        self.bits = total.bit_length()
        self.fits = self.bits + len(self.rows).bit_length() <= WORD
        self.blocks = _blocks([tree.levels for tree in table.trees])
        self.parts = self._parts() if self.fits else []

    def _parts(self) -> list[list[Ints]]:
        """For each block of columns, and each combination of their levels, what it adds to the keys."""
        parts = []
        for block in self.blocks:
            sums: list[Ints] = [np.zeros(self.table.size, np.int64)]
            for c in block:
                tree, code = self.table.trees[c], self.table.codes[c]
                added = [tree.up[level][code] * self.strides[c] for level in range(tree.levels)]
                sums = [before + more for before in sums for more in added]
            parts.append(sums)
        return parts

    def _chosen(self, vector: Ints) -> list[Ints]:
        """What a combination of levels adds, block by block."""
        found = []
        for block, parts in zip(self.blocks, self.parts, strict=True):
            at = 0
            for c in block:
                at = at * self.table.trees[c].levels + int(vector[c])
            found.append(parts[at])
        return found

    def at_once(self) -> int:
        """How many combinations to try in one sort."""
        spare = WORD - self.bits - len(self.rows).bit_length()
        if not self.fits or spare < 1:
            return 1
        return max(1, min(_BATCH // len(self.rows), _MOST_AT_ONCE, 1 << (spare - 1)))

    def released(self, vectors: Ints) -> list[tuple[int, Ints]]:
        """For each combination that releases something its number and the distinct rows."""
        places, starts, tried = self._grouped(vectors)
        # A class that is too small with rows released meanwhile is too small without them.
        large = np.add.reduceat(self.weights[places], starts) >= self.test.k
        if not large.any():
            return []
        spans = ends(starts, len(places)) - starts
        members, sizes, owner = places[np.repeat(large, spans)], spans[large], tried[large]
        stops = np.cumsum(sizes)
        firsts = np.flatnonzero(np.concatenate(([True], owner[1:] != owner[:-1])))
        found = []
        for first, last in zip(firsts, ends(firsts, len(owner)), strict=True):
            rows = members[stops[first] - sizes[first] : stops[last - 1]]
            taken = self._taken(rows, np.repeat(np.arange(last - first), sizes[first:last]))
            if len(taken):
                found.append((int(owner[first]), self.rows[taken]))
                self.alive[taken], self.weights[taken] = False, 0
        return found

    def _taken(self, rows: Ints, group: Ints) -> Ints:
        alive = self.alive[rows]
        rows, group = rows[alive], group[alive]
        if not len(rows):
            return rows
        starts = np.flatnonzero(np.concatenate(([True], group[1:] != group[:-1])))
        fine = self.test.passes(self.rows[rows], starts)
        return rows[np.repeat(fine, ends(starts, len(rows)) - starts)]

    def _grouped(self, vectors: Ints) -> tuple[Ints, Ints, Ints]:
        """Places of rows by class, where each class starts, and the number of its combination."""
        if not self.fits:
            columns = [
                tree.up[level][code[self.rows]] for tree, level, code in zip(self.table.trees, vectors[0], self.table.codes, strict=True)
            ]
            order, starts = grouped(*packed(columns, self.sizes))
            return order, starts, np.zeros(len(starts), np.int64)
        low = len(self.rows).bit_length()
        both = np.empty((len(vectors), len(self.rows)), np.int64)
        for number, vector in enumerate(vectors):
            key = both[number]
            first, *others = self._chosen(vector)
            np.add(first, number << self.bits, out=key)
            for other in others:
                key += other
        both <<= low
        both |= np.arange(len(self.rows))
        flat = both.ravel()
        flat.sort()
        key = flat >> low
        starts = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))
        return flat & ((1 << low) - 1), starts, key[starts] >> self.bits

    def shrink(self) -> None:
        """Forget released rows, once they are so many that carrying them costs more than dropping them."""
        keep = self.alive
        if keep.any() and keep.sum() > 0.95 * len(keep):
            return
        self.rows, self.weights, self.alive = self.rows[keep], self.weights[keep], keep[keep]
        self.parts = [[part[keep] for part in parts] for parts in self.parts]
