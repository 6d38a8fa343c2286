"""What the holder of a personal link does over HTTP: see, allow, stop, ask for something."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from entrepot import flows
from entrepot.api.consents import ConsentId, RequestOut, SaidOut, TokenIn, TokenOut, request_out, said, token_out
from entrepot.api.deps import PUBLIC, ActingDep, Language, Sent
from entrepot.api.errors import RESPONSES
from entrepot.flows import people
from entrepot.flows.consent_questions import ConsentQuestion
from entrepot.kit import Invalid

router = APIRouter(prefix="/api/v1", tags=["people"], responses=RESPONSES)
Token = Annotated[str, Path(max_length=200, description="The secret part of a personal link.")]


class TokenAsPersonIn(TokenIn):
    """The same, by the person."""

    notice: str = Field("", max_length=80, description="The digest of the words that were read; other ones by now answer 409.")


class AnswerIn(Sent):
    """What a person allows or stops."""

    allow: bool
    consent: str = Field("", max_length=60, description="To stop: one of `standing`, instead of recipient, purpose and listing.")
    recipient: str = Field("", max_length=60)
    purpose: str = Field("dpv:Purpose", max_length=200)
    listing: str = Field("", max_length=60)
    days: int | None = Field(None, ge=1, le=36_500, description="A shorter time than `until` of the question.")
    notice: str = Field("", max_length=80, description="The digest of the question that was read; another one by now answers 409.")


class RequestIn(Sent):
    """What a person asks for."""

    kind: Literal["copy", "correction", "deletion", "objection", "restriction", "explanation"]
    message: str = Field("", max_length=4_000)


class LinkOut(BaseModel):
    """How often links of the person were handed out to the controller, and since when this one is in the place of another."""

    number: int
    issued: int
    issued_at: datetime | None
    renewed_at: datetime | None


class MeOut(BaseModel):
    """What a controller holds about the person of a link, who used it, and what was said."""

    controller: str
    products: list[dict[str, Any]]
    purposes: list[dict[str, Any]]
    open_questions: list[dict[str, Any]]
    everything: dict[str, Any]
    used: list[dict[str, Any]]
    askers: list[dict[str, Any]]
    questions: list[dict[str, Any]]
    said: list[SaidOut]
    standing: list[SaidOut]
    requests: list[RequestOut]
    link: LinkOut


class RenewedOut(BaseModel):
    """The secret part of the new link, which nobody else knows; it is shown once."""

    person: str


@router.get("/people/{person}", openapi_extra=PUBLIC)
def me(acting: ActingDep, person: Token, language: Language = "en") -> MeOut:
    """What is held about the person of a link, who used it for what and when."""
    found, now = flows.person_view.view(acting.exchange, person), acting.exchange.clock.now()
    return MeOut(
        controller=found.controller.name, said=[said(act, scope, now) for act, scope in found.said],
        standing=[said(act, scope, now) for act, scope in found.standing],
        products=[{"listing": p.listing_id, "titles": dict(p.titles), "included": p.included, "consent": p.mode.value} for p in found.products],
        purposes=[
            {"listing": p.listing_id, "recipient": p.recipient_id, "name": p.recipient, "purpose": p.purpose, "allowed": p.allowed, "refused": p.refused,
             "question": _question(p.question, language)}
            for p in found.purposes
        ],
        open_questions=[
            {"listing": q.scope.listing_id, "recipient": q.scope.recipient_id, "purposes": q.scope.purposes, "question": _question(q, language)}
            for q in found.open_questions
        ],
        everything=_question(found.everything, language),
        used=[{"at": u.at, "titles": dict(u.titles), "recipient": u.recipient, "purpose": u.purpose} for u in found.used],
        askers=[
            {"agreement": a.agreement_id, "titles": dict(a.titles), "recipient": a.recipient, "purpose": a.purpose, "columns": a.columns,
             "text": a.words.texts[language], "notice": a.words.notice(language)}
            for a in found.askers
        ],
        questions=[
            {"at": q.at, "titles": dict(q.titles), "recipient": q.recipient, "purpose": q.purpose, "answer": q.answer, "consent": q.token_id,
             "question": [condition.to_dict() for condition in q.conditions]}
            for q in found.questions
        ],
        requests=[request_out(one, now) for one in found.requests],
        link=LinkOut(
            number=found.link.number, issued=found.link.issued, issued_at=found.link.issued_at, renewed_at=found.link.renewed_at
        ),
    )  # fmt: skip


@router.post("/people/{person}/answers", status_code=201, openapi_extra=PUBLIC)
def answer_as_person(acting: ActingDep, person: Token, body: AnswerIn, language: Language = "en") -> SaidOut:
    """Allow or stop a use of the data about the person of a link; a yes is to the kinds of data, the time and the words of its question."""
    with acting.exchange.session() as session:
        if body.consent:
            if body.allow:
                raise Invalid(
                    "A consent that stands is named, and allowed once more.", "Name recipient, purpose and listing to allow a use."
                )
            return said(*people.stop_as_person(session, person, body.consent), session.now)
        asked = people.Asked(
            listing=body.listing, recipient=body.recipient, purposes=(body.purpose,), days=body.days, notice=body.notice
        )  # fmt: skip
        act, scope = people.answer_as_person(session, person, allow=body.allow, asked=asked, language=language)
        return said(act, scope, session.now)


@router.post("/people/{person}/tokens", status_code=201, openapi_extra=PUBLIC)
def token_as_person(acting: ActingDep, person: Token, body: TokenAsPersonIn, language: Language = "en") -> TokenOut:
    """Allow one question about the person of a link; the token is shown once."""
    with acting.exchange.session() as session:
        return token_out(flows.lookups.token_as_person(session, person, body.agreement, notice=body.notice, language=language))


@router.post("/people/{person}/renewal", status_code=201, openapi_extra=PUBLIC)
def renew_as_person(acting: ActingDep, person: Token) -> RenewedOut:
    """Another link that only its holder has; the one before opens no more, whoever kept a copy of it."""
    with acting.exchange.session() as session:
        return RenewedOut(person=people.renew_as_person(session, person))


@router.post("/people/{person}/requests", status_code=201, openapi_extra=PUBLIC)
def request_as_person(acting: ActingDep, person: Token, body: RequestIn) -> RequestOut:
    """Ask for a copy, a correction, deletion and more; the law's clock starts."""
    with acting.exchange.session() as session:
        return request_out(people.request_as_person(session, person, body.kind, body.message), session.now)


@router.get("/people/{person}/receipts/{consent_id}", openapi_extra=PUBLIC)
def receipt_as_person(acting: ActingDep, person: Token, consent_id: ConsentId) -> dict[str, Any]:
    """The signed receipt of one of the person's own acts."""
    with acting.exchange.reading() as session:
        return people.receipt_as_person(session, person, consent_id)


def _question(one: ConsentQuestion, language: str) -> dict[str, Any]:
    return {
        "text": one.texts[language], "notice": one.notice(language), "categories": one.categories, "kinds": one.kinds(language),
        "others": one.others(language),
        "until": one.until, "agreed": one.is_agreed,
    }  # fmt: skip
