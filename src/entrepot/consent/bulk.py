"""A file of people who gave or withdrew: read by the million, checked whole, kept whole or not at all, with one leaf in the log."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from entrepot import parties, proof
from entrepot.consent import receipts, repository, service
from entrepot.consent.keys import digests_of, salt_of
from entrepot.consent.model import CONTROLLER, MAX_KEY, SUBJECT_BYTES, Act, Recorded, RowsRefused, Scope, overlap, subject_sql
from entrepot.engine.arrow import pa
from entrepot.engine.faults import explained
from entrepot.engine.sql import file_literal, identifier, target_literal
from entrepot.engine.stream import batches
from entrepot.kit import Invalid, canonical_json, new_id, rfc3339
from entrepot.proof import tree
from entrepot.proof.tiles import WIDTH
from entrepot.runtime import Actor, Exchange, Session

_SHOWN = 20
_CHUNK = 20_000
_READERS = {
    ".csv": "read_csv({}, header=true, all_varchar=true)", ".tsv": "read_csv({}, header=true, all_varchar=true, delim='\\t')",
    ".parquet": "read_parquet({}, hive_partitioning=false)", ".jsonl": "read_json({}, format='newline_delimited')",
    ".ndjson": "read_json({}, format='newline_delimited')",
}  # fmt: skip
_BULK = (Act.GIVEN, Act.WITHDRAWN, Act.OBJECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a bulk file.

    Attributes:
        rows: Persons it was recorded for.
        repeated: Lines that named a person again; the last one counted.
        unknown: Of the persons it was recorded for, those who stand in none of the controller's tables; None where that was not counted.
        kept_back: Persons left as they are, because they said no by their own link or after the consent in the file was given.
    """

    batch_id: str
    entry_id: str
    rows: int
    repeated: int
    kept_back: int
    root: str
    unknown: int | None = None


def import_file(
    exchange: Exchange, actor: Actor, path: Path, *, act: Act, scope: Scope, column: str = "person", expires_at: datetime | None = None,
    unknown_of: Callable[[Session, Any], int | None] | None = None,
) -> Imported:  # fmt: skip
    """Record one act for every person in a CSV, Parquet or JSON-lines file; either all of it or nothing.

    The file is read, checked and hashed before the transaction, so that other writers wait for the rows alone.

    Args:
        column: The column with the person keys; ``given_at`` and ``expires_at`` are read where the file has them.
        expires_at: When consents end whose line does not say so.
        unknown_of: Counts which of some digests stand in no table of the controller.

    Raises:
        RowsRefused: Lines cannot be taken; the message names them, never their values.
        Invalid: The file is none of these, or lacks the column.
    """
    if act not in _BULK:
        raise Invalid(f"A bulk file cannot record {act}.", f"Use {', '.join(_BULK)}.")
    with exchange.blobs.scratch() as folder:
        with exchange.reading(actor) as session:
            staged, lines = _stage(session, path, folder, scope.controller_id, column, expires_at)
            kept_back = _leave_out(session, staged, act, scope)
            unknown = unknown_of(session, _subjects(session, staged)) if unknown_of else None
            named = service.parties_of(session, scope)
        batch = _Batch(exchange, staged, folder, scope, act, named)
        total = batch.prepare()
        if not total:
            raise Invalid(
                "The file names nobody for whom this could be recorded.",
                f"It has {lines:,} lines; {kept_back:,} persons said no themselves.",
            )
        with exchange.session(actor) as session:
            service.acting_controller(session)
            entry_id = batch.keep(session)
    return Imported(
        batch_id=batch.id,
        entry_id=entry_id,
        rows=total,
        repeated=lines - total - kept_back,
        kept_back=kept_back,
        root=batch.root,
        unknown=unknown,
    )


