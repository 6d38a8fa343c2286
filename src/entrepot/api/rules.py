"""Rule packs, what they say of listings and trades, the facts that parties declare, and what is left to a person."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from entrepot import catalogue, compliance, flows, parties, trades
from entrepot.api.deps import PUBLIC, ActingDep, Language, Sent
from entrepot.api.errors import RESPONSES
from entrepot.api.listings import ListingId
from entrepot.api.trades import NegotiationId
from entrepot.compliance import KeptRuling, Ruling
from entrepot.flows import foretold, goods
from entrepot.kit import rfc3339
from entrepot.runtime import Scope, Session

router = APIRouter(prefix="/api/v1", responses=RESPONSES, tags=["rules"])
OperationId = Annotated[str, Path(max_length=60, description="The operation's id.")]
TrialId = Annotated[str, Path(max_length=60, description="The trial's id.")]
PackId = Annotated[str, Path(max_length=40, description="The pack's id.")]


class PackOut(BaseModel):
    """A rule pack in force; draft, not legal advice."""

    id: str
    version: str
    jurisdiction: str
    status: str
    title: str
    sha256: str
    rules: list[str]


class PackTextOut(BaseModel):
    """An installed rule pack as it was written; draft, not legal advice."""

    id: str
    text: str


class RulingOut(BaseModel):
    """What the rules say of a case now; ``ways`` of a finding say where its fix is done, as a page and as a command; ``packs`` were asked."""

    gate: str
    at: date
    decision: str
    findings: list[dict[str, Any]]
    questions: list[dict[str, Any]]
    duties: list[dict[str, Any]]
    packs: list[str]
    may_concern: list[dict[str, Any]]


class KeptOut(BaseModel):
    """A ruling that was made and committed to the log; it names facts by their digest alone."""

    id: str
    gate: str
    subject: str
    decision: str
    decided_at: datetime
    record: dict[str, Any]
    log_entry: str
    approved_at: datetime | None
    reason: str | None


class WaitingOut(KeptOut):
    """A ruling that waits for a person, with what the rules say of it in words."""

    why: list[str]


class FactsIn(Sent):
    """Answers by fact, such as ``{"source.kinds": ["own_operation"]}``; null takes an answer back."""

    facts: dict[str, Any] = Field(max_length=500)


class PackIn(Sent):
    """A pack and its vectors, as YAML texts."""

    pack: str = Field(max_length=1_100_000)
    vectors: str = Field(max_length=2_200_000)


class NewPackIn(PackIn):
    """A pack to put in force; ``replace`` says that it is meant to take the place of one that travels with the program.

    ``pack_file`` and ``vectors_file`` are what its files are called, so that problems name them.
    """

    replace: bool = False
    pack_file: str = Field(default="", max_length=200)
    vectors_file: str = Field(default="", max_length=200)


class DraftIn(Sent):
    """A draft of a pack, as YAML text."""

    pack: str = Field(max_length=1_100_000)


class TrialOut(BaseModel):
    """A draft that is tried on everything live; ``found`` is null until the job is done, then says which decisions change, by kind."""

    id: str
    pack: str
    version: str
    begun_at: datetime
    found: dict[str, Any] | None


class SketchedCellsIn(Sent):
    """How many values a detector looked at, and how many it recognised."""

    detector: str = Field(max_length=60)
    matched: int = Field(ge=0)
    examined: int = Field(ge=0)


class SketchedColumnIn(Sent):
    """A column as a check of the table found it: its kind, never a value."""

    name: str = Field(max_length=300)
    kind: str = Field(max_length=20)
    category: str | None = Field(default=None, max_length=60)
    term: str | None = Field(default=None, max_length=100)
    confidence: float | None = Field(default=None, ge=0, le=1)
    cells: list[SketchedCellsIn] = Field(default_factory=list, max_length=100)


class SketchedAlertIn(Sent):
    """Something that concerns a table as a whole, by its code, with the column and the number of values that show it."""

    code: str = Field(max_length=40)
    column: str = Field(default="", max_length=300)
    count: int | None = Field(default=None, ge=0)


class SketchedTableIn(Sent):
    """A table as a check of it found it."""

    name: str = Field(max_length=300)
    rows: int = Field(ge=0)
    personal: bool
    person_key: str = Field(default="", max_length=300)
    grown_up: list[str] = Field(default_factory=list, max_length=2000)
    alerts: list[SketchedAlertIn] = Field(default_factory=list, max_length=1000)
    columns: list[SketchedColumnIn] = Field(max_length=5000)


class PersonsIn(Sent):
    """Who stands behind the person key."""

    different: int = Field(ge=0)
    keyless: int = Field(ge=0)
    by_table: dict[str, int] = Field(max_length=100)


class ForetellIn(Sent):
    """A manifest, and its table without a value of it; ``sha256`` of the file tells what this exchange released itself."""

    manifest: str = Field(max_length=600_000)
    table: SketchedTableIn
    persons: PersonsIn | None = None
    sha256: str = Field(default="", max_length=64)
    listing: str = Field(default="", max_length=60, description="The listing of yours that it would be a new version of.")


class ForetoldOut(RulingOut):
    """What the rules would say of publishing it; ``grade`` is the table's, where this exchange has measured one."""

    grade: int | None


