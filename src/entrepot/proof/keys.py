"""The log's own keys: made once, kept sealed under the master key."""

from __future__ import annotations

from typing import Any

from entrepot.kit import Conflict, NotFound
from entrepot.proof import repository
from entrepot.proof.checkpoint import Checkpoint
from entrepot.proof.model import SealedCheckpoint
from entrepot.proof.notes import KeyKind, Signer, Verifier, check_name, new_signer, parse_vkey, sign_note
from entrepot.proof.tree import EMPTY_ROOT
from entrepot.runtime import Session

_KINDS = (KeyKind.ED25519, KeyKind.MLDSA44)


def create_log(session: Session) -> tuple[str, ...]:
    """Make the log's keys and its empty first checkpoint, once; the public keys, as others need them to verify.

    The setting ``origin`` names the log for ever: it stands in every checkpoint and key.

    Raises:
        Invalid: ``origin`` holds spaces or a plus sign.
    """
    if not repository.log_keys(session.db):
        repository.wait_lock(session.db)
    if not repository.log_keys(session.db):
        check_name(session.settings.origin)
        signers = [new_signer(session.settings.origin, kind) for kind in _KINDS]
        for signer in signers:
            _store(session, signer)
        text = Checkpoint(origin=session.settings.origin, size=0, root=EMPTY_ROOT).text
        note = sign_note(text, signers, at=session.now)
        repository.add_checkpoint(session.db, SealedCheckpoint(size=0, root=EMPTY_ROOT, note=note, at=session.now))
    return log_keys(session)


def log_keys(session: Session) -> tuple[str, ...]:
    """The log's public keys as vkeys: Ed25519, then ML-DSA-44.

    Raises:
        NotFound: The log has not been created.
    """
    return tuple(verifier.vkey for verifier in verifiers(session))


def verifiers(session: Session) -> tuple[Verifier, ...]:
    """The log's public keys.

    Raises:
        NotFound: The log has not been created.
    """
    rows = repository.log_keys(session.db)
    if not rows:
        raise NotFound(
            "This exchange has no transparency log yet.", "Run `entrepot init`, or record a first fact and let a worker seal it."
        )
    return tuple(parse_vkey(row.vkey) for row in rows)


def signers(session: Session) -> tuple[Signer, ...]:
    """The log's private keys, opened with the master key."""
    rows = repository.log_keys(session.db)
    return tuple(Signer(row.origin, KeyKind(row.kind), session.master_key.open(row.sealed_seed, _purpose(row.key_id))) for row in rows)


def locked_keys(session: Session) -> list[str]:
    """Ids of the log's keys that do not open under the master key; none when all is well."""
    return [str(row.key_id) for row in repository.log_keys(session.db) if not _opens(session, row)]


def _opens(session: Session, row: Any) -> bool:
    try:
        session.master_key.open(row.sealed_seed, _purpose(row.key_id))
    except Conflict:
        return False
    return True


def _store(session: Session, signer: Signer) -> None:
    verifier = signer.verifier
    sealed = session.master_key.seal(signer.seed, _purpose(verifier.key_id.hex()))
    repository.add_key(
        session.db, origin=signer.name, key_id=verifier.key_id, kind=signer.kind, vkey=verifier.vkey, sealed_seed=sealed,
        created_at=session.now,
    )  # fmt: skip


def _purpose(key_id: str) -> str:
    return f"proof.log_key:{key_id}"
