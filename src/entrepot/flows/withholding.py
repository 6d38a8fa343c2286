"""The rules' own hold on a listing: what they forbid is off, and comes back once they allow it."""

from __future__ import annotations

from entrepot import catalogue, compliance, parties
from entrepot.catalogue import Listing, ListingState
from entrepot.compliance import Ruling, library
from entrepot.kit import Decision
from entrepot.runtime import Session


def is_heeded(session: Session, listing: Listing, ruling: Ruling) -> bool:
    """Whether a listing is held, or not, as a ruling on the version on offer wants it."""
    wanted = _wanted(session, listing, ruling)
    return wanted is None or wanted is is_held(session, listing.id)


def is_held(session: Session, listing_id: str) -> bool:
    """Whether the rules hold a listing."""
    return any(hold.holder == catalogue.RULES for hold in catalogue.holds_of(session, listing_id))


def heed(session: Session, listing: Listing, ruling: Ruling) -> None:
    """Hold a listing or give it back, as a ruling on the version on offer wants it, and tell the owner."""
    if is_heeded(session, listing, ruling):
        return
    if is_held(session, listing.id):
        lifted = catalogue.lift(session, listing.id, holder=catalogue.RULES)
        if lifted.state is ListingState.LIVE:
            parties.notify(session, listing.organisation_id, "listing.reinstated", listing.id)
        return
    reason, chinese = (_reason(ruling, listing.id, language) for language in ("en", "zh"))
    catalogue.place(session, listing.id, holder=catalogue.RULES, reason=reason)
    parties.notify(session, listing.organisation_id, "listing.suspended", listing.id, reason=reason, reason_zh=chinese)


def _reason(ruling: Ruling, listing_id: str, language: str) -> str:
    first = ruling.findings(library.vocabulary(), language, subject=listing_id)[0]
    return f"{first.message} ({first.citation}) {first.hint}".strip()[:1000]


def _wanted(session: Session, listing: Listing, ruling: Ruling) -> bool | None:
    """Whether the listing has to be held; None where the ruling leaves things as they are."""
    if ruling.decision is Decision.ALLOW or compliance.is_approved(session, ruling, subject_id=listing.id):
        return False
    is_forbidden = ruling.decision in (Decision.BLOCK, Decision.CONFLICT)
    # An answer that is taken back, or that leaves it to a person, neither forbids what is on offer nor gives back what is held.
    return True if is_forbidden and listing.state in (ListingState.LIVE, ListingState.SUSPENDED) else None
