"""Rows to models and back; every change of state compares and sets."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection

from entrepot.kit import new_id, unb64url
from entrepot.pricing.model import Price
from entrepot.terms.model import Rights, Terms
from entrepot.trades.model import Agreement, AgreementState, Move, Negotiation, NegotiationState, Offer, agreement_from
from entrepot.trades.tables import agreement_moves, agreements, idempotency_keys, negotiations, offers

# Built once: putting a statement together takes several times as long as SQLite needs to run it.
_NEGOTIATION = sa.select(negotiations).where(negotiations.c.id == sa.bindparam("id"))
_OFFERS = sa.select(offers).where(offers.c.negotiation_id == sa.bindparam("negotiation_id")).order_by(offers.c.round)
_OFFER = sa.select(offers).where(offers.c.negotiation_id == sa.bindparam("negotiation_id"), offers.c.round == sa.bindparam("round"))
_AGREEMENT = sa.select(agreements).where(agreements.c.id == sa.bindparam("id"))
_AGREEMENT_OF = sa.select(agreements).where(agreements.c.negotiation_id == sa.bindparam("id"))
_STATE = sa.select(agreements.c.state).where(agreements.c.id == sa.bindparam("id"))
_STEP = (
    sa.update(agreements)
    .where(agreements.c.id == sa.bindparam("seen_id"), agreements.c.state == sa.bindparam("seen"))
    .values(state=sa.bindparam("next"))
)
_MOVES = sa.select(agreement_moves).where(agreement_moves.c.agreement_id == sa.bindparam("agreement_id")).order_by(agreement_moves.c.id)
_KEY = sa.select(idempotency_keys).where(
    idempotency_keys.c.organisation_id == sa.bindparam("organisation_id"), idempotency_keys.c.key == sa.bindparam("key")
)
_ADD_NEGOTIATION, _ADD_OFFER, _ADD_AGREEMENT, _ADD_MOVE = map(sa.insert, (negotiations, offers, agreements, agreement_moves))
_CLAIM = {
    name: insert(idempotency_keys).on_conflict_do_nothing() for name, insert in (("postgresql", postgres_insert), ("sqlite", sqlite_insert))
}


def insert_negotiation(db: Connection, negotiation: Negotiation) -> None:
    """Keep a new negotiation."""
    values = {f: getattr(negotiation, f) for f in Negotiation.__slots__ if f != "acceptance_window"}
    seconds = int(negotiation.acceptance_window.total_seconds())
    db.execute(_ADD_NEGOTIATION, values | {"acceptance_seconds": seconds})


def find_negotiation(db: Connection, negotiation_id: str) -> Negotiation | None:
    """The negotiation with this id."""
    row = db.execute(_NEGOTIATION, {"id": negotiation_id}).one_or_none()
    return None if row is None else _negotiation(row)


def step_negotiation(
    db: Connection, negotiation: Negotiation, to: NegotiationState, *, round: int | None = None, decide_by: datetime | None = None
) -> bool:
    """Move on from exactly the state and round that the caller has seen; False when somebody was faster."""
    values: dict[str, Any] = {"state": to}
    values |= {} if round is None else {"round": round}
    values |= {} if decide_by is None else {"decide_by": decide_by}
    seen = sa.and_(
        negotiations.c.id == negotiation.id, negotiations.c.state == negotiation.state, negotiations.c.round == negotiation.round
    )
    return db.execute(sa.update(negotiations).where(seen).values(values)).rowcount == 1


def insert_offer(db: Connection, offer: Offer) -> None:
    """Keep a new offer."""
    values = {f: getattr(offer, f) for f in Offer.__slots__}
    values |= {"terms": offer.terms.to_dict(), "price": offer.price.to_dict(), "rights": offer.rights.to_dict()}
    db.execute(_ADD_OFFER, values)


def list_offers(db: Connection, negotiation_id: str) -> list[Offer]:
    """Every offer of a negotiation, the published one first."""
    return [_offer(row) for row in db.execute(_OFFERS, {"negotiation_id": negotiation_id})]


def offer_in_round(db: Connection, negotiation_id: str, round: int) -> Offer:
    """The offer of one round; every round has one."""
    return _offer(db.execute(_OFFER, {"negotiation_id": negotiation_id, "round": round}).one())


def insert_agreement(db: Connection, agreement: Agreement) -> None:
    """Keep a signed agreement."""
    names = ["id", "negotiation_id", "listing_id", "version_id", "owner_id", "buyer_id", "state", "signed_at", "ends_at"]
    values = {name: getattr(agreement, name) for name in names}
    db.execute(_ADD_AGREEMENT, values | {"jws": json.dumps(agreement.jws)})


def find_agreement(db: Connection, agreement_id: str) -> Agreement | None:
    """The agreement with this id."""
    return _one_agreement(db, _AGREEMENT, agreement_id)


def find_agreement_of(db: Connection, negotiation_id: str) -> Agreement | None:
    """The agreement that a negotiation has led to."""
    return _one_agreement(db, _AGREEMENT_OF, negotiation_id)


def agreement_state(db: Connection, agreement_id: str) -> AgreementState | None:
    """The state as it is now."""
    state = db.scalar(_STATE, {"id": agreement_id})
    return None if state is None else AgreementState(state)


def step_agreement(db: Connection, agreement_id: str, *, before: AgreementState, after: AgreementState) -> bool:
    """Move on from exactly the state that the caller has seen; False when somebody was faster."""
    return db.execute(_STEP, {"seen_id": agreement_id, "seen": before, "next": after}).rowcount == 1


def insert_move(db: Connection, move: Move) -> None:
    """Keep one change of an agreement's state."""
    db.execute(_ADD_MOVE, {f: getattr(move, f) for f in Move.__slots__} | {"id": new_id("mov")})


