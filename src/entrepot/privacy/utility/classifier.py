"""A naive Bayes classifier that learns from exact and from generalised rows alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from entrepot.privacy.attacks.frame import Floats, Ints
from entrepot.privacy.utility.spread import Boxes


def train(boxes: Boxes, target: int, leaves: Sequence[int]) -> tuple[Floats, list[Floats]]:
    """Logarithms of the chance of each value of the target, and for each other column of each leaf given the target.

    A generalised row counts in parts at all leaves it covers. Each leaf gets one row more, so that none is impossible (Laplace).

    Args:
        target: Which column is told.
        leaves: Leaves of each column.
    """
    prior = boxes.over(target, leaves[target]) + 1.0
    given = []
    for column, count in enumerate(leaves):
        if column != target:
            both = boxes.together(target, column, leaves[target], count) + 1.0
            given.append(np.log(both / both.sum(axis=1, keepdims=True)))
    return np.log(prior / prior.sum()), given


def told(model: tuple[Floats, list[Floats]], at: Ints) -> Ints:
    """The likeliest value of the target for each row, by its place; of equal ones the first.

    Args:
        at: The leaves of the other columns, in their order.
    """
    prior, given = model
    score = np.repeat(prior[:, None], at.shape[1], axis=1)
    for table, leaf in zip(given, at, strict=True):
        score += table[:, leaf]
    found: Ints = score.argmax(axis=0)
    return found
