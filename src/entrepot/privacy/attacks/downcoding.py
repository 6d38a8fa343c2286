"""Downcoding: what a generalised value was, from the fact that no more was generalised than had to be (Cohen 2022)."""

from __future__ import annotations

import numpy as np

from entrepot.privacy.attacks.frame import Flags, Floats, Ints
from entrepot.privacy.attacks.model import AttackResult, Budget, Rate
from entrepot.privacy.attacks.pair import Classes, Pair
from entrepot.privacy.attacks.search import sample
from entrepot.privacy.attacks.singling import spread_over

Span = tuple[int, int]


def downcoding(pair: Pair, budget: Budget, rng: np.random.Generator) -> AttackResult | None:
    """Guess for generalised cells the value one step finer, and count whose true value is below it.

    A method that generalises no more than it must would have put a row into the finest class that takes it. So whoever is in a wide
    class has none of the values of the finer classes within it: their part is taken out of the guess. The naive guess takes
    the likeliest value by the spread over the whole release; where nothing finer lies within, both guess the same. A cell counts by the
    share of its rows that are guessed rightly. There is no control group: a cell has no counterpart outside the release.

    Returns:
        None where the tables are not aligned, so that the truth is not known.
    """
    if pair.members is None:
        return None
    people, places, weight = pair.members
    starts = np.searchsorted(places, np.arange(pair.classes.size + 1))
    spread = [
        spread_over(first, end, pair.classes.weight.astype(float), scale.leaves)
        for first, end, scale in zip(pair.classes.first, pair.classes.end, pair.scales, strict=True)
    ]
    below = [np.concatenate(([0.0], np.cumsum(mass))) for mass in spread]
    tally = np.zeros(4)
    chosen, often = sample(pair.classes.weight, budget.targets, rng)
    for place, times in zip(chosen.tolist(), often.tolist(), strict=True):
        part = slice(starts[place], starts[place + 1])
        finer = _finer(pair.classes, place)
        for column, scale in enumerate(pair.scales):
            span = int(pair.classes.first[column, place]), int(pair.classes.end[column, place])
            children = scale.children(span)
            if len(children) < 2:
                continue
            mass = spread[column][span[0] : span[1]]
            left = mass * (1 - _taken(pair.classes, place, column, finer, below))
            truth = pair.people.at[column, people[part]]
            tally += times * np.array([1.0, *_right(left, mass, span, children, truth, weight[part]), float(left.sum() < mass.sum())])
    tries = int(tally[0])
    return AttackResult(
        name="downcoding", attack=Rate(hits=float(tally[1]), tries=tries), baseline=Rate(hits=float(tally[2]), tries=tries),
        facts={"cells_with_finer_classes_inside": float(tally[3]), "classes_tried": float(len(chosen))},
    )  # fmt: skip


def _finer(classes: Classes, place: int) -> Ints:
    """The classes that lie within one."""
    inside: Flags = np.ones(classes.size, bool)
    same: Flags = np.ones(classes.size, bool)
    for first, end in zip(classes.first, classes.end, strict=True):
        inside &= (first >= first[place]) & (end <= end[place])
        same &= (first == first[place]) & (end == end[place])
    return np.flatnonzero(inside & ~same)


def _taken(classes: Classes, place: int, column: int, finer: Ints, below: list[Floats]) -> Floats:
    """For each leaf of a cell the share of the class that finer classes with this leaf cover in the other columns."""
    low, high = int(classes.first[column, place]), int(classes.end[column, place])
    volume = np.ones(len(finer))
    for other, sums in enumerate(below):
        whole = sums[classes.end[other, place]] - sums[classes.first[other, place]]
        if other != column and whole > 0:
            volume *= (sums[classes.end[other, finer]] - sums[classes.first[other, finer]]) / whole
    steps = np.zeros(high - low + 1)
    np.add.at(steps, classes.first[column, finer] - low, volume)
    np.subtract.at(steps, classes.end[column, finer] - low, volume)
    return np.clip(np.cumsum(steps)[:-1], 0.0, 1.0)


def _right(left: Floats, mass: Floats, span: Span, children: list[Span], truth: Ints, weight: Ints) -> tuple[float, float]:
    """Share of a cell's rows that are below the value guessed with and without the finer classes."""
    shares = []
    for guess in (left if left.sum() > 0 else mass, mass):
        low, high = max(children, key=lambda child: float(guess[child[0] - span[0] : child[1] - span[0]].sum()))
        shares.append(float(weight[(truth >= low) & (truth < high)].sum() / weight.sum()))
    return shares[0], shares[1]
