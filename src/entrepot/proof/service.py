"""The log's verbs: record a fact, show its history, prove that it was logged, erase its content."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from entrepot.kit import Conflict, Invalid, NotFound, b64url, canonical_json, new_id
from entrepot.proof import cosigning, keys, repository
from entrepot.proof.model import SALT_BYTES, Entry, SealedCheckpoint, check_kind, commit_bytes, leaf_text
from entrepot.proof.notes import parse_note
from entrepot.proof.receipts import FORMAT
from entrepot.proof.tlog_proof import TlogProof
from entrepot.proof.tree import TiledTree
from entrepot.runtime import Session

_CANDIDATES = 64


def record(
    session: Session, kind: str, fact: Mapping[str, Any], *, subject_id: str | None = None, jws: Mapping[str, Any] | None = None
) -> Entry:
    """Record a fact in the session's transaction; the sealer gives it its place in the log afterwards.

    The public log shows kind, time and a salted commitment. The fact itself stays in the store, so it may be erased later.

    Args:
        kind: What happened, such as ``agreement.signed``; public.
        fact: The fact as a JSON object; private.
        subject_id: The id under which ``history`` finds the entry; private.
        jws: The exchange's signature over exactly this fact (JWS General JSON), to be shown in receipts.

    Raises:
        Invalid: The kind is no plain name, the fact has no canonical JSON form, or ``jws`` signs something else.
    """
    check_kind(kind)
    payload = canonical_json(dict(fact))
    if jws is not None and jws.get("payload") != b64url(payload):
        raise Invalid("The signature that came with the fact is over something else.", "Sign the fact that is recorded.")
    salt = os.urandom(SALT_BYTES)
    commitment = commit_bytes(salt, payload)
    entry = Entry(
        id=new_id("ent"), kind=kind, subject_id=subject_id, commitment=commitment, at=session.now,
        leaf=leaf_text(kind=kind, commitment=commitment, at=session.now), salt=salt, fact=dict(fact),
        jws=None if jws is None else dict(jws),
    )  # fmt: skip
    repository.add_entry(session.db, entry, fact=payload)
    return entry


def get(session: Session, entry_id: str) -> Entry:
    """An entry by its id; the caller has made sure that the actor may see its subject.

    Raises:
        NotFound: There is no such entry.
    """
    entry = repository.find_entry(session.db, entry_id)
    if entry is None:
        raise NotFound(f"There is no log entry {entry_id[:80]}.", "Check the id.")
    return entry


def history(session: Session, subject_id: str) -> list[Entry]:
    """What was recorded about a subject, oldest first; the caller has made sure that the actor may see it."""
    return repository.entries_of(session.db, subject_id)


def prove(session: Session, entry_id: str) -> dict[str, Any]:
    """The receipt of an entry: its content and the proof that it is in the log, for ``verify_receipt``.

    The proof refers to the newest checkpoint that the witness policy is satisfied with, or simply the newest where none is yet.

    Raises:
        NotFound: There is no such entry.
        Conflict: It is not sealed yet, or its content has been erased.
    """
    entry = get(session, entry_id)
    if entry.salt is None or entry.fact is None:
        raise Conflict(f"The content of the log entry {entry_id} has been erased.", "A copy of its receipt made before is still valid.")
    if entry.seq is None:
        raise Conflict(
            f"The log entry {entry_id} is not sealed yet.",
            f"Ask again in a moment; the log is sealed every {session.settings.seal_seconds:g} s.",
        )
    checkpoint = _checkpoint_for(session, entry.seq)
    tree = TiledTree(checkpoint.size, lambda level, number: repository.read_tile(session.db, level, number))
    proof = TlogProof(
        index=entry.seq, hashes=tuple(tree.inclusion_proof(entry.seq)), checkpoint=cosigning.cosigned_note(session, checkpoint)
    )
    signed = {} if entry.jws is None else {"jws": entry.jws}
    return {
        "format": FORMAT, "kind": entry.kind, "fact": entry.fact, "salt": entry.salt.hex(), "leaf": entry.leaf, **signed,
        "tlog_proof": str(proof), "log": list(keys.log_keys(session)),
    }  # fmt: skip


def unsealed_before(session: Session, moment: datetime) -> int:
    """How many entries recorded before a moment still wait for the seal; for the doctor."""
    return repository.count_unsealed(session.db, before=moment)


def erase(session: Session, entry_id: str) -> None:
    """Forget the content of an entry for good: fact, salt and signature; the commitment that stays in the log says nothing without them.

    Raises:
        NotFound: There is no such entry.
    """
    if not repository.erase_content(session.db, entry_id):
        raise NotFound(f"There is no log entry {entry_id[:80]}.", "Check the id.")


def checkpoint(session: Session) -> str:
    """The newest checkpoint with the cosignatures that have come in, as it is published.

    Raises:
        NotFound: The log has not been created.
    """
    return cosigning.cosigned_note(session, _newest(session))


def _newest(session: Session) -> SealedCheckpoint:
    newest = repository.newest_checkpoint(session.db)
    if newest is None:
        raise NotFound("This exchange has no transparency log yet.", "Run `entrepot init`, or let a worker seal a first fact.")
    return newest


def _checkpoint_for(session: Session, seq: int) -> SealedCheckpoint:
    policy = cosigning.usable_policy(session)
    if policy is not None and policy.quorum is not None:
        for candidate in repository.cosigned_checkpoints(session.db, above=seq, limit=_CANDIDATES):
            note = parse_note(cosigning.cosigned_note(session, candidate))
            if policy.is_met({found.verifier for found in policy.cosigners(note)}):
                return candidate
    return _newest(session)
