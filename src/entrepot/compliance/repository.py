"""Packs, answers and rulings in the records."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.compliance.dossier import Dossier, Source
from entrepot.compliance.pack_model import Gate
from entrepot.compliance.tables import fact_answers, rule_packs, rulings
from entrepot.kit import Decision, canonical_json


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRuling:
    """A ruling that was made, with the facts it was made on.

    Attributes:
        organisation_id: Whose case it is.
        approved_by: The person who let it pass, or refused it, where the rules left that to a person; None while nobody has.
    """

    id: str
    gate: Gate
    subject_id: str
    organisation_id: str
    decision: Decision
    facts_digest: str
    packs_digest: str
    record: Mapping[str, Any]
    dossier: Dossier
    entry_id: str
    decided_at: datetime
    approved_at: datetime | None = None
    approved_by: str | None = None
    reason: str | None = None


def installed(db: Connection) -> list[tuple[str, str]]:
    """The id and the digest of every installed pack."""
    return [(row.id, row.sha256) for row in db.execute(sa.select(rule_packs.c.id, rule_packs.c.sha256).order_by(rule_packs.c.id))]


def pack_text(db: Connection, pack_id: str) -> str:
    """The text of an installed pack."""
    return str(db.execute(sa.select(rule_packs.c.text).where(rule_packs.c.id == pack_id)).scalar_one())


def put_pack(db: Connection, values: Mapping[str, Any]) -> None:
    """Install a pack in place of the one of the same id."""
    db.execute(sa.delete(rule_packs).where(rule_packs.c.id == values["id"]))
    db.execute(sa.insert(rule_packs).values(**values))


def remove_pack(db: Connection, pack_id: str) -> bool:
    """Take an installed pack out; False when there was none."""
    return bool(db.execute(sa.delete(rule_packs).where(rule_packs.c.id == pack_id)).rowcount)


def answers(db: Connection, subject_ids: tuple[str, ...], *, since: datetime | None = None) -> Dossier:
    """What was answered about some subjects, where a moment is named only since then; later ones in the list win over earlier ones."""
    found: dict[str, dict[str, tuple[Any, Source]]] = {subject: {} for subject in subject_ids}
    query = sa.select(fact_answers).where(fact_answers.c.subject_id.in_(subject_ids))
    if since is not None:
        query = query.where(fact_answers.c.answered_at >= since)
    for row in db.execute(query):
        found[row.subject_id][row.path] = (json.loads(row.value), Source(row.source))
    merged = {path: pair for subject in subject_ids for path, pair in found[subject].items()}
    return Dossier({p: value for p, (value, _) in merged.items()}, {p: source for p, (_, source) in merged.items()})


def put_answers(db: Connection, subject_id: str, organisation_id: str, values: Mapping[str, Any], *, source: Source, at: datetime) -> None:
    """Keep answers in place of earlier ones to the same questions; None takes an answer back."""
    place = (fact_answers.c.subject_id == subject_id, fact_answers.c.path.in_(list(values)))
    db.execute(sa.delete(fact_answers).where(*place))
    rows = [
        {
            "subject_id": subject_id, "path": path, "organisation_id": organisation_id, "value": json.dumps(value, ensure_ascii=False),
            "source": source.value, "answered_at": at,
        }
        for path, value in values.items() if value is not None
    ]  # fmt: skip
    if rows:
        db.execute(sa.insert(fact_answers), rows)


def insert(db: Connection, kept: KeptRuling) -> None:
    """Keep a ruling."""
    dossier = {path: [kept.dossier.source(path).value, value] for path, value in kept.dossier.values.items()}
    db.execute(
        sa.insert(rulings).values(
            id=kept.id, gate=kept.gate.value, subject_id=kept.subject_id, organisation_id=kept.organisation_id,
            decision=kept.decision.value, facts_digest=kept.facts_digest, packs_digest=kept.packs_digest,
            record=canonical_json(kept.record).decode(), dossier=canonical_json(dossier).decode(), entry_id=kept.entry_id,
            decided_at=kept.decided_at, approved_by=kept.approved_by, reason=kept.reason,
        )
    )  # fmt: skip


def find(db: Connection, ruling_id: str) -> KeptRuling | None:
    """The ruling of this id, or None."""
    row = db.execute(sa.select(rulings).where(rulings.c.id == ruling_id)).one_or_none()
    return None if row is None else _kept(row)


def of(db: Connection, subject_id: str, gate: Gate | None = None, *, limit: int = 50) -> list[KeptRuling]:
    """The rulings on a subject, newest first."""
    query = sa.select(rulings).where(rulings.c.subject_id == subject_id).order_by(rulings.c.decided_at.desc(), rulings.c.id.desc())
    if gate is not None:
        query = query.where(rulings.c.gate == gate.value)
    return [_kept(row) for row in db.execute(query.limit(limit))]


def approved(db: Connection, subject_id: str, gate: Gate, facts_digest: str, packs_digest: str) -> bool:
    """Whether a person let exactly this case pass."""
    query = sa.select(sa.func.count()).where(
        rulings.c.subject_id == subject_id, rulings.c.gate == gate.value, rulings.c.facts_digest == facts_digest,
        rulings.c.packs_digest == packs_digest, rulings.c.approved_at.is_not(None),
    )  # fmt: skip
    return bool(db.execute(query).scalar_one())


def open_cases(
    db: Connection,
    decisions: Sequence[Decision],
    gates: Sequence[Gate],
    *,
    organisation_id: str | None = None,
    subject_ids: Sequence[str] | None = None,
    limit: int,
) -> list[KeptRuling]:
    """The newest ruling of each case that came to one of these decisions and that nobody has let pass, oldest first."""
    newer = rulings.alias()
    same = sa.and_(newer.c.subject_id == rulings.c.subject_id, newer.c.gate == rulings.c.gate)
    later = sa.or_(
        newer.c.decided_at > rulings.c.decided_at, sa.and_(newer.c.decided_at == rulings.c.decided_at, newer.c.id > rulings.c.id)
    )
    # A case that was let pass is ruled on once more when it goes on: the same facts under the same packs need no second word.
    passed = sa.and_(
        newer.c.approved_at.is_not(None), newer.c.facts_digest == rulings.c.facts_digest, newer.c.packs_digest == rulings.c.packs_digest
    )
    query = sa.select(rulings).where(
        rulings.c.decision.in_([one.value for one in decisions]), rulings.c.approved_at.is_(None),
        rulings.c.gate.in_([gate.value for gate in gates]), ~sa.exists().where(same, sa.or_(later, passed)),
    )  # fmt: skip
    if organisation_id is not None:
        query = query.where(rulings.c.organisation_id == organisation_id)
    if subject_ids is not None:
        query = query.where(rulings.c.subject_id.in_(subject_ids))
    return [_kept(row) for row in db.execute(query.order_by(rulings.c.decided_at, rulings.c.id).limit(limit))]


def approve(db: Connection, ruling_id: str, *, by: str, reason: str, at: datetime) -> bool:
    """Note that a person let a case pass; False when somebody has done so already."""
    place = (rulings.c.id == ruling_id, rulings.c.approved_at.is_(None))
    return bool(db.execute(sa.update(rulings).where(*place).values(approved_at=at, approved_by=by, reason=reason)).rowcount)


def newest(db: Connection, gate: Gate) -> Iterator[KeptRuling]:
    """The newest ruling on each subject of a gate, streamed."""
    # For this statement alone: a connection set to stream would send later writes as streams too, which PostgreSQL refuses.
    with db.execute(_newest(gate), execution_options={"stream_results": True, "yield_per": 1000}) as rows:
        for row in rows:
            yield _kept(row)


def entries(db: Connection, organisation_id: str | None) -> list[KeptRuling]:
    """The newest ruling on each entry of the register of operations, of one organisation or of all."""
    query = _newest(Gate.OPERATION).where(rulings.c.subject_id.startswith("opr_", autoescape=True))
    return [
        _kept(row) for row in db.execute(query if organisation_id is None else query.where(rulings.c.organisation_id == organisation_id))
    ]


def _newest(gate: Gate) -> sa.Select[Any]:
    last = sa.select(rulings.c.subject_id, sa.func.max(rulings.c.decided_at).label("at")).where(rulings.c.gate == gate.value)
    last_of = last.group_by(rulings.c.subject_id).subquery()
    return sa.select(rulings).join(
        last_of, sa.and_(rulings.c.subject_id == last_of.c.subject_id, rulings.c.decided_at == last_of.c.at, rulings.c.gate == gate.value)
    )


def has_older(db: Connection, gate: Gate, moment: datetime) -> bool:
    """Whether the newest ruling on some subject of a gate is older than this."""
    query = sa.select(rulings.c.subject_id).where(rulings.c.gate == gate.value).group_by(rulings.c.subject_id)
    return db.execute(query.having(sa.func.max(rulings.c.decided_at) < moment).limit(1)).first() is not None


def has_any(db: Connection, gate: Gate) -> bool:
    """Whether anything was ever ruled at a gate."""
    return db.execute(sa.select(rulings.c.id).where(rulings.c.gate == gate.value).limit(1)).first() is not None


def has_other_packs(db: Connection, gate: Gate, packs_digest: str) -> bool:
    """Whether the newest ruling on some subject of a gate was made by other packs than these."""
    c = rulings.c
    newest = sa.select(c.subject_id, sa.func.max(c.decided_at).label("at")).where(c.gate == gate.value).group_by(c.subject_id).subquery()
    found = sa.and_(c.subject_id == newest.c.subject_id, c.decided_at == newest.c.at)
    query = sa.select(c.id).join(newest, found).where(c.gate == gate.value, c.packs_digest != packs_digest)
    return db.execute(query.limit(1)).first() is not None


def _kept(row: Any) -> KeptRuling:
    facts = json.loads(row.dossier)
    dossier = Dossier({p: value for p, (_, value) in facts.items()}, {p: Source(source) for p, (source, _) in facts.items()})
    return KeptRuling(
        id=row.id, gate=Gate(row.gate), subject_id=row.subject_id, organisation_id=row.organisation_id, decision=Decision(row.decision),
        facts_digest=row.facts_digest, packs_digest=row.packs_digest, record=json.loads(row.record), dossier=dossier,
        entry_id=row.entry_id, decided_at=row.decided_at, approved_at=row.approved_at, approved_by=row.approved_by, reason=row.reason,
    )  # fmt: skip
