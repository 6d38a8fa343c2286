"""Questions about one person: what may be asked, whether it is so, and what was asked by whom, with which token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from entrepot import consent, parties, proof
from entrepot.catalogue.model import LookupOffer, Version
from entrepot.consent.tokens import Token
from entrepot.delivery import consents, methods, repository
from entrepot.delivery.model import CountSpent, Parcel
from entrepot.delivery.rights import Part, parts
from entrepot.delivery.tables import lookups
from entrepot.engine.sql import file_literal
from entrepot.kit import Invalid, Refused, new_id, rfc3339
from entrepot.parties import jws
from entrepot.privacy.categories import CATEGORIES
from entrepot.privacy.model import Kind
from entrepot.runtime import Session
from entrepot.terms import Condition, Operator, Rights, rights_to_sql
from entrepot.trades.model import Agreement

METHOD = "lookup"
ANSWERED = "lookup.answered"
"""The kind of an answer's entry in the log."""
SPEC = "entrepot.lookup/1"
MAX_CONDITIONS = 4
MATCH, NO_MATCH = "match", "no_match"
_RANGES = frozenset({Operator.LESS, Operator.AT_MOST, Operator.MORE, Operator.AT_LEAST})
_ROW = "file_row_number"
_DAY = timedelta(hours=24)


class TooManyQuestions(Refused):
    """An agreement has asked as many questions in 24 hours as its listing allows."""

    status = 429


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """One question that was answered; ``token_id`` is that of the person's consent, ``entry_id`` its receipt in the log."""

    id: str
    agreement_id: str
    listing_id: str
    version_id: str
    controller_id: str
    recipient_id: str
    purpose: str
    subject: bytes
    token_id: str
    question: tuple[Condition, ...]
    matches: bool
    entry_id: str
    at: datetime

    @property
    def answer(self) -> str:
        """The answer as the buyer gets it."""
        return MATCH if self.matches else NO_MATCH

    @property
    def columns(self) -> list[str]:
        """What was asked about, each once."""
        return list(dict.fromkeys(condition.column for condition in self.question))


def require_askable(agreement: Agreement, version: Version, question: Sequence[Condition]) -> tuple[Part, ...]:
    """The tables that a question is answered from, if it may be asked; the answer hangs on what is on offer and on no person.

    Raises:
        Invalid: It is no look-up, or asks about something that the listing does not offer.
    """
    offer = version.manifest.lookup
    if offer is None or agreement.method != METHOD:
        raise Invalid(f"The agreement {agreement.id} hands data over as {agreement.method}.", "Take delivery; there is nothing to ask.")
    if not 1 <= len(question) <= MAX_CONDITIONS:
        raise Invalid(f"The question has {len(question)} conditions.", f"Ask with 1 to {MAX_CONDITIONS} of them.")
    named = {condition.column for condition in question}
    agreed = [replace(part, person_key=version.manifest.person_key) for part in parts(version, agreement.rights, agreement.terms)]
    found = tuple(part for part in agreed if named <= _askable(part, offer))
    if not found:
        may = sorted(set[str]().union(*(_askable(part, offer) for part in agreed)))
        raise Invalid(f"Nobody may ask about {', '.join(sorted(named))[:200]} here.", f"Ask about {', '.join(may)[:500] or 'nothing'}.")
    for part in found:
        _require_fitting(part, question)
    return found


def is_match(session: Session, asked: Sequence[Part], controller_id: str, subject: bytes, question: Sequence[Condition]) -> bool:
    """Whether a row about the person meets every condition; a person without any row takes the same work."""
    found = [_matches(session, part, controller_id, subject, question) for part in asked]
    return any(found)


def use_of(agreement: Agreement, version: Version) -> consent.Use:
    """What a person consents to with a token: every question this agreement may ask, one at a time."""
    return consent.Use(
        controller_id=agreement.owner_id, listing_id=agreement.listing_id, recipient_id=agreement.buyer_id, purpose=agreement.purpose,
        categories=categories_of(version), mode=version.manifest.consent_mode,
    )  # fmt: skip


