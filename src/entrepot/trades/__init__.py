"""From a request to an agreement that both organisations have signed."""

from entrepot.trades.idempotency import claim_key
from entrepot.trades.lifecycle import expire_agreement, is_frozen, move, require_open
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
    RoundsSpent,
    TermsWidened,
)
from entrepot.trades.negotiating import accept, conclude, counter, decline, expire_request, offer, request, withdraw
from entrepot.trades.reading import agreement_of, get, get_negotiation, history, list_agreements, list_for, offer_on_table, offers_of
from entrepot.trades.reasons import Reason
from entrepot.trades.record import TrackRecord, track_record
from entrepot.trades.signing import verify

__all__ = [
    "NEXT_AGREEMENT", "NEXT_NEGOTIATION", "OPEN", "Agreement", "AgreementClosed", "AgreementState", "Move", "Negotiation",
    "NegotiationState", "Offer", "Reason", "RoundsSpent", "TermsWidened", "TrackRecord", "accept", "agreement_of", "claim_key", "conclude", "counter",
    "decline", "expire_agreement", "expire_request", "get", "get_negotiation", "history", "is_frozen", "list_agreements", "list_for", "move", "offer",
    "offer_on_table", "offers_of", "request", "require_open", "track_record", "verify", "withdraw",
]  # fmt: skip
