"""Make releases of uploads over JSON: order them, watch them, cancel them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from entrepot import flows
from entrepot.api.deps import ActingDep, Sent
from entrepot.api.errors import RESPONSES
from entrepot.api.listings import UploadId, UploadOut
from entrepot.api.options import by_fields, problem_by_fields
from entrepot.privacy.aggregates import Tabulation, parse_dominance
from entrepot.privacy.anonymise import Method, Plan
from entrepot.privacy.anonymise.changes import parse_change
from entrepot.privacy.anonymise.profile import parse_closeness, parse_diversity, parse_marked
from entrepot.privacy.grading import LEAST_CELL
from entrepot.privacy.hierarchies import hierarchy
from entrepot.runtime import Scope, Session

router = APIRouter(prefix="/api/v1", responses=RESPONSES)
MakingId = Annotated[str, Path(max_length=60, description="The id of a release that is being made.")]


class AnonymiseIn(Sent):
    """What a release must satisfy; short forms as on the command line, such as ``2:diagnosis`` in ``l``."""

    quasi_identifiers: list[str] = Field(
        [], max_length=200, description="Columns to generalise; empty: those with a hierarchy, and those that the check finds."
    )
    k: int = Field(5, ge=1, le=1_000_000)
    method: Literal["local", "global"] = "local"
    l: list[str] = Field([], max_length=50)  # noqa: E741  # the field's own letter
    t: list[str] = Field([], max_length=50)
    suppress: float = Field(0.02, ge=0, le=1, description="Share of rows that may be hidden.")
    person: str = Field("", max_length=300, description="Column that says whose row it is; k then counts persons.")
    presence: str = Field("", max_length=400, description="δ-presence as COLUMN:0.1,0.5, where the column marks the secret subset with 1.")
    weight: dict[str, float] = Field({}, max_length=200, description="How much a loss in a column counts; 1 by default.")
    unknown: Literal["refuse", "star"] = "refuse"
    automatic: bool = Field(True, description="Make hierarchies for quasi-identifiers that lack one.")
    hierarchies: dict[str, list[list[str]]] = Field({}, max_length=200, description="For a column the path of each value: value, …, *.")
    drop: list[str] = Field([], max_length=1000)
    keep: list[str] = Field([], max_length=1000, description="Columns that name persons and are released as they are on purpose.")
    change: dict[str, str] = Field({}, max_length=200, description="Changes to other columns, such as {name: pseudonym, post: 'mask:2'}.")


class AggregateIn(Sent):
    """Which cells are published, and what each must satisfy."""

    by: list[str] = Field(min_length=1, max_length=50, description="Columns whose values make the cells.")
    count: bool = Field(True, description="Count persons.")
    sums: list[str] = Field([], max_length=50)
    means: list[str] = Field([], max_length=50)
    minimum: int = Field(LEAST_CELL, ge=2, le=1_000_000, description="Cells of fewer persons are left out.")
    base: int = Field(5, ge=1, le=1_000_000, description="Counts are rounded to a multiple of this.")
    totals: bool = Field(False, description="Publish totals too, marked *.")
    person: str = Field("", max_length=300, description="Column that says whose row it is.")
    dominance: str = Field("10%", max_length=20, description="10% (p% rule) or 2:75% ((n, k) rule), for sums and means.")
    epsilon: float | None = Field(None, gt=0, le=100, description="Privacy loss of noise on counts, where the exchange has OpenDP.")
    delta: float = Field(1e-6, gt=0, lt=0.01)


class AnonymisedOut(BaseModel):
    """A release, as an upload to publish, with its grade and its report."""

    upload: UploadOut
    grade: int
    report_digest: str
    report: dict[str, Any]


class MakingOut(BaseModel):
    """A release that is being made."""

    id: str
    upload_id: str
    kind: str = Field(description="anonymise or aggregate.")
    state: str = Field(description="waiting, running, done, refused or cancelled.")
    step: str = Field(description="What is being done, such as search, write or attack; empty before it begins.")
    share: float = Field(description="How much of the step is done, 0 to 1.")
    seconds_left: float | None = Field(description="What the step will still take at its pace so far, where that is known.")
    created_at: datetime
    finished_at: datetime | None
    problem: dict[str, Any] | None = Field(description="Why there is no release: error, message and hint.")
    made: AnonymisedOut | None = Field(description="The release, once it is done.")


_LATER: dict[int | str, dict[str, Any]] = {
    202: {"model": MakingOut, "description": "It takes longer; ask for it at the address in Location."}
}


@router.post("/uploads/{upload_id}/anonymisation", status_code=201, tags=["publish"], response_model=AnonymisedOut, responses=_LATER)
def anonymise(acting: ActingDep, upload_id: UploadId, body: AnonymiseIn) -> Any:
    """Make a version of an upload in which nobody stands out, measured, attacked and graded; it is a new upload to publish."""
    acting.require(Scope.PUBLISH)
    with by_fields():
        return _answered(acting, flows.order_anonymisation(acting.exchange, acting.actor, upload_id, asked=_anonymisation(body)))


def _anonymisation(body: AnonymiseIn) -> flows.Anonymisation:
    plan = Plan(
        k=body.k, method=Method(body.method), quasi=tuple(body.quasi_identifiers), diversity=tuple(parse_diversity(one) for one in body.l),
        closeness=tuple(parse_closeness(one) for one in body.t), suppress=body.suppress, person=body.person, unknown=body.unknown,
        automatic=body.automatic, drop=tuple(body.drop), keep=tuple(body.keep),
        weights=dict(body.weight), presence=parse_marked(body.presence) if body.presence else None,
    )  # fmt: skip
    return flows.Anonymisation(
        plan=plan, hierarchies={column: hierarchy(column, paths) for column, paths in body.hierarchies.items()},
        changes=[parse_change(f"{column}={change}") for column, change in body.change.items()],
    )  # fmt: skip


@router.post("/uploads/{upload_id}/aggregation", status_code=201, tags=["publish"], response_model=AnonymisedOut, responses=_LATER)
def aggregate(acting: ActingDep, upload_id: UploadId, body: AggregateIn) -> Any:
    """Make counts, sums and means of many persons from an upload, graded and with a report; they are a new upload to publish."""
    acting.require(Scope.PUBLISH)
    with by_fields():
        asked = Tabulation(
            by=tuple(body.by), count=body.count, sums=tuple(body.sums), means=tuple(body.means), minimum=body.minimum, base=body.base,
            totals=body.totals, person=body.person, dominance=parse_dominance(body.dominance), epsilon=body.epsilon, delta=body.delta,
        )  # fmt: skip
        return _answered(acting, flows.order_aggregation(acting.exchange, acting.actor, upload_id, asked=asked))


@router.get("/makings/{making_id}", tags=["publish"])
def making(acting: ActingDep, making_id: MakingId) -> MakingOut:
    """How far a release is that takes longer: its step, its share done, and what it came to."""
    with acting.reading(Scope.PUBLISH) as session:
        return _making(session, flows.get_making(session, making_id))


@router.delete("/makings/{making_id}", tags=["publish"])
def cancel(acting: ActingDep, making_id: MakingId) -> MakingOut:
    """Cancel a release that is being made; nothing of it is kept."""
    with acting.writing(Scope.PUBLISH) as session:
        return _making(session, flows.cancel_making(session, making_id))


def _answered(acting: ActingDep, found: flows.Making) -> AnonymisedOut | JSONResponse:
    """The release where it is done already; else where to ask for it."""
    if found.state is flows.MakingState.DONE:
        with acting.reading() as session:
            return _released(session, found)
    if not found.is_open:
        raise found.error()
    with acting.reading() as session:
        body = _making(session, found).model_dump(mode="json")
    return JSONResponse(body, 202, headers={"Location": f"/api/v1/makings/{found.id}", "Retry-After": "2"})


def _making(session: Session, found: flows.Making) -> MakingOut:
    return MakingOut(
        id=found.id, upload_id=found.upload_id, kind=found.kind, state=found.state, step=found.step, share=found.share,
        seconds_left=found.seconds_left(session.now), created_at=found.created_at, finished_at=found.finished_at,
        problem=problem_by_fields(found.error()) if found.problem else None,
        made=_released(session, found) if found.state is flows.MakingState.DONE else None,
    )  # fmt: skip


def _released(session: Session, found: flows.Making) -> AnonymisedOut:
    kept, release = flows.made_of(session, found)
    return AnonymisedOut(
        upload=UploadOut(id=kept.id, name=kept.name, bytes=kept.bytes, expires_at=kept.expires_at), grade=release.grade,
        report_digest=release.report_digest, report=dict(release.document),
    )  # fmt: skip
