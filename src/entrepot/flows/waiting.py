"""What waits for the operator's review: new versions, and listings that the rules hold and now leave to a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from entrepot import catalogue, compliance
from entrepot.catalogue import Listing, Version
from entrepot.compliance import Ruling, Severity, library
from entrepot.flows import gates
from entrepot.kit import Decision, strictest
from entrepot.runtime import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A listing that a person decides on.

    Attributes:
        version: What comes on offer with the decision.
        ruling: What the rules say of it today; None where it cannot be judged, which a job of its own tells.
    """

    listing: Listing
    version: Version
    ruling: Ruling | None
    since: datetime

    @property
    def is_held(self) -> bool:
        """Whether it was on offer and the rules took it off."""
        return self.listing.pending_number is None

    @property
    def decision(self) -> Decision | None:
        """What stands between it and the market, if that can be told."""
        return None if self.ruling is None else strictest((self.ruling.decision, gates.checked(self.version)))

    def reasons(self, language: str = "en") -> list[dict[str, Any]]:
        """Why it waits: what the check of the tables found when it was published, and what the rules say today."""
        found = [one for one in self.version.assessment.get("findings", ()) if one["table"] and _counts(one)] if not self.is_held else []
        if self.ruling is None:
            return found
        return found + [one.to_dict() for one in self.ruling.findings(library.vocabulary(), language, subject=self.listing.id)]


def waiting_listings(session: Session, *, limit: int = 100) -> list[Waiting]:
    """Listings that wait for the operator: versions that were published, then what the rules hold and leave to a person; oldest first.

    Raises:
        Refused: The actor is no operator.
    """
    found = [_waiting(session, listing, listing.changed_at) for listing in catalogue.waiting(session, limit=limit)]
    held = {listing.id: listing for listing in catalogue.held_by(session, catalogue.RULES)}
    left = compliance.waiting_listings(session, list(held))
    return found + [_waiting(session, held[kept.subject_id], kept.decided_at) for kept in left[: limit - len(found)]]


def _waiting(session: Session, listing: Listing, since: datetime) -> Waiting:
    version = catalogue.current_version(session, listing.id, listing.pending_number)
    return Waiting(listing=listing, version=version, ruling=_judged(session, listing), since=since)


def _judged(session: Session, listing: Listing) -> Ruling | None:
    try:
        return gates.rule_listing(session, listing)
    except gates.UNJUDGEABLE:
        return None  # One listing that cannot be judged keeps the others from nobody's eyes.


def _counts(finding: dict[str, Any]) -> bool:
    return Severity(finding["severity"]).decision is not Decision.ALLOW
