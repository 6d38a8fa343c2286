"""What the rules say of the desk's own acts: each step of a notice, access of authorities, complaints, a suspension without a notice."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from entrepot import catalogue, compliance, parties
from entrepot.catalogue import Listing
from entrepot.compliance import Case, acts, clocks
from entrepot.compliance.places import jurisdictions
from entrepot.kit import rfc3339
from entrepot.notices.access_model import Access, AccessState, Fact
from entrepot.notices.model import Notice, NoticeKind, NoticeState
from entrepot.runtime import Session

_KINDS = {NoticeKind.RECTIFICATION: "rectification", NoticeKind.IP: "ip_claim"}
_LAW = {zone: place for place, zone in clocks.ZONES.items()}
_SHOWN = {Fact.FIGURES: "aggregates", Fact.DIGESTS: "proofs", Fact.LOG: "proofs", Fact.SECURITY: "security_facts"}


def judge_step(session: Session, notice: Notice, verb: str) -> None:
    """Ask the rules about a step of a notice; its clock is the law's, so nothing they say holds it up."""
    facts = _of_notice(session, notice) | (_of_suspension(session, notice) if verb in ("suspend", "expire") else {})
    if verb == "counter" and notice.kind is NoticeKind.IP:
        # Whoever claims the right is told in the same transaction.
        facts |= {"notice.kind": "ip_counter", "notice.counter_forwarded_on": compliance.today(session).isoformat()}
    compliance.ask(session, _case(session, acts.NOTICE_STEP, notice.id, facts))


def suspend_listing(session: Session, listing_id: str, *, reason: str, harm: bool = False) -> Listing:
    """Take a listing off without a notice, as an operator; the rules let that be where harm is imminent.

    Raises:
        Refused: The actor is no operator.
        NotCompliant: The owner could not answer, and no harm is imminent.
        Conflict: It is not on offer.
    """
    made = catalogue.suspend(session, listing_id, reason=reason)
    facts = {
        "notice.kind": "other", "suspension.owner_heard": False,
        "deal.jurisdictions": jurisdictions(parties.get(session, made.organisation_id).country),
    }  # fmt: skip
    compliance.ask(session, _case(session, acts.SUSPEND_LISTING, made.id, facts, {"suspension.imminent_harm": harm}))
    return made


def judge_access(session: Session, access: Access, act: acts.Act) -> None:
    """Ask the rules about a request of an authority, when it comes, is decided, and is answered.

    Raises:
        NotCompliant: A rule forbids the approval or the answer.
        FactsMissing: Something has to be known before it.
        AwaitsDecision: A person has to decide on it.
    """
    issuer, owner = parties.get(session, access.issuer_id), parties.get(session, access.owner_id)
    here, ask = compliance.country(session), access.ask
    ours, theirs = jurisdictions(here, owner.country), jurisdictions(issuer.country)
    facts: dict[str, Any] = {
        "operation.kind": "inspection" if issuer.country == here else "foreign_request", "deal.jurisdictions": ours,
        "access.authority": access.authority, "access.legal_basis": ask.legal_basis, "access.scope": ask.subject_id,
        "access.expires_on": ask.expires_at.date().isoformat(), "access.logged": True,
        "access.wants": sorted({_SHOWN[fact] for fact in ask.facts}),
    }  # fmt: skip
    # Both parties are told with the decision, in its own transaction, unless a ban says otherwise.
    facts |= {"access.owner_told": True} if ask.secret_until is None or access.told_at else {"access.telling_barred_by": ask.secrecy}
    if "EU" in ours and "EU" not in theirs:
        facts["eu.third_country_request"] = True
    compliance.ask(session, _case(session, act, access.id, facts))


def judge_decision(session: Session, access: Access) -> None:
    """Ask the rules before an authority is let in; refusing it needs no rule."""
    if access.state is AccessState.APPROVED:
        judge_access(session, access, acts.DECIDE_ACCESS)


def judge_channel(session: Session) -> None:
    """Ask the rules about how complaints are taken; asked with an hour's others, so that no ruling tells when one came."""
    subject = f"{parties.exchange_organisation(session).id}.voices"
    facts = {"operation.kind": "other", "complaint.identity_needed": False}
    compliance.ask(session, _case(session, acts.COMPLAINT, subject, facts))


def _case(session: Session, act: acts.Act, subject_id: str, facts: dict[str, Any], declared: dict[str, Any] | None = None) -> Case:
    exchange_id = parties.exchange_organisation(session).id
    return Case(act=act, subject_id=subject_id, organisation_id=exchange_id, facts=facts, declared=declared or {})


def _of_notice(session: Session, notice: Notice) -> dict[str, Any]:
    law, owner = _LAW.get(notice.zone, ""), parties.get(session, notice.organisation_id).country
    facts: dict[str, Any] = {
        # An ended notice demands nothing any more.
        "notice.kind": _KINDS.get(notice.kind, "other") if notice.is_open else "other", "notice.received_at": rfc3339(notice.received_at),
        "notice.acknowledged": notice.state is not NoticeState.RECEIVED, "notice.plan_filed": bool(notice.plan), "notice.forwarded": True,
        "notice.measures_taken": notice.is_off or not notice.is_open,
        "deal.jurisdictions": sorted({*jurisdictions(owner), *([law] if law else [])}),
    }  # fmt: skip
    if notice.clock == "given":
        facts["notice.due_on"] = notice.due_at.astimezone(ZoneInfo(notice.zone)).date().isoformat()
    return facts


def _of_suspension(session: Session, notice: Notice) -> dict[str, Any]:
    return {"suspension.owner_heard": notice.was_heard(session.now), "suspension.imminent_harm": bool(notice.harm)}