def receipt(session: Session, act: Recorded, scope: Scope) -> dict[str, Any]:
    """The signed receipt of one act, whether it was said alone or came in a bulk file; it verifies offline.

    Raises:
        Conflict: The log is not sealed up to it yet, or its content has been erased.
    """
    if act.batch_id is None or act.position is None:
        return proof.prove(session, act.entry_id or "")
    batch = repository.get_batch(session.db, act.batch_id)
    proved = proof.prove(session, batch.entry_id)
    fact = receipts.of_act(act, scope, proved["fact"]["parties"])
    salt = receipts.batch_salt(bytes(batch.secret), act.position)
    made = tree.TiledTree(batch.rows, lambda level, number: _tile(session, batch.id, level, number))
    signed = parties.jws.assemble(fact, [parties.sign(session, parties.exchange_organisation(session).id, fact)])
    return {
        "format": receipts.FORMAT, "fact": fact, "salt": salt.hex(), "position": act.position,
        "path": [hash_.hex() for hash_ in made.inclusion_proof(act.position)], "jws": signed, "batch": proved,
    }  # fmt: skip


def _tile(session: Session, batch_id: str, level: int, number: int) -> bytes:
    key, size = _level_key(batch_id, level), WIDTH * 32
    start, whole = number * size, session.blobs.size(_level_key(batch_id, level))
    return b"".join(session.blobs.read(key, start=start, end=min(start + size, whole)))


def _level_key(batch_id: str, level: int) -> str:
    return f"consent/batches/{batch_id}/{level}"


def _stage(session: Session, path: Path, folder: Path, controller_id: str, column: str, expires_at: datetime | None) -> tuple[Path, int]:
    """The persons of a file with their times as a Parquet file, each once, and how many lines the file has."""
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise Invalid(f"{path.suffix[:20] or 'A file without an ending'} is no form we read.", f"Send {', '.join(_READERS)}.")
    source, engine, staged = reader.format(file_literal(path)), session.engine, folder / "staged.parquet"
    with explained(path):
        names = [row[0] for row in engine.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
        if column not in names:
            raise Invalid(
                f"The file has no column {column[:60]!r}.", f"Name the column with the person keys; it has {', '.join(names)[:300]}."
            )
        given, ends = (identifier(n) if n in names else "NULL" for n in ("given_at", "expires_at"))
        engine.execute("SET TimeZone = 'UTC'")
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE consent_lines AS SELECT row_number() OVER () AS line, {subject_sql(identifier(column))} AS subject,"
            f" length(trim(CAST({identifier(column)} AS VARCHAR), ' ')) AS length,"
            f" nullif(CAST({given} AS VARCHAR), '') AS given, nullif(CAST({ends} AS VARCHAR), '') AS ends FROM {source}",
            [salt_of(session, controller_id)],
        )
    try:
        lines = _require_good(session, has_head=path.suffix.lower() in (".csv", ".tsv"))
        engine.execute(
            f"COPY (SELECT subject, coalesce(CAST(given AS TIMESTAMPTZ), ?) AS said, coalesce(CAST(ends AS TIMESTAMPTZ), ?) AS expires"
            f" FROM consent_lines QUALIFY row_number() OVER (PARTITION BY subject ORDER BY line DESC) = 1 ORDER BY line)"
            f" TO {target_literal(staged)} (FORMAT parquet)",
            [session.now, expires_at],
        )
    finally:
        engine.execute("DROP TABLE IF EXISTS consent_lines")
    return staged, lines


_PROBLEMS = f"""
SELECT line, CASE
  WHEN coalesce(length, 0) = 0 THEN 'has no person key'
  WHEN length > {MAX_KEY} THEN 'has a person key of more than {MAX_KEY} characters'
  WHEN given IS NOT NULL AND TRY_CAST(given AS TIMESTAMPTZ) IS NULL THEN 'has a given_at that is no time'
  WHEN TRY_CAST(given AS TIMESTAMPTZ) > $now THEN 'was given in the future'
  WHEN ends IS NOT NULL AND TRY_CAST(ends AS TIMESTAMPTZ) IS NULL THEN 'has an expires_at that is no time'
  WHEN TRY_CAST(ends AS TIMESTAMPTZ) <= $now THEN 'has run out already' END AS problem
FROM consent_lines WHERE problem IS NOT NULL ORDER BY line
"""


