"""Acts, scopes and bulk files: rows to models and back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection

from entrepot.consent.model import AGAINST, APART, PERSON, Act, Kind, Recorded, Scope, StoredScope, Word
from entrepot.consent.tables import consent_acts, consent_batches, consent_counters, consent_scopes
from entrepot.kit import new_id

_SLICE = 500
_APART = tuple(sorted(act.value for act in APART))
_COUNTER = sa.select(consent_counters.c.seq).where(consent_counters.c.controller_id == sa.bindparam("controller_id"))
_SCOPES = sa.select(consent_scopes).where(consent_scopes.c.controller_id == sa.bindparam("controller_id")).order_by(consent_scopes.c.id)
_OF_SUBJECT = (
    sa.select(consent_acts)
    .where(consent_acts.c.controller_id == sa.bindparam("controller_id"), consent_acts.c.subject == sa.bindparam("subject"))
    .order_by(consent_acts.c.seq, consent_acts.c.id)
)
_WORDS = (
    sa.select(
        consent_acts.c.subject,
        consent_acts.c.scope_id,
        consent_acts.c.act,
        consent_acts.c.seq,
        consent_acts.c.expires_at,
        consent_acts.c.by,
    )
    .where(
        consent_acts.c.controller_id == sa.bindparam("controller_id"), consent_acts.c.subject.in_(sa.bindparam("subjects", expanding=True))
    )
    .order_by(consent_acts.c.seq)
)
_ACT = sa.select(consent_acts).where(consent_acts.c.id == sa.bindparam("act_id"))
_LAST_EXPIRY = sa.select(sa.func.max(consent_acts.c.expires_at)).where(
    consent_acts.c.scope_id == sa.bindparam("scope_id"),
    consent_acts.c.act == Act.GIVEN.value,
    consent_acts.c.expires_at <= sa.bindparam("now", type_=consent_acts.c.expires_at.type),
)
_ADD = sa.insert(consent_acts)


def next_seq(db: Connection, controller_id: str) -> int:
    """Count one more act of a controller; until this transaction ends nobody else counts."""
    insert_once(db, consent_counters, {"controller_id": controller_id, "seq": 0, "link_epoch": 0})
    mine = consent_counters.c.controller_id == controller_id
    found = db.execute(sa.update(consent_counters).where(mine).values(seq=consent_counters.c.seq + 1).returning(consent_counters.c.seq))
    return int(found.scalar_one())


def current_seq(db: Connection, controller_id: str) -> int:
    """How many acts of a controller have been counted; 0 when nobody has said anything."""
    return int(db.scalar(_COUNTER, {"controller_id": controller_id}) or 0)


def scopes_of(db: Connection, controller_id: str) -> list[StoredScope]:
    """Every scope anybody spoke of to a controller."""
    return [_scope(row) for row in db.execute(_SCOPES, {"controller_id": controller_id})]


def get_scope(db: Connection, scope_id: str) -> StoredScope | None:
    """A scope by id."""
    row = db.execute(sa.select(consent_scopes).where(consent_scopes.c.id == scope_id)).one_or_none()
    return None if row is None else _scope(row)


def scope_id_of(db: Connection, scope: Scope, *, now: datetime) -> str:
    """The id of a scope, kept now if it is new."""
    values = {
        "id": new_id("csc"), "controller_id": scope.controller_id, "digest": scope.digest, "listing_id": scope.listing_id,
        "recipient_id": scope.recipient_id, "purposes": list(scope.purposes), "categories": list(scope.categories), "kind": scope.kind.value,
        "notice_digest": scope.notice_digest, "last_seq": 0, "last_act_id": "", "created_at": now,
    }  # fmt: skip
    insert_once(db, consent_scopes, values)
    mine = sa.and_(consent_scopes.c.controller_id == scope.controller_id, consent_scopes.c.digest == scope.digest)
    return str(db.scalar(sa.select(consent_scopes.c.id).where(mine)))


def add_act(db: Connection, act: Recorded) -> None:
    """Keep one act, and note it as the last of its scope if it may change a delivery."""
    add_acts(db, [_values(act)])
    if act.act is not Act.GIVEN_ONCE:
        note_last(db, act.scope_id, seq=act.seq, act_id=act.id)


def add_acts(db: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Keep many acts."""
    if rows:
        db.execute(_ADD, rows)


def note_last(db: Connection, scope_id: str, *, seq: int, act_id: str) -> None:
    """Note the last act of a scope."""
    db.execute(sa.update(consent_scopes).where(consent_scopes.c.id == scope_id).values(last_seq=seq, last_act_id=act_id))


def get_act(db: Connection, act_id: str) -> Recorded | None:
    """An act by id."""
    row = db.execute(_ACT, {"act_id": act_id}).one_or_none()
    return None if row is None else _act(row)


