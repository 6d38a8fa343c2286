"""Which rows of a table are held back from a use: from a snapshot of what was so at a moment, and what was said since."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from entrepot.consent import repository
from entrepot.consent.keys import KeyIndex, PersonTable, Rows, digests_of, open_index
from entrepot.consent.model import StoredScope, Use, Word, covers, is_held_in, touches
from entrepot.engine.arrow import pa
from entrepot.kit import Invalid, NotFound, canonical_json, parse_rfc3339, rfc3339, sha256_hex
from entrepot.runtime import Session
from entrepot.vocabulary.consents import ConsentMode

MANY = 20_000
"""Beyond so many changes everything is decided anew."""
_RULES = 2
"""Changes with how acts decide, so that nothing decided in another way is taken for today's."""
KEEP = 200
"""From so many changes on the snapshot is renewed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """How a use stands with what people have said up to a moment.

    Attributes:
        scopes: The scopes that touch the use, by id.
        touching: Whether a consent in each of them covers the use.
        token: Changes with everything that may change the rows; part of the name of what is made from them.
        seq: The controller's count of acts.
    """

    use: Use
    scopes: Mapping[str, StoredScope]
    touching: Mapping[str, bool]
    token: str
    seq: int
    at: datetime

    def is_held(self, words: Iterable[Word], now: datetime | None = None) -> bool:
        """Whether a person who said this is held back."""
        return is_held_in(words, self.touching, self.use.mode, now or self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Snapshot:
    """Rows held back at a moment; ``marks`` are the last act of each scope that was known then."""

    marks: dict[str, tuple[int, str]]
    at: datetime
    rows: Rows


def ruling(session: Session, use: Use) -> Ruling | None:
    """How a use stands now; None where nobody has said anything that could hold a row back."""
    if use.mode is ConsentMode.NONE:
        return None
    # Where nothing but consents to one question were given, nothing was said about deliveries.
    found = {s.id: s for s in repository.scopes_of(session.db, use.controller_id) if s.last_act_id and touches(s.scope, use)}
    if not found and use.mode is ConsentMode.OBJECTIONS:
        return None
    expired = repository.last_expiry(session.db, found, now=session.now)
    said = {
        "use": _use(use), "scopes": [[s.id, s.last_act_id] for s in found.values()], "expired": None if expired is None else rfc3339(expired),
    }  # fmt: skip
    seq = repository.current_seq(session.db, use.controller_id)
    touching = {s.id: covers(s.scope, use) for s in found.values()}
    return Ruling(use=use, scopes=found, touching=touching, token=sha256_hex(canonical_json(said))[:40], seq=seq, at=session.now)


def held_rows(session: Session, found: Ruling, table: PersonTable) -> Rows:
    """The numbers of the rows held back from the use, in order."""
    with open_index(session, found.use.controller_id, table) as index:
        snapshot = _load(session, found, index)
        since = {s: snapshot.marks.get(s, (-1, ""))[0] for s in found.scopes} if snapshot else {}
        changed = repository.changed_subjects(session.db, since, after=snapshot.at, now=found.at, limit=MANY) if snapshot else None
        if snapshot is None or changed is None:
            rows = _decide_all(session, found, index)
        else:
            rows = _decide_some(session, found, index, snapshot.rows, changed)
        if snapshot is None or changed is None or len(changed) >= KEEP:
            _store(session, found, index, rows)
        return rows


def lost_since(session: Session, found: Ruling, table: PersonTable, *, seq: int, at: datetime) -> bool:
    """Whether somebody whose rows a table handed over at an earlier moment has stopped being part of this use."""
    changed = repository.changed_subjects(session.db, dict.fromkeys(found.scopes, seq), after=at, now=found.at, limit=MANY)
    if changed is None:
        return True
    lost = []
    for subject, acts in repository.words_of_many(session.db, found.use.controller_id, changed).items():
        before = [act for act in acts if act.seq <= seq]
        if found.is_held(acts) and not found.is_held(before, at):
            lost.append(subject)
    if not lost:
        return False
    with open_index(session, found.use.controller_id, table) as index:
        return len(index.rows_of(lost)) > 0


def _decide_some(session: Session, found: Ruling, index: KeyIndex, before: Rows, changed: list[bytes]) -> Rows:
    if not changed:
        return before
    acts = repository.words_of_many(session.db, found.use.controller_id, changed)
    held = index.rows_of([subject for subject in changed if found.is_held(acts[subject])])
    # Both are in order and the change is small beside the table, so rows are taken out and put in at their places.
    touched = index.rows_of(changed)
    places = np.searchsorted(before, touched)
    places = (
        places[(places < len(before)) & (before[np.minimum(places, max(len(before) - 1, 0))] == touched)] if len(before) else places[:0]
    )
    kept = np.delete(before, places)
    return np.insert(kept, np.searchsorted(kept, held), held)


def _decide_all(session: Session, found: Ruling, index: KeyIndex) -> Rows:
    is_required = found.use.mode is ConsentMode.REQUIRED
    if not found.scopes:
        matching = np.zeros(len(index.digests), dtype=bool)
    else:
        matching = index.matching(everybody(session, found, allowed=is_required))
    rows = np.asarray(index.rows)[~matching if is_required else matching]
    return np.sort(np.concatenate([rows, index.keyless])) if is_required else np.sort(rows)


_DECIDED = """
WITH newest AS (
  SELECT subject, place, arg_max(is_given, seq) AS gives, arg_max(is_against, seq) AS against, max(seq) AS seq,
         max(CASE WHEN is_own THEN seq END) AS own, arg_max(is_given, CASE WHEN is_own THEN seq END) AS own_gives,
         max(CASE WHEN is_against THEN seq ELSE -1 END) AS last_against
  FROM consent_said GROUP BY subject, place),