class WhyIn(Sent):
    """Why a case may pass."""

    reason: str = Field(min_length=1, max_length=1000)


class OperationIn(Sent):
    """Something that is done: its kind, and facts by name."""

    kind: str = Field(max_length=40)
    facts: dict[str, Any] = Field(default_factory=dict, max_length=500)


class OperationOut(RulingOut):
    """What the rules say of something that is done, or of a standing duty.

    ``due`` are the clocks that run, ``if_it_applies`` where it is not known yet whether their rule does; ``may_concern`` asks for facts whose rules begin with them.
    """

    id: str
    act: str
    since: datetime | None
    due: list[dict[str, str | bool]]


@router.get("/rules/packs", openapi_extra=PUBLIC)
def packs(acting: ActingDep, language: Language = "en") -> dict[str, list[PackOut]]:
    """The rule packs in force, with the digests that rulings name."""
    with acting.reading() as session:
        return {"packs": [_pack(pack, language) for pack in compliance.in_force(session)]}


@router.get("/rules/packs/{pack_id}")
def installed_pack(acting: ActingDep, pack_id: PackId) -> PackTextOut:
    """A pack that the operator installed, as its YAML text; those of the program travel with it."""
    with acting.reading(Scope.READ) as session:
        return PackTextOut(id=pack_id, text=compliance.installed_text(session, pack_id))


@router.post("/rules/packs", status_code=201)
def install(acting: ActingDep, body: NewPackIn) -> PackOut:
    """Put a pack in force, once the lint has no remark on it; until then the old one stays (operators)."""
    with acting.writing(Scope.ADMIN) as session:
        return _pack(
            flows.install_pack(
                session, body.pack, body.vectors, replace=body.replace, files=compliance.Files(body.pack_file, body.vectors_file)
            ),
            "en",
        )


@router.delete("/rules/packs/{pack_id}", status_code=204)
def uninstall(acting: ActingDep, pack_id: PackId) -> None:
    """Take a pack that was installed out of force (operators)."""
    with acting.writing(Scope.ADMIN) as session:
        flows.uninstall_pack(session, pack_id)


@router.post("/rules/what-if")
def what_if(acting: ActingDep, body: PackIn) -> dict[str, Any]:
    """Which decisions on live listings and agreements a draft pack would change; nothing is changed by asking (operators)."""
    with acting.reading(Scope.ADMIN) as session:
        return flows.what_if(session, body.pack)


@router.post("/rules/trials", status_code=202)
def begin_trial(acting: ActingDep, body: DraftIn) -> TrialOut:
    """Have a job try a draft pack on every live listing and agreement; nothing is changed by it (operators)."""
    return _trial(flows.begin_trial(acting.exchange, acting.actor, body.pack))


