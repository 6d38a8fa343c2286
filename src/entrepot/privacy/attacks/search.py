"""What every attack needs: a seeded sample, persons that a predicate selects, and how well persons fit classes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from entrepot.privacy.attacks.frame import Flags, Floats, Ints
from entrepot.privacy.attacks.pair import Classes, People
from entrepot.privacy.attacks.scale import Scale

_CELLS = 40_000_000
"""Comparisons held in memory at a time."""
_MISFIT = 1e-3
"""Weight of a class that does not cover a value, beside one that shows it exactly: there may be errors, but they are rare."""
Packed = npt.NDArray[np.uint8]


def sample(weight: Ints, most: int | None, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Rows drawn without replacement: which distinct ones, and how often.

    Args:
        most: Rows to draw, at most; None for all.
    """
    total = int(weight.sum())
    if most is None or total <= most:
        return np.arange(len(weight)), weight
    drawn = rng.multivariate_hypergeometric(weight, most, method="marginals")
    chosen = np.flatnonzero(drawn)
    return chosen, drawn[chosen]


def selected(people: People, first: Ints, end: Ints) -> Iterator[tuple[int, Packed]]:
    """For each predicate (a span for each quasi-identifier) the rows it selects, as bits.

    Yields:
        The number of the first predicate of a chunk, and a row of bits for each of the chunk.
    """
    step = max(1, _CELLS // max(1, people.size // 8))
    for start in range(0, first.shape[1], step):
        lows, highs = first[:, start : start + step], end[:, start : start + step]
        bits = np.full((lows.shape[1], (people.size + 7) // 8), 255, np.uint8)
        for at, low, high in zip(people.at, lows, highs, strict=True):
            edges, which = np.unique(np.concatenate([low, high]), return_inverse=True)
            below = _below(at, edges)
            bits &= below[which[len(low) :]] & ~below[which[: len(low)]]
        yield start, bits


def _below(at: Ints, edges: Ints) -> Packed:
    """For each edge the rows whose leaf lies before it, as bits."""
    found = np.empty((len(edges), (len(at) + 7) // 8), np.uint8)
    short = at.astype(np.int32)
    for row, edge in enumerate(edges.tolist()):
        found[row] = np.packbits(short < edge)
    return found


def only_one(people: People, first: Ints, end: Ints) -> Ints:
    """For each predicate the row of the one person it selects; −1 where it selects none or several."""
    found = np.full(first.shape[1], -1, np.int64)
    for start, bits in selected(people, first, end):
        count = np.bitwise_count(bits).sum(axis=1, dtype=np.int64)
        for at in np.flatnonzero(count == 1 if people.person is None else count > 0):
            rows = np.flatnonzero(np.unpackbits(bits[at], count=people.size))
            if is_alone(people, rows):
                found[start + at] = rows[0]
    return found


def is_alone(people: People, rows: Ints) -> bool:
    """Whether these rows are one person's."""
    if people.person is None:
        return bool(people.weight[rows].sum() == 1)
    return len(rows) > 0 and bool((people.person[rows] == people.person[rows[0]]).all())


def counts(people: People, first: Ints, end: Ints) -> Floats:
    """For each predicate how many rows of the table it selects."""
    found = np.zeros(first.shape[1])
    weight = people.weight.astype(np.float32)
    for start, bits in selected(people, first, end):
        # Few rows at a time, because each bit becomes a number here.
        for row in range(0, len(bits), 64):
            part = np.unpackbits(bits[row : row + 64], axis=1, count=people.size)
            found[start + row : start + row + len(part)] = part.astype(np.float32) @ weight
    return found


def unseen(people: People, classes: Classes) -> Flags:
    """The rows that fit none of these classes."""
    seen = np.zeros((people.size + 7) // 8, np.uint8)
    for _, bits in selected(people, classes.first, classes.end):
        seen |= np.bitwise_or.reduce(bits, axis=0)
    found: Flags = np.unpackbits(seen, count=people.size) == 0
    return found


def chunks(targets: Ints, classes: Classes) -> Iterator[tuple[int, Ints]]:
    """The targets in portions whose comparison with all classes fits in memory, each with its start."""
    step = max(1, _CELLS // 8 // max(1, classes.size))
    for start in range(0, len(targets), step):
        yield start, targets[start : start + step]


def fits(at: Ints, classes: Classes, scales: Sequence[Scale]) -> npt.NDArray[np.float32]:
    """How likely each target's row is in each class: the logarithm of the chance to draw its values from what the class covers.

    Args:
        at: The targets' leaves by quasi-identifier.
    """
    found = np.zeros((at.shape[1], classes.size), np.float32)
    for row, first, end, scale in zip(at, classes.first, classes.end, scales, strict=True):
        width = np.maximum(end - first, 1)
        good, bad = -np.log(width).astype(np.float32), np.float32(np.log(_MISFIT / max(1, scale.leaves)))
        values, which = np.unique(row, return_inverse=True)
        covered = (values[:, None] >= first) & (values[:, None] < end)
        found += np.where(covered, good, bad)[which]
    return found


def distances(at: Ints, classes: Classes, scales: Sequence[Scale], columns: Sequence[int]) -> npt.NDArray[np.float32]:
    """Expected Gower distance of targets from classes over some columns, a covered leaf being as likely as the next."""
    found = np.zeros((at.shape[1], classes.size), np.float32)
    for column in columns:
        values, which = np.unique(at[column], return_inverse=True)
        found += _distance(values, classes.first[column], classes.end[column], scales[column])[which]
    rounded: npt.NDArray[np.float32] = np.round(found, 5)  # So that equal distances stay equal in another order of sums.
    return rounded


def _distance(values: Ints, first: Ints, end: Ints, scale: Scale) -> npt.NDArray[np.float32]:
    at = values[:, None]
    inside: Flags = (at >= first) & (at < end)
    if scale.numbers is None or scale.leaves < 2 or scale.numbers.max() == scale.numbers.min():
        return np.where(inside, 1 - 1 / np.maximum(end - first, 1), 1).astype(np.float32)
    numbers = scale.numbers
    empty = end <= first
    low, high = numbers[np.minimum(first, scale.leaves - 1)], numbers[np.clip(end - 1, 0, scale.leaves - 1)]
    x, wide = numbers[at], np.where(high > low, high - low, 1.0)
    within = ((x - low) ** 2 + (high - x) ** 2) / (2 * wide)
    outside = np.abs(x - (low + high) / 2)
    away = np.where(inside & (high > low), within, outside) / (numbers.max() - numbers.min())
    return np.where(empty, 1, away).astype(np.float32)