standing AS (
  SELECT subject, against, seq, list_contains($covering, place) AS covers, gives AND covers AS given,
         CASE WHEN own > last_against THEN own END AS own, own_gives AND covers AS own_gives FROM newest),
decided AS (
  SELECT subject, max(CASE WHEN against THEN seq ELSE -1 END) AS against,
         CASE WHEN count(own) = 0 THEN max(CASE WHEN given THEN seq ELSE -1 END)
              WHEN arg_max(own_gives, own) THEN max(own) ELSE -1 END AS given FROM standing GROUP BY subject)
SELECT subject FROM decided WHERE {} ORDER BY subject
"""
"""The same as :func:`is_held_in` for everybody at once."""


def everybody(session: Session, found: Ruling, *, allowed: bool) -> Any:
    """The persons whose rows are handed over, or else those whose rows are held back, by digest."""
    ids = list(found.scopes)
    covering = [place for place, scope_id in enumerate(ids) if found.touching[scope_id]]
    cursor = session.engine
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE consent_said (subject BLOB, place INTEGER, is_given BOOLEAN, is_against BOOLEAN, is_own BOOLEAN, seq BIGINT)"
    )
    try:
        for place, (subjects, given, against, own, seqs) in repository.batches_of_acts(session.db, ids, now=found.at):
            batch = pa.table(
                {
                    "subject": pa.array(subjects, pa.binary()), "place": pa.repeat(pa.scalar(place, pa.int32()), len(subjects)),
                    "is_given": pa.array(given, pa.int8()), "is_against": pa.array(against, pa.int8()), "is_own": pa.array(own, pa.int8()),
                    "seq": pa.array(seqs, pa.int64()),
                }
            )  # fmt: skip
            cursor.register("consent_batch", batch)
            cursor.execute("INSERT INTO consent_said SELECT * FROM consent_batch")
            cursor.unregister("consent_batch")
        sql = _DECIDED.format("given > against" if allowed else "against > given")
        answer: Any = cursor.sql(sql, params={"covering": covering}).to_arrow_table()
        return digests_of(answer.column(0).combine_chunks())
    finally:
        cursor.execute("DROP TABLE IF EXISTS consent_said")


def _key(found: Ruling, index: KeyIndex) -> str:
    return f"consent/held/{index.id}/{sha256_hex(canonical_json(_use(found.use)))[:40]}"


def _use(use: Use) -> dict[str, Any]:
    return {
        "controller": use.controller_id, "listing": use.listing_id, "recipient": use.recipient_id, "purpose": use.purpose,
        "categories": sorted(use.categories), "mode": use.mode.value, "rules": _RULES,
    }  # fmt: skip


def _load(session: Session, found: Ruling, index: KeyIndex) -> _Snapshot | None:
    """The snapshot, unless it knows acts that these records do not: a restored backup, or a session that began before it."""
    try:
        head, _, body = session.blobs.get(_key(found, index)).partition(b"\n")
        said = json.loads(head)
        at = parse_rfc3339(said["at"])
    except (NotFound, ValueError, KeyError, Invalid):
        return None
    marks = {scope_id: (int(seq), str(act_id)) for scope_id, (seq, act_id) in said["marks"].items()}
    for scope_id, (seq, act_id) in marks.items():
        stored = found.scopes.get(scope_id)
        act = repository.get_act(session.db, act_id)
        if stored is None or stored.last_seq < seq or act is None or act.seq != seq:
            return None
    if at > found.at:
        return None
    return _Snapshot(marks=marks, at=at, rows=np.frombuffer(body, "<i8"))


def _store(session: Session, found: Ruling, index: KeyIndex, rows: Rows) -> None:
    marks = {s.id: [s.last_seq, s.last_act_id] for s in found.scopes.values()}
    head = json.dumps({"marks": marks, "at": rfc3339(found.at)})
    session.blobs.put(_key(found, index), head.encode() + b"\n" + np.asarray(rows).astype("<i8").tobytes())
