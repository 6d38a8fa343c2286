"""Upload, check, publish, find and export over JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from entrepot import catalogue, flows, notices, parties
from entrepot.api import views
from entrepot.api.deps import PUBLIC, ActingDep, IdempotencyKey, Language, Sent
from entrepot.api.errors import RESPONSES
from entrepot.blobs import CHUNK
from entrepot.kit import Invalid
from entrepot.runtime import Role, Scope, Session

router = APIRouter(prefix="/api/v1", responses=RESPONSES)
ListingId = Annotated[str, Path(max_length=60, description="The listing's id.")]
UploadId = Annotated[str, Path(max_length=60, description="The upload's id.")]


class UploadOut(BaseModel):
    """A file that waits a day to be published."""

    id: str
    name: str
    bytes: int
    expires_at: datetime


class PublishIn(Sent):
    """A manifest (YAML text) and the uploads it names, in its order."""

    manifest: str = Field(max_length=200_000)
    uploads: list[str] = Field(max_length=100)


class ReasonIn(Sent):
    """Why."""

    reason: str = Field("", max_length=4000)


class SuspensionIn(ReasonIn):
    """Why, and whether harm is imminent: what else there is goes by a notice, which the owner can answer."""

    imminent_harm: bool = False


class WaitingOut(BaseModel):
    """A listing that waits for the operator; ``waiting`` is the new version's number, null where the rules hold what was on offer."""

    id: str
    state: str
    version: int
    waiting: int | None
    title: str
    held: bool
    decision: str | None
    reasons: list[dict[str, Any]]
    since: datetime


class RejectIn(Sent):
    """What the owner should change."""

    reason: str = Field(min_length=1, max_length=4000)


@router.post(
    "/uploads",
    status_code=201,
    tags=["publish"],
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
    },
)
async def upload(
    acting: ActingDep, request: Request, name: Annotated[str, Query(min_length=1, max_length=255, description="The file's name.")]
) -> UploadOut:
    """Send a file as the request's body; it streams to disk, however large."""
    await run_in_threadpool(acting.require, Scope.PUBLISH, Role.OWNER)
    with acting.exchange.blobs.scratch() as folder:
        path = folder / "upload"
        with path.open("wb") as file:
            pieces = bytearray()
            async for piece in request.stream():
                pieces += piece
                if len(pieces) >= CHUNK:
                    await run_in_threadpool(file.write, bytes(pieces))
                    pieces.clear()
            await run_in_threadpool(file.write, bytes(pieces))
            if not file.tell():
                raise Invalid(f"The file {name[:100]!r} is empty.", "Send the file as the body of the request.")
        kept = await run_in_threadpool(_keep, acting, path, name)
    return UploadOut(id=kept.id, name=kept.name, bytes=kept.bytes, expires_at=kept.expires_at)


def _keep(acting: ActingDep, path: Any, name: str) -> flows.Upload:
    return flows.add_upload(acting.exchange, acting.actor, path, name=name)


@router.post("/uploads/{upload_id}/check", tags=["publish"])
def check(acting: ActingDep, upload_id: UploadId) -> dict[str, Any]:
    """Check an upload as publishing would: profile, dictionary, findings with their fixes."""
    with acting.reading(Scope.PUBLISH) as session:
        found = flows.get_upload(session, upload_id)
    with flows.open_upload(acting.exchange, found) as path:
        return flows.check(path, settings=acting.exchange.settings, engine=acting.exchange.engine).to_dict()


@router.post("/listings", status_code=201, tags=["publish"])
def publish(acting: ActingDep, body: PublishIn, key: IdempotencyKey = "") -> views.ListingOut:
    """Publish a new listing; what the checks block is refused, what needs review waits for the operator."""
    return _publish(acting, body, None, key)


@router.post("/listings/{listing_id}/versions", status_code=201, tags=["publish"])
def publish_version(acting: ActingDep, listing_id: ListingId, body: PublishIn, key: IdempotencyKey = "") -> views.ListingOut:
    """Publish a new version of a listing; earlier versions stay as they were agreed."""
    return _publish(acting, body, listing_id, key)


def _publish(acting: ActingDep, body: PublishIn, listing_id: str | None, key: str) -> views.ListingOut:
    acting.require(Scope.PUBLISH)
    made = flows.publish_uploads(
        acting.exchange, acting.actor, body.manifest, body.uploads, listing_id=listing_id, idempotency_key=key or None
    )
    with acting.reading() as session:
        return views.listing(session, catalogue.get(session, made.listing_id), catalogue.get_version(session, made.version_id))


