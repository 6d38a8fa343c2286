"""Move a listing from state to state by compare-and-set, with the search kept in step in the same transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from entrepot import parties
from entrepot.catalogue import repository
from entrepot.catalogue.finding import index
from entrepot.catalogue.finding.documents import document
from entrepot.catalogue.model import NEXT, Listing, ListingState, Version, Visibility
from entrepot.catalogue.tables import listing_holds
from entrepot.kit import Conflict
from entrepot.runtime import Session


def offer(session: Session, listing: Listing, version: Version) -> Listing:
    """Make this version the one on offer; a listing that is suspended or held takes it, but stays off."""
    state = _first_state(session, listing) if listing.state is ListingState.DRAFT else listing.state
    shown = changed(
        session,
        listing,
        state=state,
        version_number=version.number,
        pending_number=None,
        visibility=version.manifest.visibility,
        reason=listing.reason if state is ListingState.SUSPENDED else "",
    )
    _show(session, shown, version)
    if shown.state is ListingState.LIVE and shown.visibility is Visibility.PRIVATE:
        for organisation_id in invited(session, version):
            parties.notify(session, organisation_id, "listing.shared", subject_id=shown.id, title=version.manifest.title)
    return shown


def invited(session: Session, version: Version) -> list[str]:
    """Ids of the organisations that a private listing names; names that nobody has are passed over."""
    named = set(version.manifest.invited)
    return [found.id for found in parties.list_organisations(session) if named & {found.id, found.slug}] if named else []


def move(session: Session, listing: Listing, state: ListingState, **values: Any) -> Listing:
    """The listing in its next state, with other state columns changed along.

    Raises:
        Conflict: It cannot go there from where it is, or somebody was faster.
    """
    if state not in NEXT[listing.state]:
        raise Conflict(f"The listing {listing.id} is {listing.state} and cannot become {state}.", "Reload it to see where it stands.")
    moved = changed(session, listing, state=state, **values)
    _show(session, moved, None)
    return moved


def changed(session: Session, listing: Listing, **values: Any) -> Listing:
    """The listing with some state columns changed.

    Raises:
        Conflict: Somebody else changed it first.
    """
    if not repository.change(session.db, listing, now=session.now, **values):
        raise Conflict(f"The listing {listing.id} was changed by somebody else at the same moment.", "Reload it and try again.")
    return replace(listing, **values, changed_at=session.now)


def _first_state(session: Session, listing: Listing) -> ListingState:
    held = session.db.execute(sa.select(listing_holds.c.holder).where(listing_holds.c.listing_id == listing.id).limit(1)).first()
    return ListingState.LIVE if held is None else ListingState.SUSPENDED


def _show(session: Session, listing: Listing, version: Version | None) -> None:
    """Bring the search in step with the listing."""
    if not listing.is_open:
        index.remove(session.db, listing.id)
        return
    version = version or repository.find_numbered(session.db, listing.id, listing.version_number)
    if version is not None:
        name = parties.get(session, listing.organisation_id).name
        index.put(session.db, document(version, organisation_id=listing.organisation_id, organisation_name=name))
