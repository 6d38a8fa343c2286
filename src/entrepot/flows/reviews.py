"""Every day the rules are asked about the standing duties, the register of operations, and requests of people left without an answer."""

from __future__ import annotations

from collections.abc import Callable

from entrepot import compliance, consent, jobs, parties
from entrepot.compliance import acts
from entrepot.flows import duties, operations
from entrepot.runtime import SYSTEM, Exchange, Session, ticker

_HOUR = 3600.0


@ticker(lambda settings: _HOUR)
def review_daily(exchange: Exchange) -> None:
    """Queue the day's review of duties, once."""
    with exchange.reading(SYSTEM) as session:
        if not parties.has_exchange(session):
            return
    with exchange.session(SYSTEM) as session:
        session.enqueue("flows.review_duties", dedup_key=f"duties:{compliance.today(session)}")


@jobs.handler("flows.review_duties")
def review_duties(session: Session) -> None:
    """Ask the rules about the standing duties, the register, and requests of people whose time has run out; nothing is stopped by it."""
    for kind, subject_id in _due(session):
        try:
            with session.part():
                _REVIEWS[kind](session, subject_id)
        except Exception:
            # Whatever it is: a job of its own fails in the operator's sight, again and again, and the rest is reviewed.
            session.enqueue(
                "flows.review_duty", kind=kind, subject_id=subject_id, dedup_key=f"duty:{subject_id}:{session.now:%Y%m%d%H%M%S}"
            )  # fmt: skip


@jobs.handler("flows.review_duty")
def review_duty(session: Session, *, kind: str, subject_id: str) -> None:
    """Ask the rules about one duty, entry or request, where that failed among others."""
    _REVIEWS[kind](session, subject_id)


def _due(session: Session) -> list[tuple[str, str]]:
    """What is reviewed, by its kind and id."""
    standing = [("standing", subject_id) for subject_id in duties.standing_subjects(session)]
    entered = [("entered", kept.subject_id) for kept in compliance.entered(session)]
    return [*standing, *entered, *(("overdue", request.id) for request in consent.requests.overdue(session))]


def _ask_standing(session: Session, subject_id: str) -> None:
    case = duties.standing_case(session, subject_id)
    assert case is not None, "a standing subject has its case"
    compliance.ask(session, case)


def _ask_entered(session: Session, subject_id: str) -> None:
    found = operations.find_operation(session, subject_id)
    assert found.kept is not None, "an entry begins with a ruling"
    compliance.keep_new(session, found.now, subject_id, found.kept.organisation_id, act=acts.REGISTER.name)


def _ask_overdue(session: Session, subject_id: str) -> None:
    # Answered since, it is no longer among them.
    for request in consent.requests.overdue(session):
        if request.id == subject_id:
            operations.judge_request(session, request, acts.LET_REQUEST_LAPSE, lapsed=True)


_REVIEWS: dict[str, Callable[[Session, str], None]] = {"standing": _ask_standing, "entered": _ask_entered, "overdue": _ask_overdue}
