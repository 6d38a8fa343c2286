"""Linkability: two parties know different attributes of a person; does the release bring them together (Giomi et al. 2023)?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from entrepot.privacy.attacks.frame import Floats, Ints
from entrepot.privacy.attacks.model import AttackResult, Budget, Rate
from entrepot.privacy.attacks.pair import Classes, Pair, People
from entrepot.privacy.attacks.search import chunks, distances, sample

_SPLITS = 4
"""Ways to part the attributes between the two; the targets are spread over them."""


def linkability(pair: Pair, budget: Budget, rng: np.random.Generator, *, neighbours: int = 1) -> AttackResult | None:
    """Each party takes the rows of the release that are nearest to what it knows; they meet when both took the same row.

    Among equally near rows a party draws one, so that a class of k rows links with a chance of 1/k at most; the rate is the mean
    of these chances. Meeting means that the two hold the same record; it need not be the person's own.

    Args:
        neighbours: Rows that each party takes.
    """
    if len(pair.quasi) < 2:
        return None
    splits = [np.array_split(rng.permutation(len(pair.quasi)), 2) for _ in range(_SPLITS)]
    seed = int(rng.integers(2**31))

    def rate(people: People, classes: Classes) -> Rate:
        targets, often = sample(people.weight, budget.targets, np.random.default_rng(seed))
        hits = 0.0
        for number, (one, other) in enumerate(splits):
            part = slice(number, None, len(splits))
            hits += _met(pair, people, classes, targets[part], often[part], (one, other), neighbours)
        return Rate(hits=hits, tries=int(often.sum()))

    return AttackResult(
        name="linkability", attack=rate(pair.people, pair.classes), baseline=rate(pair.people, pair.hidden()),
        control=rate(pair.control, pair.classes) if pair.control else None, facts={"neighbours": float(neighbours)},
    )  # fmt: skip


def _met(pair: Pair, people: People, classes: Classes, targets: Ints, often: Ints, known: tuple[Ints, Ints], neighbours: int) -> float:
    hits = 0.0
    for start, some in chunks(targets, classes):
        at = people.at[:, some]
        one, other = (_taken(distances(at, classes, pair.scales, columns.tolist()), classes.weight, neighbours) for columns in known)
        both = np.minimum(one * other, 1.0)
        if neighbours == 1:
            chance = both @ classes.weight
        else:
            with np.errstate(divide="ignore"):
                chance = 1 - np.exp(np.log1p(-both) @ classes.weight)
        hits += float(np.minimum(chance, 1.0) @ often[start : start + len(some)])
    return hits


def _taken(away: npt.NDArray[np.float32], weight: Ints, neighbours: int) -> Floats:
    """For each target and class the chance of one of its rows to be among the nearest."""
    asked = min(neighbours, int(weight.sum()))
    if asked == 1:
        edge = away.min(axis=1, keepdims=True)
    else:
        order = np.argsort(away, axis=1, kind="stable")
        last = (np.cumsum(weight[order], axis=1) >= asked).argmax(axis=1)
        edge = np.take_along_axis(away, np.take_along_axis(order, last[:, None], axis=1), axis=1)
    nearer, tied = away < edge, away == edge
    left = asked - nearer @ weight
    chance: Floats = nearer + tied * (left / (tied @ weight))[:, None]
    return chance
