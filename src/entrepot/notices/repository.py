"""Rows to notices and back; every change is made to exactly the revision that was seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.notices.model import ENDED, Notice, NoticeState, Step, notice_from, plain
from entrepot.notices.tables import notice_freezes, notice_steps, notices

PATIENCE = timedelta(minutes=10)
"""How late the job that ends a clock may be before the doctor speaks of it."""
_IS_OPEN = notices.c.state.not_in(sorted(state.value for state in ENDED))


def insert(db: Connection, notice: Notice) -> None:
    """Keep a new notice."""
    db.execute(sa.insert(notices).values(_row(notice)))


def find(db: Connection, notice_id: str) -> Notice | None:
    """The notice with this id."""
    content = db.scalar(sa.select(notices.c.content).where(notices.c.id == notice_id))
    return None if content is None else notice_from(content)


def change(db: Connection, notice: Notice) -> bool:
    """Keep a notice whose revision is one more than what was seen; False when somebody was faster."""
    seen = sa.and_(notices.c.id == notice.id, notices.c.revision == notice.revision - 1)
    return db.execute(sa.update(notices).where(seen).values(_row(notice))).rowcount == 1


def select(
    db: Connection, *, issuer_id: str | None = None, organisation_id: str | None = None, only_open: bool, before: str | None, limit: int
) -> list[Notice]:
    """Notices of an issuer, to an organisation (either, when both are named) or of all, newest first."""
    query = sa.select(notices.c.content).order_by(notices.c.id.desc()).limit(limit)
    sides = [notices.c[name] == value for name, value in (("issuer_id", issuer_id), ("organisation_id", organisation_id)) if value]
    if sides:
        query = query.where(sa.or_(*sides))
    if only_open:
        query = query.where(_IS_OPEN)
    return [notice_from(row) for row in db.scalars(query if before is None else query.where(notices.c.id < before))]


def open_between(db: Connection, issuer_id: str, organisation_id: str) -> list[Notice]:
    """What one has filed against the other and has not ended."""
    query = sa.select(notices.c.content).where(notices.c.issuer_id == issuer_id, notices.c.organisation_id == organisation_id, _IS_OPEN)
    return [notice_from(row) for row in db.scalars(query)]


def add_step(db: Connection, step: Step) -> None:
    """Keep one step; two with one number cannot be."""
    db.execute(sa.insert(notice_steps).values({name: getattr(step, name) for name in Step.__slots__}))


def steps(db: Connection, notice_id: str) -> list[Step]:
    """What has happened to a notice, oldest first."""
    query = sa.select(notice_steps).where(notice_steps.c.notice_id == notice_id).order_by(notice_steps.c.number)
    return [_step(dict(row._mapping)) for row in db.execute(query)]


def add_freeze(db: Connection, *, agreement_id: str, listing_id: str, notice_id: str, at: datetime) -> None:
    """Remember that a notice froze an agreement."""
    db.execute(sa.insert(notice_freezes).values(agreement_id=agreement_id, listing_id=listing_id, notice_id=notice_id, at=at))


def frozen(db: Connection, listing_id: str, *, limit: int) -> list[str]:
    """The first agreements on a listing that notices froze."""
    query = sa.select(notice_freezes.c.agreement_id).where(notice_freezes.c.listing_id == listing_id)
    return list(db.scalars(query.order_by(notice_freezes.c.agreement_id).limit(limit)))


def forget_freezes(db: Connection, agreement_ids: Sequence[str]) -> None:
    """No notice freezes these agreements any more."""
    db.execute(sa.delete(notice_freezes).where(notice_freezes.c.agreement_id.in_(agreement_ids)))


def every(db: Connection) -> Iterator[Notice]:
    """Every notice, oldest first, a hundred at a time."""
    last = ""
    while True:
        found = [
            notice_from(row)
            for row in db.scalars(sa.select(notices.c.content).where(notices.c.id > last).order_by(notices.c.id).limit(100))
        ]
        if not found:
            return
        yield from found
        last = found[-1].id


def _row(notice: Notice) -> dict[str, Any]:
    values = {name: getattr(notice, name) for name in ("id", "issuer_id", "organisation_id", "revision", "due_at")}
    return values | {"state": notice.state.value, "content": plain(notice)}


def _step(row: dict[str, Any]) -> Step:
    return Step(**row | {"before": NoticeState(row["before"]), "after": NoticeState(row["after"])})
