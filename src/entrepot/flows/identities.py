"""Whether the operator stands by an organisation's identity, and what follows from it."""

from __future__ import annotations

from entrepot import parties, proof
from entrepot.parties import Organisation
from entrepot.runtime import Session


def set_verified(session: Session, organisation_id: str, *, verified: bool) -> Organisation:
    """Note it, and have every live listing judged again; contracts and deliveries hear of it by themselves.

    Raises:
        Refused: The actor is no operator, who has looked at the papers.
        NotFound: There is no such organisation.
    """
    before = parties.get(session, organisation_id)
    noted = parties.set_verified(session, before.id, verified=verified)
    if noted.is_verified is not before.is_verified:
        kind = "organisation.verified" if verified else "organisation.doubted"
        proof.record(session, kind, {"organisation": noted.id}, subject_id=noted.id)
        parties.notify(session, noted.id, kind, noted.id)
        session.enqueue("flows.judge_again", after_id="")
    return noted