def categories_of(version: Version) -> frozenset[str]:
    """The kinds of personal data that may be asked about."""
    asked = frozenset[str]() if version.manifest.lookup is None else frozenset(version.manifest.lookup.columns)
    return frozenset(str(c.category) for t in version.tables for c in t.columns if c.name in asked and c.personal and c.category)


def record(
    session: Session, agreement: Agreement, version: Version, token: Token, question: Sequence[Condition], *, matches: bool
) -> Lookup:
    """Use the token up and keep question and answer with a signed receipt in the log; the first answer makes the delivery.

    Raises:
        TokenRefused: The token was used a moment ago.
        TooManyQuestions: The agreement has asked enough today.
        CountSpent: The terms allow no further answer.
    """
    repository.lock(session.db, agreement.id)
    require_room(session, agreement, version)
    consent.tokens.spend(session, token)
    made = Lookup(
        id=new_id("lkp"), agreement_id=agreement.id, listing_id=agreement.listing_id, version_id=version.id, controller_id=agreement.owner_id,
        recipient_id=agreement.buyer_id, purpose=agreement.purpose, subject=token.subject, token_id=token.id, question=tuple(question),
        matches=matches, entry_id="", at=session.now,
    )  # fmt: skip
    fact = fact_of(made)
    document = jws.assemble(fact, [parties.sign(session, parties.exchange_organisation(session).id, fact)])
    entry = proof.record(session, ANSWERED, fact, subject_id=agreement.id, jws=document)
    session.db.execute(sa.insert(lookups).values(_values(made) | {"entry_id": entry.id}))
    _deliver(session, agreement, version)
    return _of_row(session.db.execute(sa.select(lookups).where(lookups.c.id == made.id)).one())


