"""A tree over the values of a column: each leaf's way to the top, and what every value on it stands for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from entrepot.kit import Invalid
from entrepot.kit.words import counted

STAR = "*"
"""Stands for every leaf in every hierarchy: the value of a suppressed cell."""

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A value of the tree; it stands for ``leaves`` leaves from position ``first`` on.

    Attributes:
        level: The lowest level it occurs at; 0 for leaves.
    """

    label: str
    level: int
    first: int
    leaves: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchy:
    """The generalisations of one column.

    Attributes:
        paths: A row for each leaf: the leaf, then its generalisations up to the top. Equally long, and so ordered that the
            leaves of every value are neighbours.
        nodes: Every value of the tree by its label, ``*`` among them.
    """

    column: str
    paths: tuple[Path, ...]
    nodes: Mapping[str, Node]

    @property
    def levels(self) -> int:
        """Levels of the tree, that of the leaves included."""
        return len(self.paths[0])

    @property
    def leaves(self) -> int:
        """How many leaves there are."""
        return len(self.paths)

    def knows(self, value: str) -> bool:
        """Whether a value is a leaf or a generalisation of leaves."""
        return value in self.nodes

    def covers(self, value: str) -> tuple[str, ...]:
        """The leaves that a value may stand for, in the tree's order.

        Raises:
            Invalid: The hierarchy does not know the value.
        """
        node = self._node(value)
        return tuple(path[0] for path in self.paths[node.first : node.first + node.leaves])

    def is_covered(self, value: str, by: str) -> bool:
        """Whether every leaf of ``value`` is a leaf of ``by``."""
        inner, outer = self._node(value), self._node(by)
        return outer.first <= inner.first and inner.first + inner.leaves <= outer.first + outer.leaves

    def loss(self, value: str) -> float:
        """Normalised certainty penalty: (leaves covered − 1) / (leaves − 1); 0 for a leaf, 1 for the whole tree."""
        return 0.0 if self.leaves == 1 else (self._node(value).leaves - 1) / (self.leaves - 1)

    def generalised(self, value: str, level: int) -> str:
        """The value at a level; a value that already stands higher stays as it is."""
        node = self._node(value)
        return node.label if node.level >= level or node.label == STAR else self.paths[node.first][level]

    def _node(self, value: str) -> Node:
        try:
            return self.nodes[value]
        except KeyError:
            raise Invalid(
                f"The hierarchy of {self.column} does not know a value.", "Add it to the hierarchy.", column=self.column
            ) from None


def hierarchy(column: str, paths: Iterable[Sequence[str]]) -> Hierarchy:
    """Build the tree of a column from its rows and check that it is one.

    Args:
        paths: For each leaf itself and its generalisations up to the top.

    Raises:
        Invalid: Rows differ in length, repeat a leaf with another path, give a value two parents, or run in a circle; the
            message names the column and the row, never a value.
    """
    rows = [tuple(path) for path in paths]
    _check_shape(column, rows)
    _check_leaves(column, rows)
    _check_parents(column, rows)
    unique = _neighbouring(list(dict.fromkeys(rows)))
    return Hierarchy(column=column, paths=tuple(unique), nodes=MappingProxyType(_nodes(column, unique)))


def _check_shape(column: str, rows: list[Path]) -> None:
    if not rows or not rows[0]:
        raise Invalid(f"The hierarchy of {column} is empty.", "Write one row for each value: value;generalisation;…;*", column=column)
    usual = Counter(len(row) for row in rows).most_common(1)[0][0]
    odd = [number for number, row in enumerate(rows, start=1) if len(row) != usual]
    if odd:
        message = f"The hierarchy of {column} is ragged: row {odd[0]} has {counted(len(rows[odd[0] - 1]), 'level')} where most have {usual}"
        raise Invalid(
            f"{message} ({counted(len(odd), 'such row')}).",
            "Repeat a value on the levels it skips.",
            column=column,
            row=odd[0],
            count=len(odd),
        )
    empty = [number for number, row in enumerate(rows, start=1) if "" in row[1:]]
    if empty:
        raise Invalid(
            f"The hierarchy of {column} lacks a generalisation in row {empty[0]} ({counted(len(empty), 'such row')}).",
            "Fill it in; only the first value may be empty, for missing data.",
            column=column, row=empty[0], count=len(empty),
        )  # fmt: skip


def _check_leaves(column: str, rows: list[Path]) -> None:
    seen: dict[str, Path] = {}
    for number, row in enumerate(rows, start=1):
        if seen.setdefault(row[0], row) != row:
            raise Invalid(
                f"The hierarchy of {column} gives the value of row {number} another path than an earlier row.",
                "Keep one of the two rows.",
                column=column, row=number,
            )  # fmt: skip


def _check_parents(column: str, rows: list[Path]) -> None:
    for level in range(1, len(rows[0]) - 1):
        parent: dict[str, str] = {}
        for number, row in enumerate(rows, start=1):
            if parent.setdefault(row[level], row[level + 1]) != row[level + 1]:
                raise Invalid(
                    f"The hierarchy of {column} gives the level-{level} value of row {number} two parents.",
                    "Give a value the same generalisation wherever it occurs.",
                    column=column, row=number, level=level,
                )  # fmt: skip


def _neighbouring(rows: list[Path]) -> list[Path]:
    """The rows so ordered that equal values of a level are neighbours, else in the given order."""
    rank: dict[tuple[int, str], int] = {}
    for row in rows:
        for level, value in enumerate(row):
            rank.setdefault((level, value), len(rank))
    return sorted(rows, key=lambda row: tuple(rank[level, row[level]] for level in range(len(row) - 1, -1, -1)))


def _nodes(column: str, rows: list[Path]) -> dict[str, Node]:
    spans: dict[str, Node] = {}
    for level in range(len(rows[0])):
        first = 0
        for at in range(1, len(rows) + 1):
            if at < len(rows) and rows[at][level] == rows[first][level]:
                continue
            node = Node(label=rows[first][level], level=level, first=first, leaves=at - first)
            known = spans.setdefault(node.label, node)
            if (known.first, known.leaves) != (node.first, node.leaves):
                raise Invalid(
                    f"The hierarchy of {column} runs in a circle: a value of level {level} is also one of level {known.level}, "
                    "with other leaves below it.",
                    "Give the two different names.",
                    column=column, level=level,
                )  # fmt: skip
            first = at
    if spans.setdefault(STAR, Node(label=STAR, level=len(rows[0]) - 1, first=0, leaves=len(rows))).leaves != len(rows):
        raise Invalid(f"The hierarchy of {column} uses * for some values only.", "Keep * for all values together.", column=column)
    return spans
