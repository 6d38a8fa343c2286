"""Which personal links there are: how often each was handed out, whether its person has used it, and when another took its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection

from entrepot.consent.repository import insert_once, slices
from entrepot.consent.tables import consent_counters, consent_links

_C = consent_links.c


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkState:
    """What is known of a person's link; nothing but counts and times where it was never handed out.

    Attributes:
        whole: How often the links of all persons of the controller were ended; ``own`` how often this person's link gave way to another.
        issued: How often links of this person were handed out to the controller; ``issued_at`` is the last time.
        used_at: When the person first answered by the link that holds now.
        renewed_at: When the link that holds now took the place of another.
    """

    whole: int = 0
    own: int = 0
    issued: int = 0
    issued_at: datetime | None = None
    used_at: datetime | None = None
    renewed_at: datetime | None = None

    @property
    def number(self) -> int:
        """How many links the person had before this one, at the most."""
        return self.whole + self.own


def state(db: Connection, controller_id: str, subject: bytes) -> LinkState:
    """How a person's link stands."""
    whole, ended_at = of_all(db, controller_id)
    own = db.execute(sa.select(consent_links).where(_C.controller_id == controller_id, _C.subject == subject)).one_or_none()
    values = {} if own is None else dict(own._mapping)
    renewed = [at for at in (ended_at, values.get("renewed_at")) if at is not None]
    return LinkState(
        whole=whole, own=values.get("epoch", 0), issued=values.get("issued", 0),
        issued_at=values.get("issued_at"), used_at=values.get("used_at"), renewed_at=max(renewed, default=None),
    )  # fmt: skip


def of_all(db: Connection, controller_id: str) -> tuple[int, datetime | None]:
    """How often the links of all persons of a controller were ended, and when last."""
    mine = consent_counters.c.controller_id == controller_id
    found = db.execute(sa.select(consent_counters.c.link_epoch, consent_counters.c.links_ended_at).where(mine)).one_or_none()
    return (0, None) if found is None else (int(found.link_epoch), found.links_ended_at)


def hand_out(db: Connection, controller_id: str, subjects: Sequence[bytes], *, now: datetime) -> tuple[dict[bytes, int], list[bytes]]:
    """Note that the links of these persons are handed out; who has used theirs gets another. Each person's own count, and who got another."""
    rows = [{"controller_id": controller_id, "subject": subject, "epoch": 0} for subject in subjects]
    insert = postgres_insert if db.dialect.name == "postgresql" else sqlite_insert
    db.execute(insert(consent_links).on_conflict_do_nothing(), rows)
    used: list[bytes] = []
    epochs: dict[bytes, int] = {}
    for some in slices(subjects):
        mine = sa.and_(_C.controller_id == controller_id, _C.subject.in_(some))
        others = [bytes(subject) for subject in db.scalars(sa.select(_C.subject).where(mine, _C.used_at.is_not(None)))]
        if others:
            replaced = sa.and_(_C.controller_id == controller_id, _C.subject.in_(others))
            db.execute(sa.update(consent_links).where(replaced).values(epoch=_C.epoch + 1, used_at=None, renewed_at=now))
        handed = sa.update(consent_links).where(mine).values(issued=_C.issued + 1, issued_at=now).returning(_C.subject, _C.epoch)
        epochs |= {bytes(subject): epoch for subject, epoch in db.execute(handed)}
        used += others
    return epochs, used


def note_used(db: Connection, controller_id: str, subject: bytes, *, now: datetime) -> None:
    """Note that a person has answered by the link that holds now."""
    row = {"controller_id": controller_id, "subject": subject, "epoch": 0, "issued": 0, "used_at": now}
    db.execute(_upsert(db, {"used_at": sa.func.coalesce(_C.used_at, sa.literal(now, _C.used_at.type))}), row)


def renew(db: Connection, controller_id: str, subject: bytes, *, now: datetime, is_used: bool) -> None:
    """Let another link take the place of a person's; ``is_used`` where nobody but the person is to have it."""
    values = {"used_at": now if is_used else None, "renewed_at": now}
    row = {"controller_id": controller_id, "subject": subject, "epoch": 1, "issued": 0, **values}
    db.execute(_upsert(db, {"epoch": _C.epoch + 1, **values}), row)


def end_all(db: Connection, controller_id: str, *, now: datetime) -> None:
    """Let the links of all persons of a controller give way to others."""
    insert_once(db, consent_counters, {"controller_id": controller_id, "seq": 0, "link_epoch": 0})
    mine = consent_counters.c.controller_id == controller_id
    db.execute(sa.update(consent_counters).where(mine).values(link_epoch=consent_counters.c.link_epoch + 1, links_ended_at=now))


def _upsert(db: Connection, again: dict[str, Any]) -> Any:
    insert = postgres_insert if db.dialect.name == "postgresql" else sqlite_insert
    return insert(consent_links).on_conflict_do_update(index_elements=["controller_id", "subject"], set_=again)
