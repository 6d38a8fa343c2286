"""What filters ask for, as tokens that no text can contain."""

from __future__ import annotations

import hashlib

from entrepot.catalogue.finding.tokens import fold
from entrepot.vocabulary.purposes import broader, normalise

_MARK = "\ue000"


def facet(kind: str, value: str) -> str:
    """The token of one property, such as the owner or a keyword; case and width of letters make no difference."""
    folded = " ".join(fold(value).split()) if kind == "keyword" else value
    return _MARK + hashlib.sha256(f"{kind}\0{folded}".encode("utf-8", "replace")).hexdigest()[:16]


def purposes_above(purpose: str) -> tuple[str, ...]:
    """The purpose and every broader one: a use is covered when one of them is permitted and none is prohibited.

    Raises:
        Invalid: There is no such purpose.
    """
    return tuple(sorted(broader(normalise(purpose))))
