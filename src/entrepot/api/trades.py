"""Requests, offers, agreements, deliveries and receipts over JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from entrepot import delivery, flows, pricing, proof, terms, trades
from entrepot.api import views
from entrepot.api.deps import PUBLIC, ActingDep, IdempotencyKey, Sent
from entrepot.api.errors import RESPONSES
from entrepot.api.listings import ListingId, ReasonIn
from entrepot.runtime import Scope

router = APIRouter(prefix="/api/v1", responses=RESPONSES)
NegotiationId = Annotated[str, Path(max_length=60, description="The negotiation's id.")]
AgreementId = Annotated[str, Path(max_length=60, description="The agreement's id.")]


class ChangesIn(Sent):
    """What to change; what is left out stays as it is on the table."""

    terms: dict[str, Any] | None = None
    rights: dict[str, Any] | None = None
    price: dict[str, Any] | str | None = Field(None, description="A price, or a text such as `49.00 EUR` or `49.00 EUR/month`.")
    message: str = Field("", max_length=4000)


class RequestIn(ChangesIn):
    """What to ask for."""

    purpose: str = Field(max_length=200, examples=["ResearchAndDevelopment"])
    method: str = Field("file", max_length=40, examples=["file"])
    territory: str | None = Field(None, max_length=2, description="Where the data will be used, ISO 3166-1.")


class ShareTokenOut(BaseModel):
    """A Delta Sharing token of your organisation, without its secret."""

    id: str
    name: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


class AcceptIn(Sent):
    """The offer that was read; another one on the table is then a conflict."""

    offer_id: str | None = Field(None, max_length=60)


class DeclineIn(Sent):
    """A word to the other side."""

    message: str = Field("", max_length=4000)


class NegotiationsOut(BaseModel):
    """Negotiations, newest first."""

    negotiations: list[views.NegotiationOut]


class AgreementsOut(BaseModel):
    """Agreements, newest first."""

    agreements: list[views.AgreementOut]


class FileOut(BaseModel):
    """A delivered file; the address is signed, expires, and serves ranges."""

    name: str
    table: str
    url: str
    sha256: str
    bytes: int
    rows: int


class ParcelOut(BaseModel):
    """What was handed over."""

    parcel_id: str
    agreement_id: str
    method: str
    rows: int
    bytes: int
    digest: str
    files: list[FileOut]
    expires_at: datetime | None
    receipt: str | None


class ConditionIn(Sent):
    """One condition on what is known of the person."""

    column: str = Field(min_length=1, max_length=255)
    operator: Literal["=", "<", "<=", ">", ">="] = "="
    value: str | int | float | bool


class DeliveryIn(Sent):
    """What of the agreement is asked for; nothing means the version that was signed."""

    version: Annotated[int | None, Field(ge=1, description="The number of a later version that the agreement covers.")] = None
    agreed_columns: Annotated[
        bool, Field(description="Of a later version, leave out what it holds about persons that was not signed for.")
    ] = False


class LookupIn(Sent):
    """One question about one person."""

    person: str = Field(min_length=1, max_length=500, description="The person key as the data holds it; digested at once and never kept.")
    token: str = Field("", max_length=2_000, description="The person's consent token for this question.")
    question: list[ConditionIn] = Field(min_length=1, max_length=delivery.lookups.MAX_CONDITIONS, description="All have to be met.")


class LookupOut(BaseModel):
    """The answer; ``receipt`` is its entry in the log."""

    id: str
    answer: Literal["match", "no_match"]
    at: datetime
    receipt: str


class QuestionOut(BaseModel):
    """A question that was answered, without what was claimed and without the person; ``receipt`` is its entry in the log."""

    id: str
    at: datetime
    columns: list[str]
    answer: Literal["match", "no_match"]
    receipt: str


class QuestionsOut(BaseModel):
    """What was asked under an agreement, newest first, and how many more may be asked now; null where nothing is asked under it."""

    agreement_id: str
    questions: list[QuestionOut]
    left: int | None


class EntryOut(BaseModel):
    """A fact in the log; ``position`` is its leaf once the log is sealed."""

    id: str
    kind: str
    at: datetime
    commitment: str
    position: int | None


class EntriesOut(BaseModel):
    """What the log holds about an agreement, oldest first."""

    receipts: list[EntryOut]


@router.post("/listings/{listing_id}/requests", status_code=201, tags=["trade"])
def request(acting: ActingDep, listing_id: ListingId, body: RequestIn, key: IdempotencyKey = "") -> views.NegotiationOut:
    """Ask to use a listing for one purpose; the owner's decision clock starts, or your own where the owner's policy stands."""
    with acting.writing(Scope.TRADE) as session:
        made = flows.request(
            session, listing_id, purpose=body.purpose, method=body.method, territory=body.territory, message=body.message,
            idempotency_key=key or None, **_changes(body, session.settings.currency),
        )  # fmt: skip
        return views.negotiation(session, made)


@router.get("/negotiations", tags=["trade"])
def negotiations(
    acting: ActingDep, limit: Annotated[int, Query(ge=1, le=100)] = 50, before: Annotated[str | None, Query(max_length=60)] = None
) -> NegotiationsOut:
    """Your negotiations."""
    with acting.reading(Scope.READ) as session:
        return NegotiationsOut(negotiations=[views.negotiation(session, n) for n in trades.list_for(session, limit=limit, before=before)])


@router.get("/negotiations/{negotiation_id}", tags=["trade"])
def negotiation(acting: ActingDep, negotiation_id: NegotiationId) -> views.NegotiationOut:
    """One negotiation with every offer."""
    with acting.reading(Scope.READ) as session:
        return views.negotiation(session, trades.get_negotiation(session, negotiation_id))


@router.post("/negotiations/{negotiation_id}/offers", status_code=201, tags=["trade"])
def offer(acting: ActingDep, negotiation_id: NegotiationId, body: ChangesIn, key: IdempotencyKey = "") -> views.NegotiationOut:
    """Put changed terms, rights or price on the table, as owner or as buyer."""
    with acting.writing(Scope.TRADE) as session:
        made = flows.offer(
            session, negotiation_id, message=body.message, idempotency_key=key or None, **_changes(body, session.settings.currency)
        )
        return views.negotiation(session, made)


@router.post("/negotiations/{negotiation_id}/acceptance", status_code=201, tags=["trade"])
def accept(acting: ActingDep, negotiation_id: NegotiationId, body: AcceptIn, key: IdempotencyKey = "") -> views.AgreementOut:
    """Accept what is on the table: both organisations sign, and the price goes into escrow."""
    with acting.writing(Scope.TRADE) as session:
        made = flows.accept(session, negotiation_id, offer_id=body.offer_id, idempotency_key=key or None)
        return views.agreement(session, made)


@router.post("/negotiations/{negotiation_id}/decline", tags=["trade"])
def decline(acting: ActingDep, negotiation_id: NegotiationId, body: DeclineIn) -> views.NegotiationOut:
    """Say no, as the side whose turn it is."""
    with acting.writing(Scope.TRADE) as session:
        return views.negotiation(session, trades.decline(session, negotiation_id, reason=body.message))


@router.post("/negotiations/{negotiation_id}/withdrawal", tags=["trade"])
def withdraw(acting: ActingDep, negotiation_id: NegotiationId, body: DeclineIn) -> views.NegotiationOut:
    """Take back one's own request or offer."""
    with acting.writing(Scope.TRADE) as session:
        return views.negotiation(session, trades.withdraw(session, negotiation_id, reason=body.message))


