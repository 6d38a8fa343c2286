"""Every day the rules are asked about the standing duties, the register of operations, and requests of people left without an answer."""

from __future__ import annotations

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
    for subject_id in duties.standing_subjects(session):
        case = duties.standing_case(session, subject_id)
        assert case is not None, "a standing subject has its case"
        compliance.ask(session, case)
    for kept in compliance.entered(session):
        now = operations.find_operation(session, kept.subject_id).now
        compliance.keep_new(session, now, kept.subject_id, kept.organisation_id, act=acts.REGISTER.name)
    for request in consent.requests.overdue(session):
        operations.judge_request(session, request, acts.LET_REQUEST_LAPSE, lapsed=True)
