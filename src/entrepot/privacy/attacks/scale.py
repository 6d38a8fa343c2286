"""The leaves of a column in an order in which every released value covers neighbours, so that it is a span of them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from entrepot.privacy.attacks.frame import Encoded, Floats, Ints
from entrepot.privacy.hierarchies import STAR, Hierarchy

Span = tuple[int, int]
_HALF_OPEN = re.compile(r"\[(-?[\d.]+), (-?[\d.]+)\)")
_CLOSED = re.compile(r"(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)")
_MASKED = re.compile(r"([^*]+)\*+")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Scale:
    """A column's leaves and what each value covers of them.

    Attributes:
        spans: For each value the first leaf it covers and the one after its last.
        numbers: The leaves as numbers, rising or not; None where some are no numbers.
        hierarchy: What says how values are refined; None where each leaf is directly below any other value.
    """

    column: str
    leaves: int
    spans: dict[str, Span]
    numbers: Floats | None
    hierarchy: Hierarchy | None

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
    known = list(hierarchy.nodes) if hierarchy else []
    exact = {label for labels in shown[:-1] for label in labels}
    released = set(shown[-1])
    if hierarchy:
        order = [path[0] for path in hierarchy.paths] + sorted((exact | released) - set(known) - {STAR})
    else:
        order = _ordered(exact | {label for label in released if label not in exact and not _is_pattern(label)} - {STAR})
    total, numbers = len(order), _numbers(order)
    spans = {label: (at, at + 1) for at, label in enumerate(order)}
    if hierarchy:
        for node in hierarchy.nodes.values():
            # What covers the whole tree also covers values that the tree lacks.
            spans[node.label] = (0, total) if node.leaves == hierarchy.leaves > 1 else (node.first, node.first + node.leaves)
    else:
        spans |= {label: _span(label, order, numbers) for label in released - exact if _is_pattern(label)}
    spans[STAR] = (0, total)
    return Scale(column=column, leaves=total, spans=spans, numbers=numbers, hierarchy=hierarchy)


def _runs(labels: list[str], first: int) -> list[Span]:
    starts = [i for i, label in enumerate(labels) if i == 0 or label != labels[i - 1]]
    return [(first + a, first + b) for a, b in zip(starts, [*starts[1:], len(labels)], strict=True)]


def _is_pattern(label: str) -> bool:
    return any(shape.fullmatch(label) for shape in (_HALF_OPEN, _CLOSED, _MASKED))


def _number(label: str) -> float | None:
    try:
        number = float(label)
    except ValueError:
        return None
    return number if np.isfinite(number) else None


def _numbers(order: list[str]) -> Floats | None:
    found = [_number(label) for label in order]
    numbers = [number for number in found if number is not None]
    return np.array(numbers) if len(numbers) == len(order) > 2 else None


def _ordered(labels: set[str]) -> list[str]:
    if all(_number(label) is not None for label in labels):
        return sorted(labels, key=lambda label: (float(label), label))
    return sorted(labels)


def _span(label: str, order: list[str], numbers: Floats | None) -> Span:
    masked = _MASKED.fullmatch(label)
    if masked:
        return bisect_left(order, masked[1]), bisect_right(order, masked[1] + "\U0010ffff")
    half, closed = _HALF_OPEN.fullmatch(label), _CLOSED.fullmatch(label)
    found = half or closed
    if numbers is None or found is None:
        return len(order), len(order)
    low, high = float(found[1]), float(found[2])
    return bisect_left(numbers, low), (bisect_left if half else bisect_right)(numbers, high)
