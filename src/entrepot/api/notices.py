"""The regulator desk over JSON: notices, government access, complaints without a name, refused uses."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, BaseModel, Field

from entrepot import notices, parties
from entrepot.api.deps import PUBLIC, ActingDep, Day, Sent
from entrepot.api.errors import RESPONSES
from entrepot.kit import rfc3339
from entrepot.notices import About, Ask, Draft, Fact, Finding, NoticeKind, Taken
from entrepot.runtime import Scope, Session

router = APIRouter(prefix="/api/v1", responses=RESPONSES)
NoticeId = Annotated[str, Path(max_length=60, description="The notice's id.")]
AccessId = Annotated[str, Path(max_length=60, description="The id of a request for access.")]
ComplaintId = Annotated[str, Path(max_length=60, description="The complaint's id.")]
Text = Annotated[str, Field(max_length=10_000)]
Limit = Annotated[int, Query(ge=1, le=500)]


class FindingIn(Sent):
    """One thing to put right."""

    code: str = Field(max_length=60)
    basis: str = Field(max_length=500, description="Instrument, version, article.")
    text: Text
    fields: list[Annotated[str, Field(max_length=300)]] = Field([], max_length=1000)
    fix: Text = ""


class NoticeIn(Sent):
    """A notice; a due date that it gives wins over what would be computed."""

    kind: NoticeKind = NoticeKind.RECTIFICATION
    document_number: str = Field(max_length=100)
    listings: list[Annotated[str, Field(max_length=60)]] = Field(min_length=1, max_length=200)
    findings: list[FindingIn] = Field(min_length=1, max_length=100)
    authority: str = Field("", max_length=200, description="For a notice on paper: whose it is. Empty for your own.")
    received_at: AwareDatetime | None = None
    due: Day | None = Field(None, description="Its last second counts, where the authority is.")
    span: str = Field("", max_length=10, description="How long the clock runs, such as `5CNBD`; empty for what is usual.")
    jurisdiction: str = Field("CN", max_length=2, description="CN, EU or US.")
    harm: Text = Field("", description="Why the harm is imminent; the listings are then suspended at once.")
    public: bool = Field(False, description="Whether everybody may read whose notice it is.")
    penalties: Text = ""
    complaint: str = Field("", max_length=60, description="The complaint that led to it (operators).")


class EvidenceIn(Sent):
    """Evidence for one finding: a digest of documents that you keep, and a note."""

    digest: str = Field(max_length=80)
    note: Text = ""


class StepIn(Sent):
    """A step; which further fields count depends on it."""

    do: str = Field(max_length=20, description=f"One of {', '.join(notices.STEPS)}.")
    text: Text = Field("", description="Plan, statement, answer, reason or note; for `retest` the name of the tester.")
    evidence: dict[str, EvidenceIn] = Field({}, max_length=100, description="For `submit`: by finding.")
    results: dict[str, bool] = Field({}, max_length=100, description="For `report`: by finding, whether it passed.")
    report: str = Field("", max_length=80, description="For `report`: digest of the tester's report.")
    fact: str = Field("", max_length=40, description="For `leniency`: harm_removed, minor_corrected or first_minor_corrected.")


class AccessIn(Sent):
    """What an authority asks for; the operator decides."""

    legal_basis: str = Field(max_length=1000)
    facts: list[Fact] = Field(min_length=1, max_length=4)
    subject: str = Field(max_length=60, description="A listing's or an agreement's id.")
    since: AwareDatetime
    until: AwareDatetime
    expires_at: AwareDatetime
    security: Text = Field("", description="The incident or risk; for the fact `security` alone.")
    secrecy: Text = Field("", description="The provision that forbids telling the parties.")
    secret_until: AwareDatetime | None = None


class DecisionIn(Sent):
    """The operator's word."""

    approve: bool
    reason: Text


class ComplaintIn(Sent):
    """A complaint; say nothing that tells who you are unless you want it known."""

    about: About
    text: Text
    listing: str = Field("", max_length=60)


class CodeIn(Sent):
    """A receipt code."""

    code: str = Field(max_length=100)


