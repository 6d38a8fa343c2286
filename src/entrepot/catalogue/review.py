"""Decide on what waits, and take listings off: verbs of the operator, and the owner's withdrawal."""

from __future__ import annotations

from entrepot import parties
from entrepot.catalogue import holds, repository, states
from entrepot.catalogue.model import Listing, ListingState
from entrepot.catalogue.service import get, require_publisher
from entrepot.kit import Conflict, Invalid
from entrepot.runtime import Role, Session


def waiting(session: Session, *, limit: int = 100) -> list[Listing]:
    """Listings with a version that waits for review, oldest first, for the operator.

    Raises:
        Refused: The actor is no operator.
    """
    parties.require_role(session, Role.OPERATOR)
    return repository.waiting(session.db, limit=limit)


def approve(session: Session, listing_id: str) -> Listing:
    """Put the version that waits for review on offer.

    Raises:
        Refused: The actor is no operator.
        Conflict: None waits.
    """
    parties.require_role(session, Role.OPERATOR)
    number = get(session, listing_id).pending_number
    listing = offer_pending(session, listing_id)
    parties.notify(session, listing.organisation_id, "listing.approved", listing.id, number=number)
    return listing


def offer_pending(session: Session, listing_id: str) -> Listing:
    """Put the version that waits on offer, for callers that have found nothing in its way any more.

    Raises:
        Conflict: None waits.
    """
    listing = get(session, listing_id)
    version = None if listing.pending_number is None else repository.find_numbered(session.db, listing.id, listing.pending_number)
    if version is None:
        raise Conflict(f"No version of {listing.id} waits for review.", "Somebody else may have decided already; reload the list.")
    return states.offer(session, listing, version)


def reject(session: Session, listing_id: str, *, reason: str) -> Listing:
    """Send the version that waits for review back to its owner; an earlier version stays on offer.

    Raises:
        Refused: The actor is no operator.
        Conflict: None waits.
    """
    parties.require_role(session, Role.OPERATOR)
    listing = get(session, listing_id)
    if listing.pending_number is None:
        raise Conflict(f"No version of {listing.id} waits for review.", "Somebody else may have decided already; reload the list.")
    number = listing.pending_number
    listing = states.changed(session, listing, pending_number=None, reason=_reason(reason))
    parties.notify(session, listing.organisation_id, "listing.rejected", listing.id, number=number, reason=listing.reason)
    return listing


def withdraw(session: Session, listing_id: str, *, reason: str = "") -> Listing:
    """Take a listing off for good, by its owner; agreements on it go on.

    Raises:
        NotFound: It is not the actor's.
        Conflict: It is withdrawn already, or a legal notice holds it.
    """
    listing = get(session, listing_id)
    require_publisher(session, listing.organisation_id)
    held = holds.freezing(session, holds.locked(session, listing.id).id)
    if held is not None:
        raise Conflict(
            f"The listing {listing.id} is held by the notice {held.holder}, and everybody who asks for it is told so.",
            "It is off the catalogue already; settle the notice, or have it taken back, and withdraw the listing then.",
        )
    return states.move(session, listing, ListingState.WITHDRAWN, reason=reason, pending_number=None)


def suspend(session: Session, listing_id: str, *, reason: str) -> Listing:
    """Take a listing off until further notice, by an operator, who tells the owner why.

    Raises:
        Refused: The actor is no operator.
        Conflict: It is not on offer.
    """
    parties.require_role(session, Role.OPERATOR)
    listing = holds.place(session, get(session, listing_id).id, holder=holds.OPERATOR, reason=_reason(reason))
    parties.notify(session, listing.organisation_id, "listing.suspended", listing.id, reason=listing.reason)
    return listing


def reinstate(session: Session, listing_id: str) -> Listing:
    """Lift an operator's suspension; the listing is on offer again unless a notice holds it too.

    Raises:
        Refused: The actor is no operator.
        Conflict: It is not suspended, or a notice holds it.
    """
    parties.require_role(session, Role.OPERATOR)
    listing = holds.lift(session, get(session, listing_id).id, holder=holds.OPERATOR)
    if listing.state is ListingState.LIVE:
        parties.notify(session, listing.organisation_id, "listing.reinstated", listing.id)
    return listing


def _reason(text: str) -> str:
    reason = text.strip()[:1_000]
    if not reason:
        raise Invalid("No reason is given.", "Say in a sentence what the owner has to know.")
    return reason
