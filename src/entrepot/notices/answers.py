"""What an approved look is answered with: counts, digests, proofs, and for security who received what; never rows of a table."""

from __future__ import annotations

from collections import Counter
from typing import Any

from entrepot import catalogue, delivery, proof, trades
from entrepot.kit import Conflict, digest, is_id, rfc3339
from entrepot.notices.access_model import Ask, Fact
from entrepot.notices.inspections import log, require_look
from entrepot.proof import Entry
from entrepot.runtime import Session
from entrepot.trades import Agreement

MOST = 10_000
"""Agreements that one answer looks at."""


def look(session: Session, access_id: str) -> dict[str, Any]:
    """The answer to an approved request; each look leaves its digest in the log.

    Raises:
        NotFound: It is another authority's.
        Refused: It is not approved, or has ended.
    """
    access = require_look(session, access_id)
    acting, ask = session.by_exchange(), access.ask
    agreements = _agreements(acting, ask)
    answer: dict[str, Any] = {"access": access.id, "subject": ask.subject_id, "since": rfc3339(ask.since), "until": rfc3339(ask.until)}
    for fact in ask.facts:
        answer[fact.value] = _ANSWERS[fact](acting, ask, agreements)
    log(session, access, "looked", answer=digest(answer))
    return answer


def _agreements(session: Session, ask: Ask) -> list[Agreement]:
    if is_id(ask.subject_id, "agr"):
        return [trades.get(session, ask.subject_id)]
    return trades.list_agreements(session, listing_id=ask.subject_id, everybody=True, limit=MOST)


def _parcels(session: Session, ask: Ask, agreements: list[Agreement]) -> list[delivery.Parcel]:
    found = (parcel for agreement in agreements for parcel in delivery.parcels_of(session, agreement.id))
    return [parcel for parcel in found if ask.since <= parcel.opened_at < ask.until]


def _figures(session: Session, ask: Ask, agreements: list[Agreement]) -> dict[str, Any]:
    signed = [one for one in agreements if ask.since <= one.signed_at < ask.until]
    parcels = _parcels(session, ask, agreements)
    return {
        "agreements": dict(sorted(Counter(one.state.value for one in signed).items())), "buyers": len({one.buyer_id for one in signed}),
        "deliveries": len(parcels), "rows": sum(one.rows for one in parcels), "bytes": sum(one.bytes for one in parcels),
    }  # fmt: skip


def _digests(session: Session, ask: Ask, agreements: list[Agreement]) -> dict[str, Any]:
    versions = dict.fromkeys([one.version_id for one in agreements])
    if not is_id(ask.subject_id, "agr"):
        versions |= dict.fromkeys([catalogue.current_version(session, ask.subject_id).id])
    return {
        "versions": {version_id: catalogue.agreed_version(session, version_id).digest for version_id in versions},
        "agreements": {one.id: digest(one.jws) for one in agreements},
        "deliveries": {one.id: one.digest for one in _parcels(session, ask, agreements)},
    }


def _log(session: Session, ask: Ask, agreements: list[Agreement]) -> list[dict[str, Any]]:
    subjects = dict.fromkeys([ask.subject_id, *(one.id for one in agreements)])
    entries = [entry for subject in subjects for entry in proof.history(session, subject)]
    return [_proved(session, entry) for entry in entries if ask.since <= entry.at < ask.until]


def _proved(session: Session, entry: Entry) -> dict[str, Any]:
    # The leaf and its proof alone: the fact behind it is opened by its parties, or asked for by name.
    shown: dict[str, Any] = {"kind": entry.kind, "at": rfc3339(entry.at), "leaf": entry.leaf, "position": entry.seq}
    try:
        return shown | {"tlog_proof": proof.prove(session, entry.id)["tlog_proof"]}
    except Conflict:  # It waits for its seal, or its content was erased.
        return shown


def _security(session: Session, ask: Ask, agreements: list[Agreement]) -> dict[str, Any]:
    moves = [move for agreement in agreements for move in trades.history(session, agreement.id) if ask.since <= move.at < ask.until]
    return {
        "deliveries": [
            {"agreement": one.agreement_id, "to": one.to_id, "at": rfc3339(one.opened_at), "method": one.method, "rows": one.rows, "bytes": one.bytes}
            for one in _parcels(session, ask, agreements)
        ],
        "moves": [{"agreement": one.agreement_id, "at": rfc3339(one.at), "before": one.before, "after": one.after} for one in moves],
    }  # fmt: skip


_ANSWERS = {Fact.FIGURES: _figures, Fact.DIGESTS: _digests, Fact.LOG: _log, Fact.SECURITY: _security}
