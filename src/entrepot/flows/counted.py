"""What trades that passed the rules add to the counts of later ones, a row for each in place of its whole ruling, summed by the store."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection

from entrepot.compliance import Gate
from entrepot.flows.tables import counted_trades

Categories = tuple[str, ...]
_T = counted_trades.c


def put(db: Connection, values: dict[str, Any], categories: Collection[str]) -> None:
    """Keep what a trade counts for, in place of what it counted for before.

    Args:
        values: The columns of its row but the categories.
    """
    row = values | {"categories": json.dumps(sorted(categories))}
    new = (postgres_insert if db.dialect.name == "postgresql" else sqlite_insert)(counted_trades).values(row)
    key = ("gate", "subject_id")
    db.execute(new.on_conflict_do_update(index_elements=key, set_={name: new.excluded[name] for name in row if name not in key}))


def uncovered(db: Connection, owner_id: str, *, but: str) -> list[tuple[Categories, int, float, int]]:
    """Of an owner's agreements without everybody's consent, by kinds of data: the persons, their prices in yuan, and how many have none.

    Args:
        but: The agreement in question, which is not among the earlier ones.
    """
    unpriced = sa.func.count() - sa.func.count(_T.price_cny)
    query = sa.select(_T.categories, sa.func.sum(_T.uncovered), sa.func.coalesce(sa.func.sum(_T.price_cny), 0), unpriced)
    found = db.execute(query.where(*_of(owner_id, Gate.CONTRACT), _T.uncovered > 0, _T.subject_id != but).group_by(_T.categories))
    return [(_read(row[0]), int(row[1]), float(row[2]), int(row[3])) for row in found]


def exported(db: Connection, owner_id: str, *, since: datetime) -> list[tuple[str, Categories, int]]:
    """Of an owner's agreements that sent persons abroad, by listing and kinds of data: the persons, who are the same in all of them."""
    query = sa.select(_T.listing_id, _T.categories, sa.func.max(_T.exported))
    query = query.where(*_of(owner_id, Gate.CONTRACT), _T.exported > 0, _T.counted_at >= since)
    return [(row[0], _read(row[1]), int(row[2])) for row in db.execute(query.group_by(_T.listing_id, _T.categories))]


def delivered_kinds(db: Connection, owner_id: str) -> list[Categories]:
    """The kinds of data that an owner has delivered with gaps in the consents."""
    query = sa.select(_T.categories).where(*_of(owner_id, Gate.DELIVERY), _T.uncovered > 0).distinct()
    return [_read(row[0]) for row in db.execute(query)]


def delivered(db: Connection, owner_id: str, kinds: Collection[Categories], *, listing_id: str, buyer_id: str) -> tuple[int, int]:
    """Persons times recipients delivered with gaps in the consents, each listing once for each recipient: to others, and of this listing to this one."""
    written = [json.dumps(sorted(kind)) for kind in kinds]
    is_here = sa.and_(_T.listing_id == listing_id, _T.buyer_id == buyer_id)
    most = sa.select(is_here.label("here"), sa.func.max(_T.uncovered).label("persons"))
    most = most.where(*_of(owner_id, Gate.DELIVERY), _T.uncovered > 0, _T.categories.in_(written)).group_by(_T.listing_id, _T.buyer_id)
    places = most.subquery()
    sums = {
        bool(here): int(persons)
        for here, persons in db.execute(sa.select(places.c.here, sa.func.sum(places.c.persons)).group_by(places.c.here))
    }
    return sums.get(False, 0), sums.get(True, 0)


def _of(owner_id: str, gate: Gate) -> tuple[sa.ColumnElement[bool], ...]:
    return _T.organisation_id == owner_id, _T.gate == gate.value


def _read(categories: str) -> Categories:
    return tuple(json.loads(categories))
