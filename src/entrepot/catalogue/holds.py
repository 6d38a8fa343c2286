"""Holds: while one stands the listing is not on offer, and each is lifted by whoever placed it.

An operator's suspension is a hold that leaves running agreements alone; a legal notice's hold freezes them too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from entrepot.catalogue import repository, states
from entrepot.catalogue.model import Listing, ListingState
from entrepot.catalogue.tables import listing_holds
from entrepot.kit import Conflict, Refused, rfc3339
from entrepot.runtime import Session

OPERATOR = "operator"
RULES = "rules"
_OF = sa.select(listing_holds).where(listing_holds.c.listing_id == sa.bindparam("listing_id")).order_by(listing_holds.c.placed_at)


class ListingSuspended(Refused):
    """A legal notice keeps the listing off the catalogue; its agreements are frozen, not cancelled."""

    status = 451


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What keeps a listing off the catalogue.

    Attributes:
        holder: Who may lift it: ``operator``, ``rules``, or the id of a notice.
        reason: Why, as anybody may read it; empty where the public is not told.
        freezes: Whether running agreements stand still with it.
    """

    listing_id: str
    holder: str
    reason: str
    freezes: bool
    placed_at: datetime


def place(session: Session, listing_id: str, *, holder: str, reason: str, freezes: bool = False) -> Listing:
    """Take a listing off until this hold, and every other, is lifted; the caller has checked who may.

    Raises:
        Conflict: This holder holds it already, or it is withdrawn, or was never on offer.
    """
    listing = locked(session, listing_id)
    standing = holds_of(session, listing_id)
    if any(one.holder == holder for one in standing):
        raise Conflict(f"The listing {listing_id} is held already.", "Lift that hold first.")
    if not freezes and (listing.state is not ListingState.LIVE and not standing):
        raise Conflict(f"The listing {listing_id} is {listing.state} and cannot become suspended.", "Reload it to see where it stands.")
    hold = Hold(listing_id=listing_id, holder=holder, reason=reason, freezes=freezes, placed_at=session.now)
    session.db.execute(sa.insert(listing_holds).values({name: getattr(hold, name) for name in Hold.__slots__}))
    if listing.state is ListingState.LIVE:
        return states.move(session, listing, ListingState.SUSPENDED, reason=reason)
    return listing


def lift(session: Session, listing_id: str, *, holder: str) -> Listing:
    """Lift one hold; with the last one gone the listing is on offer again. The caller has checked who may.

    Raises:
        Conflict: This holder does not hold it.
    """
    listing = locked(session, listing_id)
    mine = sa.delete(listing_holds).where(listing_holds.c.listing_id == listing_id, listing_holds.c.holder == holder)
    if session.db.execute(mine).rowcount != 1:
        others = [one for one in holds_of(session, listing_id) if one.holder != OPERATOR]
        if others and listing.state is ListingState.SUSPENDED:
            if others[0].holder == RULES:
                raise Conflict(
                    f"The listing {listing_id} is held by the rules: {others[0].reason}",
                    "It comes back when they allow it; what they leave to a person `entrepot approve` lets pass.",
                )
            raise Conflict(
                f"The listing {listing_id} is held by the notice {others[0].holder}.",
                "It comes back when the notice is settled or taken back.",
            )
        raise Conflict(f"The listing {listing_id} is {listing.state}, not suspended.", "Only suspended listings can be reinstated.")
    left = holds_of(session, listing_id)
    if listing.state is not ListingState.SUSPENDED:
        return listing
    if left:
        return states.changed(session, listing, reason=left[0].reason)
    return states.move(session, listing, ListingState.LIVE, reason="")


def holds_of(session: Session, listing_id: str) -> list[Hold]:
    """What keeps a listing off, the oldest first."""
    return [Hold(**row._mapping) for row in session.db.execute(_OF, {"listing_id": listing_id})]


def held_by(session: Session, holder: str, *, limit: int = 1_000) -> list[Listing]:
    """Suspended listings with this holder's hold on what is on offer and no version that waits besides, held longest first."""
    return repository.held_by(session.db, holder, limit=limit)


def freezing(session: Session, listing_id: str) -> Hold | None:
    """The oldest hold that freezes the listing's agreements, if any does."""
    return next((one for one in holds_of(session, listing_id) if one.freezes), None)


def freezing_holds(session: Session) -> list[Hold]:
    """Every hold that freezes agreements, for the doctor."""
    query = sa.select(listing_holds).where(listing_holds.c.freezes).order_by(listing_holds.c.listing_id, listing_holds.c.holder)
    return [Hold(**row._mapping) for row in session.db.execute(query)]


def suspended(hold: Hold) -> ListingSuspended:
    """What somebody is told who asks for a listing that a notice holds."""
    why = f" ({hold.reason})" if hold.reason else ""
    return ListingSuspended(
        f"The listing {hold.listing_id} has been suspended since {rfc3339(hold.placed_at)} under a legal notice{why}.",
        "Running agreements on it are frozen, not cancelled; it comes back after a passed re-test.",
        since=rfc3339(hold.placed_at), reason=hold.reason,
    )  # fmt: skip


def locked(session: Session, listing_id: str) -> Listing:
    """The listing, whose holds nobody else changes until this transaction ends; the caller has found it."""
    # Two holds lifted at one moment would each see the other's and leave the listing suspended for ever.
    found = repository.find_listing(session.db, listing_id, lock="change")
    assert found is not None, "callers hold listings they have found"
    return found
