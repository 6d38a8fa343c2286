"""Linkability: two parties know different attributes of a person; does the release bring them together (Giomi et al. 2023)?"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np
import numpy.typing as npt

from entrepot.privacy.attacks.frame import Flags, Ints
from entrepot.privacy.attacks.model import AttackResult, Budget, Rate
from entrepot.privacy.attacks.pair import Classes, Pair, People
from entrepot.privacy.attacks.search import chunks, distances, sample

_SPLITS = 4
"""Ways to part the attributes between the two; the targets are spread over them."""


def linkability(pair: Pair, budget: Budget, rng: np.random.Generator, *, neighbours: int = 1) -> AttackResult | None:
    """Each party takes the rows of the release that are nearest to what it knows; they meet when both took the same row.

    Among equally near rows a party draws, so that with one row each a class of k rows links with a chance of 1/k at most; the rate is the
    mean of these chances. Meeting means that the two hold the same record; it need not be the person's own.

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
    asked = min(neighbours, classes.rows)
    hits = 0.0
    for start, some in chunks(targets, classes):
        at = people.at[:, some]
        one, other = (_nearest(distances(at, classes, pair.scales, columns.tolist()), classes.weight, asked) for columns in known)
        sure: Flags = np.any(one.nearer & other.nearer, axis=1)
        shared = np.stack([a & b for a, b in ((one.nearer, other.tied), (one.tied, other.nearer), (one.tied, other.tied))]) @ classes.weight
        sizes = np.stack([one.left, one.tied @ classes.weight, other.left, other.tied @ classes.weight])
        chances = [
            1.0 if met else _chance(*counts) for met, counts in zip(sure.tolist(), np.concatenate([sizes, shared]).T.tolist(), strict=True)
        ]
        hits += float(np.array(chances) @ often[start : start + len(some)])
    return hits


def _chance(drawn: int, among: int, other_drawn: int, other_among: int, first_sure: int, other_sure: int, both: int) -> float:
    """The chance that two parties who draw among equally near rows hold one in common.

    Args:
        drawn: Rows that the first party draws ``among`` so many; the other likewise.
        first_sure: Rows the first party holds for sure that the other draws among; ``other_sure`` the reverse.
        both: Rows that both draw among.
    """
    apart = 0
    for common in range(min(drawn, both) + 1):
        mine = comb(both, common) * comb(among - other_sure - both, drawn - common)
        apart += mine * comb(other_among - first_sure - common, other_drawn) if other_among >= first_sure + common else 0
    return 1.0 - apart / (comb(among, drawn) * comb(other_among, other_drawn))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Nearest:
    """For each target the classes whose rows a party takes for sure, those it draws among, and how many it draws."""

    nearer: Flags
    tied: Flags
    left: Ints


def _nearest(away: npt.NDArray[np.float32], weight: Ints, asked: int) -> _Nearest:
    if asked == 1:
        edge = away.min(axis=1, keepdims=True)
    else:
        order = np.argsort(away, axis=1, kind="stable")
        last = (np.cumsum(weight[order], axis=1) >= asked).argmax(axis=1)
        edge = np.take_along_axis(away, np.take_along_axis(order, last[:, None], axis=1), axis=1)
    nearer = away < edge
    return _Nearest(nearer=nearer, tied=away == edge, left=asked - nearer @ weight)
