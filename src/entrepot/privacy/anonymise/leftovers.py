"""Rows that no class would take: they join a class that covers them, or the one that loses least by taking them, else stay hidden."""

from __future__ import annotations

import numpy as np

from entrepot.privacy.anonymise.coding import Flags, Ints, Table, above, classes, ends, without
from entrepot.privacy.anonymise.criteria import Test

_CELLS = 50_000_000
"""Comparisons of rows with classes that are worth making; the rest stays suppressed."""
_TRIES = 12
"""Classes that a row asks, the cheapest first, where criteria may turn it down; ``_MORE_TRIES`` where it must not stay hidden."""
_MORE_TRIES = 200


def join(table: Table, test: Test, released: Ints, left: Ints) -> Ints:
    """Put left-over rows into released classes that cover them; the rows still left.

    Args:
        released: The node of each column and distinct row; changed in place.
    """
    if not len(left) or len(left) == table.size:
        return left
    kept = without(table.size, left)
    order, starts = classes(table, released[:, kept])
    order = kept[order]
    nodes = released[:, order[starts]]
    cost = np.sum([tree.cost[node] for tree, node in zip(table.trees, nodes, strict=True)], axis=0)
    cheapest = np.argsort(cost, kind="stable")
    still = []
    for number, row in enumerate(left):
        found = _covering(table, nodes, cheapest, int(row)) if number * len(starts) * len(nodes) < _CELLS else -1
        if found >= 0 and _still_passes(test, order, starts, found, int(row)):
            released[:, row] = nodes[:, found]
        else:
            still.append(row)
    return np.array(still, np.int64)


def _covering(table: Table, nodes: Ints, cheapest: Ints, row: int) -> int:
    fits = np.ones(nodes.shape[1], bool)
    for tree, node, code in zip(table.trees, nodes, table.codes[:, row], strict=True):
        fits &= (tree.first[node] <= tree.first[code]) & (tree.first[code] + tree.leaves[code] <= tree.first[node] + tree.leaves[node])
    found = cheapest[fits[cheapest]]
    return int(found[0]) if len(found) else -1


def _still_passes(test: Test, order: Ints, starts: Ints, found: int, row: int) -> bool:
    if test.is_simple:
        return True
    stop = starts[found + 1] if found + 1 < len(starts) else len(order)
    return bool(test.passes(np.append(order[starts[found] : stop], row), np.zeros(1, np.int64))[0])


def merge(table: Table, test: Test, released: Ints, left: Ints) -> Ints:
    """Let each left-over row join the class that loses least by taking it, and widen that class; the rows that none may take.

    Args:
        released: The node of each column and distinct row; changed in place.
    """
    if not len(left) or len(left) == table.size:
        return left
    found = _classes(table, test, released, left)
    still = [row for number, row in enumerate(left) if number * len(found.starts) * len(table.trees) >= _CELLS or not found.take(int(row))]
    return np.array(still, np.int64)


def hidden(table: Table, released: Ints) -> Flags:
    """Which distinct rows show nothing of any column."""
    found: Flags = np.logical_and.reduce([tree.loss[node] == 1.0 for tree, node in zip(table.trees, released, strict=True)])
    return found


def show(table: Table, test: Test, released: Ints, *, limit: int) -> int:
    """Put hidden rows into the classes that lose least by them, until at most so many rows are hidden; how many are.

    Args:
        released: The node of each column and distinct row; changed in place.
        limit: Rows that may be hidden, because that loses less.
    """
    left = np.flatnonzero(hidden(table, released))
    count = int(table.rows[left].sum())
    if count <= limit or len(left) == table.size:
        return count
    found = _classes(table, test, released, left)
    # Those that stand for many rows first, so that few classes are widened.
    for number, row in enumerate(left[np.argsort(-table.rows[left], kind="stable")]):
        if count <= limit or number * len(found.starts) * len(table.trees) >= _CELLS:
            break
        count -= int(table.rows[row]) if found.take(int(row), whatever=True) else 0
    return count


def _classes(table: Table, test: Test, released: Ints, left: Ints) -> _Classes:
    kept = without(table.size, left)
    order, starts = classes(table, released[:, kept])
    return _Classes(table, test, released, kept[order], starts, ends(starts, len(kept)))


class _Classes:
    """Released classes that may be widened."""

    def __init__(self, table: Table, test: Test, released: Ints, order: Ints, starts: Ints, stops: Ints) -> None:
        self.table, self.test, self.released = table, test, released
        self.order, self.starts, self.stops = order, starts, stops
        self.nodes = released[:, order[starts]]
        self.weight = np.add.reduceat(table.rows[order], starts).astype(float)
        self.taken: dict[int, list[int]] = {}

    def take(self, row: int, *, whatever: bool = False) -> bool:
        """Put a row into the best class that still passes with it; whether there is one among the first few.

        Args:
            whatever: Also where hiding the row would lose less, as long as the class still shows something.
        """
        extra = np.zeros(len(self.starts))
        wider = []
        for c, tree in enumerate(self.table.trees):
            up = above(tree, self.nodes[c], self.table.codes[c][row : row + 1])
            wider.append(up)
            extra += (tree.cost[up] - tree.cost[self.nodes[c]]) * self.weight + tree.cost[up] * self.table.rows[row]
        worth = extra < sum(tree.cost[tree.star] for tree in self.table.trees) * self.table.rows[row]
        tries = 1 if self.test.is_simple else _MORE_TRIES if whatever else _TRIES
        for best in np.argsort(np.round(extra, 9), kind="stable")[:tries]:
            rows = np.array([*self.order[self.starts[best] : self.stops[best]], *self.taken.get(int(best), []), row], np.int64)
            fine = self._shows([int(up[best]) for up in wider]) if whatever else worth[best]
            if fine and (self.test.is_simple or self.test.passes(rows, np.zeros(1, np.int64))[0]):
                self._widen(int(best), row, rows, [int(up[best]) for up in wider])
                return True
        return False

    def _shows(self, nodes: list[int]) -> bool:
        return any(tree.loss[node] < 1.0 for tree, node in zip(self.table.trees, nodes, strict=True))

    def _widen(self, best: int, row: int, rows: Ints, nodes: list[int]) -> None:
        self.taken.setdefault(best, []).append(row)
        self.weight[best] += self.table.rows[row]
        for c, node in enumerate(nodes):
            self.nodes[c, best] = node
            self.released[c, rows] = node
