"""Consents over JSON: for controllers on people's behalf, and for people with their own link."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from entrepot import consent, flows
from entrepot.api.deps import ActingDep, Sent
from entrepot.api.errors import RESPONSES
from entrepot.consent import Act, Recorded, Scope
from entrepot.consent.model import MAX_KEY, STATUS_TERMS
from entrepot.consent.requests import SubjectRequest
from entrepot.flows import people, strangers
from entrepot.runtime import Scope as KeyScope

router = APIRouter(prefix="/api/v1", responses=RESPONSES)
ConsentId = Annotated[str, Path(max_length=60, description="The id of what was said.")]
Key = Annotated[str, Field(min_length=1, max_length=MAX_KEY, description="The value of the person key; digested at once and never kept.")]


class ScopeIn(Sent):
    """What it speaks of; what is left out is not limited."""

    listing: str = Field("", max_length=60)
    recipient: str = Field("", max_length=60, description="An organisation's id or short name.")
    purposes: list[str] = Field(default_factory=lambda: ["dpv:Purpose"], min_length=1, max_length=50)
    categories: list[str] = Field(default_factory=list, max_length=50)
    kind: Literal["general", "guardian", "separate", "written"] = "separate"
    notice: str = Field("", max_length=80, pattern=r"^(sha256:[0-9a-f]{64})?$", description="Digest of the notice that was shown.")
    days: int | None = Field(None, ge=1, le=36_500, description="How long it holds; without, until it is withdrawn.")

    def asked(self) -> people.Asked:
        """The same for the flows."""
        return people.Asked(
            listing=self.listing, recipient=self.recipient, purposes=tuple(self.purposes), categories=tuple(self.categories), kind=self.kind,
            notice=self.notice, days=self.days,
        )  # fmt: skip


class ConsentIn(ScopeIn):
    """What one person said, or is asked."""

    person: Key
    act: Literal["given", "refused", "objected", "asked"] = "given"


class WithdrawalIn(ScopeIn):
    """What one person withdraws."""

    person: Key


class ImportIn(ScopeIn):
    """What every person in an upload said."""

    upload: str = Field(max_length=60)
    act: Literal["given", "withdrawn", "objected"] = "given"
    column: str = Field("person", max_length=255)


class PersonIn(Sent):
    """One person."""

    person: Key


class PersonsIn(Sent):
    """Some persons."""

    persons: list[Key] = Field(min_length=1, max_length=people.MAX_LINKS)


class RevocationIn(Sent):
    """Whose link to end; without a person those of everybody."""

    person: Key | None = None


class TokenIn(Sent):
    """Under which look-up agreement one question may be asked."""

    agreement: str = Field(max_length=60)


class TokenForIn(TokenIn):
    """The same, and about whom."""

    person: Key


class ReplyIn(Sent):
    """What was done about a request, or why not."""

    text: str = Field(min_length=1, max_length=4_000)
    declined: bool = False


class SaidOut(BaseModel):
    """One act; the person appears as a digest."""

    id: str
    person: str
    act: str
    status: str
    dpv_status: str
    scope: dict[str, Any]
    at: datetime
    expires_at: datetime | None
    by: str
    link: int | None = Field(description="Which of the person's links it was said by, from 0; null where the controller recorded it.")
    after_no: str | None = Field(
        description="The `no` to this by an earlier link of the person's, where the yes came by a link made after it."
    )


class SaidForOut(SaidOut):
    """One act that a controller recorded."""

    in_tables: bool | None = Field(
        description="Whether the key stands in some table of yours; where it does not, nothing is held back. null: large tables are not indexed yet."
    )


class HistoryOut(BaseModel):
    """What one person said, oldest first."""

    said: list[SaidOut]


class OverviewOut(BaseModel):
    """How many persons stand where, by scope."""

    scopes: list[dict[str, Any]]


class ImportedOut(BaseModel):
    """What became of a bulk file."""

    batch_id: str
    receipt: str
    rows: int
    repeated: int
    kept_back: int
    unknown: int | None = Field(
        description="Of `rows`, keys that stand in none of your tables; null where large tables are not indexed yet."
    )
    root: str


class LinksOut(BaseModel):
    """Personal links, in the order of the persons; pass each on to its person alone."""

    links: list[str]
    renewed: int = Field(description="Persons who had used theirs: these links are other ones, and the persons' own open no more.")


class RequestOut(BaseModel):
    """A person's request with its clock."""

    id: str
    person: str
    kind: str
    message: str
    state: str
    law: str
    assumption: str
    created_at: datetime
    due_at: datetime
    overdue: bool
    answered_at: datetime | None
    answer: str


class RequestsOut(BaseModel):
    """Requests, the most urgent first."""

    requests: list[RequestOut]


class TokenOut(BaseModel):
    """A consent token; hand it to the recipient, for one question."""

    token: str
    consent: str
    expires_at: datetime


@router.post("/consents", status_code=201, tags=["consent"])
def say(acting: ActingDep, body: ConsentIn) -> SaidForOut:
    """Record what a person said on paper or elsewhere, or that you asked (controllers)."""
    with acting.writing(KeyScope.PUBLISH) as session:
        made = people.say_for(session, body.person, Act(body.act), body.asked())
    return _said_for(acting, body.person, *made)


