"""What the JSON API shows of listings, negotiations, agreements and deliveries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from entrepot import catalogue, delivery, flows, parties, pricing, terms, trades
from entrepot.catalogue.assessed import shown_preview
from entrepot.runtime import Session
from entrepot.standards.model import ColumnDescription, pick


class PartyOut(BaseModel):
    """An organisation, shortly."""

    id: str
    slug: str
    name: str


class TextsOut(BaseModel):
    """A sentence in both languages."""

    en: str
    zh: str


class SentencesOut(BaseModel):
    """Sentences in both languages."""

    en: list[str]
    zh: list[str]


class VersionOut(BaseModel):
    """One immutable version of a listing."""

    id: str
    number: int
    digest: str
    published_at: datetime


class ColumnOut(BaseModel):
    """A column of the data dictionary."""

    name: str
    type: str
    title: str
    description: str
    unit: str
    nullable: bool
    category: str


class TableOut(BaseModel):
    """A table of a listing; ``grade`` (1 to 4) and report are there where the exchange anonymised it."""

    name: str
    rows: int
    bytes: int
    format: str
    grade: int | None
    report_digest: str
    columns: list[ColumnOut]


class PreviewOut(BaseModel):
    """Some rows that anybody may see; the columns in ``masked`` show no values."""

    table: str
    columns: list[str]
    masked: list[str]
    rows: list[list[str | None]]


class ChecksOut(BaseModel):
    """What the checks came to, with each finding and its fix, and which rule packs were asked."""

    decision: str
    findings: list[dict[str, Any]]
    packs: list[str]


class ListingOut(BaseModel):
    """A listing with one of its versions."""

    id: str
    state: str
    reason: str
    owner: PartyOut
    version: VersionOut
    title: str
    outcome: str
    description: str
    titles: dict[str, str]
    outcomes: dict[str, str]
    descriptions: dict[str, str]
    keywords: dict[str, list[str]]
    licence: str
    source: str
    terms: dict[str, Any]
    terms_sentences: SentencesOut
    price: dict[str, Any]
    price_sentence: TextsOut
    auto_approve: bool
    person_key: str
    personal: bool
    quality: int
    tables: list[TableOut]
    preview: list[PreviewOut]
    checks: ChecksOut
    methods: list[str]


class HitOut(BaseModel):
    """A listing that a search found."""

    id: str
    title: str
    outcome: str
    owner: PartyOut
    price_sentence: TextsOut
    rows: int
    personal: bool
    quality: int
    snippet: str


class SearchOut(BaseModel):
    """A page of hits; ``total`` stops counting where ``capped`` says so."""

    hits: list[HitOut]
    total: int
    capped: bool
    next: str | None


class OfferOut(BaseModel):
    """What one side put on the table."""

    id: str
    round: int
    by: PartyOut
    terms: dict[str, Any]
    terms_sentences: SentencesOut
    price: dict[str, Any]
    price_sentence: TextsOut
    rights: dict[str, Any]
    message: str
    created_at: datetime


class NegotiationOut(BaseModel):
    """A negotiation; ``turn`` is who decides, by ``decide_by``."""

    id: str
    listing_id: str
    version_id: str
    title: str
    owner: PartyOut
    buyer: PartyOut
    purpose: str
    method: str
    state: str
    round: int
    turn: PartyOut | None
    decide_by: datetime
    offers: list[OfferOut]
    agreement_id: str | None


class EscrowOut(BaseModel):
    """Money that is held for an agreement, or was."""

    state: str
    amount: str
    released: str
    period: int


class DeliveryOut(BaseModel):
    """A delivery that was made; ``receipt`` is its entry in the log."""

    parcel_id: str
    method: str
    rows: int
    bytes: int
    digest: str
    at: datetime
    receipt: str


class MoveOut(BaseModel):
    """One change of an agreement's state; ``by`` is null where the exchange itself made it."""

    before: str
    after: str
    by: str | None
    reason: str
    at: datetime


class AgreementOut(BaseModel):
    """A signed agreement; ``document`` is the JWS that anyone can verify, ``state_since`` and ``state_reason`` say why it stands where it does."""

    id: str
    negotiation_id: str
    listing_id: str
    version_id: str
    title: str
    owner: PartyOut
    buyer: PartyOut
    purpose: str
    method: str
    state: str
    state_since: datetime
    state_reason: str
    history: list[MoveOut]
    signed_at: datetime
    starts_at: datetime
    ends_at: datetime | None
    terms: dict[str, Any]
    terms_sentences: SentencesOut
    price: dict[str, Any]
    price_sentence: TextsOut
    rights: dict[str, Any]
    escrow: EscrowOut | None
    deliveries: list[DeliveryOut]
    document: dict[str, Any]


def party(session: Session, organisation_id: str) -> PartyOut:
    """An organisation, shortly."""
    found = parties.get(session, organisation_id)
    return PartyOut(id=found.id, slug=found.slug, name=found.name)