class AdditionIn(CodeIn):
    """More about a complaint."""

    text: Text


class AnswerIn(Sent):
    """The operator's answer."""

    text: Text
    close: bool = False


class MessageOut(BaseModel):
    """What one side wrote, to the hour."""

    by_operator: bool
    text: str
    at: datetime


class ComplaintOut(BaseModel):
    """A complaint; its code is in the first answer only."""

    id: str
    about: About
    listing: str
    state: str
    notice: str
    created_at: datetime
    messages: list[MessageOut]
    code: str | None = None


class RefusalOut(BaseModel):
    """How often one prohibited use was refused at one gate on one day."""

    day: date
    kind: str
    gate: str
    count: int


@router.post("/notices", status_code=201, tags=["regulate"])
def file_notice(acting: ActingDep, body: NoticeIn) -> dict[str, Any]:
    """Serve a notice on the owner of some listings; its clock starts, and suspends them if it ends (regulators, operators)."""
    values = body.model_dump(exclude={"findings", "listings", "public", "complaint"})
    findings = tuple(Finding(**one.model_dump() | {"fields": tuple(one.fields)}) for one in body.findings)
    draft = Draft(**values, listings=tuple(body.listings), findings=findings, is_public=body.public, complaint_id=body.complaint)
    with acting.writing(Scope.ADMIN) as session:
        return _notice(session, notices.file_notice(session, draft))


@router.get("/notices", tags=["regulate"])
def list_notices(
    acting: ActingDep, open: Annotated[bool, Query(description="Only what is still to be done.")] = False, limit: Limit = 100
) -> dict[str, list[dict[str, Any]]]:
    """Notices you filed or that address you, what is due first at the head (operators: all)."""
    with acting.reading(Scope.READ) as session:
        found = notices.due_next(session, limit=limit) if open else notices.list_notices(session, limit=limit)
        return {"notices": [_notice(session, one) for one in found]}


@router.get("/notices/{notice_id}", tags=["regulate"])
def get_notice(acting: ActingDep, notice_id: NoticeId) -> dict[str, Any]:
    """One notice with its clock, its history, and the steps you may take now."""
    with acting.reading(Scope.READ) as session:
        found = notices.get(session, notice_id)
        history = [
            {"step": s.verb, "before": s.before, "after": s.after, "by": s.by_id, "at": rfc3339(s.at), "note": s.note}
            for s in notices.history(session, found.id)
        ]
        return _notice(session, found) | {"history": history}


@router.post("/notices/{notice_id}/steps", tags=["regulate"])
def take_step(acting: ActingDep, notice_id: NoticeId, body: StepIn) -> dict[str, Any]:
    """Take a step: acknowledge, file a plan, hand in evidence, re-test, counter, answer, take back."""
    evidence = {code: (one.digest, one.note) for code, one in body.evidence.items()}
    what = Taken(text=body.text, evidence=evidence, results=body.results, report=body.report, fact=body.fact)
    with acting.exchange.session(acting.actor) as session:
        parties.acting_organisation(session)  # Who is asking comes before what is asked.
        return _notice(session, notices.take_step(session, notice_id, body.do, what))


@router.post("/access", status_code=201, tags=["regulate"])
def ask_access(acting: ActingDep, body: AccessIn) -> dict[str, Any]:
    """Ask to look into what the exchange knows of a listing or an agreement (regulators); the operator decides."""
    values = body.model_dump(exclude={"subject", "facts"})
    with acting.writing(Scope.ADMIN) as session:
        return notices.plain_access(notices.ask_access(session, Ask(**values, subject_id=body.subject, facts=tuple(body.facts))))


@router.get("/access", tags=["regulate"])
def list_access(acting: ActingDep, limit: Limit = 100) -> dict[str, list[dict[str, Any]]]:
    """Requests for access: your own, those about you of which you have been told, all for operators."""
    with acting.reading(Scope.READ) as session:
        return {"access": [notices.plain_access(one) for one in notices.list_access(session, limit=limit)]}


