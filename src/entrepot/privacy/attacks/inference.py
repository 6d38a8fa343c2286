"""Attribute inference and homogeneity: what the release tells about a person's sensitive value to somebody who knows the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from entrepot.privacy.attacks.frame import Flags, Floats, Ints
from entrepot.privacy.attacks.model import AttackResult, Budget, Rate
from entrepot.privacy.attacks.pair import Classes, Pair, People
from entrepot.privacy.attacks.search import chunks, fits, sample, unseen


@dataclass(frozen=True, slots=True, kw_only=True)
class _Guessed:
    """Targets guessed rightly, and those among them whose whole class has that one value."""

    right: float
    certain: float
    tries: int


def inference(pair: Pair, column: str, budget: Budget, rng: np.random.Generator) -> tuple[AttackResult, AttackResult | None]:
    """Guess a column from the quasi-identifiers: the value that is likeliest over all classes, each weighed by how well it fits.

    The naive guess is the most frequent value. The control group shows what the release teaches about people in general: that is
    no harm to a person that staying out of the table would have spared.

    Returns:
        Attribute inference, and the homogeneity attack where the column is released as it is.
    """
    sensitive = column in pair.secret_labels
    seen = pair if sensitive else pair.without([column])
    secrets = pair.classes.secrets[column] if sensitive else _spread_rows(pair, column)
    seed = int(rng.integers(2**31))

    def guessed(people: People, truth: Ints) -> _Guessed:
        return _guess(seen, people, truth, secrets, budget, np.random.default_rng(seed), by_hiding=sensitive)

    mine, most = guessed(seen.people, _truth(pair, pair.people, column)), _majority(pair, column)
    other = guessed(seen.control, _truth(pair, pair.control, column)) if seen.control and pair.control else None
    control = Rate(hits=other.right, tries=other.tries) if other else None
    attack = Rate(hits=mine.right, tries=mine.tries)
    baseline = Rate(hits=most * mine.tries, tries=mine.tries)
    found = AttackResult(name="attribute_inference", column=column, attack=attack, baseline=baseline, control=control)
    if not sensitive:
        return found, None
    alone = float((pair.people.secrets[column] == pair.people.secrets[column][0]).all())
    homogeneity = AttackResult(
        name="homogeneity", column=column, attack=Rate(hits=mine.certain, tries=mine.tries),
        baseline=Rate(hits=alone * mine.tries, tries=mine.tries), control=Rate(hits=other.certain, tries=other.tries) if other else None,
        facts=background(pair.classes, column),
    )  # fmt: skip
    return found, homogeneity


def background(classes: Classes, column: str) -> dict[str, float]:
    """How sure classes make of a sensitive value, over all rows of the release (Machanavajjhala et al. 2007).

    Returns:
        The share of rows in classes of one value; of rows in classes of two, where knowing one value that a person does not
        have tells the other; and the mean chance of guessing right with no more knowledge than the class.
    """
    found, weight = classes.secrets[column], classes.weight
    # A class without any value is of hidden rows that say nothing.
    different, total = (found > 0).sum(axis=1), float(weight.sum())
    return {
        "rows_in_homogeneous_classes": float(weight[different == 1].sum()),
        "share_homogeneous": float(weight[different == 1].sum()) / total,
        "share_disclosed_by_excluding_one_value": float(weight[(different == 1) | (different == 2)].sum()) / total,
        "mean_confidence": float(found.max(axis=1).sum()) / total,
    }


def _truth(pair: Pair, people: People, column: str) -> Ints:
    return people.secrets[column] if column in pair.secret_labels else people.at[pair.quasi.index(column)]


def _majority(pair: Pair, column: str) -> float:
    return float(np.bincount(_truth(pair, pair.people, column), weights=pair.people.weight).max() / pair.people.rows)


def _spread_rows(pair: Pair, column: str) -> Floats:
    """For each class the rows expected at each leaf of a column that is generalised."""
    at = pair.quasi.index(column)
    leaves, (first, end) = np.arange(pair.scales[at].leaves), (pair.classes.first[at], pair.classes.end[at])
    inside: Flags = (leaves >= first[:, None]) & (leaves < end[:, None])
    each: Floats = inside * (pair.classes.weight / np.maximum(end - first, 1))[:, None]
    return each


def _guess(
    pair: Pair, people: People, truth: Ints, secrets: Floats, budget: Budget, rng: np.random.Generator, *, by_hiding: bool
) -> _Guessed:
    """Guess the value of drawn targets.

    Args:
        by_hiding: Whoever fits no class that shows anything is taken to be among the hidden rows, where these say something.
    """
    classes, lot = _within(pair.classes, secrets, budget, rng)
    targets, often = sample(people.weight, budget.targets, rng)
    behind = secrets[pair.hidden_rows()].sum(axis=0)
    away = np.zeros(len(targets), bool)
    if by_hiding and behind.any():
        away = unseen(people.some(targets), pair.classes.some(~pair.hidden_rows()))
    usual, single = lot.sum(axis=0) / max(lot.sum(), 1), (lot > 0).sum(axis=1) == 1
    right, certain = 0.0, 0.0
    for start, some in chunks(targets, classes):
        fit = fits(people.at[:, some], classes, pair.scales)
        fit -= fit.max(axis=1, keepdims=True)
        # Among equal chances the value that is more frequent over all.
        chance = np.exp(fit) @ lot.astype(np.float32)
        gone = away[start : start + len(some)]
        chance[gone] = behind
        best = np.argmax(chance * (1 + 1e-6 * usual.astype(np.float32)), axis=1)
        hit, count = best == truth[some], often[start : start + len(some)]
        own = fit.argmax(axis=1)
        right += float(count[hit].sum())
        sure = np.where(gone, (behind > 0).sum() == 1, single[own])
        told = np.where(gone, behind.argmax(), lot[own].argmax(axis=1))
        certain += float(count[sure & (told == truth[some])].sum())
    return _Guessed(right=right, certain=certain, tries=int(often.sum()))


def _within(classes: Classes, secrets: Floats, budget: Budget, rng: np.random.Generator) -> tuple[Classes, Floats]:
    """The classes that the budget allows to look at, those of most rows being likeliest to be among them."""
    if budget.classes is None or classes.size <= budget.classes:
        return classes, secrets
    share = classes.weight / classes.weight.sum()
    chosen = np.sort(rng.choice(classes.size, budget.classes, replace=False, p=share))
    return classes.some(chosen), secrets[chosen]
