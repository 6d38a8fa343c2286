"""Rows that no class would take: they join a class that covers them, or the one that loses least by taking them, else stay hidden."""

from __future__ import annotations

import numpy as np

from entrepot.privacy.anonymise.coding import Ints, Table, classes, without
from entrepot.privacy.anonymise.criteria import Test

_CELLS = 50_000_000
"""Comparisons of rows with classes that are worth making; the rest stays suppressed."""


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
