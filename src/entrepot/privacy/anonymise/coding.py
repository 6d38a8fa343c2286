"""The table as the search sees it: distinct rows of small integers with their weights, and a tree of integers for each column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from entrepot.privacy.hierarchies import STAR, Hierarchy

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
WORD = 62
"""Bits of a packed key; the sign and one more stay free."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Tree:
    """A hierarchy over node numbers: leaves first, in the tree's order, then each level's values.

    Attributes:
        up: For each level and node the node it becomes there; a node that stands higher stays.
        first: Position of the first leaf a node stands for; ``leaves`` says how many follow.
        loss: Normalised certainty penalty of each node, 0 to 1.
        cost: The loss times the column's weight, which is what the search makes small.
        star: The node that stands for everything.
    """

    column: str
    labels: tuple[str, ...]
    up: Ints
    first: Ints
    leaves: Ints
    loss: Floats
    cost: Floats
    star: int

    @property
    def levels(self) -> int:
        """Levels, that of the leaves included."""
        return len(self.up)


def tree_of(found: Hierarchy, *, weight: float = 1.0) -> Tree:
    """The hierarchy over node numbers.

    Args:
        weight: How much a loss in this column counts beside the others.
    """
    nodes = sorted(found.nodes.values(), key=lambda node: (node.level, node.label == STAR, node.first))
    number = {node.label: i for i, node in enumerate(nodes)}
    up = np.empty((found.levels, len(nodes)), np.int64)
    for level in range(found.levels):
        up[level] = [number[found.generalised(node.label, level)] for node in nodes]
    leaves = np.array([node.leaves for node in nodes], np.int64)
    # In a tree of one leaf nothing can be lost but by hiding it.
    loss = (leaves - 1) / (found.leaves - 1) if found.leaves > 1 else np.zeros(len(nodes))
    loss[number[STAR]] = 1.0
    return Tree(
        column=found.column, labels=tuple(node.label for node in nodes), up=up, first=np.array([node.first for node in nodes], np.int64),
        leaves=leaves, loss=loss, cost=loss * weight, star=number[STAR],
    )  # fmt: skip


def above(tree: Tree, left: Ints, right: Ints) -> Ints:
    """The lowest value that stands for both of each pair of nodes."""
    found = np.full(np.broadcast_shapes(left.shape, right.shape), tree.star, np.int64)
    for level in range(tree.levels - 1, -1, -1):
        mine, other = tree.up[level][left], tree.up[level][right]
        found = np.where(mine == other, mine, found)
    return found


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Listed:
    """A list of things for each distinct row: those of row i stand from ``start[i]`` to ``start[i + 1]``.

    Attributes:
        what: Which things: numbers below ``kinds``.
        count: How many of each.
        missing: The number of the missing value; -1 where none is missing.
    """

    start: Ints
    what: Ints
    count: Ints
    kinds: int
    missing: int = -1

    def of(self, rows: Ints) -> tuple[Ints, Ints]:
        """The entries of some distinct rows, and for each the position of its row in ``rows``."""
        sizes = self.start[rows + 1] - self.start[rows]
        owner = np.repeat(np.arange(len(rows)), sizes)
        entries = np.arange(len(owner)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + np.repeat(self.start[rows], sizes)
        return entries, owner


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Table:
    """A collapsed table.

    Attributes:
        codes: Node of each column and distinct row.
        rows: Rows of the table that each distinct row stands for.
        persons: Persons among them, which is the same unless rows repeat per person.
        shared: Persons that several distinct rows have in common, listed by row; they are not in ``persons``.
        population: Persons of the population who have exactly these values, where one is stated.
        values: Values of the other columns that criteria look at, counted by row.
    """

    trees: tuple[Tree, ...]
    codes: Ints
    rows: Ints
    persons: Ints
    shared: Listed | None
    population: Ints | None
    values: dict[str, Listed]

    @property
    def size(self) -> int:
        """Distinct rows."""
        return int(self.codes.shape[1])

    @property
    def weights(self) -> Ints:
        """Persons of each distinct row; a sum of these may count a person twice, so it only bounds the size of a class."""
        return self.persons if self.shared is None else self.persons + np.diff(self.shared.start)

    def starred(self) -> Flags:
        """Distinct rows that show nothing any more."""
        found: Flags = np.logical_and.reduce([tree.loss[code] == 1.0 for tree, code in zip(self.trees, self.codes, strict=True)])
        return found


def packed(columns: Sequence[Ints], sizes: Sequence[int], *, room: int = WORD) -> tuple[Ints, int]:
    """Several columns as one of numbers below 2^room, equal where all of them are equal; and the bits it takes.

    Args:
        sizes: Each column's numbers are below this.
    """
    key, radix = columns[0].astype(np.int64), int(sizes[0])
    for column, size in zip(columns[1:], sizes[1:], strict=True):
        if (radix * int(size)).bit_length() > room:
            values, key = np.unique(key, return_inverse=True)
            radix = len(values)
        key = key * int(size) + column
        radix *= int(size)
    if radix.bit_length() > room:
        values, key = np.unique(key, return_inverse=True)
        radix = len(values)
    return key, radix.bit_length()


def grouped(key: Ints, bits: int) -> tuple[Ints, Ints]:
    """Positions so ordered that equal keys are neighbours (the given order within), and where each group starts.

    Args:
        bits: Bits that the keys take; the position is sorted along with them where both fit in a word, which is fastest.
    """
    low = max(1, len(key).bit_length())
    if bits + low <= WORD:
        both = np.sort((key << low) | np.arange(len(key)))
        order, key = both & ((1 << low) - 1), both >> low
    else:
        order = np.argsort(key, kind="stable")
        key = key[order]
    if not len(key):
        return order, order
    return order, np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))


def classes(table: Table, released: Ints) -> tuple[Ints, Ints]:
    """The distinct rows by class, that is by equal released values, and where each class starts."""
    key, bits = packed(list(released), [len(tree.labels) for tree in table.trees])
    return grouped(key, bits)


def ends(starts: Ints, total: int) -> Ints:
    """Where each group ends."""
    return np.append(starts[1:], total)


def without(size: int, some: Ints) -> Ints:
    """The numbers below ``size`` that are not among some."""
    keep = np.ones(size, bool)
    keep[some] = False
    return np.flatnonzero(keep)
