"""How a listing and its owner have fared: figures that anybody who sees the listing may read, naming nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from statistics import median

import sqlalchemy as sa

from entrepot.runtime import Session
from entrepot.trades.model import AgreementState
from entrepot.trades.tables import agreements, negotiations, offers

LOOKED_AT = 200
"""Requests of an owner that its response time is reckoned from, newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackRecord:
    """What has become of a listing's agreements, and how soon its owner answers.

    Attributes:
        agreements: How many were signed; ``ended_early`` of them were paid back or ended before their time.
        response: The median time to the owner's first answer, over all its listings; None while it never had to answer.
    """

    agreements: int
    ended_early: int
    response: timedelta | None


def track_record(session: Session, listing_id: str, owner_id: str) -> TrackRecord:
    """The record of a listing; the caller has made sure that the actor may see the listing."""
    states = sa.select(agreements.c.state, sa.func.count()).where(agreements.c.listing_id == listing_id).group_by(agreements.c.state)
    counts = {state: int(count) for state, count in session.db.execute(states)}
    early = counts.get(AgreementState.REFUNDED, 0) + counts.get(AgreementState.TERMINATED, 0)
    return TrackRecord(agreements=sum(counts.values()), ended_early=early, response=_response(session, owner_id))


def _response(session: Session, owner_id: str) -> timedelta | None:
    # Requests under a standing policy are answered by nobody, so they tell nothing.
    asked = (
        sa.select(negotiations.c.id, negotiations.c.created_at)
        .where(negotiations.c.owner_id == owner_id, negotiations.c.auto_approved.is_(False))
        .order_by(negotiations.c.id.desc())
        .limit(LOOKED_AT)
        .subquery()
    )
    first_offer = sa.select(asked.c.created_at, offers.c.created_at).join(
        offers, sa.and_(offers.c.negotiation_id == asked.c.id, offers.c.round == 2)
    )
    offered = sa.select(offers.c.negotiation_id).where(offers.c.round == 2)
    signed = (
        sa.select(asked.c.created_at, agreements.c.signed_at)
        .join(agreements, agreements.c.negotiation_id == asked.c.id)
        .where(agreements.c.negotiation_id.not_in(offered))
    )
    seconds = [(answer - request).total_seconds() for query in (first_offer, signed) for request, answer in session.db.execute(query)]
    return timedelta(seconds=median(seconds)) if seconds else None