def _require_good(session: Session, *, has_head: bool) -> int:
    """How many lines there are, when every one can be taken.

    Raises:
        RowsRefused: Some cannot.
    """
    found = session.engine.execute(f"{_PROBLEMS} LIMIT {_SHOWN}", {"now": session.now}).fetchall()
    if found:
        counted = session.engine.execute(f"SELECT count(*) FROM ({_PROBLEMS})", {"now": session.now}).fetchone()
        shown = [{"line": line + has_head, "problem": problem} for line, problem in found]
        listed = "; ".join(f"line {one['line']} {one['problem']}" for one in shown[:5])
        raise RowsRefused(
            f"{(counted or [0])[0]:,} lines cannot be taken, so nothing was kept: {listed}.", "Correct these lines and send the whole file again.",
            problems=shown,
        )  # fmt: skip
    total = session.engine.execute("SELECT count(*) FROM consent_lines").fetchone()
    return int((total or [0])[0])


def _subjects(session: Session, staged: Path) -> Any:
    found = [digests_of(batch.column(0)) for batch in batches(session.engine, f"SELECT subject FROM read_parquet({file_literal(staged)})")]
    return np.concatenate(found) if found else np.empty(0, f"S{SUBJECT_BYTES}")


def _leave_out(session: Session, staged: Path, act: Act, scope: Scope) -> int:
    """Take out those who said no by their own link, or later than the consent in the file; how many these are."""
    if act is not Act.GIVEN:
        return 0
    same = [s.id for s in repository.scopes_of(session.db, scope.controller_id) if overlap(s.scope, scope)]
    against = repository.latest_against(session.db, same)
    if not against:
        return 0
    table = pa.table(
        {
            "subject": pa.array(list(against), pa.binary()), "no_at": pa.array([at for at, _ in against.values()], pa.timestamp("us", "UTC")),
            "own": pa.array([own for _, own in against.values()]),
        }
    )  # fmt: skip
    source, kept = f"read_parquet({file_literal(staged)})", staged.with_name("kept.parquet")
    said_no = "EXISTS (SELECT 1 FROM consent_against a WHERE a.subject = s.subject AND (a.own OR a.no_at >= s.said))"
    session.engine.register("consent_against", table)
    try:
        counted = session.engine.execute(f"SELECT count(*) FROM {source} s WHERE {said_no}").fetchone()
        session.engine.execute(f"COPY (SELECT * FROM {source} s WHERE NOT {said_no}) TO {target_literal(kept)} (FORMAT parquet)")
    finally:
        session.engine.unregister("consent_against")
    os.replace(kept, staged)
    return int((counted or [0])[0])