def acts_of(db: Connection, controller_id: str, subject: bytes) -> list[Recorded]:
    """Everything a person said to a controller, oldest first."""
    return [_act(row) for row in db.execute(_OF_SUBJECT, {"controller_id": controller_id, "subject": subject})]


def words_of_many(db: Connection, controller_id: str, subjects: Collection[bytes]) -> dict[bytes, list[Word]]:
    """The same for several persons at once, as far as it decides."""
    found: dict[bytes, list[Word]] = {subject: [] for subject in subjects}
    acts = {act.value: act for act in Act}
    for some in slices(sorted(subjects)):
        for subject, scope_id, act, seq, expires_at, by in db.execute(_WORDS, {"controller_id": controller_id, "subjects": some}):
            found[subject].append(Word(scope_id, acts[act], seq, expires_at, by))
    return found


def changed_subjects(db: Connection, since: Mapping[str, int], *, after: datetime, now: datetime, limit: int) -> list[bytes] | None:
    """Persons who said something in scopes since an act of each, or whose consent ran out; None when they are more than ``limit``."""
    c = consent_acts.c
    ran_out = sa.and_(c.act == Act.GIVEN.value, c.expires_at > after, c.expires_at <= now)
    found: set[bytes] = set()
    for scope_id, seq in since.items():
        for condition in (sa.and_(c.seq > seq, c.act.not_in(_APART)), ran_out):
            query = sa.select(c.subject).where(c.scope_id == scope_id, condition).limit(limit + 1)
            found.update(bytes(subject) for subject in db.scalars(query))
            if len(found) > limit:
                return None
    return sorted(found)


def last_expiry(db: Connection, scope_ids: Iterable[str], *, now: datetime) -> datetime | None:
    """When a consent in these scopes last ran out."""
    found = [db.scalar(_LAST_EXPIRY, {"scope_id": scope_id, "now": now}) for scope_id in scope_ids]
    return max((moment for moment in found if moment is not None), default=None)


def batches_of_acts(db: Connection, scope_ids: Sequence[str], *, now: datetime) -> Iterator[tuple[int, Sequence[Sequence[Any]]]]:
    """Every act in these scopes by the fifty thousand: the scope's place; then columns.

    These are the subjects; whether the act gives and is valid; whether it is against; whether it is a yes by the person's own link, valid or
    not; and its count.
    """
    c = consent_acts.c
    gives = sa.and_(c.act == Act.GIVEN.value, sa.or_(c.expires_at.is_(None), c.expires_at > now))
    against = c.act.in_([act.value for act in AGAINST])
    # The records decide what an act says, because doing so here takes ten times as long for a million of them.
    own = sa.and_(c.act == Act.GIVEN.value, c.by == PERSON)
    said = sa.select(c.subject, *(sa.case((one, 1), else_=0) for one in (gives, against, own)), c.seq)
    for place, scope_id in enumerate(scope_ids):
        query = said.where(c.scope_id == scope_id, c.act.not_in(_APART))
        # The driver's own rows: a million of the library's take four times as long.
        cursor = db.execute(query).cursor
        while rows := cursor.fetchmany(50_000):
            yield place, list(zip(*rows, strict=True))


def scopes_that_give(db: Connection, scope_ids: Iterable[str], *, now: datetime) -> list[str]:
    """Those of the scopes in which somebody gave a consent that has not run out."""
    c = consent_acts.c
    valid = sa.and_(c.act == Act.GIVEN.value, sa.or_(c.expires_at.is_(None), c.expires_at > now))
    return [s for s in scope_ids if db.scalar(sa.select(c.id).where(c.scope_id == s, valid).limit(1)) is not None]


def add_batch(db: Connection, **values: Any) -> None:
    """Keep what a bulk file came to."""
    db.execute(sa.insert(consent_batches).values(values))


def get_batch(db: Connection, batch_id: str) -> Any:
    """A bulk file's row, or None."""
    return db.execute(sa.select(consent_batches).where(consent_batches.c.id == batch_id)).one_or_none()


def counts_by_scope(db: Connection, controller_id: str) -> list[tuple[str, str, int]]:
    """Scope, newest act and how many persons stand there, for a controller's overview."""
    query = sa.text(
        "SELECT scope_id, act, count(*) FROM (SELECT scope_id, act, row_number() OVER (PARTITION BY scope_id, subject ORDER BY seq DESC) AS place "
        "FROM consent_acts WHERE controller_id = :controller_id AND act NOT IN :apart) AS ranked WHERE place = 1 GROUP BY scope_id, act ORDER BY 1, 2"
    ).bindparams(sa.bindparam("apart", expanding=True))
    return [(scope_id, act, int(count)) for scope_id, act, count in db.execute(query, {"controller_id": controller_id, "apart": _APART})]


