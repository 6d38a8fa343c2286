"""Singling out: a predicate that the release suggests and that is true of one person in the original (WP 216; Giomi et al. 2023)."""

from __future__ import annotations

import numpy as np

from entrepot.privacy.attacks.frame import Floats, Ints
from entrepot.privacy.attacks.model import AttackResult, Budget, Rate
from entrepot.privacy.attacks.pair import Classes, Pair, People
from entrepot.privacy.attacks.scale import Scale
from entrepot.privacy.attacks.search import only_one, sample

_ENOUGH = 1.0
"""A predicate is refined until it is expected to be true of so many."""


def univariate(pair: Pair, budget: Budget, rng: np.random.Generator) -> AttackResult:
    """Predicates on one column: values that occur once in the release, and both ends of numbers; without any, the rarest value.

    The naive guess is a leaf drawn at random of a column drawn at random.
    """
    found = [_rare(pair, column) for column in range(len(pair.quasi))]
    guesses = np.array([guess for unique, _ in found for guess in unique], np.int64).reshape(-1, 3)
    facts = {"values_seen_once": float(len(guesses))}
    if not len(guesses):
        guesses = np.array([rarest for _, rarest in found], np.int64).reshape(-1, 3)
    if budget.targets is not None and len(guesses) > budget.targets:
        guesses = guesses[np.sort(rng.choice(len(guesses), budget.targets, replace=False))]
    columns = rng.integers(0, len(pair.quasi), len(guesses))
    leaves = rng.integers(0, np.array([scale.leaves for scale in pair.scales])[columns])
    naive = np.stack([columns, leaves, leaves + 1], axis=1)
    return AttackResult(
        name="singling_out_univariate", attack=_rate(pair, pair.people, guesses), baseline=_rate(pair, pair.people, naive),
        control=_rate(pair, pair.control, guesses) if pair.control else None, facts=facts,
    )  # fmt: skip


def multivariate(pair: Pair, budget: Budget, rng: np.random.Generator) -> AttackResult:
    """Predicates on all columns: what a row of the release shows, narrowed until about one person is expected to fit.

    Narrowing uses nothing but the spread of values that the release itself shows, as an attacker may (Cohen and Nissim 2020).
    The naive guess does the same on a release that shows nothing: it knows the domain and the number of rows.
    """
    chosen, often = sample(pair.classes.weight, budget.targets, rng)
    seeds = rng.integers(0, 2**31, 2)
    tried = pair.classes.some(chosen)
    first, end = _refined(tried, often, pair.scales, _spread(pair.classes, pair.scales), np.random.default_rng(seeds[0]))
    hidden, total = pair.hidden(), np.array([int(often.sum())])
    blind = _refined(hidden, total, pair.scales, _spread(hidden, pair.scales), np.random.default_rng(seeds[0]))
    hits = only_one(pair.people, first, end)
    control = Rate(hits=float((only_one(pair.control, first, end) >= 0).sum()), tries=len(hits)) if pair.control else None
    return AttackResult(
        name="singling_out_multivariate", attack=Rate(hits=float((hits >= 0).sum()), tries=len(hits)), control=control,
        baseline=Rate(hits=float((only_one(pair.people, *blind) >= 0).sum()), tries=len(hits)),
        facts={"persons_singled_out": float(_persons(pair.people, hits))},
    )  # fmt: skip


def _persons(people: People, rows: Ints) -> int:
    hit = rows[rows >= 0]
    return len(np.unique(hit if people.person is None else people.person[hit]))


def _rate(pair: Pair, people: People, guesses: Ints) -> Rate:
    first = np.zeros((len(pair.quasi), len(guesses)), np.int64)
    end = np.repeat(np.array([[scale.leaves] for scale in pair.scales], np.int64), len(guesses), axis=1)
    at = np.arange(len(guesses))
    first[guesses[:, 0], at], end[guesses[:, 0], at] = guesses[:, 1], guesses[:, 2]
    return Rate(hits=float((only_one(people, first, end) >= 0).sum()), tries=len(guesses))


def _rare(pair: Pair, column: int) -> tuple[list[tuple[int, int, int]], tuple[int, int, int]]:
    """Predicates (column, first, end) on values that one row of the release shows, and the one on its rarest value."""
    spans, which = np.unique(np.stack([pair.classes.first[column], pair.classes.end[column]]), axis=1, return_inverse=True)
    often = np.bincount(which, weights=pair.classes.weight)
    unique = {(column, int(low), int(high)) for low, high in spans[:, often == 1].T}
    scale = pair.scales[column]
    if scale.numbers is not None:
        low, high = int(np.argmin(spans[1])), int(np.argmax(spans[0]))
        unique |= {(column, 0, int(spans[1, low]))} if often[low] == 1 else set()
        unique |= {(column, int(spans[0, high]), scale.leaves)} if often[high] == 1 else set()
    rarest = int(np.argmin(often))
    return sorted(unique), (column, int(spans[0, rarest]), int(spans[1, rarest]))


def _spread(classes: Classes, scales: tuple[Scale, ...]) -> list[Floats]:
    """Rows expected at each leaf of each column, a class being spread evenly over what it covers."""
    return [
        spread_over(first, end, classes.weight.astype(float), scale.leaves)
        for first, end, scale in zip(classes.first, classes.end, scales, strict=True)
    ]


def spread_over(first: Ints, end: Ints, weight: Floats, leaves: int) -> Floats:
    """The weights of spans, each spread evenly over its leaves."""
    kept = end > first
    each = weight[kept] / (end[kept] - first[kept])
    steps = np.bincount(first[kept], weights=each, minlength=leaves + 1) - np.bincount(end[kept], weights=each, minlength=leaves + 1)
    return np.maximum(np.cumsum(steps)[:leaves], 0.0)


def _refined(classes: Classes, often: Ints, scales: tuple[Scale, ...], spread: list[Floats], rng: np.random.Generator) -> tuple[Ints, Ints]:
    """A predicate for each time a class was drawn."""
    draws = np.repeat(np.arange(classes.size), often)
    first, end = classes.first[:, draws].copy(), classes.end[:, draws].copy()
    below = [np.concatenate(([0.0], np.cumsum(mass))) for mass in spread]
    for draw, row in enumerate(draws):
        expected = float(classes.weight[row])
        for column in rng.permutation(len(scales)):
            if expected <= _ENOUGH:
                break
            low, high = int(first[column, draw]), int(end[column, draw])
            if high - low > 1:
                at, stop = _narrowed(low, high, expected, below[column], rng)
                whole = below[column][high] - below[column][low]
                expected *= (below[column][stop] - below[column][at]) / whole if whole > 0 else 1.0
                first[column, draw], end[column, draw] = at, stop
    return first, end


def _narrowed(low: int, high: int, expected: float, below: Floats, rng: np.random.Generator) -> tuple[int, int]:
    """Leaves within a span that hold about one of the expected persons, from a random one on."""
    start = int(rng.integers(low, high))
    share = (below[high] - below[low]) * _ENOUGH / expected
    stop = int(np.searchsorted(below, below[start] + share, "right")) - 1
    return start, min(high, max(start + 1, stop))