@router.get("/rules/trials/{trial_id}")
def trial(acting: ActingDep, trial_id: TrialId) -> TrialOut:
    """A trial and what it has found; kept for a week (operators)."""
    with acting.reading(Scope.ADMIN) as session:
        return _trial(flows.get_trial(session, trial_id))


@router.post("/rules/before-publishing")
def before_publishing(acting: ActingDep, body: ForetellIn, language: Language = "en") -> ForetoldOut:
    """What the rules would say of an offer that is not published yet; nothing is kept, and no value of the table is sent (owners)."""
    with acting.reading(Scope.PUBLISH) as session:
        manifest = catalogue.load_manifest(body.manifest, currency=session.settings.currency)
        persons = goods.Persons(**body.persons.model_dump()) if body.persons else None
        sketched = foretold.Sketch(table=body.table.model_dump(), persons=persons, sha256=body.sha256)
        ruling, grade = foretold.foretell(session, manifest, sketched, listing_id=body.listing)
    return ForetoldOut(gate=ruling.gate, grade=grade, **foretold.shown(ruling, language))


@router.get("/listings/{listing_id}/ruling")
def listing_ruling(acting: ActingDep, listing_id: ListingId, language: Language = "en") -> RulingOut:
    """What the rules say of your listing today, and what they would like to know (owner, operators)."""
    with acting.reading(Scope.READ) as session:
        listing = catalogue.get(session, listing_id)
        parties.require_insider(session, listing.organisation_id)
        return _ruling(flows.rule_listing(session, listing), flows.ways.of_listing(session, listing), language)


@router.put("/listings/{listing_id}/facts")
def listing_facts(acting: ActingDep, listing_id: ListingId, body: FactsIn, language: Language = "en") -> RulingOut:
    """Answer the rules' questions about your listing; what they allow then goes on offer (owner)."""
    with acting.writing(Scope.PUBLISH) as session:
        ruling = flows.answer_listing(session, listing_id, body.facts)
        return _ruling(ruling, flows.ways.of_listing(session, catalogue.get(session, listing_id)), language)


@router.get("/listings/{listing_id}/rulings")
def listing_rulings(acting: ActingDep, listing_id: ListingId) -> dict[str, list[KeptOut]]:
    """Every ruling on a listing, newest first (owner, operators, regulators)."""
    with acting.reading(Scope.READ) as session:
        listing = catalogue.get(session, listing_id)
        parties.require_insider(session, listing.organisation_id)
        return {"rulings": [_kept(kept) for kept in compliance.rulings(session, listing.id)]}


@router.get("/negotiations/{negotiation_id}/ruling")
def contract_ruling(acting: ActingDep, negotiation_id: NegotiationId, language: Language = "en") -> RulingOut:
    """What the rules say of signing what is on the table (its parties)."""
    with acting.reading(Scope.READ) as session:
        negotiation = trades.get_negotiation(session, negotiation_id)
        return _ruling(flows.rule_contract(session, negotiation), flows.ways.of_negotiation(session, negotiation), language)


@router.put("/negotiations/{negotiation_id}/facts")
def contract_facts(acting: ActingDep, negotiation_id: NegotiationId, body: FactsIn, language: Language = "en") -> RulingOut:
    """Answer the rules' questions about a trade (its parties)."""
    with acting.writing(Scope.TRADE) as session:
        ruling = flows.answer_contract(session, negotiation_id, body.facts)
        return _ruling(ruling, flows.ways.of_negotiation(session, trades.get_negotiation(session, negotiation_id)), language)


@router.get("/rulings/waiting")
def waiting(acting: ActingDep, language: Language = "en") -> dict[str, list[WaitingOut]]:
    """The newest ruling on each trade, delivery, operation and notice that the rules leave to a person, oldest first (operators)."""
    with acting.reading(Scope.ADMIN) as session:
        found = flows.waiting_rulings(session)
        return {"rulings": [WaitingOut(**_kept(kept).model_dump(), why=flows.why_waiting(session, kept, language)) for kept in found]}


