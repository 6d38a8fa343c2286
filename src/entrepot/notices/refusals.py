"""How often uses that nobody may have were refused: counted by the day for everybody to see, and committed to in the log."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from entrepot import proof
from entrepot.notices.tables import refusals
from entrepot.runtime import SYSTEM, Exchange, Session

log = logging.getLogger("entrepot.notices")
_INSERT: dict[str, Any] = {"postgresql": postgres_insert, "sqlite": sqlite_insert}


class Prohibited(StrEnum):
    """Uses that no consent and no price opens."""

    COVERT_PROFILING = "covert_profiling"
    DISSENT = "dissent_surveillance"
    REIDENTIFICATION = "re_identification"
    SCORE_PRICING = "score_pricing"
    RAW_LOOKUP = "raw_identity_lookup"
    CHILD_PROFILING = "child_profiling"
    UNDER_14 = "under_14"


class Gate(StrEnum):
    """Where a use was refused."""

    LISTING = "listing"
    CONTRACT = "contract"
    DELIVERY = "delivery"
    OPERATION = "operation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """How often one prohibited use was refused at one gate on one day."""

    day: date
    kind: Prohibited
    gate: Gate
    count: int


def count_refusal(session: Session, kind: Prohibited, gate: Gate) -> None:
    """Count a refused use once this session is over; the refusal itself takes everything else back."""
    exchange, kind, gate = session.exchange, Prohibited(kind), Gate(gate)
    session.afterwards(lambda: _count(exchange, kind, gate))


def list_refusals(session: Session, *, since: date | None = None) -> list[Refusals]:
    """What was refused, newest day first; for everybody."""
    query = sa.select(refusals).order_by(refusals.c.day.desc(), refusals.c.kind, refusals.c.gate)
    rows = session.db.execute(query if since is None else query.where(refusals.c.day >= since))
    return [Refusals(day=row.day, kind=Prohibited(row.kind), gate=Gate(row.gate), count=row._mapping["count"]) for row in rows]


def totals(session: Session) -> dict[tuple[Prohibited, Gate], int]:
    """How often each use was refused at each gate, over all days."""
    query = sa.select(refusals.c.kind, refusals.c.gate, sa.func.sum(refusals.c.count)).group_by(refusals.c.kind, refusals.c.gate)
    return {(Prohibited(kind), Gate(gate)): int(count) for kind, gate, count in session.db.execute(query)}


def add_refusal(session: Session, kind: Prohibited, gate: Gate) -> None:
    """Count a refused use, with whatever else this session keeps of the refusal."""
    new = _INSERT[session.db.dialect.name](refusals).values(day=session.now.date(), kind=kind.value, gate=gate.value, count=1)
    key = [refusals.c.day, refusals.c.kind, refusals.c.gate]
    session.db.execute(new.on_conflict_do_update(index_elements=key, set_={"count": refusals.c.count + 1}))
    proof.record(session, "use.refused", {"kind": kind.value, "gate": gate.value, "day": session.now.date().isoformat()})


def _count(exchange: Exchange, kind: Prohibited, gate: Gate) -> None:
    try:
        with exchange.session(SYSTEM) as session:
            add_refusal(session, kind, gate)
    except Exception:
        # Whoever was refused must hear of that, not of a counter.
        log.exception("a refused use was not counted")
