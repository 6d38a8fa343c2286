"""The words of the log: an entry, its leaf and its commitment."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from entrepot.kit import Invalid, canonical_json, rfc3339

SALT_BYTES = 32
_KIND = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_KIND_LENGTH = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One recorded fact.

    Attributes:
        id: ``ent_…``.
        kind: What happened, such as ``agreement.signed``.
        subject_id: What it happened to; kept in the store, never in the log.
        commitment: SHA-256 of salt and canonical fact, in hexadecimal.
        salt: 32 random bytes; None once the content is erased.
        fact: What was recorded; None once the content is erased.
        jws: The exchange's signature over the fact, where it was signed.
        at: When it was recorded.
        seq: Position in the log, counted from 0; None until the sealer has assigned it.
    """

    id: str
    kind: str
    subject_id: str | None
    commitment: str
    at: datetime
    leaf: str
    salt: bytes | None = field(default=None, repr=False)
    fact: dict[str, Any] | None = field(default=None, repr=False)
    jws: dict[str, Any] | None = field(default=None, repr=False)
    seq: int | None = None

    @property
    def is_sealed(self) -> bool:
        """Whether the entry has its position in the log."""
        return self.seq is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedCheckpoint:
    """A checkpoint the log has signed."""

    size: int
    root: bytes
    note: str
    at: datetime


def check_kind(kind: str) -> None:
    """Refuse a kind that is not a plain name, since it stands in the public log for ever.

    Raises:
        Invalid: It is not of the form ``noun.happened``.
    """
    if len(kind) > _KIND_LENGTH or not _KIND.fullmatch(kind):
        raise Invalid(f"{kind[:80]!r} is not a kind of fact.", "Name it like agreement.signed, in small letters.")


def commit(salt: bytes, fact: dict[str, Any]) -> str:
    """SHA-256(salt ‖ canonical JSON of the fact), in hexadecimal; without the salt nobody can guess the fact."""
    return commit_bytes(salt, canonical_json(fact))


def commit_bytes(salt: bytes, fact: bytes) -> str:
    """The commitment to a fact that is in its canonical form already."""
    return hashlib.sha256(salt + fact).hexdigest()


def leaf_text(*, kind: str, commitment: str, at: datetime) -> str:
    """The log entry: canonical JSON of kind, commitment and time, and nothing else."""
    return canonical_json({"at": rfc3339(at), "commitment": commitment, "kind": kind}).decode()


def load_object(text: str) -> dict[str, Any]:
    """Read a JSON object, refusing what two readers could understand differently.

    Raises:
        Invalid: It is no JSON object, or names a member twice.
    """
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Invalid(f"This is not a JSON document: {error}.", "Check that the file was copied whole.") from None
    if not isinstance(value, dict):
        raise Invalid("This JSON document is not an object.", "Check that it is the right file.")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("it names a member twice")
    return found


def _refuse_constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON value")
