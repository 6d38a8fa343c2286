"""Which versions of a listing an agreement covers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from entrepot import catalogue
from entrepot.catalogue.model import ListingState, Version
from entrepot.kit import Decision, NotFound, Refused
from entrepot.pricing.model import Plan
from entrepot.runtime import SYSTEM, Session
from entrepot.trades.model import Agreement

_GROWING = frozenset({Plan.MONTHLY, Plan.METERED})
_NEWER = frozenset({ListingState.LIVE, ListingState.WITHDRAWN})


def covered_versions(session: Session, agreement: Agreement) -> tuple[Version, ...]:
    """The version that was signed and, where the price runs on (monthly, metered), every later one that went on offer.

    Later versions of a listing that the operator has suspended are held back; the signed one stays with its agreement.
    """
    signed = catalogue.agreed_version(session, agreement.version_id)
    if agreement.price.plan not in _GROWING:
        return (signed,)
    with _as_exchange(session):
        listing = catalogue.get(session, agreement.listing_id)
        if listing.state not in _NEWER:
            return (signed,)
        newest = listing.version_number
        later = [_find(session, listing.id, number) for number in range(signed.number + 1, newest + 1)]
    # A version that waited for review and was superseded may have been rejected; only the newest is known to be approved.
    offered = [v for v in later if v is not None and (v.number == newest or v.decision is Decision.ALLOW)]
    return (signed, *offered)


def require_covered(session: Session, agreement: Agreement, version: Version) -> None:
    """Let versions pass that the agreement covers.

    Raises:
        Refused: The agreement is on another version, or another listing.
    """
    if version.id != agreement.version_id and version.id not in {v.id for v in covered_versions(session, agreement)}:
        raise Refused(
            f"Agreement {agreement.id} does not cover version {version.number} of {version.listing_id}.",
            "Request the listing again for the newer version.",
        )


def _find(session: Session, listing_id: str, number: int) -> Version | None:
    try:
        return catalogue.current_version(session, listing_id, number)
    except NotFound:
        return None


@contextmanager
def _as_exchange(session: Session) -> Iterator[None]:
    """Look versions up on the exchange's own behalf: the agreement, not the actor's role, is what opens them."""
    actor, session.actor = session.actor, SYSTEM
    try:
        yield
    finally:
        session.actor = actor
