"""Which rows of a table are whose: an index from pseudonymous digests to row numbers, made once for each table and read in place."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from entrepot.consent.model import SUBJECT_BYTES, subject_sql
from entrepot.engine.arrow import pa
from entrepot.engine.sql import file_literal, identifier
from entrepot.engine.stream import batches
from entrepot.kit import canonical_json, sha256_hex
from entrepot.runtime import Session

_DIGEST = f"S{SUBJECT_BYTES}"
_HEAD = 3 * 8
Rows = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonTable:
    """A table that says whose each row is: its Parquet file, and the column with the person key."""

    parquet_key: str
    parquet_sha256: str
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyIndex:
    """The rows of a table by the digest of their person, in the order of the digests; ``keyless`` rows name nobody."""

    id: str
    digests: Any
    rows: Any
    keyless: Rows

    def rows_of(self, subjects: Collection[bytes]) -> Rows:
        """The rows of these persons, in order."""
        wanted = np.array(sorted(subjects), dtype=_DIGEST)
        first, last = np.searchsorted(self.digests, wanted, "left"), np.searchsorted(self.digests, wanted, "right")
        found = [np.asarray(self.rows[low:high]) for low, high in zip(first, last, strict=True) if low < high]
        return np.sort(np.concatenate(found)) if found else np.empty(0, np.int64)

    def has(self, subjects: Any) -> Any:
        """For each of some digests whether the person has a row here."""
        if not len(self.digests):
            return np.zeros(len(subjects), dtype=bool)
        places = np.minimum(np.searchsorted(self.digests, subjects), len(self.digests) - 1)
        return self.digests[places] == subjects

    def among(self, subjects: Collection[bytes]) -> list[bytes]:
        """Those of these persons who have a row."""
        wanted = np.array(sorted(subjects), dtype=_DIGEST)
        if not len(self.digests) or not len(wanted):
            return []
        places = np.minimum(np.searchsorted(self.digests, wanted), len(self.digests) - 1)
        return [bytes(one).ljust(SUBJECT_BYTES, b"\0") for one in wanted[np.asarray(self.digests[places]) == wanted]]

    def matching(self, subjects: Any) -> Any:
        """For each keyed row, in the index's order, whether its person is among these (sorted digests)."""
        if not len(subjects):
            return np.zeros(len(self.digests), dtype=bool)
        places = np.minimum(np.searchsorted(subjects, self.digests), len(subjects) - 1)
        return subjects[places] == self.digests

    def persons_with(self, rows: Rows) -> int:
        """How many persons have a row among these."""
        chosen = self.digests[np.isin(self.rows, rows, kind="table")]
        return 0 if not len(chosen) else int(1 + np.count_nonzero(chosen[1:] != chosen[:-1]))

    @property
    def persons(self) -> int:
        """How many persons have rows here."""
        return 0 if not len(self.digests) else int(1 + np.count_nonzero(self.digests[1:] != self.digests[:-1]))


def salt_of(session: Session, controller_id: str) -> str:
    """What makes the digests of a controller's person keys its own; without the master key nobody can guess keys from digests."""
    return session.master_key.derive(f"consent.subjects:{controller_id}").hex()


@contextmanager
def open_index(session: Session, controller_id: str, table: PersonTable) -> Iterator[KeyIndex]:
    """The index of a table, made now if there is none yet; it is read in place and holds for the length of the block."""
    index_id, key = _place_of(controller_id, table)
    if not session.blobs.exists(key):
        with session.blobs.local(table.parquet_key) as source, session.blobs.scratch() as folder:
            session.blobs.put_file(key, _build(session, controller_id, source, table.column, folder))
    with session.blobs.local(key) as path:
        yield _read(index_id, path)


def is_indexed(session: Session, controller_id: str, table: PersonTable) -> bool:
    """Whether the index of a table is there already."""
    return session.blobs.exists(_place_of(controller_id, table)[1])


def count_missing(session: Session, controller_id: str, tables: Iterable[PersonTable], subjects: Any) -> int:
    """How many of these persons (digests, as a list or an array) have a row in none of the tables; an index that is not there is made."""
    left = np.unique(np.asarray(subjects, dtype=_DIGEST))
    for table in tables:
        if not len(left):
            break
        with open_index(session, controller_id, table) as index:
            left = left[~index.has(left)]
    return len(left)


def _place_of(controller_id: str, table: PersonTable) -> tuple[str, str]:
    said = {"controller": controller_id, "sha256": table.parquet_sha256, "column": table.column}
    index_id = sha256_hex(canonical_json(said))[:40]
    return index_id, f"consent/keys/{index_id}"


def _build(session: Session, controller_id: str, source: Path, column: str, folder: Path) -> Path:
    name = identifier(column)
    rows = f"read_parquet({file_literal(source)}, hive_partitioning=false, file_row_number=true)"
    has_key = f"coalesce(trim(CAST({name} AS VARCHAR), ' '), '') <> ''"
    ((total, keyed),) = session.engine.execute(f"SELECT count(*), count(*) FILTER ({has_key}) FROM {rows}").fetchall()
    chosen = f"SELECT {subject_sql(name)} AS subject, file_row_number AS row FROM {rows} WHERE {has_key} ORDER BY subject, row"
    with (folder / "index").open("wb") as index, (folder / "rows").open("w+b") as places:
        index.write(np.array([1, keyed, total - keyed], dtype="<i8").tobytes())
        for batch in batches(session.engine, chosen, [salt_of(session, controller_id)]):
            index.write(digests_of(batch.column(0)).tobytes())
            places.write(batch.column(1).to_numpy(zero_copy_only=False).astype("<i8").tobytes())
        places.seek(0)
        shutil.copyfileobj(places, index)
        bare = session.engine.execute(f"SELECT file_row_number FROM {rows} WHERE NOT {has_key} ORDER BY 1").fetchnumpy()
        index.write(np.asarray(bare["file_row_number"]).astype("<i8").tobytes())
    return folder / "index"


def _read(index_id: str, path: Path) -> KeyIndex:
    _, keyed, keyless = (int(n) for n in np.fromfile(path, "<i8", 3))
    at = _HEAD + keyed * SUBJECT_BYTES
    return KeyIndex(
        id=index_id,
        digests=np.memmap(path, _DIGEST, "r", _HEAD, (keyed,)) if keyed else np.empty(0, _DIGEST),
        rows=np.memmap(path, "<i8", "r", at, (keyed,)) if keyed else np.empty(0, np.int64),
        keyless=np.fromfile(path, "<i8", keyless, offset=at + keyed * 8),
    )


def digests_of(column: Any) -> Any:
    """Digests that came from the engine or the records, as an array that can be searched."""
    fixed = column.cast(pa.binary(SUBJECT_BYTES))
    data = fixed.buffers()[1]
    return np.frombuffer(data, _DIGEST)[fixed.offset : fixed.offset + len(fixed)] if data is not None else np.empty(0, _DIGEST)