@router.post("/rulings/{ruling_id}/approval")
def approve(acting: ActingDep, ruling_id: Annotated[str, Path(max_length=60)], body: WhyIn) -> KeptOut:
    """Let a case pass that the rules leave to a person; for these facts under these packs alone (operators)."""
    with acting.writing(Scope.ADMIN) as session:
        return _kept(flows.approve_ruling(session, ruling_id, reason=body.reason))


@router.post("/rulings/{ruling_id}/refusal")
def refuse(acting: ActingDep, ruling_id: Annotated[str, Path(max_length=60)], body: WhyIn) -> KeptOut:
    """Refuse a case that the rules leave to a person; for these facts under these packs alone (operators)."""
    with acting.writing(Scope.ADMIN) as session:
        return _kept(compliance.refuse(session, ruling_id, reason=body.reason))


@router.get("/operations", tags=["operate"])
def operations(acting: ActingDep, language: Language = "en") -> dict[str, list[OperationOut]]:
    """What your organisation has to answer or to put right, and its register; with the standing duties for operators (owners, operators)."""
    with acting.reading(Scope.READ) as session:
        return {"operations": [_operation(session, one, language) for one in flows.list_operations(session)]}


@router.post("/operations", status_code=201, tags=["operate"])
def enter(acting: ActingDep, body: OperationIn, language: Language = "en") -> OperationOut:
    """Enter something that you do, such as an incident or a decision by machine; the rules say what it takes (owners, operators)."""
    with acting.writing(Scope.PUBLISH) as session:
        return _operation(session, flows.enter_operation(session, body.kind, body.facts), language)


@router.get("/operations/{operation_id}", tags=["operate"])
def operation(acting: ActingDep, operation_id: OperationId, language: Language = "en") -> OperationOut:
    """What the rules say of an operation today (whose duty it is, operators)."""
    with acting.reading(Scope.READ) as session:
        return _operation(session, flows.get_operation(session, operation_id), language)


@router.put("/operations/{operation_id}/facts", tags=["operate"])
def operation_facts(acting: ActingDep, operation_id: OperationId, body: FactsIn, language: Language = "en") -> OperationOut:
    """Answer what the rules ask about an operation of yours (whose duty it is)."""
    with acting.writing(Scope.PUBLISH) as session:
        return _operation(session, flows.answer_operation(session, operation_id, body.facts), language)


def _operation(session: Session, found: flows.Operation, language: str) -> OperationOut:
    shown = _ruling(found.now, flows.ways.of_operation(session, found.subject_id), language)
    return OperationOut(
        **shown.model_dump(exclude={"may_concern"}), id=found.subject_id, act=found.act, since=found.kept.decided_at if found.kept else None,
        due=[{"rule": clock.rule, "at": rfc3339(clock.due.at), "then": clock.on_expiry, "if_it_applies": not clock.is_sure} for clock in found.now.clocks],
        may_concern=[question.to_dict() for question in flows.may_concern(session, found, language)],
    )  # fmt: skip


def _pack(pack: compliance.Pack, language: str) -> PackOut:
    return PackOut(
        id=pack.id, version=pack.version, jurisdiction=pack.jurisdiction, status=pack.status, sha256=pack.sha256,
        title=pack.titles.get(language) or pack.titles["en"], rules=[rule.id for rule in pack.rules],
    )  # fmt: skip


def _ruling(ruling: Ruling, spot: flows.ways.Spot, language: str) -> RulingOut:
    shown = flows.shown_ruling(ruling, spot, language)
    return RulingOut(gate=ruling.gate, at=ruling.at, decision=ruling.decision, **shown)


def _kept(kept: KeptRuling) -> KeptOut:
    return KeptOut(
        id=kept.id, gate=kept.gate, subject=kept.subject_id, decision=kept.decision, decided_at=kept.decided_at, record=dict(kept.record),
        log_entry=kept.entry_id, approved_at=kept.approved_at, reason=kept.reason,
    )  # fmt: skip


def _trial(found: flows.Trial) -> TrialOut:
    return TrialOut(id=found.id, pack=found.pack, version=found.version, begun_at=found.begun_at, found=found.found)
