"""The inbox of an organisation: what happened that somebody there should know."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from entrepot.kit import new_id
from entrepot.parties import service
from entrepot.parties.model import Notification
from entrepot.parties.tables import notifications
from entrepot.runtime import Session

_ADD = sa.insert(notifications)


def notify(session: Session, organisation_id: str, kind: str, subject_id: str, **facts: Any) -> None:
    """Put a line into an organisation's inbox.

    Args:
        kind: What happened, such as ``request.received``.
        subject_id: What it happened to.
        facts: Values for the sentence the reader sees.
    """
    values = {
        "id": new_id("ntf"),
        "organisation_id": organisation_id,
        "kind": kind,
        "subject_id": subject_id,
        "facts": facts,
        "created_at": session.now,
    }
    session.db.execute(_ADD, values)


def notify_once(session: Session, organisation_id: str, kind: str, subject_id: str, **facts: Any) -> None:
    """The same, unless such a line about the same waits unread."""
    c = notifications.c
    same = sa.and_(c.organisation_id == organisation_id, c.kind == kind, c.subject_id == subject_id, c.read_at.is_(None))
    if session.db.scalar(sa.select(c.id).where(same).limit(1)) is None:
        notify(session, organisation_id, kind, subject_id, **facts)


def inbox(session: Session, *, unread_only: bool = False, limit: int = 100) -> list[Notification]:
    """The acting organisation's notifications, newest first."""
    mine = notifications.c.organisation_id == service.acting_organisation(session)
    query = sa.select(notifications).where(mine).order_by(notifications.c.id.desc()).limit(limit)
    if unread_only:
        query = query.where(notifications.c.read_at.is_(None))
    columns = Notification.__slots__
    return [Notification(**{c: row._mapping[c] for c in columns}) for row in session.db.execute(query)]


def count_unread(session: Session) -> int:
    """How many lines nobody has read yet."""
    mine = sa.and_(notifications.c.organisation_id == service.acting_organisation(session), notifications.c.read_at.is_(None))
    return int(session.db.scalar(sa.select(sa.func.count()).select_from(notifications).where(mine)) or 0)


def mark_read(session: Session, notification_id: str | None = None) -> int:
    """Mark one line, or all, as read; how many were unread."""
    mine = sa.and_(notifications.c.organisation_id == service.acting_organisation(session), notifications.c.read_at.is_(None))
    if notification_id is not None:
        mine = sa.and_(mine, notifications.c.id == notification_id)
    return session.db.execute(sa.update(notifications).where(mine).values(read_at=session.now)).rowcount
