"""Rows of the log to models and back; every function runs inside the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from entrepot.kit import canonical_json
from entrepot.proof.model import Entry, SealedCheckpoint
from entrepot.proof.notes import KeyKind, Signature
from entrepot.proof.tables import checkpoints, cosignatures, keys, leaves, tiles
from entrepot.proof.tiles import WIDTH

_LOCK = 0x656E742E70726F6F  # "ent.proo": the number under which PostgreSQL keeps the sealer's lock


_ADD = sa.insert(leaves)


def add_entry(db: Connection, entry: Entry, *, fact: bytes) -> None:
    """Store a new entry, still without a position; ``fact`` is the canonical JSON that its commitment covers."""
    jws = None if entry.jws is None else canonical_json(entry.jws).decode()
    # The values go beside one prepared statement: building a new one for each entry would take most of the time.
    db.execute(
        _ADD,
        {
            "id": entry.id, "kind": entry.kind, "subject_id": entry.subject_id, "commitment": entry.commitment, "at": entry.at,
            "leaf": entry.leaf, "salt": entry.salt, "fact": fact.decode(), "jws": jws,
        },
    )  # fmt: skip


def find_entry(db: Connection, entry_id: str) -> Entry | None:
    """An entry by its id."""
    row = db.execute(sa.select(leaves).where(leaves.c.id == entry_id)).one_or_none()
    return None if row is None else _entry(row)


def entries_of(db: Connection, subject_id: str) -> list[Entry]:
    """The entries about a subject, oldest first."""
    return [_entry(row) for row in db.execute(sa.select(leaves).where(leaves.c.subject_id == subject_id).order_by(leaves.c.id))]


def sealed_entries(db: Connection) -> Iterator[Entry]:
    """Every entry with a position, in order, a batch at a time."""
    last = -1
    while batch := db.execute(sa.select(leaves).where(leaves.c.seq > last).order_by(leaves.c.seq).limit(4 * WIDTH)).all():
        for row in batch:
            yield _entry(row)
        last = batch[-1].seq


def erase_content(db: Connection, entry_id: str) -> bool:
    """Forget fact, salt and signature of an entry; False when there is no such entry."""
    erased = sa.update(leaves).where(leaves.c.id == entry_id).values(fact=None, salt=None, jws=None)
    return db.execute(erased).rowcount == 1


def has_unsealed(db: Connection) -> bool:
    """Whether an entry waits for its position; one look into an index that is nearly empty."""
    return db.execute(sa.select(leaves.c.id).where(leaves.c.seq.is_(None)).limit(1)).first() is not None


def count_unsealed(db: Connection, *, before: datetime) -> int:
    """How many entries have waited for their position since before a moment."""
    waiting = sa.select(sa.func.count()).select_from(leaves).where(leaves.c.seq.is_(None), leaves.c.at < before)
    return int(db.scalar(waiting) or 0)


def try_lock(db: Connection) -> bool:
    """Become the one sealer until the transaction ends; a transaction on SQLite holds the write lock already."""
    return db.dialect.name == "sqlite" or bool(db.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_LOCK))))


def wait_lock(db: Connection) -> None:
    """Wait to become the one that changes the log, until the transaction ends."""
    if db.dialect.name != "sqlite":
        db.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


def assign_positions(db: Connection, *, first: int, limit: int) -> list[str]:
    """Give waiting entries the next positions, oldest first, and return their leaves in that order."""
    row_number = sa.func.row_number().over(order_by=leaves.c.id).label("row_number")
    waiting = sa.select(leaves.c.id, row_number).where(leaves.c.seq.is_(None)).order_by(leaves.c.id).limit(limit).subquery()
    sealing = (
        sa.update(leaves)
        .where(leaves.c.id == waiting.c.id, leaves.c.seq.is_(None))
        .values(seq=first - 1 + waiting.c.row_number)
        .returning(leaves.c.seq, leaves.c.leaf)
    )
    return [row.leaf for row in sorted(db.execute(sealing).all(), key=lambda row: row.seq)]


def read_tile(db: Connection, level: int, number: int) -> bytes:
    """The hashes of a tile as far as it has grown; empty when it is not there."""
    return db.scalar(sa.select(tiles.c.hashes).where(tiles.c.level == level, tiles.c.number == number)) or b""


def write_tiles(db: Connection, changed: Mapping[tuple[int, int], bytes]) -> None:
    """Add new tiles and let open ones grow."""
    for (level, number), hashes in sorted(changed.items()):
        grown = sa.update(tiles).where(tiles.c.level == level, tiles.c.number == number).values(hashes=hashes)
        if db.execute(grown).rowcount == 0:
            db.execute(sa.insert(tiles).values(level=level, number=number, hashes=hashes))


def read_bundle(db: Connection, number: int, width: int) -> list[bytes]:
    """The leaves of an entry bundle."""
    first = number * WIDTH
    query = sa.select(leaves.c.leaf).where(leaves.c.seq >= first, leaves.c.seq < first + width).order_by(leaves.c.seq)
    return [leaf.encode() for leaf in db.scalars(query)]


def add_checkpoint(db: Connection, checkpoint: SealedCheckpoint) -> None:
    """Store a signed checkpoint; the database refuses one that is not larger than all before."""
    db.execute(sa.insert(checkpoints).values(size=checkpoint.size, root=checkpoint.root, note=checkpoint.note, at=checkpoint.at))


def newest_checkpoint(db: Connection) -> SealedCheckpoint | None:
    """The checkpoint of the log as it stands."""
    row = db.execute(sa.select(checkpoints).order_by(checkpoints.c.size.desc()).limit(1)).one_or_none()
    return None if row is None else _checkpoint(row)


def all_checkpoints(db: Connection) -> Iterator[SealedCheckpoint]:
    """Every checkpoint from the smallest on, a batch at a time."""
    last = -1
    while batch := db.execute(sa.select(checkpoints).where(checkpoints.c.size > last).order_by(checkpoints.c.size).limit(256)).all():
        yield from map(_checkpoint, batch)
        last = batch[-1].size


def cosigned_checkpoints(db: Connection, *, above: int, limit: int) -> list[SealedCheckpoint]:
    """The newest cosigned checkpoints with more than so many leaves, newest first."""
    query = sa.select(checkpoints).where(checkpoints.c.size > above, sa.exists().where(cosignatures.c.size == checkpoints.c.size))
    return [_checkpoint(row) for row in db.execute(query.order_by(checkpoints.c.size.desc()).limit(limit))]


def cosignature_lines(db: Connection, size: int) -> list[str]:
    """The cosignature lines of a checkpoint."""
    query = sa.select(cosignatures.c.line).where(cosignatures.c.size == size)
    return list(db.scalars(query.order_by(cosignatures.c.name, cosignatures.c.key_id)))


def cosigned_size(db: Connection, name: str, key_id: bytes) -> int:
    """The largest checkpoint that a witness has cosigned for us; 0 for none."""
    query = sa.select(sa.func.max(cosignatures.c.size)).where(cosignatures.c.name == name, cosignatures.c.key_id == key_id.hex())
    return db.scalar(query) or 0


def add_cosignature(db: Connection, size: int, signature: Signature, *, at: datetime) -> None:
    """Store a verified cosignature; the first by each key counts."""
    same = sa.and_(cosignatures.c.size == size, cosignatures.c.name == signature.name, cosignatures.c.key_id == signature.key_id.hex())
    if db.execute(sa.select(cosignatures.c.size).where(same)).first() is None:
        db.execute(
            sa.insert(cosignatures).values(size=size, name=signature.name, key_id=signature.key_id.hex(), line=signature.line, at=at)
        )


def add_key(db: Connection, *, origin: str, key_id: bytes, kind: KeyKind, vkey: str, sealed_seed: bytes, created_at: datetime) -> None:
    """Store a key of the log; its secret half arrives sealed."""
    values = {"origin": origin, "key_id": key_id.hex(), "kind": int(kind), "vkey": vkey, "sealed_seed": sealed_seed}
    db.execute(sa.insert(keys).values(values | {"created_at": created_at}))


def log_keys(db: Connection) -> list[Row[tuple[str, int, str, str, bytes, datetime]]]:
    """The rows of the log's keys, Ed25519 first."""
    return list(db.execute(sa.select(keys).order_by(keys.c.kind)))


def _entry(row: Row[tuple[object, ...]]) -> Entry:
    values = row._mapping
    return Entry(
        id=values["id"], kind=values["kind"], subject_id=values["subject_id"], commitment=values["commitment"], at=values["at"],
        leaf=values["leaf"], salt=values["salt"], seq=values["seq"],
        fact=None if values["fact"] is None else json.loads(values["fact"]),
        jws=None if values["jws"] is None else json.loads(values["jws"]),
    )  # fmt: skip


def _checkpoint(row: Row[tuple[object, ...]]) -> SealedCheckpoint:
    values = row._mapping
    return SealedCheckpoint(size=values["size"], root=values["root"], note=values["note"], at=values["at"])
