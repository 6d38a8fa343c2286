"""Negotiations, offers and agreements: their states, whose turn it is, and what a signed agreement says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from entrepot.kit import Invalid, Refused, parse_rfc3339, rfc3339
from entrepot.pricing.model import Price
from entrepot.terms.model import Rights, Terms

SPEC = "entrepot.agreement/1"
"""Version of the payload that both organisations sign."""
MAX_MESSAGE = 4_000


class AgreementClosed(Refused):
    """The agreement no longer, or not now, lets the buyer use the data."""


class RoundsSpent(Refused):
    """The parties have exchanged as many offers as one negotiation may have."""


class TermsWidened(Refused):
    """A buyer asks for more than the owner permits."""


class NegotiationState(StrEnum):
    """Requested by the buyer; offered by the owner and countered by the buyer in turn; then one of four ends."""

    REQUESTED = "requested"
    OFFERED = "offered"
    COUNTERED = "countered"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


_ENDS = frozenset({NegotiationState.AGREED, NegotiationState.DECLINED, NegotiationState.WITHDRAWN, NegotiationState.EXPIRED})
NEXT_NEGOTIATION: dict[NegotiationState, frozenset[NegotiationState]] = {
    NegotiationState.REQUESTED: _ENDS | {NegotiationState.OFFERED},
    NegotiationState.OFFERED: _ENDS | {NegotiationState.COUNTERED},
    NegotiationState.COUNTERED: _ENDS | {NegotiationState.OFFERED},
    **dict.fromkeys(_ENDS, frozenset()),
}


class AgreementState(StrEnum):
    """Where an agreement stands.

    ``fulfilled`` means delivered, accepted and settled; the buyer goes on using the data until the agreement ends.
    """

    ACTIVE = "active"
    SUSPENDED = "suspended"
    FULFILLED = "fulfilled"
    TERMINATED = "terminated"
    EXPIRED = "expired"
    REFUNDED = "refunded"


OPEN = frozenset({AgreementState.ACTIVE, AgreementState.FULFILLED})
"""States in which data may be delivered and read."""
_CLOSED = frozenset({AgreementState.TERMINATED, AgreementState.EXPIRED, AgreementState.REFUNDED})
NEXT_AGREEMENT: dict[AgreementState, frozenset[AgreementState]] = {
    AgreementState.ACTIVE: _CLOSED | {AgreementState.SUSPENDED, AgreementState.FULFILLED},
    AgreementState.SUSPENDED: _CLOSED | {AgreementState.ACTIVE, AgreementState.FULFILLED},
    AgreementState.FULFILLED: _CLOSED | {AgreementState.SUSPENDED},
    # What has ended can still be paid back after a dispute; nothing reopens.
    AgreementState.TERMINATED: frozenset({AgreementState.REFUNDED}),
    AgreementState.EXPIRED: frozenset({AgreementState.REFUNDED}),
    AgreementState.REFUNDED: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Negotiation:
    """A buyer's request for one version of a listing, for one purpose and by one method of delivery.

    Args:
        round: The round of the offer on the table: 0 what the owner published, 1 the buyer's request, then one more each turn.
        decide_by: When it expires unless the party whose turn it is has answered.
        acceptance_window: How long the buyer may look at a delivery before it counts as accepted.
        auto_approved: The owner's published offer stands by policy: the buyer's acceptance makes the agreement.
        message: What the buyer wrote with the request.
    """

    id: str
    listing_id: str
    version_id: str
    owner_id: str
    buyer_id: str
    purpose: str
    method: str
    territory: str | None
    state: NegotiationState
    round: int
    decide_by: datetime
    acceptance_window: timedelta
    auto_approved: bool
    message: str
    created_at: datetime

    @property
    def is_open(self) -> bool:
        """Whether somebody may still answer."""
        return self.state not in _ENDS

    @property
    def turn_id(self) -> str | None:
        """The organisation whose answer is awaited; None when the negotiation has ended."""
        if not self.is_open:
            return None
        return self.buyer_id if self.state is NegotiationState.OFFERED else self.owner_id

    def other(self, organisation_id: str) -> str:
        """The other party."""
        return self.buyer_id if organisation_id == self.owner_id else self.owner_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What one party puts on the table. ``round`` 0 is what the owner published."""

    id: str
    negotiation_id: str
    round: int
    by_id: str
    terms: Terms
    price: Price
    rights: Rights
    message: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What both organisations have signed; only its state changes.

    Args:
        ends_at: When the buyer's use ends; None when the terms set no duration.
        jws: The signed payload as JWS General JSON with one signature per organisation.
        duties: What the rules laid upon the parties when they signed, each as ``{"do": …}``.
        form: The model form it is made on, as its ``kind`` and the ``digest`` of its clauses; None where it names none.
    """

    id: str
    negotiation_id: str
    listing_id: str
    version_id: str
    owner_id: str
    buyer_id: str
    purpose: str
    method: str
    territory: str | None
    terms: Terms
    rights: Rights
    price: Price
    acceptance_window: timedelta
    state: AgreementState
    signed_at: datetime
    starts_at: datetime
    ends_at: datetime | None
    jws: dict[str, Any]
    duties: tuple[Mapping[str, Any], ...] = ()
    form: Mapping[str, str] | None = None

    def other(self, organisation_id: str) -> str:
        """The other party."""
        return self.buyer_id if organisation_id == self.owner_id else self.owner_id

    def is_open_at(self, at: datetime) -> bool:
        """Whether the data may be used then."""
        return self.state in OPEN and self.starts_at <= at and (self.ends_at is None or at < self.ends_at)

    def require_open_at(self, at: datetime) -> None:
        """Let pass while the data may be used.

        Raises:
            AgreementClosed: It is not open in this state, has not begun, or has ended.
        """
        if self.state not in OPEN:
            raise AgreementClosed(f"Agreement {self.id} is {self.state}.", _CLOSED_HINTS[self.state], state=self.state.value)
        if at < self.starts_at:
            raise AgreementClosed(f"Agreement {self.id} begins at {rfc3339(self.starts_at)}.", "Come back then.", state=self.state.value)
        if self.ends_at is not None and at >= self.ends_at:
            raise AgreementClosed(
                f"Agreement {self.id} ended at {rfc3339(self.ends_at)}.", _CLOSED_HINTS[AgreementState.EXPIRED], state=self.state.value
            )


_CLOSED_HINTS = {
    AgreementState.SUSPENDED: "Wait until it is resumed; the agreement's history says why it stopped.",
    AgreementState.TERMINATED: "Request the listing again.",
    AgreementState.EXPIRED: "Request the listing again.",
    AgreementState.REFUNDED: "The payment went back; request the listing again.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One change of an agreement's state: by whom (None: the exchange itself) and why."""

    agreement_id: str
    before: AgreementState
    after: AgreementState
    by_id: str | None
    by_exchange: bool
    reason: str
    at: datetime


