"""Look at negotiations and agreements: the parties see theirs, the operator and the regulator all, nobody else any."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal

from entrepot import parties
from entrepot.kit import NotFound
from entrepot.runtime import Role, Session
from entrepot.trades import repository
from entrepot.trades.model import Agreement, Move, Negotiation, Offer

Side = Literal["owner", "buyer"]
OVERSEERS = (Role.OPERATOR, Role.REGULATOR, Role.SYSTEM)


def get_negotiation(session: Session, negotiation_id: str) -> Negotiation:
    """A negotiation of the acting organisation.

    Raises:
        NotFound: There is none, or it is somebody else's.
    """
    found = repository.find_negotiation(session.db, negotiation_id)
    if found is None or not _may_see(session, found):
        raise NotFound(f"There is no negotiation {negotiation_id[:60]}.", "Check the id, and that you act for the right organisation.")
    return found


def get(session: Session, agreement_id: str) -> Agreement:
    """An agreement of the acting organisation.

    Raises:
        NotFound: There is none, or it is somebody else's.
    """
    found = repository.find_agreement(session.db, agreement_id)
    if found is None or not _may_see(session, found):
        raise NotFound(f"There is no agreement {agreement_id[:60]}.", "Check the id, and that you act for the right organisation.")
    return found


def offers_of(session: Session, negotiation_id: str) -> list[Offer]:
    """Every offer in a negotiation, the published one first.

    Raises:
        NotFound: There is no such negotiation for the actor.
    """
    return repository.list_offers(session.db, get_negotiation(session, negotiation_id).id)


def offer_on_table(session: Session, negotiation_id: str) -> Offer:
    """The last offer in a negotiation: what accepting would agree to.

    Raises:
        NotFound: There is no such negotiation for the actor.
    """
    negotiation = get_negotiation(session, negotiation_id)
    return repository.offer_in_round(session.db, negotiation.id, negotiation.round)


def agreement_of(session: Session, negotiation_id: str) -> Agreement | None:
    """The agreement that a negotiation has led to, if it has.

    Raises:
        NotFound: There is no such negotiation for the actor.
    """
    return repository.find_agreement_of(session.db, get_negotiation(session, negotiation_id).id)


def history(session: Session, agreement_id: str) -> list[Move]:
    """Every change of an agreement's state with its reason, oldest first.

    Raises:
        NotFound: There is no such agreement for the actor.
    """
    return repository.list_moves(session.db, get(session, agreement_id).id)


def list_for(
    session: Session,
    *,
    side: Side | None = None,
    states: Collection[str] = (),
    listing_id: str | None = None,
    before: str | None = None,
    limit: int = 100,
    everybody: bool = False,
) -> list[Negotiation]:
    """Negotiations of the acting organisation, newest first.

    Args:
        side: Only those in which it is the owner, or the buyer.
        states: Only those in one of these states; none for any.
        before: Only those older than the one with this id, for the next page.
        everybody: Those of all organisations, for the operator and the regulator.

    Raises:
        Refused: ``everybody`` is asked for by somebody else.
    """
    return repository.list_negotiations(
        session.db, **_parties(session, side, everybody), states=states, listing_id=listing_id, before=before, limit=limit
    )


def list_agreements(
    session: Session,
    *,
    side: Side | None = None,
    states: Collection[str] = (),
    listing_id: str | None = None,
    before: str | None = None,
    limit: int = 100,
    everybody: bool = False,
) -> list[Agreement]:
    """Agreements of the acting organisation, newest first; the arguments are those of ``list_for``."""
    return repository.list_agreements(
        session.db, **_parties(session, side, everybody), states=states, listing_id=listing_id, before=before, limit=limit
    )


def _parties(session: Session, side: Side | None, everybody: bool) -> dict[str, Any]:
    if everybody:
        parties.require_role(session, *OVERSEERS)
        return {"owner_id": None, "buyer_id": None}
    acting = parties.acting_organisation(session)
    return {"owner_id": None if side == "buyer" else acting, "buyer_id": None if side == "owner" else acting}


def _may_see(session: Session, found: Negotiation | Agreement) -> bool:
    return session.actor.has_role(*OVERSEERS) or parties.is_self(session, found.owner_id) or parties.is_self(session, found.buyer_id)