def gives_anybody(db: Connection, scope_ids: Collection[str], covering: Collection[str], *, now: datetime) -> bool:
    """Whether somebody's valid consent in the covering scopes is the last word in all these scopes; it looks no further than the first."""
    if not covering:
        return False
    return db.scalar(_LAST_WORD_GIVES, {"scopes": list(scope_ids), "covering": list(covering), "now": now}) is not None


def _is_outdated(act: sa.FromClause, *, own: bool = False) -> sa.ColumnElement[bool]:
    """Whether the same person said something later in the same scope; of a person's own yes, whether the person or a "no" did."""
    later = consent_acts.alias()
    same_scope = sa.and_(_is_of_same_person(later, act), _unindexed(later.c.scope_id) == act.c.scope_id)
    counts = sa.or_(later.c.by == PERSON, later.c.act != Act.GIVEN.value) if own else sa.true()
    return sa.exists().where(same_scope, later.c.act.not_in(_APART), later.c.seq > act.c.seq, counts)


def _is_of_same_person(one: sa.FromClause, other: sa.FromClause) -> sa.ColumnElement[bool]:
    return sa.and_(one.c.controller_id == other.c.controller_id, one.c.subject == other.c.subject)


def _unindexed(scope_id: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """A scope's id as a value worked out, so that SQLite looks a person's few acts up and not a scope's million."""
    return scope_id + ""


def _last_word_gives() -> sa.Select[Any]:
    given, against, own = (consent_acts.alias(name) for name in ("given", "against", "own"))
    now = sa.bindparam("now", type_=consent_acts.c.expires_at.type)
    scopes: sa.BindParameter[Any] = sa.bindparam("scopes", expanding=True)
    is_against = sa.and_(_unindexed(against.c.scope_id).in_(scopes), against.c.act.in_(sorted(AGAINST)))
    is_overruled = sa.exists().where(
        _is_of_same_person(against, given), is_against, against.c.seq >= given.c.seq, ~_is_outdated(against)
    )  # fmt: skip
    is_own = sa.and_(_unindexed(own.c.scope_id).in_(scopes), own.c.act == Act.GIVEN.value, own.c.by == PERSON)
    # Where the person said yes by the own link, the last of these counts and no other.
    is_replaced = sa.exists().where(
        _is_of_same_person(own, given), is_own, sa.or_(given.c.by != PERSON, own.c.seq > given.c.seq), ~_is_outdated(own, own=True)
    )
    is_valid = sa.and_(given.c.act == Act.GIVEN.value, sa.or_(given.c.expires_at.is_(None), given.c.expires_at > now))
    in_scope = given.c.scope_id.in_(sa.bindparam("covering", expanding=True))
    stands = sa.case((given.c.by == PERSON, ~_is_outdated(given, own=True)), else_=~_is_outdated(given))
    return sa.select(given.c.id).where(in_scope, is_valid, stands, ~is_overruled, ~is_replaced).limit(1)


_LAST_WORD_GIVES = _last_word_gives()


def latest_against(db: Connection, scope_ids: Collection[str]) -> dict[bytes, tuple[datetime, bool]]:
    """Persons who said no in these scopes: when last, and whether by their own link."""
    c = consent_acts.c
    query = sa.select(c.subject, c.at, c.by).where(c.scope_id.in_(scope_ids), c.act.in_(sorted(a.value for a in AGAINST))).order_by(c.seq)
    return {bytes(row.subject): (row.at, row.by == "person") for row in db.execute(query)}


def insert_once(db: Connection, table: sa.Table, values: dict[str, Any]) -> None:
    """Keep a row unless one of its key is there."""
    insert = postgres_insert if db.dialect.name == "postgresql" else sqlite_insert
    db.execute(insert(table).values(values).on_conflict_do_nothing())


def slices(values: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """Some of the values at a time, as many as one question may name."""
    for start in range(0, len(values), _SLICE):
        yield values[start : start + _SLICE]


def _values(act: Recorded) -> dict[str, Any]:
    return {name: getattr(act, name) for name in Recorded.__slots__} | {"act": act.act.value}


def _act(row: Any) -> Recorded:
    values = {name: row._mapping[name] for name in Recorded.__slots__}
    return Recorded(**values | {"act": Act(values["act"]), "subject": bytes(values["subject"])})


def _scope(row: Any) -> StoredScope:
    scope = Scope(
        controller_id=row.controller_id, listing_id=row.listing_id, recipient_id=row.recipient_id, purposes=tuple(row.purposes),
        categories=tuple(row.categories), kind=Kind(row.kind), notice_digest=row.notice_digest,
    )  # fmt: skip
    return StoredScope(id=row.id, scope=scope, last_seq=row.last_seq, last_act_id=row.last_act_id)