def require_room(session: Session, agreement: Agreement, version: Version) -> None:
    """Let an agreement ask that has not asked enough.

    Raises:
        TooManyQuestions: It has, for these 24 hours.
        CountSpent: It has, by its terms.
    """
    found = room(session, agreement, version)
    if found is None or found.left:
        return
    if found.limit is not None and found.given >= found.limit:
        raise CountSpent(f"The terms allow {found.limit:,} answers, and all have been given.", "Ask the owner for another agreement.")
    raise TooManyQuestions(
        f"The listing allows {found.per_day:,} questions in 24 hours.", "Ask again later; the token stays good till it runs out."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How many questions an agreement has, in 24 hours and in all where its terms limit that, and how many were answered."""

    per_day: int
    today: int
    limit: int | None
    given: int

    @property
    def left(self) -> int:
        """How many may be asked now."""
        today = self.per_day - self.today
        return max(0, today if self.limit is None else min(today, self.limit - self.given))


def room(session: Session, agreement: Agreement, version: Version) -> Room | None:
    """What an agreement may still ask; None where nothing is asked under it."""
    offer = version.manifest.lookup
    if offer is None:
        return None
    return Room(
        per_day=offer.per_day, today=count(session, agreement.id, since=session.now - _DAY), limit=agreement.terms.count_limit,
        given=count(session, agreement.id),
    )  # fmt: skip


def fact_of(made: Lookup) -> dict[str, Any]:
    """What the receipt of an answer signs; it names the token, and no person."""
    return {
        "spec": SPEC, "lookup": made.id, "agreement": made.agreement_id, "listing": made.listing_id, "version": made.version_id,
        "to": made.recipient_id, "purpose": made.purpose, "token": made.token_id,
        "question": [condition.to_dict() for condition in made.question], "answer": made.answer, "at": rfc3339(made.at),
    }  # fmt: skip


def of_person(session: Session, controller_id: str, subject: bytes) -> list[Lookup]:
    """What was asked about a person, newest first."""
    mine = sa.and_(lookups.c.controller_id == controller_id, lookups.c.subject == subject)
    return [_of_row(row) for row in session.db.execute(sa.select(lookups).where(mine).order_by(lookups.c.id.desc()))]


def of_agreement(session: Session, agreement_id: str, *, limit: int = 100, before: str | None = None) -> list[Lookup]:
    """What was asked under an agreement, newest first, behind a question's id; the caller has checked who asks."""
    mine = lookups.c.agreement_id == agreement_id
    mine = mine if before is None else sa.and_(mine, lookups.c.id < before)
    return [_of_row(row) for row in session.db.execute(sa.select(lookups).where(mine).order_by(lookups.c.id.desc()).limit(limit))]


def count(session: Session, agreement_id: str, *, since: datetime | None = None, until: datetime | None = None) -> int:
    """How many questions of an agreement were answered in a period."""
    query = sa.select(sa.func.count()).select_from(lookups).where(lookups.c.agreement_id == agreement_id)
    if since is not None:
        query = query.where(lookups.c.at >= since)
    if until is not None:
        query = query.where(lookups.c.at < until)
    return int(session.db.scalar(query) or 0)


def every(session: Session) -> list[Lookup]:
    """Every answer, for the doctor."""
    return [_of_row(row) for row in session.db.execute(sa.select(lookups).order_by(lookups.c.id))]


def _askable(part: Part, offer: LookupOffer) -> set[str]:
    has_key = part.person_key in {column.name for column in part.table.columns}
    return set(offer.columns) & set(part.columns) if has_key else set()


def _require_fitting(part: Part, question: Sequence[Condition]) -> None:
    for condition in question:
        if condition.operator is not Operator.EQUAL and condition.operator not in _RANGES:
            raise Invalid(f"A question cannot ask with {condition.operator!r}.", "Use =, <, <=, > or >=.")
        category = next((c.category for c in part.table.columns if c.name == condition.column and c.category), "")
        # A few ranges would spell out a number that equality only confirms.
        if condition.operator in _RANGES and category in CATEGORIES and CATEGORIES[category].kind is Kind.DIRECT:
            raise Invalid(
                f"{condition.column} tells who somebody is, and a range over it would give it away.", "Ask whether it equals a value."
            )


def _matches(session: Session, part: Part, controller_id: str, subject: bytes, question: Sequence[Condition]) -> bool:
    with consent.open_index(session, controller_id, consents.person_table(part)) as index:
        rows = [int(row) for row in index.rows_of([subject])]
    with session.blobs.local(part.table.parquet_key) as source:
        numbered = f"read_parquet({file_literal(source)}, hive_partitioning=false, file_row_number=true)"
        described = session.engine.sql(f"SELECT * FROM {numbered}")
        types = {name: str(kind) for name, kind in zip(described.columns, described.types, strict=True)}
        asked = Rights(columns=(_ROW,), rows=(*part.conditions, *question))
        select, values = rights_to_sql(asked, types)
        # The scan hangs on the question alone: rows are told apart only after it, so that its time says nothing of the person.
        sql = (
            f"WITH source AS (SELECT * FROM {numbered}) SELECT coalesce(bool_or(list_contains(?::BIGINT[], {_ROW})), false) FROM ({select})"
        )
        return bool(session.engine.execute(sql, [rows, *values]).fetchall()[0][0])


def _deliver(session: Session, agreement: Agreement, version: Version) -> Parcel:
    method = methods.find(METHOD)
    return method.after_read(session, method.deliver(session, agreement, version, key=""))


def _values(made: Lookup) -> dict[str, Any]:
    return {name: getattr(made, name) for name in Lookup.__slots__} | {"question": [condition.to_dict() for condition in made.question]}


def _of_row(row: Any) -> Lookup:
    values = {name: row._mapping[name] for name in Lookup.__slots__}
    question = tuple(Condition.from_dict(condition) for condition in row.question)
    return Lookup(**values | {"subject": bytes(row.subject), "question": question})