@router.get("/agreements", tags=["trade"])
def agreements(
    acting: ActingDep, limit: Annotated[int, Query(ge=1, le=100)] = 50, before: Annotated[str | None, Query(max_length=60)] = None
) -> AgreementsOut:
    """Your agreements."""
    with acting.reading(Scope.READ) as session:
        return AgreementsOut(agreements=[views.agreement(session, a) for a in trades.list_agreements(session, limit=limit, before=before)])


@router.get("/agreements/{agreement_id}", tags=["trade"])
def agreement(acting: ActingDep, agreement_id: AgreementId) -> views.AgreementOut:
    """One agreement with its signatures, escrow and deliveries."""
    with acting.reading(Scope.READ) as session:
        return views.agreement(session, trades.get(session, agreement_id))


@router.post("/agreements/{agreement_id}/termination", tags=["trade"])
def terminate(acting: ActingDep, agreement_id: AgreementId, body: ReasonIn) -> views.AgreementOut:
    """End an agreement early; bytes stop at once."""
    with acting.writing(Scope.TRADE) as session:
        return views.agreement(session, flows.terminate(session, agreement_id, reason=body.reason))


@router.post("/agreements/{agreement_id}/suspension", tags=["trade"])
def suspend(acting: ActingDep, agreement_id: AgreementId, body: ReasonIn) -> views.AgreementOut:
    """Stop the bytes for the time being (owner, operators)."""
    with acting.writing(Scope.TRADE) as session:
        return views.agreement(session, trades.move(session, agreement_id, trades.AgreementState.SUSPENDED, body.reason))


