"""Counting queries at random: how far the answers from the release are from the true ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from entrepot.privacy.attacks.frame import Floats, Ints
from entrepot.privacy.utility.model import QueryError
from entrepot.privacy.utility.spread import Boxes

_MOST_COLUMNS = 3
_ENDS = np.array([0, 1])
_FLOOR = 0.001
"""Share of the table below which a count is too small to hold an error against (Xiao, Wang and Gehrke 2010)."""


def query_error(original: Boxes, release: Boxes, *, queries: int, rng: np.random.Generator) -> QueryError:
    """Count rows whose values lie between those of two random rows, in one to three random columns and in both tables."""
    rows = float(original.weight.sum())
    floor, errors = max(1.0, _FLOOR * rows), np.zeros(queries)
    drawn = rng.choice(len(original.weight), (queries, 2), p=original.weight / rows)
    for number in range(queries):
        asked = np.sort(rng.choice(len(original.first), rng.integers(1, min(_MOST_COLUMNS, len(original.first)) + 1), replace=False))
        spans = [np.sort(original.first[column, drawn[number]]) + _ENDS for column in asked]
        true, said = (_answer(table, asked, spans) for table in (original, release))
        errors[number] = abs(said - true) / max(true, floor)
    return QueryError(queries=queries, median=float(np.median(errors)), ninth_decile=float(np.quantile(errors, 0.9)), floor=floor)


def _answer(table: Boxes, columns: Ints, spans: Sequence[Ints]) -> float:
    share: Floats = table.weight
    for column, (low, high) in zip(columns, spans, strict=True):
        first, end = table.first[column], table.end[column]
        share = share * np.maximum(np.minimum(end, high) - np.maximum(first, low), 0) / np.maximum(end - first, 1)
    return float(share.sum())