def list_moves(db: Connection, agreement_id: str) -> list[Move]:
    """Every change of an agreement's state, oldest first."""
    rows = ({f: row._mapping[f] for f in Move.__slots__} for row in db.execute(_MOVES, {"agreement_id": agreement_id}))
    return [Move(**row | {"before": AgreementState(row["before"]), "after": AgreementState(row["after"])}) for row in rows]


def list_negotiations(
    db: Connection,
    *,
    owner_id: str | None,
    buyer_id: str | None,
    states: Collection[str],
    listing_id: str | None,
    before: str | None,
    limit: int,
) -> list[Negotiation]:
    """Negotiations of an owner or a buyer (either, when both are named), newest first."""
    query = _of_parties(negotiations, owner_id, buyer_id, states, listing_id, before)
    return [_negotiation(row) for row in db.execute(query.limit(limit))]


def list_agreements(
    db: Connection,
    *,
    owner_id: str | None,
    buyer_id: str | None,
    states: Collection[str],
    listing_id: str | None,
    before: str | None,
    limit: int,
) -> list[Agreement]:
    """Agreements of an owner or a buyer (either, when both are named), newest first."""
    query = _of_parties(agreements, owner_id, buyer_id, states, listing_id, before)
    return [_agreement(row) for row in db.execute(query.limit(limit))]


def claim(db: Connection, *, organisation_id: str, key: str, kind: str, request: str, result_id: str, at: datetime) -> tuple[str, str, str]:
    """The kind, request and result that a key stands for: these, or those of whoever came first."""
    values = {"organisation_id": organisation_id, "key": key, "kind": kind, "request": request, "result_id": result_id, "created_at": at}
    # On PostgreSQL this waits for a transaction that is claiming the same key, so the row read next is final.
    if db.execute(_CLAIM[db.dialect.name], values).rowcount == 1:
        return kind, request, result_id
    row = db.execute(_KEY, {"organisation_id": organisation_id, "key": key}).one()
    return row.kind, row.request, row.result_id


def _of_parties(
    table: sa.Table, owner_id: str | None, buyer_id: str | None, states: Collection[str], listing_id: str | None, before: str | None
) -> sa.Select[Any]:
    query = sa.select(table).order_by(table.c.id.desc())
    sides = [table.c[name] == value for name, value in (("owner_id", owner_id), ("buyer_id", buyer_id)) if value is not None]
    if sides:
        query = query.where(sa.or_(*sides))
    if states:
        query = query.where(table.c.state.in_(sorted(states)))
    if listing_id is not None:
        query = query.where(table.c.listing_id == listing_id)
    return query if before is None else query.where(table.c.id < before)


def _negotiation(row: Any) -> Negotiation:
    values = dict(row._mapping)
    window = timedelta(seconds=values.pop("acceptance_seconds"))
    return Negotiation(**values | {"state": NegotiationState(values["state"]), "acceptance_window": window})


def _offer(row: Any) -> Offer:
    values = dict(row._mapping)
    read = {
        "terms": Terms.from_dict(values["terms"]),
        "price": Price.from_dict(values["price"]),
        "rights": Rights.from_dict(values["rights"]),
    }
    return Offer(**values | read)


def _one_agreement(db: Connection, which: sa.Select[Any], id_: str) -> Agreement | None:
    row = db.execute(which, {"id": id_}).one_or_none()
    return None if row is None else _agreement(row)


def _agreement(row: Any) -> Agreement:
    jws = json.loads(row.jws)
    return agreement_from(json.loads(unb64url(jws["payload"])), state=AgreementState(row.state), jws=jws)
