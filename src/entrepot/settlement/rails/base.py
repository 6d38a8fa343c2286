"""What a payment rail promises."""

from __future__ import annotations

from typing import Protocol

from entrepot.kit import Money
from entrepot.runtime import Session


class Rail(Protocol):
    """Vouches that money has moved outside, before the books say so.

    Attributes:
        name: The word by which verbs and records name the rail.
        summary: One sentence for the operator who chooses.
    """

    @property
    def name(self) -> str: ...

    @property
    def summary(self) -> str: ...

    def require_incoming(self, session: Session, organisation_id: str, amount: Money, reference: str) -> None:
        """Pass when this payment has reached the exchange; otherwise raise ``Refused`` or ``NotSignedIn``."""
        ...

    def require_outgoing(self, session: Session, organisation_id: str, amount: Money, reference: str) -> None:
        """Pass when this payment has left the exchange; otherwise raise ``Refused`` or ``NotSignedIn``."""
        ...