@router.get("/listings", tags=["find"], openapi_extra=PUBLIC)
def search(
    acting: ActingDep,
    q: Annotated[str, Query(max_length=500, description="Words in any language; quoted ones stand side by side.")] = "",
    owner: Annotated[str | None, Query(max_length=60)] = None,
    plan: Annotated[str | None, Query(max_length=20, description="free, flat, monthly or metered.")] = None,
    purpose: Annotated[str | None, Query(max_length=100, description="A purpose the terms must permit.")] = None,
    keyword: Annotated[str | None, Query(max_length=100)] = None,
    personal: Annotated[bool | None, Query(description="Whether there is personal data in it.")] = None,
    format: Annotated[str | None, Query(max_length=20)] = None,
    language: Annotated[str | None, Query(max_length=20)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    after: Annotated[str | None, Query(max_length=200, description="`next` of the page before.")] = None,
) -> views.SearchOut:
    """Listings on offer that hold every word, best first."""
    with acting.reading() as session:
        chosen = catalogue.Filters(
            owner=parties.get(session, owner).id if owner else None, plan=plan, purpose=purpose, keyword=keyword, personal=personal,
            format=format, language=language,
        )  # fmt: skip
        page = catalogue.search(session, q, filters=chosen, limit=limit, after=after)
        hits = [views.hit(h, views.party(session, h.organisation_id)) for h in page.hits]
        return views.SearchOut(hits=hits, total=page.total, capped=page.capped, next=page.after)


@router.get("/listings/waiting", tags=["operate"])
def waiting(acting: ActingDep, language: Language = "en") -> dict[str, list[WaitingOut]]:
    """Listings that wait for review, oldest first: versions that were published, then what the rules hold and leave to a person (operators)."""
    with acting.reading(Scope.ADMIN) as session:
        return {"listings": [_waiting(found, language) for found in flows.waiting_listings(session)]}


@router.get("/listings/mine", tags=["publish"])
def mine(acting: ActingDep) -> dict[str, list[dict[str, Any]]]:
    """Your organisation's listings in every state."""
    with acting.reading(Scope.READ) as session:
        own = catalogue.list_for(session, parties.acting_organisation(session))
        return {"listings": [_listed(session, found, None) for found in own]}


@router.get("/listings/{listing_id}", tags=["find"], openapi_extra=PUBLIC)
def listing(acting: ActingDep, listing_id: ListingId, version: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None) -> views.ListingOut:
    """One listing: what it holds, what you may do with it, what it costs."""
    with acting.reading() as session:
        return views.listing(session, catalogue.get(session, listing_id), catalogue.current_version(session, listing_id, version))


@router.get("/listings/{listing_id}/exports/{form}", tags=["find"], response_class=Response, openapi_extra=PUBLIC)
def export(
    acting: ActingDep,
    listing_id: ListingId,
    form: Annotated[str, Path(max_length=30, description="dcat, dcat-turtle, croissant, odcs, datapackage or odrl.")],
) -> Response:
    """A listing in a standard form."""
    with acting.reading() as session:
        text, media_type = flows.export(session, listing_id, form)
    return Response(text, media_type=media_type)


@router.get("/listings/{listing_id}/report", tags=["find"], response_class=Response, openapi_extra=PUBLIC)
def report(
    acting: ActingDep,
    listing_id: ListingId,
    table: Annotated[str, Query(max_length=300, description="The table; the first that has a report by default.")] = "",
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> Response:
    """How a listing's table was anonymised: canonical JSON, whose SHA-256 is the digest that listing and log name."""
    with acting.reading() as session:
        listing = catalogue.get(session, listing_id)
        found = flows.table_report(session, listing, catalogue.current_version(session, listing_id, version), table)
    return Response(found.text, media_type="application/json")


@router.post("/listings/{listing_id}/withdrawal", tags=["publish"])
def withdraw(acting: ActingDep, listing_id: ListingId, body: ReasonIn | None = None) -> views.ListingOut:
    """Take a listing off for good; running agreements go on (owner)."""
    with acting.writing(Scope.PUBLISH) as session:
        found = catalogue.withdraw(session, listing_id, reason=body.reason if body else "")
        return views.listing(session, found, catalogue.current_version(session, listing_id))


@router.post("/listings/{listing_id}/suspension", tags=["operate"])
def suspend(acting: ActingDep, listing_id: ListingId, body: SuspensionIn) -> views.ListingOut:
    """Take a listing off until further notice, where harm is imminent; otherwise serve a notice, which the owner can answer (operators)."""
    with acting.writing(Scope.ADMIN) as session:
        found = notices.suspend_listing(session, listing_id, reason=body.reason, harm=body.imminent_harm)
        return views.listing(session, found, catalogue.current_version(session, listing_id))


@router.delete("/listings/{listing_id}/suspension", tags=["operate"])
def reinstate(acting: ActingDep, listing_id: ListingId) -> views.ListingOut:
    """Put a suspended listing back on offer (operators)."""
    with acting.writing(Scope.ADMIN) as session:
        found = catalogue.reinstate(session, listing_id)
        return views.listing(session, found, catalogue.current_version(session, listing_id))


@router.post("/listings/{listing_id}/approval", tags=["operate"])
def approve(acting: ActingDep, listing_id: ListingId) -> views.ListingOut:
    """Put the version that waits for review on offer (operators)."""
    with acting.writing(Scope.ADMIN) as session:
        found = flows.approve_listing(session, listing_id)
        return views.listing(session, found, catalogue.current_version(session, listing_id))


@router.post("/listings/{listing_id}/rejection", tags=["operate"])
def reject(acting: ActingDep, listing_id: ListingId, body: RejectIn) -> views.ListingOut:
    """Send the version that waits for review back to its owner (operators)."""
    with acting.writing(Scope.ADMIN) as session:
        found = catalogue.reject(session, listing_id, reason=body.reason)
        return views.listing(session, found, catalogue.current_version(session, listing_id))


def _waiting(found: flows.Waiting, language: str) -> WaitingOut:
    listing = found.listing
    return WaitingOut(
        id=listing.id, state=listing.state, version=listing.version_number, waiting=listing.pending_number, title=found.version.manifest.title,
        held=found.is_held, decision=found.decision, reasons=found.reasons(language), since=found.since,
    )  # fmt: skip


def _listed(session: Session, found: catalogue.Listing, number: int | None) -> dict[str, Any]:
    title = catalogue.current_version(session, found.id, number).manifest.title
    return {"id": found.id, "state": found.state, "version": found.version_number, "waiting": found.pending_number, "title": title}