class _Batch:
    """The rows of one bulk file on their way into the records: numbered, salted and hashed first, then written."""

    def __init__(self, exchange: Exchange, staged: Path, folder: Path, scope: Scope, act: Act, named: dict[str, Any]) -> None:
        self.id = new_id("cnb")
        self.root = ""
        self._act_ids = new_id("cns")
        self._exchange, self._staged, self._folder, self._scope, self._act, self._named = exchange, staged, folder, scope, act, named
        self._secret = os.urandom(32)
        self._rows: list[tuple[str, bytes, datetime, datetime | None]] = []
        self._facts: dict[tuple[datetime, datetime | None], tuple[bytes, bytes, bytes]] = {}

    def prepare(self) -> int:
        """Give every row its id and its leaf, and keep the tree's hashes; how many rows there are."""
        edge, levels = tree.RightEdge(), dict[int, Any]()
        cursor = self._exchange.engine.cursor()
        try:
            for batch in batches(cursor, f"SELECT subject, said, expires FROM read_parquet({file_literal(self._staged)})", rows=_CHUNK):
                rows = list(zip(*(column.to_pylist() for column in batch.columns), strict=True))
                edge.extend([self._leaf(*row) for row in rows])
                full, edge.changed = edge.changed, {}
                self._write(levels, full)
        finally:
            cursor.close()
        self._write(levels, edge.take_changed())
        for level, file in levels.items():
            file.close()
            self._exchange.blobs.put_file(_level_key(self.id, level), self._folder / f"level-{level}")
        self.root = edge.root().hex()
        return len(self._rows)

    def keep(self, session: Session) -> str:
        """Write the rows, the bulk file's own row and its log entry, in the session's transaction; the entry's id."""
        seq = repository.next_seq(session.db, self._scope.controller_id)
        scope_id = repository.scope_id_of(session.db, self._scope, now=session.now)
        common = {
            "controller_id": self._scope.controller_id, "scope_id": scope_id, "act": self._act.value, "seq": seq, "by": CONTROLLER,
            "batch_id": self.id, "entry_id": None,
        }  # fmt: skip
        for chunk in self._chunks(common):
            repository.add_acts(session.db, chunk)
        repository.note_last(session.db, scope_id, seq=seq, act_id=self._rows[-1][0])
        fact = {
            "batch": self.id, "act": self._act.value, "scope": self._scope.to_dict(), "parties": self._named, "rows": len(self._rows),
            "root": self.root, "at": rfc3339(session.now),
        }  # fmt: skip
        jws = parties.jws.assemble(fact, [parties.sign(session, parties.exchange_organisation(session).id, fact)])
        entry = proof.record(session, "consent.imported", fact, subject_id=self.id, jws=jws)
        repository.add_batch(
            session.db, id=self.id, controller_id=self._scope.controller_id, scope_id=scope_id, act=self._act.value, rows=len(self._rows),
            root=self.root, secret=self._secret, entry_id=entry.id, created_at=session.now,
        )  # fmt: skip
        return entry.id

    def _leaf(self, subject: bytes, at: datetime, expires: datetime | None) -> bytes:
        position = len(self._rows)
        act_id = f"{self._act_ids}.{position}"
        self._rows.append((act_id, bytes(subject), at, expires))
        first, second, third = self._template(at, expires)
        fact = first + subject.hex().encode() + second + act_id.encode() + third
        return receipts.leaf(receipts.batch_salt(self._secret, position), fact)

    def _template(self, at: datetime, expires: datetime | None) -> tuple[bytes, bytes, bytes]:
        """The canonical record around the person's digest and the act's id; most rows of a file share one."""
        found = self._facts.get((at, expires))
        if found is None:
            fact = receipts.record(
                self._scope, record_id="\u0001", subject="\u0002", act=self._act.value, at=at, expires_at=expires, by=CONTROLLER,
                parties=self._named,
            )  # fmt: skip
            before, rest = canonical_json(fact).split(b"\\u0002")
            middle, after = rest.split(b"\\u0001")
            found = before, middle, after
            if len(self._facts) > 10_000:
                self._facts.clear()
            self._facts[at, expires] = found
        return found

    def _write(self, levels: dict[int, Any], tiles: dict[tuple[int, int], bytes]) -> None:
        for (level, _), hashes in sorted(tiles.items()):
            if level not in levels:
                levels[level] = (self._folder / f"level-{level}").open("wb")
            levels[level].write(hashes)

    def _chunks(self, common: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
        for start in range(0, len(self._rows), _CHUNK):
            yield [
                common | {"id": act_id, "subject": subject, "at": at, "expires_at": expires, "position": start + i}
                for i, (act_id, subject, at, expires) in enumerate(self._rows[start : start + _CHUNK])
            ]