@router.delete("/agreements/{agreement_id}/suspension", tags=["trade"])
def resume(acting: ActingDep, agreement_id: AgreementId) -> views.AgreementOut:
    """Let the bytes flow again (whoever suspended it, operators)."""
    with acting.writing(Scope.TRADE) as session:
        return views.agreement(session, flows.resume(session, agreement_id))


@router.post("/agreements/{agreement_id}/deliveries", status_code=201, tags=["deliver"])
def deliver(acting: ActingDep, agreement_id: AgreementId, body: DeliveryIn | None = None) -> ParcelOut:
    """Have the data handed over: signed addresses for files, an open share for tables; the acceptance window begins."""
    acting.require(Scope.DELIVER)
    asked = body or DeliveryIn()
    made = flows.deliver(acting.exchange, acting.actor, agreement_id, number=asked.version, agreed_columns=asked.agreed_columns)
    parcel = made.parcel
    files = [FileOut(name=f.name, table=f.table, url=f.url, sha256=f.sha256, bytes=f.bytes, rows=f.rows) for f in made.files]
    return ParcelOut(
        parcel_id=parcel.id, agreement_id=parcel.agreement_id, method=parcel.method, rows=parcel.rows, bytes=parcel.bytes,
        digest=parcel.digest, files=files, expires_at=made.expires_at, receipt=parcel.entry_id,
    )  # fmt: skip


@router.post("/agreements/{agreement_id}/lookups", status_code=201, tags=["deliver"])
def look_up(acting: ActingDep, agreement_id: AgreementId, body: LookupIn) -> LookupOut:
    """Ask one question about one person, with that person's consent token; the answer is match or no match (buyers)."""
    acting.require(Scope.DELIVER)
    question = [terms.Condition(**one.model_dump()) for one in body.question]
    made = flows.lookups.ask(acting.exchange, acting.actor, agreement_id, person=body.person, token=body.token, question=question)
    return LookupOut(id=made.id, answer="match" if made.matches else "no_match", at=made.at, receipt=made.entry_id)


@router.get("/agreements/{agreement_id}/lookups", tags=["deliver"])
def questions(
    acting: ActingDep,
    agreement_id: AgreementId,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    before: Annotated[str | None, Query(max_length=60, description="The last id of the page before.")] = None,
) -> QuestionsOut:
    """What you have asked under an agreement, newest first, and what is left; no person is named (the buyer)."""
    with acting.reading(Scope.READ) as session:
        found = flows.lookups.asked(session, agreement_id, limit=limit, before=before)
        listed = [
            QuestionOut(id=one.id, at=one.at, columns=one.columns, answer="match" if one.matches else "no_match", receipt=one.entry_id)
            for one in found.questions
        ]  # fmt: skip
        return QuestionsOut(agreement_id=agreement_id, questions=listed, left=None if found.room is None else found.room.left)


