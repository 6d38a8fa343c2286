"""Counts with noise, from OpenDP where that is installed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from entrepot.kit import Refused
from entrepot.privacy.aggregates.count import Ints
from entrepot.privacy.aggregates.model import Tabulation


def noisy(counts: Ints, *, epsilon: float) -> Ints:
    """The counts with discrete Laplace noise of scale 1/ε, drawn by OpenDP: it cannot be seeded, so no two runs are alike.

    Raises:
        Refused: OpenDP is not installed.
    """
    library = _library()
    library.enable_features("contrib")
    domain = library.vector_domain(library.atom_domain(T="i64"))
    measurement = library.m.make_laplace(domain, library.l1_distance(T="i64"), scale=1 / epsilon)
    return np.array(measurement(counts.tolist()), np.int64)


def threshold(asked: Tabulation) -> int:
    """The noisy count from which a cell is published: one of fewer persons than the minimum reaches it with a chance of δ at most.

    Of a cell that a single person makes, the chance is smaller still, so the set of published cells tells of nobody beyond (ε, δ).
    """
    assert asked.epsilon is not None
    # Discrete Laplace: P(X ≥ t) = q^t / (1 + q) with q = e^−ε.
    q = math.exp(-asked.epsilon)
    return asked.minimum - 1 + max(1, math.ceil(math.log(asked.delta * (1 + q)) / math.log(q)))


def _library() -> Any:
    try:
        import opendp.prelude
    except ImportError:
        raise Refused(
            "Noise is drawn by OpenDP, which is not installed.",
            "Install Entrepot with its extra: `pip install 'entrepot[opendp]'`, or leave --epsilon out.",
        ) from None
    return opendp.prelude
