"""The leaves of a column in an order in which every released value covers neighbours, so that it is a span of them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from entrepot.privacy.attacks.frame import Encoded, Flags, Floats, Ints
from entrepot.privacy.hierarchies import STAR, Hierarchy

Span = tuple[int, int]
_HALF_OPEN = re.compile(r"\[(-?[\d.,]+), (-?[\d.,]+)\)")
_COMMA = re.compile(r"-?[\d.]*\d,(\d{1,2}|\d{4,})")
"""Numbers with a decimal comma; three figures after it could as well be thousands."""
_CLOSED = re.compile(r"(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)")
_MASKED = re.compile(r"([^*]+)\*+")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Scale:
    """A column's leaves and what each value covers of them.

    Attributes:
        spans: For each value the first leaf it covers and the one after its last.
        numbers: The leaves as numbers; None unless all are and they rise.
        hierarchy: What says how values are refined; None where each leaf is directly below any other value.
        strange: Released values that stand for no leaf, so that nothing is matched with them.
    """

    column: str
    leaves: int
    spans: dict[str, Span]
    numbers: Floats | None
    hierarchy: Hierarchy | None
    strange: frozenset[str] = frozenset()

    def reads(self, column: Encoded) -> Flags:
        """Rows whose value is known to stand for leaves."""
        return np.array([label not in self.strange for label in column.labels], bool)[column.codes]

    def of(self, column: Encoded) -> tuple[Ints, Ints]:
        """First leaf and end of what each row's value covers."""
        both = np.array([self.spans[label] for label in column.labels], np.int64).reshape(-1, 2)
        return both[column.codes, 0], both[column.codes, 1]

    def children(self, span: Span) -> list[Span]:
        """The spans that a span is made of, one step finer; the span itself when it is a leaf."""
        first, end = span
        if end - first <= 1:
            return [span]
        known = self.hierarchy
        inside = min(end, known.leaves) if known else first
        found: list[Span] = []
        if known and inside > first:
            for level in range(known.levels - 1, -1, -1):
                found = _runs([known.paths[at][level] for at in range(first, inside)], first)
                if len(found) > 1:
                    break
        return found + [(at, at + 1) for at in range(max(first, inside), end)]


def scale_of(column: str, shown: Sequence[Iterable[str]], hierarchy: Hierarchy | None) -> Scale:
    """The scale of a column.

    Without a hierarchy, ``*``, ranges of numbers (20-29, ``[20, 30)``) and masked ends (101**) are understood as such.

    Args:
        shown: The values of the original (and of a control group), then those of the release.
    """
    exact = {label for labels in shown[:-1] for label in labels}
    others = set(shown[-1]) - exact - {STAR}
    if hierarchy:
        strange = (exact | others) - set(hierarchy.nodes) - {STAR}
        order = [path[0] for path in hierarchy.paths] + sorted(strange)
        spans = {label: (at, at + 1) for at, label in enumerate(order)}
        for node in hierarchy.nodes.values():
            # What covers the whole tree also covers values that the tree lacks.
            spans[node.label] = (0, len(order)) if node.leaves == hierarchy.leaves > 1 else (node.first, node.first + node.leaves)
        unread = strange - exact
    else:
        patterns = {label for label in others if _is_pattern(label)}
        order = _ordered((exact | others) - patterns - {STAR}, masked=any(map(_MASKED.fullmatch, patterns))) or [STAR]
        spans = {label: (at, at + 1) for at, label in enumerate(order)}
        found = _patterns(patterns, order)
        unread = (others - patterns) | {label for label, (low, high) in found.items() if low >= high}
        spans |= found
    spans[STAR] = (0, len(order))
    return Scale(column=column, leaves=len(order), spans=spans, numbers=_numbers(order), hierarchy=hierarchy, strange=frozenset(unread))


def _runs(labels: list[str], first: int) -> list[Span]:
    starts = [i for i, label in enumerate(labels) if i == 0 or label != labels[i - 1]]
    return [(first + a, first + b) for a, b in zip(starts, [*starts[1:], len(labels)], strict=True)]


def _is_pattern(label: str) -> bool:
    return any(shape.fullmatch(label) for shape in (_HALF_OPEN, _CLOSED, _MASKED))


def _number(label: str) -> float | None:
    try:
        number = float(label.replace(".", "").replace(",", ".") if _COMMA.fullmatch(label) else label)
    except ValueError:
        return None
    return number if np.isfinite(number) else None


def _rising(labels: Sequence[str]) -> list[float] | None:
    found = [number for number in map(_number, labels) if number is not None]
    return found if len(found) == len(labels) and all(a <= b for a, b in pairwise(found)) else None


def _numbers(order: Sequence[str]) -> Floats | None:
    # Two values are as far apart as values can be, whatever they are called.
    found = _rising(order) if len(order) > 2 else None
    return None if found is None else np.array(found)


def _ordered(labels: set[str], *, masked: bool) -> list[str]:
    """Numbers in their order, unless codes are masked; else as text; a missing value after all others."""
    filled, missing = labels - {""}, [""] if "" in labels else []
    if not masked and all(_number(label) is not None for label in filled):
        return sorted(filled, key=lambda label: (_number(label) or 0.0, label)) + missing
    return sorted(filled) + missing


def _patterns(labels: Iterable[str], order: Sequence[str]) -> dict[str, Span]:
    """The leaves that ranges and masked values cover; none where they do not fit the leaves."""
    filled = order[:-1] if order[-1] == "" else order
    numbers, spans = _rising(filled), {}
    for label in labels:
        masked, half = _MASKED.fullmatch(label), _HALF_OPEN.fullmatch(label)
        found = half or _CLOSED.fullmatch(label)
        if masked:
            spans[label] = bisect_left(filled, masked[1]), bisect_right(filled, masked[1] + "\U0010ffff")
        elif found and numbers is not None and (low := _number(found[1])) is not None and (high := _number(found[2])) is not None:
            right = bisect_left if half else bisect_right
            spans[label] = bisect_left(numbers, low), right(numbers, high)
        else:
            spans[label] = 0, 0
    return spans
