"""Receipts and the keys they verify against."""

from __future__ import annotations

from typing import Any

from entrepot import catalogue, parties, proof, trades
from entrepot.kit import Invalid, NotFound
from entrepot.runtime import Role, Session

TRUST_FORMAT = "entrepot-trust/1"


def prove(session: Session, entry_id: str) -> dict[str, Any]:
    """The receipt of a log entry, for those who may see what it is about.

    Raises:
        NotFound: There is none that the actor may see.
        Conflict: The log is not sealed up to it yet.
    """
    entry = proof.get(session, entry_id)
    if not _may_see(session, entry):
        raise NotFound(f"There is no log entry {entry_id[:80]}.", "Check the id.")
    return proof.prove(session, entry_id)


def trust(session: Session) -> dict[str, Any]:
    """What a reader must trust to verify receipts and agreements: the log's verifier keys and the organisations' public keys."""
    exchange = parties.exchange_organisation(session)
    return {
        "format": TRUST_FORMAT, "origin": session.settings.origin, "exchange": exchange.id, "log": list(proof.log_keys(session)),
        "keys": list(parties.public_keys(session).values()),
    }  # fmt: skip


def _may_see(session: Session, entry: proof.Entry) -> bool:
    if session.actor.has_role(Role.OPERATOR, Role.REGULATOR, Role.SYSTEM):
        return True
    look = {"agr": trades.get, "lst": catalogue.get}.get((entry.subject_id or "").partition("_")[0])
    if look is None:
        return False
    try:
        look(session, entry.subject_id or "")
    except (NotFound, Invalid):
        return False
    return True