def listing(session: Session, found: catalogue.Listing, version: catalogue.Version) -> ListingOut:
    """A listing with one version."""
    manifest = version.manifest
    return ListingOut(
        id=found.id, state=found.state, reason=found.reason, owner=party(session, found.organisation_id),
        version=VersionOut(id=version.id, number=version.number, digest=version.digest, published_at=version.published_at),
        title=manifest.title, outcome=manifest.outcome, description=manifest.description, titles=dict(manifest.titles),
        outcomes=dict(manifest.outcomes), descriptions=dict(manifest.descriptions),
        keywords={language: list(words) for language, words in manifest.keywords.items()}, licence=manifest.licence, source=manifest.source,
        terms=manifest.terms.to_dict(), terms_sentences=sentences(manifest.terms), price=manifest.price.to_dict(),
        price_sentence=price_sentence(manifest.price), auto_approve=manifest.auto_approve, person_key=manifest.person_key,
        personal=version.personal, quality=version.quality, tables=[_table(t) for t in version.tables],
        preview=[PreviewOut(table=p.table, columns=list(p.columns), masked=list(p.masked), rows=[list(r) for r in p.rows]) for p in shown_preview(version)],
        checks=ChecksOut(decision=version.decision, findings=flows.listing_findings(session, found, version), packs=list(version.assessment.get("packs", []))), methods=list(flows.methods_of(version.manifest)),
    )  # fmt: skip


def hit(found: catalogue.Hit, owner: PartyOut) -> HitOut:
    """A search hit."""
    return HitOut(
        id=found.listing_id, title=pick(found.titles), outcome=pick(found.outcomes), owner=owner,
        price_sentence=price_sentence(pricing.Price.from_dict(found.price)), rows=found.rows, personal=found.personal,
        quality=found.quality, snippet="".join(segment.text for segment in found.snippet),
    )  # fmt: skip


def negotiation(session: Session, found: trades.Negotiation) -> NegotiationOut:
    """A negotiation with its offers."""
    made = trades.agreement_of(session, found.id)
    return NegotiationOut(
        id=found.id, listing_id=found.listing_id, version_id=found.version_id, title=_title(session, found.version_id),
        owner=party(session, found.owner_id), buyer=party(session, found.buyer_id), purpose=found.purpose, method=found.method,
        state=found.state, round=found.round, turn=party(session, found.turn_id) if found.turn_id else None, decide_by=found.decide_by,
        offers=[_offer(session, o) for o in trades.offers_of(session, found.id)], agreement_id=made.id if made else None,
    )  # fmt: skip


def agreement(session: Session, found: trades.Agreement) -> AgreementOut:
    """An agreement with its escrow and deliveries."""
    held, moves = flows.last_escrow(session, found.id), trades.history(session, found.id)
    return AgreementOut(
        id=found.id, negotiation_id=found.negotiation_id, listing_id=found.listing_id, version_id=found.version_id,
        title=_title(session, found.version_id), owner=party(session, found.owner_id), buyer=party(session, found.buyer_id),
        purpose=found.purpose, method=found.method, state=found.state, signed_at=found.signed_at, starts_at=found.starts_at,
        state_since=moves[-1].at if moves else found.signed_at, state_reason=moves[-1].reason if moves else "",
        history=[MoveOut(before=m.before, after=m.after, by=None if m.by_exchange else m.by_id, reason=m.reason, at=m.at) for m in moves],
        ends_at=found.ends_at, terms=found.terms.to_dict(), terms_sentences=sentences(found.terms), price=found.price.to_dict(),
        price_sentence=price_sentence(found.price), rights=found.rights.to_dict(),
        escrow=None if held is None else EscrowOut(state=held.state, amount=str(held.amount), released=str(held.released), period=held.period),
        deliveries=[_delivery(r) for r in delivery.receipts(session, found.id)], document=found.jws,
    )  # fmt: skip


def sentences(found: terms.Terms) -> SentencesOut:
    """Terms as plain sentences."""
    return SentencesOut(en=list(terms.sentences(found, "en")), zh=list(terms.sentences(found, "zh")))


def price_sentence(found: pricing.Price) -> TextsOut:
    """A price as a plain sentence."""
    return TextsOut(en=pricing.sentence(found, "en"), zh=pricing.sentence(found, "zh"))


def _table(found: catalogue.DataTable) -> TableOut:
    columns = [_column(c) for c in found.columns]
    return TableOut(
        name=found.name, rows=found.rows, bytes=found.original_bytes, format=found.format, grade=found.grade,
        report_digest=found.report_digest, columns=columns,
    )  # fmt: skip


def _column(found: ColumnDescription) -> ColumnOut:
    return ColumnOut(
        name=found.name, type=found.type, title=pick(found.titles), description=pick(found.descriptions), unit=found.unit,
        nullable=found.nullable, category=found.category,
    )  # fmt: skip


def _offer(session: Session, found: trades.Offer) -> OfferOut:
    return OfferOut(
        id=found.id, round=found.round, by=party(session, found.by_id), terms=found.terms.to_dict(), terms_sentences=sentences(found.terms),
        price=found.price.to_dict(), price_sentence=price_sentence(found.price), rights=found.rights.to_dict(), message=found.message,
        created_at=found.created_at,
    )  # fmt: skip


def _delivery(receipt: delivery.Receipt) -> DeliveryOut:
    fact = receipt.fact
    return DeliveryOut(
        parcel_id=receipt.parcel_id, method=fact["method"], rows=fact["rows"], bytes=fact["bytes"], digest=fact["digest"], at=receipt.at,
        receipt=receipt.entry_id,
    )  # fmt: skip


def _title(session: Session, version_id: str) -> str:
    # Called for negotiations and agreements that the actor has been shown to take part in.
    return catalogue.agreed_version(session, version_id).manifest.title