@router.post("/consents/withdrawals", status_code=201, tags=["consent"])
def withdraw(acting: ActingDep, body: WithdrawalIn) -> SaidForOut:
    """Record that a person withdrew; the next delivery leaves the person out (controllers)."""
    with acting.writing(KeyScope.PUBLISH) as session:
        made = people.say_for(session, body.person, Act.WITHDRAWN, body.asked())
    return _said_for(acting, body.person, *made)


@router.post("/consents/imports", status_code=201, tags=["consent"])
def import_people(acting: ActingDep, body: ImportIn) -> ImportedOut:
    """Record the same for every person in an upload, all or nothing (controllers)."""
    acting.require(KeyScope.PUBLISH)
    made = people.import_people(acting.exchange, acting.actor, body.upload, act=Act(body.act), asked=body.asked(), column=body.column)
    return ImportedOut(
        batch_id=made.batch_id,
        receipt=made.entry_id,
        rows=made.rows,
        repeated=made.repeated,
        kept_back=made.kept_back,
        root=made.root,
        unknown=made.unknown,
    )


@router.post("/consents/tokens", status_code=201, tags=["consent"])
def token(acting: ActingDep, body: TokenForIn) -> TokenOut:
    """A token for one question about a person, who said yes to you (controllers)."""
    with acting.writing(KeyScope.PUBLISH) as session:
        return token_out(flows.lookups.token_for(session, body.person, body.agreement))


@router.get("/consents", tags=["consent"])
def overview(acting: ActingDep) -> OverviewOut:
    """How many persons have given, withdrawn or objected, by scope (controllers)."""
    with acting.reading(KeyScope.READ) as session:
        return OverviewOut(scopes=consent.overview(session, consent.acting_controller(session)))


@router.post("/consents/lookups", tags=["consent"])
def look_up(acting: ActingDep, body: PersonIn) -> HistoryOut:
    """What one person has said to you (controllers); a POST, so that the key is in no address."""
    with acting.reading(KeyScope.READ) as session:
        return HistoryOut(said=[said(act, scope, session.now) for act, scope in people.look_up(session, body.person)])


@router.get("/consents/{consent_id}/receipt", tags=["consent"])
def receipt(acting: ActingDep, consent_id: ConsentId) -> dict[str, Any]:
    """The signed receipt of one act, for `entrepot verify` (controllers)."""
    with acting.reading(KeyScope.READ) as session:
        return people.receipt_for(session, consent_id)


@router.post("/consents/links", tags=["consent"])
def links(acting: ActingDep, body: PersonsIn) -> LinksOut:
    """The personal link of each person, on record; whoever has answered by the own link gets another, and the own opens no more (controllers)."""
    with acting.writing(KeyScope.PUBLISH) as session:
        issued = people.links_for(session, body.persons)
        return LinksOut(links=list(issued.addresses), renewed=issued.renewed)


@router.post("/consents/links/revocation", status_code=204, tags=["consent"])
def revoke_links(acting: ActingDep, body: RevocationIn) -> None:
    """End the link of one person, or of everybody (controllers)."""
    with acting.writing(KeyScope.PUBLISH) as session:
        people.revoke_links(session, body.person)


@router.get("/subject-requests", tags=["consent"])
def requests(
    acting: ActingDep,
    overdue: Annotated[bool, Query(description="All overdue ones of every controller, without their words (operators).")] = False,
) -> RequestsOut:
    """Requests of people to you, the most urgent first."""
    with acting.reading(KeyScope.READ) as session:
        found = consent.requests.overdue(session) if overdue else consent.requests.of_controller(session)
        return RequestsOut(requests=[request_out(one, session.now) for one in found])


@router.post("/subject-requests/{request_id}/answer", tags=["consent"])
def answer(acting: ActingDep, request_id: Annotated[str, Path(max_length=60)], body: ReplyIn) -> RequestOut:
    """Answer a person's request (controllers)."""
    with acting.writing(KeyScope.PUBLISH) as session:
        return request_out(people.answer_request(session, request_id, text=body.text, declined=body.declined), session.now)


def _said_for(acting: ActingDep, key: str, act: Recorded, scope: Scope) -> SaidForOut:
    # Looked up after what was said is kept, so that no writer waits for it.
    with acting.reading(KeyScope.PUBLISH) as session:
        stranger = strangers.is_stranger(session, key)
        return SaidForOut(**said(act, scope, session.now).model_dump(), in_tables=None if stranger is None else not stranger)


def token_out(issued: consent.tokens.Issued) -> TokenOut:
    """A token as JSON."""
    return TokenOut(token=issued.text, consent=issued.act.id, expires_at=issued.expires_at)


def said(act: Recorded, scope: Scope, now: datetime) -> SaidOut:
    """An act as JSON."""
    status = act.status(now)
    return SaidOut(
        id=act.id, person=act.subject.hex(), act=act.act.value, status=status, dpv_status=STATUS_TERMS[status], scope=scope.to_dict(),
        at=act.at, expires_at=act.expires_at, by=act.by, link=act.link, after_no=act.after_no,
    )  # fmt: skip


def request_out(found: SubjectRequest, now: datetime) -> RequestOut:
    """A request as JSON."""
    same = ("id", "message", "state", "law", "assumption", "created_at", "due_at", "answered_at", "answer")
    return RequestOut(
        **{name: getattr(found, name) for name in same}, person=found.subject.hex(), kind=found.kind.value, overdue=found.is_overdue(now)
    )
