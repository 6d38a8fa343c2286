"""Make the files that an agreement's rights allow: each once, whoever asks first, and never more than the rights.

A finished file is announced by a small object beside it before its row is written. So a request that holds the store's
write lock can take over what another one has just finished without waiting for that one's transaction.
"""

from __future__ import annotations

import fcntl
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy.engine import Connection

from entrepot.blobs import Blob, BlobStore
from entrepot.delivery import consents, delta, repository
from entrepot.delivery.model import RowGroup, SharedFile
from entrepot.delivery.rights import Part
from entrepot.engine import stream
from entrepot.engine.arrow import pa
from entrepot.engine.sql import file_literal, identifier, parquet
from entrepot.kit import NotFound
from entrepot.runtime import Session
from entrepot.terms import rights_to_sql

_MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
_WRITERS = {"csv": stream.write_csv, "parquet": stream.write_parquet}
_HELD = "entrepot_held_rows"
_locks: dict[str, threading.Lock] = {}
_locks_lock = threading.Lock()


def original_file(session: Session, part: Part) -> SharedFile:
    """The file as its owner published it, for a part that holds nothing back."""
    table = part.table
    made = SharedFile(
        id=part.file_id("original"), version_id=part.version_id, table=table.name, name=table.original_name, form="original",
        media_type=table.media_type, key=table.original_key, sha256=table.original_sha256, bytes=table.original_bytes,
        rows=table.rows, row_groups=(RowGroup(start=0, end=table.original_bytes, rows=table.rows),),
    )  # fmt: skip
    repository.add_file(session.db, made, now=session.now)
    return made


def make_file(session: Session, part: Part, form: str) -> SharedFile:
    """The part as ``csv`` or ``parquet``: the one made before, or one made now.

    Raises:
        Invalid: The rows cannot be selected, for example because a condition compares a number with a text.
    """
    file_id = part.file_id(form)
    found = repository.find_files(session.db, [file_id]).get(file_id)
    if found is None:
        found = build(session, part, form)
        repository.add_file(session.db, found, now=session.now)
    return found


def build(session: Session, part: Part, form: str) -> SharedFile:
    """Make the file without writing a record, so that a long build holds up no writer; ``make_file`` finds it afterwards."""
    file_id = part.file_id(form)
    with _alone(session.db, session.settings.data_path, file_id):
        return _announced(session.blobs, file_id) or _make(session, part, form)


def _announced(blobs: BlobStore, file_id: str) -> SharedFile | None:
    try:
        values = json.loads(blobs.get(_announcement(file_id)))
    except NotFound:
        return None
    groups = tuple(RowGroup(**group) for group in values["row_groups"])
    return SharedFile(**values | {"fields": tuple(values["fields"]), "row_groups": groups})


def _announcement(file_id: str) -> str:
    return f"shared/{file_id}.json"


def _make(session: Session, part: Part, form: str) -> SharedFile:
    held = consents.held_rows(session, part)
    if held is None:
        return _write(session.blobs, session.engine, part, form)
    # The rows held back travel as a table that the query names.
    session.engine.register(_HELD, pa.table({"row": pa.array(held)}))
    try:
        return _write(session.blobs, session.engine, part, form)
    finally:
        session.engine.unregister(_HELD)


def _write(blobs: BlobStore, cursor: duckdb.DuckDBPyConnection, part: Part, form: str) -> SharedFile:
    with blobs.local(part.table.parquet_key) as source:
        found = _query(cursor, part, source, form)
        if found is None:
            blob = Blob(part.table.parquet_key, part.table.parquet_sha256, part.table.parquet_bytes)
            file = _describe(cursor, part, form, source, blob, part.table.rows)
        else:
            with blobs.scratch() as folder:
                path = folder / f"{part.file_id(form)}.{form}"
                rows = _WRITERS[form](cursor, *found, path)
                file = _describe(cursor, part, form, path, blobs.add_file(path), rows)
    blobs.put(_announcement(file.id), json.dumps(asdict(file)).encode())
    return file


def _query(cursor: duckdb.DuckDBPyConnection, part: Part, source: Path, form: str) -> tuple[str, list[Any]] | None:
    """The query for the part and its values; None when the published Parquet file already is what a share needs."""
    types = dict(zip(*_columns(cursor, source), strict=True))
    casts = {name: delta.cast_to(types[name]) if form == "parquet" else None for name in part.columns}
    if form == "parquet" and part.whole and not any(casts.values()):
        return None
    select, values = rights_to_sql(part.rights, {name: str(kind) for name, kind in types.items()})
    shown = [f"CAST({identifier(n)} AS {casts[n]}) AS {identifier(n)}" if casts[n] else identifier(n) for n in part.columns]
    rows = parquet(source) if part.consent is None else _without_held(source)
    return f"WITH source AS (SELECT * FROM {rows}) SELECT {', '.join(shown)} FROM ({select})", list(values)


def _without_held(source: Path) -> str:
    numbered = f"read_parquet({file_literal(source)}, hive_partitioning=false, file_row_number=true)"
    return f"(SELECT * EXCLUDE (file_row_number) FROM {numbered} WHERE file_row_number NOT IN (SELECT row FROM {_HELD}))"


def _describe(cursor: duckdb.DuckDBPyConnection, part: Part, form: str, path: Path, blob: Blob, rows: int) -> SharedFile:
    common: dict[str, Any] = {
        "id": part.file_id(form), "version_id": part.version_id, "table": part.table.name, "name": f"{part.table.name}.{form}",
        "form": form, "media_type": _MEDIA_TYPES[form], "key": blob.key, "sha256": blob.sha256, "bytes": blob.size, "rows": rows,
    }  # fmt: skip
    if form != "parquet":
        return SharedFile(**common, row_groups=(RowGroup(start=0, end=blob.size, rows=rows),))
    fields = delta.fields_of(*_columns(cursor, path))
    stats = delta.stats_of(cursor, path, fields, rows)
    return SharedFile(**common, fields=fields, stats=stats, row_groups=delta.row_groups_of(cursor, path))


def _columns(cursor: duckdb.DuckDBPyConnection, path: Path) -> tuple[list[str], list[Any]]:
    relation = cursor.sql(f"SELECT * FROM {parquet(path)}")
    return list(relation.columns), list(relation.types)


@contextmanager
def _alone(db: Connection, folder: Path, file_id: str) -> Iterator[None]:
    """One maker per file, in this process and in all others."""
    with _locks_lock:
        mine = _locks.setdefault(file_id, threading.Lock())
    try:
        with mine, _alone_among_processes(db, folder / "scratch" / "locks" / file_id):
            yield
    finally:
        with _locks_lock:
            _locks.pop(file_id, None)


@contextmanager
def _alone_among_processes(db: Connection, path: Path) -> Iterator[None]:
    if db.dialect.name == "postgresql":
        repository.lock(db, path.name)
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