@router.post("/share-profile", status_code=201, tags=["deliver"])
def share_profile(acting: ActingDep, rotate: Annotated[bool, Query(description="End the profiles made before.")] = False) -> dict[str, Any]:
    """The Delta Sharing profile of your organisation; it holds a secret and is shown once."""
    with acting.writing(Scope.DELIVER) as session:
        return flows.share_profile(session, rotate=rotate)


@router.get("/share-tokens", tags=["deliver"])
def share_tokens(acting: ActingDep) -> list[ShareTokenOut]:
    """Your organisation's Delta Sharing tokens, without their secrets."""
    with acting.reading(Scope.READ) as session:
        found = delivery.list_tokens(session)
        return [ShareTokenOut(**{name: getattr(token, name) for name in ShareTokenOut.model_fields}) for token in found]


@router.delete("/share-tokens/{token_id}", status_code=204, tags=["deliver"])
def revoke_share_token(acting: ActingDep, token_id: Annotated[str, Path(max_length=60)]) -> None:
    """End a Delta Sharing token at once; reads under way stop too."""
    with acting.writing(Scope.DELIVER) as session:
        delivery.revoke_token(session, token_id)


@router.post("/agreements/{agreement_id}/acceptance", tags=["settle"])
def accept_delivery(acting: ActingDep, agreement_id: AgreementId) -> views.AgreementOut:
    """Accept what was delivered: escrow goes to the owner, less the fee (buyer)."""
    with acting.writing(Scope.TRADE) as session:
        return views.agreement(session, flows.accept_delivery(session, agreement_id))


@router.post("/agreements/{agreement_id}/refund", tags=["settle"])
def refund(acting: ActingDep, agreement_id: AgreementId, body: ReasonIn) -> views.AgreementOut:
    """Give the escrow back to the buyer and end the agreement (owner, operators)."""
    with acting.writing(Scope.TRADE) as session:
        return views.agreement(session, flows.refund(session, agreement_id, reason=body.reason))


@router.get("/agreements/{agreement_id}/receipts", tags=["prove"])
def receipts(acting: ActingDep, agreement_id: AgreementId) -> EntriesOut:
    """What the log holds about an agreement."""
    with acting.reading(Scope.READ) as session:
        found = proof.history(session, trades.get(session, agreement_id).id)
        return EntriesOut(receipts=[EntryOut(id=e.id, kind=e.kind, at=e.at, commitment=e.commitment, position=e.seq) for e in found])


@router.get("/receipts/{entry_id}", tags=["prove"])
def receipt(acting: ActingDep, entry_id: Annotated[str, Path(max_length=60)]) -> dict[str, Any]:
    """A receipt that anyone can verify offline with `entrepot verify`."""
    with acting.reading(Scope.READ) as session:
        return flows.prove(session, entry_id)


@router.get("/trust", tags=["prove"], openapi_extra=PUBLIC)
def trust(acting: ActingDep) -> dict[str, Any]:
    """The public keys that receipts and agreements verify against: the log's and every organisation's."""
    with acting.reading() as session:
        return flows.trust(session)


def _changes(body: ChangesIn, currency: str) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if body.terms is not None:
        changes["terms"] = terms.Terms.from_dict(body.terms)
    if body.rights is not None:
        changes["rights"] = terms.Rights.from_dict(body.rights)
    if body.price is not None:
        changes["price"] = flows.parse_price(body.price, currency) if isinstance(body.price, str) else pricing.Price.from_dict(body.price)
    return changes
