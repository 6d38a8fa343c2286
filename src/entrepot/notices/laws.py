"""The laws of the desk, for the doctor: what a notice suspends is off, and nothing else is held in a notice's name."""

from __future__ import annotations

from collections.abc import Iterator

from entrepot import catalogue, trades
from entrepot.notices import repository
from entrepot.runtime import Session
from entrepot.trades import OPEN


def check_notices(session: Session) -> list[str]:
    """Each breach as a sentence; none where every notice and what it holds agree."""
    return list(_breaches(session.by_exchange()))


def _breaches(session: Session) -> Iterator[str]:
    held: dict[str, set[str]] = {}
    for notice in repository.every(session.db):
        if notice.is_ticking and session.now - notice.suspends_at > repository.PATIENCE:
            yield f"The clock of the notice {notice.id} ended at {notice.suspends_at:%Y-%m-%d %H:%M} UTC, and nothing was suspended."
        for listing_id in notice.listings if notice.is_off else ():
            held.setdefault(listing_id, set()).add(notice.id)
    for listing_id, holders in held.items():
        since = {one.holder: one.placed_at for one in catalogue.holds_of(session, listing_id) if one.freezes}
        found = set(since)
        for missing in sorted(holders - found):
            yield f"The notice {missing} suspends the listing {listing_id}, and nothing holds it."
        # Where thousands run they freeze in batches, while nothing flows any more; only what stays behind is a breach.
        is_over = not since or session.now - min(since.values()) > repository.PATIENCE
        if is_over and trades.list_agreements(session, states=OPEN, listing_id=listing_id, everybody=True, limit=1):
            yield f"An agreement runs on the listing {listing_id}, which a notice suspends."
    for hold in catalogue.freezing_holds(session):
        if hold.holder not in held.get(hold.listing_id, set()):
            yield f"The listing {hold.listing_id} is held in the name of {hold.holder}, which suspends nothing."
