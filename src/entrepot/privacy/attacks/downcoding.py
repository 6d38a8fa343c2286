"""Downcoding: what a generalised value was, from the fact that no more was generalised than had to be (Cohen 2022)."""

from __future__ import annotations

import numpy as np

from entrepot.privacy.attacks.frame import Flags, Floats, Ints
from entrepot.privacy.attacks.model import AttackResult, Budget, Rate
from entrepot.privacy.attacks.pair import Classes, Pair
from entrepot.privacy.attacks.search import sample
from entrepot.privacy.attacks.singling import spread_over

Span = tuple[int, int]
_TELLING = 0.9
"""Share of a leaf that finer classes must take for a cell to be worth a guess."""


def downcoding(pair: Pair, budget: Budget, rng: np.random.Generator) -> AttackResult | None:
    """Guess for generalised cells the value one step finer, and count whose true value is below it.

    A method that generalises no more than it must would have put a row into the finest class that takes it. So whoever is in a wide
    class has none of the values of the finer classes within it: their part is taken out of the guess. It is tried on cells
    where some leaf is all but excluded so. The naive guess takes the likeliest value by the spread over the whole release, for the
    same cells. A cell counts by the share of its rows that are guessed rightly. There is no control group: a cell has no
    counterpart outside the release.

    Returns:
        None where the tables are not aligned, so that the truth is not known.
    """
    if pair.members is None:
        return None
    spread = [
        spread_over(first, end, pair.classes.weight.astype(float), scale.leaves)
        for first, end, scale in zip(pair.classes.first, pair.classes.end, pair.scales, strict=True)
    ]
    starts = np.searchsorted(pair.members[1], np.arange(pair.classes.size + 1))
    chosen, often = sample(pair.classes.weight, budget.targets, rng)
    tally = np.zeros(4)
    for place, times in zip(chosen.tolist(), often.tolist(), strict=True):
        tally += times * _tried(pair, place, slice(starts[place], starts[place + 1]), spread)
    cells, tries, hits, naive = tally.tolist()
    return AttackResult(
        name="downcoding", attack=Rate(hits=hits, tries=int(tries)), baseline=Rate(hits=naive, tries=int(tries)),
        facts={"generalised_cells": cells, "classes_tried": float(len(chosen))},
    )  # fmt: skip


def _tried(pair: Pair, place: int, members: slice, spread: list[Floats]) -> Floats:
    """Of one class: generalised cells, those that finer classes tell of, and what share of them is guessed rightly with and without these."""
    assert pair.members is not None
    people, _, weight = pair.members
    cells = [(column, span, pair.scales[column].children(span)) for column, span in _wide(pair.classes, place)]
    cells = [cell for cell in cells if len(cell[2]) > 1]
    found = np.array([float(len(cells)), 0.0, 0.0, 0.0])
    finer = _finer(pair.classes, place) if cells else np.arange(0)
    for column, span, children in cells:
        mass, taken = spread[column][slice(*span)], _taken(pair.classes, place, column, finer, spread)
        if taken.max(initial=0.0) >= _TELLING:
            truth = pair.people.at[column, people[members]]
            found[1:] += [1.0, *_right(mass * (1 - taken), mass, span, children, truth, weight[members])]
    return found


def _wide(classes: Classes, place: int) -> list[tuple[int, Span]]:
    spans = zip(classes.first[:, place].tolist(), classes.end[:, place].tolist(), strict=True)
    return [(column, span) for column, span in enumerate(spans) if span[1] - span[0] > 1]


def _finer(classes: Classes, place: int) -> Ints:
    """The classes that lie within one."""
    inside: Flags = np.ones(classes.size, bool)
    same: Flags = np.ones(classes.size, bool)
    for first, end in zip(classes.first, classes.end, strict=True):
        inside &= (first >= first[place]) & (end <= end[place])
        same &= (first == first[place]) & (end == end[place])
    return np.flatnonzero(inside & ~same)


def _taken(classes: Classes, place: int, column: int, finer: Ints, spread: list[Floats]) -> Floats:
    """For each leaf of a cell the share of the class that finer classes with this leaf cover in the other columns."""
    low, high = int(classes.first[column, place]), int(classes.end[column, place])
    volume = np.ones(len(finer))
    for other, mass in enumerate(spread):
        sums = np.concatenate(([0.0], np.cumsum(mass)))
        whole = sums[classes.end[other, place]] - sums[classes.first[other, place]]
        if other != column and whole > 0:
            volume *= (sums[classes.end[other, finer]] - sums[classes.first[other, finer]]) / whole
    # Finer classes may overlap, so their shares are joined as chances and not added; a leaf is out for sure only where one class has it.
    free, steps = np.log1p(-np.minimum(volume, 1 - 1e-9)), np.zeros(high - low + 1)
    np.add.at(steps, classes.first[column, finer] - low, free)
    np.subtract.at(steps, classes.end[column, finer] - low, free)
    return -np.expm1(np.minimum(np.cumsum(steps)[:-1], 0.0))


def _right(left: Floats, mass: Floats, span: Span, children: list[Span], truth: Ints, weight: Ints) -> tuple[float, float]:
    """Share of a cell's rows that are below the value guessed with and without the finer classes."""
    shares = []
    for guess in (left if left.sum() > 0 else mass, mass):
        low, high = max(children, key=lambda child: float(guess[child[0] - span[0] : child[1] - span[0]].sum()))
        shares.append(float(weight[(truth >= low) & (truth < high)].sum() / weight.sum()))
    return shares[0], shares[1]
