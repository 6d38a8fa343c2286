"""From a request to an agreement that both organisations have signed."""

from entrepot.trades.model import (
    NEXT_AGREEMENT,
    NEXT_NEGOTIATION,
    OPEN,
    Agreement,
    AgreementClosed,
    AgreementState,
    Move,
    Negotiation,
    NegotiationState,
    Offer,
)

__all__ = [
    "NEXT_AGREEMENT", "NEXT_NEGOTIATION", "OPEN", "Agreement", "AgreementClosed", "AgreementState", "Move", "Negotiation",
    "NegotiationState", "Offer",
]  # fmt: skip
