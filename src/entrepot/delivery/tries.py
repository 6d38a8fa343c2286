"""Questions that were refused for their tokens, counted by buyer, so that nobody tries out tokens or whose they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from entrepot import parties
from entrepot.delivery import repository
from entrepot.delivery.tables import refused_tokens
from entrepot.kit import Refused, new_id
from entrepot.runtime import Role, Session
from entrepot.trades.model import Agreement

_WINDOW = timedelta(hours=1)
_SHOWN = timedelta(hours=24)


class TooManyTries(Refused):
    """A buyer has asked too often with tokens that were not good."""

    status = 429


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """How often a buyer was refused for its tokens in the last 24 hours, and when last."""

    recipient_id: str
    count: int
    last_at: datetime


def require_tries(session: Session, recipient_id: str, *, alone: bool = False) -> None:
    """Let a buyer ask that was not refused too often within an hour; a good token helps it no more than a bad one.

    Args:
        alone: Hold the buyer's other questions up until the transaction ends, so that nothing is counted between this look and the answer.

    Raises:
        TooManyTries: It was.
    """
    if alone:
        repository.lock(session.db, f"tries:{recipient_id}")
    most, found = session.settings.refused_tokens_per_hour, refused_tokens.c
    mine = sa.and_(found.recipient_id == recipient_id, found.at > session.now - _WINDOW)
    newest = session.db.scalars(sa.select(found.at).where(mine).order_by(found.at.desc(), found.id).limit(most)).all()
    if len(newest) >= most:
        again = f"{newest[-1] + _WINDOW:%Y-%m-%d %H:%M} UTC"
        raise TooManyTries(
            f"{most:,} questions of your organisation were refused for their tokens within an hour.",
            f"Ask again after {again}, each time with the token that the person gave for this question.",
            until=again,
        )


def count_refused(session: Session, agreement: Agreement) -> None:
    """Count a question that was refused for its token; the one that uses the hour's last try up is told to the operator.

    Raises:
        TooManyTries: Others asked at the same moment have used the tries up, so that this one is not told what its token was.
    """
    require_tries(session, agreement.buyer_id, alone=True)
    values = {"id": new_id("try"), "recipient_id": agreement.buyer_id, "agreement_id": agreement.id, "at": session.now}
    session.db.execute(sa.insert(refused_tokens).values(values))
    try:
        require_tries(session, agreement.buyer_id)
    except TooManyTries as full:
        exchange_id, buyer = parties.exchange_organisation(session).id, parties.get(session, agreement.buyer_id)
        parties.notify(session, exchange_id, "lookup.tried", agreement.id, buyer=buyer.name, until=full.details["until"])


def recent_tries(session: Session, *, limit: int = 100) -> list[Tries]:
    """Buyers that were refused for their tokens in the last 24 hours, most often first, for the operator.

    Raises:
        Refused: The actor is no operator.
    """
    parties.require_role(session, Role.OPERATOR)
    found = refused_tokens.c
    count, last = sa.func.count().label("count"), sa.func.max(found.at).label("last_at")
    query = sa.select(found.recipient_id, count, last).where(found.at > session.now - _SHOWN).group_by(found.recipient_id)
    return [Tries(**row._mapping) for row in session.db.execute(query.order_by(count.desc(), found.recipient_id).limit(limit))]
