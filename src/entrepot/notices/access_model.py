"""What an authority asks to see, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Fact(StrEnum):
    """What may be asked for."""

    FIGURES = "figures"
    DIGESTS = "digests"
    LOG = "log"
    SECURITY = "security"


class AccessState(StrEnum):
    """Requested, then approved or refused by the operator; what is approved ends by itself."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What an authority asks for.

    Attributes:
        legal_basis: Instrument, version and article.
        subject_id: The listing or the agreement that it is about.
        since: The period of the facts: from here, up to but without ``until``.
        expires_at: When the access ends.
        security: The security incident or risk; needed for the fact ``security`` alone.
        secrecy: The provision that forbids telling the parties; empty where they are told.
        secret_until: When that ban ends.
    """

    legal_basis: str
    facts: tuple[Fact, ...]
    subject_id: str
    since: datetime
    until: datetime
    expires_at: datetime
    security: str = ""
    secrecy: str = ""
    secret_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """A request for access and what became of it.

    Attributes:
        owner_id: Whose listing or agreement it is; ``buyer_id`` the other side where an agreement is asked about.
        reason: What the operator said to it.
        told_at: When the parties were told; None while law forbids it, or nothing is decided.
        looks: How often it was used.
    """

    id: str
    issuer_id: str
    authority: str
    owner_id: str
    buyer_id: str
    ask: Ask
    state: AccessState
    revision: int
    created_at: datetime
    decided_at: datetime | None = None
    reason: str = ""
    told_at: datetime | None = None
    looks: int = 0

    def is_open_at(self, at: datetime) -> bool:
        """Whether it lets the authority look."""
        return self.state is AccessState.APPROVED and at < self.ask.expires_at
