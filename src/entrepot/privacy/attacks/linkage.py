"""Minimal-unique linkage: rows of the release that fit one person of the original and nobody else (prosecutor risk)."""

from __future__ import annotations

import numpy as np

from entrepot.privacy.attacks.model import AttackResult, Budget, Rate
from entrepot.privacy.attacks.pair import Classes, Pair, People
from entrepot.privacy.attacks.search import counts, only_one, sample


def unique_linkage(pair: Pair, budget: Budget, rng: np.random.Generator) -> AttackResult:
    """For each row of the release, whether one person alone fits it, judged by somebody who knows everybody's quasi-identifiers.

    The control rate says how often one person alone of a group outside the release fits: such links are wrong. It depends on the size
    of the group, so it is no reference unless the group is about as large as the original.
    """
    seed = int(rng.integers(2**31))
    chosen, often = sample(pair.classes.weight, budget.targets, np.random.default_rng(seed))
    tried = pair.classes.some(chosen)
    found = only_one(pair.people, tried.first, tried.end)
    fitting = counts(pair.people, tried.first, tried.end)
    persons = found[found >= 0] if pair.people.person is None else pair.people.person[found[found >= 0]]
    tries = int(often.sum())

    def rate(people: People, classes: Classes) -> Rate:
        alone = only_one(people, classes.first, classes.end) >= 0
        return Rate(hits=float(often[alone].sum()) if classes is tried else float(alone[0]) * tries, tries=tries)

    return AttackResult(
        name="unique_linkage", attack=Rate(hits=float(often[found >= 0].sum()), tries=tries), baseline=rate(pair.people, pair.hidden()),
        control=rate(pair.control, tried) if pair.control else None,
        facts={
            "persons_linked": float(len(np.unique(persons))), "fewest_fitting_rows": float(fitting.min()),
            "mean_chance_to_pick_right": float((often / np.maximum(fitting, 1)).sum() / tries), "classes_tried": float(len(chosen)),
        },
    )  # fmt: skip
