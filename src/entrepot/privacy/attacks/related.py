"""Whether a release may be one of the table at all: attacks on another table's release come to nothing and mean nothing."""

from __future__ import annotations

import numpy as np

from entrepot.privacy.attacks.pair import Pair
from entrepot.privacy.attacks.search import chunks
from entrepot.privacy.notes import Note, note

_MOST_MORE, _MOST_LESS = 1.5, 10.0
_LEAST = 0.5
_TRIED = 1_000


def doubts(pair: Pair) -> tuple[Note, ...]:
    """Why the two tables look unrelated, without values; nothing where they fit."""
    found = _sizes(pair)
    if pair.members is not None:
        return tuple(found)
    found += [note("few_covered", column=name, share=round(share, 4)) for name, share in _covering(pair) if share < _LEAST]
    fitting = _fitting(pair)
    if fitting < _LEAST:
        found.append(note("few_fit", share=round(fitting, 4)))
    return tuple(found)


def _sizes(pair: Pair) -> list[Note]:
    rows, released = pair.people.rows, pair.classes.rows
    if rows / _MOST_LESS <= released <= rows * _MOST_MORE:
        return []
    return [note("unlike_sizes", released=released, rows=rows)]


def _covering(pair: Pair) -> list[tuple[str, float]]:
    """For each quasi-identifier the share of the release's rows that cover some value of the original there."""
    found = []
    for name, scale, at, first, end in zip(pair.quasi, pair.scales, pair.people.at, pair.classes.first, pair.classes.end, strict=True):
        there = np.concatenate(([0], np.cumsum(np.bincount(at, minlength=scale.leaves) > 0)))
        covers = there[np.maximum(end, first)] > there[first]
        found.append((name, float(pair.classes.weight[covers].sum()) / pair.classes.rows))
    return found


def _fitting(pair: Pair) -> float:
    """The share of some persons, spread evenly over the table, whom a row of the release covers."""
    tried = np.unique(np.linspace(0, pair.people.size - 1, min(_TRIED, pair.people.size)).astype(np.int64))
    fits = np.zeros(len(tried), bool)
    for start, some in chunks(tried, pair.classes):
        inside = np.ones((len(some), pair.classes.size), bool)
        for at, first, end in zip(pair.people.at, pair.classes.first, pair.classes.end, strict=True):
            value = at[some][:, None]
            inside &= (value >= first) & (value < end)
        fits[start : start + len(some)] = inside.any(axis=1)
    return float(fits.mean())
