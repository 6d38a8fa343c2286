"""Minimal-unique linkage: rows of the release that fit one person of the original and nobody else (prosecutor risk)."""

from __future__ import annotations

import numpy as np

from entrepot.privacy.attacks.frame import Flags
from entrepot.privacy.attacks.model import AttackResult, Budget, Rate
from entrepot.privacy.attacks.pair import Classes, Pair, People, suppressed
from entrepot.privacy.attacks.search import counts, is_alone, only_one, sample, unseen


def unseen_people(pair: Pair) -> Flags:
    """The rows of the original that fit no class that shows anything."""
    shown = pair.classes.some(~pair.hidden_rows())
    if pair.members is None:
        return unseen(pair.people, shown)
    # Who is in a class that shows something fits it, so that only those in hidden ones have to be looked at.
    row, place, _ = pair.members
    asked = np.unique(row[pair.hidden_rows()[place]])
    found = np.zeros(pair.people.size, bool)
    found[asked] = unseen(pair.people.some(asked), shown)
    return found


def unique_linkage(pair: Pair, budget: Budget, rng: np.random.Generator, *, tells: bool = True) -> AttackResult:
    """For each row of the release, whether one person alone fits it, judged by somebody who knows everybody's quasi-identifiers.

    A hidden row fits whoever fits no row that shows anything, as long as it says something in other columns.

    The control rate says how often one person alone of a group outside the release fits: such links are wrong. It depends on the size
    of the group, so it is no reference unless the group is about as large as the original.

    Args:
        tells: Whether hidden rows say something in other columns; linking a person with an empty row is no gain.
    """
    seed = int(rng.integers(2**31))
    chosen, drawn = sample(pair.classes.weight, budget.targets, np.random.default_rng(seed))
    tried = pair.classes.some(chosen)
    often = drawn
    hidden = suppressed(tried, pair.scales) if tells else np.zeros(tried.size, bool)
    found, fitting = only_one(pair.people, tried.first, tried.end), counts(pair.people, tried.first, tried.end)
    if hidden.any():
        left = np.flatnonzero(unseen_people(pair))
        found[hidden] = left[0] if is_alone(pair.people, left) else found[hidden]
        fitting[hidden] = pair.people.weight[left].sum() or fitting[hidden]
        # One person is in as many of the hidden rows as they have, however many others are hidden with them.
        often = np.where(hidden & (found >= 0), np.minimum(often, pair.people.weight[left].sum()), often)
    tries = int(drawn.sum())
    persons = found[found >= 0] if pair.people.person is None else pair.people.person[found[found >= 0]]

    def rate(people: People, classes: Classes) -> Rate:
        alone = only_one(people, classes.first, classes.end) >= 0
        if classes is tried and people is pair.control and hidden.any():
            alone[hidden] = is_alone(people, np.flatnonzero(unseen(people, pair.classes.some(~pair.hidden_rows()))))
        return Rate(hits=float(often[alone].sum()) if classes is tried else float(alone[0]) * tries, tries=tries)

    return AttackResult(
        name="unique_linkage", attack=Rate(hits=float(often[found >= 0].sum()), tries=tries), baseline=rate(pair.people, pair.hidden()),
        control=rate(pair.control, tried) if pair.control else None,
        facts={
            "persons_linked": float(len(np.unique(persons))), "fewest_fitting_rows": float(fitting.min()),
            "mean_chance_to_pick_right": float((often / np.maximum(fitting, 1)).sum() / tries), "classes_tried": float(len(chosen)),
        },
    )  # fmt: skip