def payload(agreement: Agreement, *, parties: Mapping[str, Mapping[str, str]], owner_signs_by: str) -> dict[str, Any]:
    """What both organisations sign.

    Args:
        parties: For ``owner`` and ``buyer``: ``id``, ``name`` and ``key``, the id of the key that signs.
        owner_signs_by: ``decision`` or, where the owner's offer stands for everybody, ``policy``.
    """
    signed: dict[str, Any] = {
        "spec": SPEC,
        "id": agreement.id,
        "negotiation": agreement.negotiation_id,
        "parties": {role: dict(party) for role, party in parties.items()},
        "owner_signs_by": owner_signs_by,
        "listing": agreement.listing_id,
        "version": agreement.version_id,
        "purpose": agreement.purpose,
        "method": agreement.method,
        "territory": agreement.territory,
        "terms": agreement.terms.to_dict(),
        "rights": agreement.rights.to_dict(),
        "price": agreement.price.to_dict(),
        "acceptance_window_seconds": int(agreement.acceptance_window.total_seconds()),
        "signed_at": rfc3339(agreement.signed_at),
        "starts_at": rfc3339(agreement.starts_at),
        "ends_at": None if agreement.ends_at is None else rfc3339(agreement.ends_at),
    }
    if agreement.duties:
        signed["duties"] = [dict(duty) for duty in agreement.duties]
    if agreement.form is not None:
        signed["form"] = dict(agreement.form)
    return signed


def agreement_from(signed: Mapping[str, Any], *, state: AgreementState, jws: dict[str, Any]) -> Agreement:
    """The agreement that a signed payload describes."""
    return Agreement(
        id=signed["id"],
        negotiation_id=signed["negotiation"],
        listing_id=signed["listing"],
        version_id=signed["version"],
        owner_id=signed["parties"]["owner"]["id"],
        buyer_id=signed["parties"]["buyer"]["id"],
        purpose=signed["purpose"],
        method=signed["method"],
        territory=signed["territory"],
        terms=Terms.from_dict(signed["terms"]),
        rights=Rights.from_dict(signed["rights"]),
        price=Price.from_dict(signed["price"]),
        acceptance_window=timedelta(seconds=signed["acceptance_window_seconds"]),
        state=state,
        signed_at=parse_rfc3339(signed["signed_at"]),
        starts_at=parse_rfc3339(signed["starts_at"]),
        ends_at=None if signed["ends_at"] is None else parse_rfc3339(signed["ends_at"]),
        jws=jws,
        duties=tuple(signed.get("duties", ())),
        form=signed.get("form"),
    )


def check_message(message: str) -> str:
    """A message between the parties.

    Raises:
        Invalid: It is too long, or carries a null character.
    """
    if not isinstance(message, str) or len(message) > MAX_MESSAGE or "\x00" in message:
        raise Invalid(f"A message has at most {MAX_MESSAGE} characters and no null character.", "Shorten it.")
    return message.strip()