@router.get("/access/{access_id}", tags=["regulate"])
def get_access(acting: ActingDep, access_id: AccessId) -> dict[str, Any]:
    """One request for access, and what became of it."""
    with acting.reading(Scope.READ) as session:
        return notices.plain_access(notices.get_access(session, access_id))


@router.post("/access/{access_id}/decision", tags=["regulate"])
def decide_access(acting: ActingDep, access_id: AccessId, body: DecisionIn) -> dict[str, Any]:
    """Approve or refuse a request for access, with a reason (operators)."""
    with acting.writing(Scope.ADMIN) as session:
        return notices.plain_access(notices.decide_access(session, access_id, approve=body.approve, reason=body.reason))


@router.post("/access/{access_id}/looks", tags=["regulate"])
def look(acting: ActingDep, access_id: AccessId) -> dict[str, Any]:
    """Look, as approved: counts, digests and proofs, never rows of a table; each look leaves its trace in the log."""
    with acting.writing(Scope.ADMIN) as session:
        return notices.look(session, access_id)


@router.post("/complaints", status_code=201, tags=["complain"], openapi_extra=PUBLIC)
def complain(acting: ActingDep, body: ComplaintIn) -> ComplaintOut:
    """Complain without a name; the receipt code in the answer is shown once, and reads the answer."""
    with acting.exchange.session() as session:
        made, code = notices.complain(session, body.about, body.text, listing_id=body.listing)
        return _complaint(session, made, code=code)


@router.post("/complaints/reading", tags=["complain"], openapi_extra=PUBLIC)
def read_complaint(acting: ActingDep, body: CodeIn) -> ComplaintOut:
    """Read a complaint and its answers with its receipt code."""
    with acting.exchange.reading() as session:
        return _complaint(session, notices.read_complaint(session, body.code)[0])


@router.post("/complaints/additions", tags=["complain"], openapi_extra=PUBLIC)
def add_to_complaint(acting: ActingDep, body: AdditionIn) -> ComplaintOut:
    """Add to a complaint with its receipt code."""
    with acting.exchange.session() as session:
        return _complaint(session, notices.add_to_complaint(session, body.code, body.text))


@router.get("/complaints", tags=["operate"])
def list_complaints(acting: ActingDep, limit: Limit = 100) -> dict[str, list[ComplaintOut]]:
    """Complaints, those that wait for an answer first (operators)."""
    with acting.reading(Scope.ADMIN) as session:
        return {"complaints": [_complaint(session, one) for one in notices.list_complaints(session, limit=limit)]}


@router.post("/complaints/{complaint_id}/answers", tags=["operate"])
def answer_complaint(acting: ActingDep, complaint_id: ComplaintId, body: AnswerIn) -> ComplaintOut:
    """Answer a complaint (operators)."""
    with acting.writing(Scope.ADMIN) as session:
        return _complaint(session, notices.answer_complaint(session, complaint_id, body.text, close=body.close))


@router.get("/refusals", tags=["find"], openapi_extra=PUBLIC)
def refusals(acting: ActingDep, since: Annotated[Day | None, Query(description="First day.")] = None) -> dict[str, list[RefusalOut]]:
    """How often uses that nobody may have were refused, by day, use and gate."""
    with acting.reading() as session:
        found = notices.list_refusals(session, since=since)
    return {"refusals": [RefusalOut(day=one.day, kind=one.kind, gate=one.gate, count=one.count) for one in found]}


def _notice(session: Session, found: notices.Notice) -> dict[str, Any]:
    left = max(int(found.time_left(session.now).total_seconds()), 0) if found.is_ticking else None
    return notices.plain(found) | {
        "suspends_at": rfc3339(found.suspends_at),
        "seconds_left": left,
        "possible_steps": notices.possible_steps(session, found),
    }


def _complaint(session: Session, found: notices.Complaint, *, code: str | None = None) -> ComplaintOut:
    return ComplaintOut(
        id=found.id, about=found.about, listing=found.listing_id, state=found.state, notice=found.notice_id, created_at=found.created_at,
        messages=[MessageOut(by_operator=m.by_operator, text=m.text, at=m.at) for m in notices.messages(session, found.id)], code=code,
    )  # fmt: skip
