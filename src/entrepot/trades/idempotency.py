"""A retry is the same request: one key, one result, whatever the network did in between."""

from __future__ import annotations

from typing import Any

from entrepot import parties
from entrepot.kit import Conflict, Invalid, digest
from entrepot.runtime import Session
from entrepot.trades import repository


def claim_key(session: Session, key: str, *, kind: str, request: Any, result_id: str) -> str:
    """The id of the result that a key of the acting organisation stands for: ``result_id``, or the first one.

    Call it before the effect, with an id made in advance: a result other than ``result_id`` means that the effect has happened.

    Args:
        kind: The verb.
        request: JSON values of everything that makes the request what it is.

    Raises:
        Conflict: The key stands for another request (``code`` is ``exists_with_different_request``).
        Invalid: The key is empty, too long or unprintable.
    """
    if not isinstance(key, str) or not 1 <= len(key) <= 200 or not key.isprintable():
        raise Invalid("An idempotency key has 1 to 200 printable characters.", "Use a fresh random text, such as a UUID, for each request.")
    asked = digest({"kind": kind, "request": request})
    known_kind, known, result = repository.claim(
        session.db,
        organisation_id=parties.acting_organisation(session),
        key=key,
        kind=kind,
        request=asked,
        result_id=result_id,
        at=session.now,
    )
    if known != asked:
        raise Conflict(
            f"The idempotency key {key[:40]!r} stands for another request ({known_kind}).",
            "Use a new key for a new request, and the same key only to repeat one unchanged.",
            code="exists_with_different_request",
        )
    return result
