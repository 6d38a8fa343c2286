"""Parcels, deliveries, files and readings: rows to models and back."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection

from entrepot.delivery.model import Parcel, Read, Receipt, RowGroup, SharedFile, Span, merge_spans
from entrepot.delivery.tables import deliveries, file_reads, parcels, shared_files
from entrepot.kit import new_id

# Built once: putting a statement together takes several times as long as SQLite needs to run it.
_FILES = sa.select(shared_files).where(shared_files.c.id.in_(sa.bindparam("ids", expanding=True)))
_PARCELS = sa.select(parcels, deliveries.c.delivered_at, deliveries.c.entry_id).outerjoin(
    deliveries, deliveries.c.parcel_id == parcels.c.id
)
_PARCEL = _PARCELS.where(
    parcels.c.agreement_id == sa.bindparam("agreement_id"), parcels.c.version_id == sa.bindparam("version_id"),
    parcels.c.key == sa.bindparam("key"),
)  # fmt: skip
AGAIN = "@consent:"
"""Stands in the key of a parcel that replaces an earlier one because of what people have said; such a one counts against no term."""
_COUNT = sa.select(sa.func.count()).select_from(parcels).where(
    parcels.c.agreement_id == sa.bindparam("agreement_id"), parcels.c.key.not_like(f"%{AGAIN}%")
)  # fmt: skip
_ALL_RECEIPTS = sa.select(deliveries).order_by(deliveries.c.delivered_at, deliveries.c.parcel_id)
_RECEIPTS = _ALL_RECEIPTS.where(deliveries.c.agreement_id == sa.bindparam("agreement_id"))
_ADD_DELIVERY = sa.insert(deliveries)


def lock(db: Connection, name: str) -> None:
    """Let one transaction at a time past this name, until it ends; on SQLite a writer is alone anyway."""
    if db.dialect.name == "postgresql":
        db.execute(sa.select(sa.func.pg_advisory_xact_lock(zlib.crc32(b"delivery"), zlib.crc32(name.encode()) - 2**31)))


def insert_once(db: Connection, table: sa.Table, values: dict[str, Any]) -> bool:
    """Insert a row unless there is one with its key; whether this call inserted it."""
    return db.execute(_once(table, db.dialect.name), values).rowcount == 1


@cache
def _once(table: sa.Table, dialect: str) -> sa.Insert:
    insert = postgres_insert if dialect == "postgresql" else sqlite_insert
    return insert(table).on_conflict_do_nothing()


def find_files(db: Connection, ids: Iterable[str]) -> dict[str, SharedFile]:
    """The files of these ids that have been made."""
    wanted = list(ids)
    return {row.id: _file(row) for row in db.execute(_FILES, {"ids": wanted})} if wanted else {}


def add_file(db: Connection, file: SharedFile, *, now: datetime) -> None:
    """Keep a file; the same one again changes nothing."""
    values = asdict(file) | {"fields": list(file.fields), "row_groups": [[g.start, g.end, g.rows] for g in file.row_groups]}
    insert_once(db, shared_files, values | {"made_at": now})


def add_parcel(db: Connection, parcel: Parcel) -> bool:
    """Keep a parcel; False when its agreement already has one for this version and key."""
    columns = ("id", "agreement_id", "listing_id", "version_id", "method", "to_id", "key", "digest", "rows", "bytes", "opened_at")
    values = {name: getattr(parcel, name) for name in columns} | {"file_ids": [file.id for file in parcel.files]}
    return insert_once(db, parcels, values)


def find_parcel(db: Connection, *, agreement_id: str, version_id: str, key: str) -> Parcel | None:
    """The parcel of one agreement for one version and key."""
    found = db.execute(_PARCEL, {"agreement_id": agreement_id, "version_id": version_id, "key": key}).one_or_none()
    return None if found is None else _parcel(found, find_files(db, found.file_ids))


def newest_parcel(db: Connection, *, agreement_id: str, version_id: str, key: str) -> Parcel | None:
    """The newest parcel of one agreement for one version and key, those that replaced earlier ones included."""
    same = sa.and_(parcels.c.agreement_id == agreement_id, parcels.c.version_id == version_id)
    named = sa.or_(parcels.c.key == key, parcels.c.key.startswith(f"{key}{AGAIN}", autoescape=True))
    row = db.execute(_PARCELS.where(same, named).order_by(parcels.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else _parcel(row, find_files(db, row.file_ids))


def get_parcel(db: Connection, parcel_id: str) -> Parcel | None:
    """A parcel by id."""
    return next(iter(list_parcels(db, parcels.c.id == parcel_id)), None)


def list_parcels(db: Connection, *where: sa.ColumnElement[bool]) -> list[Parcel]:
    """Parcels, oldest first."""
    rows = db.execute(_PARCELS.where(*where).order_by(parcels.c.id)).all()
    files = find_files(db, {file_id for row in rows for file_id in row.file_ids})
    return [_parcel(row, files) for row in rows]


def parcels_of(db: Connection, agreement_id: str) -> list[Parcel]:
    """The parcels of one agreement, oldest first."""
    return list_parcels(db, parcels.c.agreement_id == agreement_id)


def count_parcels(db: Connection, agreement_id: str) -> int:
    """How many parcels of an agreement have been opened."""
    return int(db.scalar(_COUNT, {"agreement_id": agreement_id}) or 0)


def add_delivery(db: Connection, parcel: Parcel, *, entry_id: str, receipt: str, at: datetime) -> Parcel:
    """Record that the delivery was made."""
    values = {"parcel_id": parcel.id, "agreement_id": parcel.agreement_id, "entry_id": entry_id, "receipt": receipt, "delivered_at": at}
    db.execute(_ADD_DELIVERY, values)
    return replace(parcel, delivered_at=at, entry_id=entry_id)


def list_receipts(db: Connection, agreement_id: str | None = None) -> list[Receipt]:
    """Receipts of one agreement, or of all, oldest first."""
    found = db.execute(_ALL_RECEIPTS) if agreement_id is None else db.execute(_RECEIPTS, {"agreement_id": agreement_id})
    return [_receipt(row) for row in found]


def spans_for_update(db: Connection, *, parcel: Parcel, file_id: str, issue: str, now: datetime) -> tuple[Read, tuple[Span, ...]]:
    """The row of one reading, locked, made when it is the first request."""
    values = {
        "id": new_id("red"), "agreement_id": parcel.agreement_id, "version_id": parcel.version_id, "parcel_id": parcel.id,
        "file_id": file_id, "issue": issue, "requests": 0, "bytes": 0, "sent": 0, "rows": 0, "spans": [], "first_at": now, "last_at": now,
    }  # fmt: skip
    insert_once(db, file_reads, values)
    row = db.execute(sa.select(file_reads).where(*_reading(parcel.id, file_id, issue)).with_for_update()).one()
    return _read(row), tuple((s, e) for s, e in row.spans)


def save_read(db: Connection, read: Read, spans: tuple[Span, ...]) -> None:
    """Write a reading back."""
    values = {name: getattr(read, name) for name in ("requests", "bytes", "sent", "rows", "last_at", "completed_at")}
    same = _reading(read.parcel_id, read.file_id, read.issue)
    db.execute(sa.update(file_reads).where(*same).values(values | {"spans": [list(span) for span in spans]}))


def list_reads(db: Connection, agreement_id: str, *, since: datetime | None = None, until: datetime | None = None) -> list[Read]:
    """Readings of one agreement that began in a period, oldest first."""
    query = sa.select(file_reads).where(file_reads.c.agreement_id == agreement_id)
    if since is not None:
        query = query.where(file_reads.c.first_at >= since)
    if until is not None:
        query = query.where(file_reads.c.first_at < until)
    return [_read(row) for row in db.execute(query.order_by(file_reads.c.first_at, file_reads.c.id))]


def spans_read(db: Connection, parcel_id: str) -> dict[str, tuple[Span, ...]]:
    """The bytes of each of a parcel's files that have been sent in any of its readings, by the file's id."""
    found: dict[str, list[Span]] = {}
    for row in db.execute(sa.select(file_reads.c.file_id, file_reads.c.spans).where(file_reads.c.parcel_id == parcel_id)):
        found.setdefault(row.file_id, []).extend((s, e) for s, e in row.spans)
    return {file_id: merge_spans(spans) for file_id, spans in found.items()}


def first_received(db: Connection, agreement_id: str) -> datetime | None:
    """When the first delivery was made or the first row read, whichever came first; None while neither has happened."""
    delivered = sa.select(sa.func.min(deliveries.c.delivered_at)).where(deliveries.c.agreement_id == agreement_id)
    read = sa.select(sa.func.min(file_reads.c.first_at)).where(file_reads.c.agreement_id == agreement_id, file_reads.c.rows > 0)
    return min((at for at in (db.scalar(delivered), db.scalar(read)) if at is not None), default=None)


def _reading(parcel_id: str, file_id: str, issue: str) -> tuple[sa.ColumnElement[bool], ...]:
    return file_reads.c.parcel_id == parcel_id, file_reads.c.file_id == file_id, file_reads.c.issue == issue


def _file(row: Any) -> SharedFile:
    values = {name: row._mapping[name] for name in SharedFile.__slots__}
    groups = tuple(RowGroup(start=s, end=e, rows=r) for s, e, r in row.row_groups)
    return SharedFile(**values | {"fields": tuple(row.fields), "row_groups": groups})


def _parcel(row: Any, files: dict[str, SharedFile]) -> Parcel:
    values = {name: row._mapping[name] for name in Parcel.__slots__ if name != "files"}
    return Parcel(**values, files=tuple(files[file_id] for file_id in row.file_ids))


def _read(row: Any) -> Read:
    return Read(**{name: row._mapping[name] for name in Read.__slots__})


def _receipt(row: Any) -> Receipt:
    document = json.loads(row.receipt)
    return Receipt(
        parcel_id=row.parcel_id, agreement_id=row.agreement_id, entry_id=row.entry_id, fact=document["fact"], jws=document["jws"],
        at=row.delivered_at,
    )  # fmt: skip
