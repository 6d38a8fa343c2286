"""Releases that are being made: ordered, worked on outside the request, watched, cancelled, and kept whole or not at all."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from entrepot import jobs, parties
from entrepot.flows.asked import Anonymisation, anonymisation_json, read_anonymisation, read_tabulation, tabulation_json
from entrepot.flows.releases import ReleasedUpload, Watch, aggregate_upload, anonymise_upload, require_no_population
from entrepot.flows.remembered import Remembered, remembered
from entrepot.flows.tables import makings, releases
from entrepot.flows.uploads import KEPT, Upload, get_upload, require_uploader
from entrepot.kit import Conflict, EntrepotError, NotFound, new_id
from entrepot.privacy.aggregates import Tabulation
from entrepot.runtime import SYSTEM, Actor, Exchange, Role, Scope, Session

PATIENCE = 4.0
"""Seconds that a request waits for a release before it answers with what is being made."""
MOST_OPEN = 5
MOST_ATTEMPTS = 3
_TOLD_SECONDS = 0.5


class MakingState(StrEnum):
    """Waiting until a worker takes it; running until it is done, refused or cancelled."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    CANCELLED = "cancelled"


OPEN = (MakingState.WAITING, MakingState.RUNNING)


class MakingCancelled(Conflict):
    """Somebody cancelled it, or another worker ended it first; this one leaves nothing behind."""


class _Stopping(Exception):
    """The process ends; another one takes the work up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """A release on its way.

    Attributes:
        kind: ``anonymise`` or ``aggregate``.
        sent: The form as it was sent on a page, to be shown again.
        step, share: What is being done, and how much of that is done, 0 to 1; ``step_at`` is when it began.
        made_id: The upload that holds the release, once it is done.
        problem: Why there is none, as every door shows errors, with its ``status``.
    """

    id: str
    organisation_id: str
    upload_id: str
    kind: str
    asked: Mapping[str, Any]
    sent: Mapping[str, Any]
    actor: Mapping[str, Any]
    state: MakingState
    attempts: int
    step: str
    share: float
    step_at: datetime | None
    made_id: str | None
    problem: Mapping[str, Any] | None
    created_at: datetime
    finished_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it is still to come."""
        return self.state in OPEN

    def seconds_left(self, now: datetime) -> float | None:
        """How long the step at hand will take at its pace so far; None while that is not known."""
        if self.state is not MakingState.RUNNING or self.step_at is None or not 0.02 < self.share < 1:
            return None
        return max(0.0, (now - self.step_at).total_seconds()) * (1 - self.share) / self.share

    def error(self) -> EntrepotError:
        """Why there is no release, as the error it was refused with."""
        if self.problem is None:
            return MakingCancelled("The release was cancelled.", "Order it again if it is wanted after all.")
        kind: type[EntrepotError] = type(str(self.problem["error"]), (EntrepotError,), {"status": self.problem["status"]})
        return kind(self.problem["message"], self.problem["hint"], **self.problem.get("details", {}))


def order_anonymisation(
    exchange: Exchange, actor: Actor, upload_id: str, *, asked: Anonymisation, sent: Mapping[str, Any] | None = None
) -> Making:
    """Have a release of rows made of an upload, and wait a moment for it; the same order twice is one.

    Raises:
        NotFound: The upload is not the actor's, or its day is over.
        Invalid: The plan names a population.
        Refused: The actor is no owner.
        Conflict: Too many releases of the organisation are being made.
    """
    require_no_population(asked.plan)
    return _order(exchange, actor, upload_id, "anonymise", anonymisation_json(asked), sent or {})


def order_aggregation(
    exchange: Exchange, actor: Actor, upload_id: str, *, asked: Tabulation, sent: Mapping[str, Any] | None = None
) -> Making:
    """Have cells made of an upload, and wait a moment for them; the same order twice is one.

    Raises:
        NotFound: The upload is not the actor's, or its day is over.
        Refused: The actor is no owner.
        Conflict: Too many releases of the organisation are being made.
    """
    return _order(exchange, actor, upload_id, "aggregate", tabulation_json(asked), sent or {})


def get_making(session: Session, making_id: str) -> Making:
    """A release that the acting organisation ordered.

    Raises:
        NotFound: There is none, or it is another's, or it ended a day ago.
    """
    found = _find(session, making_id)
    if found is None or not parties.is_self(session, found.organisation_id):
        raise NotFound(f"No release {making_id[:60]} is being made.", "Order it again; what became of an order is kept for a day.")
    return found


def made_of(session: Session, making: Making) -> tuple[Upload, Remembered]:
    """The upload that a finished order came to, and what is remembered of it.

    Raises:
        NotFound: Its day is over.
    """
    upload = get_upload(session, making.made_id or "")
    row = session.db.execute(sa.select(releases).where(releases.c.upload_id == upload.id)).one_or_none()
    if row is None:
        raise NotFound(f"The release {upload.id} is forgotten.", "Make it again.")
    return upload, remembered(row)


def cancel_making(session: Session, making_id: str) -> Making:
    """Cancel an order of the acting organisation; whatever a worker is doing for it leaves nothing behind.

    Raises:
        NotFound: There is none.
        Conflict: It has ended.
    """
    found = get_making(session, making_id)
    require_uploader(session)
    if not _move(session, making_id, MakingState.CANCELLED):
        raise Conflict(f"The release {making_id} has ended already.", "Look at what became of it.")
    _forget_later(session, making_id)
    return get_making(session, found.id)


@jobs.handler("flows.make_release", outbound=True, slow=True)
def make_release(exchange: Exchange, *, making_id: str) -> None:
    """Make what was ordered; the release appears whole, in the transaction that ends the order, or not at all."""
    making = _begin(exchange, making_id)
    if making is None:
        return
    try:
        if making.attempts > MOST_ATTEMPTS:
            raise Conflict(
                f"The release was begun {MOST_ATTEMPTS} times and never came to an end.", "Try a smaller table, or tell the operator."
            )
        _make(exchange, making, Watch(told=_teller(exchange, making), kept=lambda session, made: _end(session, making, made)))
    except MakingCancelled:
        return
    except EntrepotError as error:
        with exchange.session(SYSTEM) as session:
            _refuse(session, making, error)


@jobs.handler("flows.forget_making")
def forget_making(session: Session, *, making_id: str) -> None:
    """Forget an order that ended: its hierarchies may hold values of the table."""
    session.db.execute(sa.delete(makings).where(makings.c.id == making_id))


def _order(exchange: Exchange, actor: Actor, upload_id: str, kind: str, asked: dict[str, Any], sent: Mapping[str, Any]) -> Making:
    with exchange.session(actor) as session:
        upload = get_upload(session, upload_id)
        require_uploader(session)
        making = _same(session, upload, kind, asked) or _ordered(session, upload, kind, asked, sent)
    return _waited(exchange, actor, making)


def _same(session: Session, upload: Upload, kind: str, asked: dict[str, Any]) -> Making | None:
    """An open order of the same; an impatient second click makes no second release."""
    mine = sa.and_(makings.c.organisation_id == upload.organisation_id, makings.c.state.in_(OPEN))
    waiting = [_making(row) for row in session.db.execute(sa.select(makings).where(mine).order_by(makings.c.id))]
    # As the store gives it back: tuples have become lists.
    plain = json.loads(json.dumps(asked))
    same = next((one for one in waiting if (one.upload_id, one.kind, one.asked) == (upload.id, kind, plain)), None)
    if same is None and len(waiting) >= MOST_OPEN:
        raise Conflict(f"{len(waiting)} releases of your organisation are being made.", "Wait for one of them, or cancel one.")
    return same


def _ordered(session: Session, upload: Upload, kind: str, asked: dict[str, Any], sent: Mapping[str, Any]) -> Making:
    making = Making(
        id=new_id("mak"), organisation_id=upload.organisation_id, upload_id=upload.id, kind=kind, asked=asked, sent=sent,
        actor=_actor_json(session.actor), state=MakingState.WAITING, attempts=0, step="", share=0.0, step_at=None, made_id=None,
        problem=None, created_at=session.now, finished_at=None,
    )  # fmt: skip
    session.db.execute(sa.insert(makings).values({name: getattr(making, name) for name in Making.__slots__}))
    session.enqueue("flows.make_release", making_id=making.id)
    return making


def _waited(exchange: Exchange, actor: Actor, making: Making) -> Making:
    """The order after a moment in which small tables are done; on the command line nobody else would do it."""
    if actor.via == "local":
        make_release(exchange, making_id=making.id)
    until = time.monotonic() + (PATIENCE if exchange.has_workers else 0.0)
    pause = 0.02
    while True:
        with exchange.reading(actor) as session:
            found = get_making(session, making.id)
        if not found.is_open or time.monotonic() >= until:
            return found
        time.sleep(pause)
        pause = min(0.25, pause * 1.5)


def _begin(exchange: Exchange, making_id: str) -> Making | None:
    """Take an order up, for the first time or where a killed worker left it; None where it has ended."""
    with exchange.session(SYSTEM) as session:
        values = {"state": MakingState.RUNNING, "attempts": makings.c.attempts + 1, "step": "", "share": 0.0, "step_at": session.now}
        taken = session.db.execute(sa.update(makings).where(makings.c.id == making_id, makings.c.state.in_(OPEN)).values(values))
        return _find(session, making_id) if taken.rowcount else None


def _make(exchange: Exchange, making: Making, watch: Watch) -> None:
    with exchange.reading(SYSTEM) as session:
        actor = _require_still(session, making)
    if making.kind == "aggregate":
        aggregate_upload(exchange, actor, making.upload_id, asked=read_tabulation(making.asked), watch=watch)
        return
    asked = read_anonymisation(making.asked)
    anonymise_upload(exchange, actor, making.upload_id, plan=asked.plan, hierarchies=asked.hierarchies, changes=asked.changes, watch=watch)


def _teller(exchange: Exchange, making: Making) -> Callable[[str, float], None]:
    """Writes down how far the work is, now and then; stops it where the order was cancelled or the process ends."""
    before, at = "", 0.0

    def told(step: str, share: float) -> None:
        nonlocal before, at
        if exchange.is_closing:
            raise _Stopping(f"{making.id} is left to the next worker")
        if step == before and time.monotonic() - at < _TOLD_SECONDS:
            return
        values: dict[str, Any] = {"step": step[:20], "share": min(1.0, max(0.0, share))}
        if step != before:
            values["step_at"] = exchange.clock.now()
        running = sa.and_(makings.c.id == making.id, makings.c.state == MakingState.RUNNING, makings.c.attempts == making.attempts)
        with exchange.database.transaction() as db:
            if db.execute(sa.update(makings).where(running).values(values)).rowcount != 1:
                raise _cancelled(making)
        before, at = step, time.monotonic()

    return told


def _end(session: Session, making: Making, made: ReleasedUpload) -> None:
    """End the order in the transaction that keeps the release; a cancelled one, or one of somebody who may no more, takes the release with it."""
    _require_still(session, making)
    if not _move(session, making.id, MakingState.DONE, made_id=made.upload.id, share=1.0, running_as=making.attempts):
        raise _cancelled(making)
    _forget_later(session, making.id)
    _notify(session, making, "release.made")


def _refuse(session: Session, making: Making, error: EntrepotError) -> None:
    problem = {"status": error.status, **error.as_dict()}
    if _move(session, making.id, MakingState.REFUSED, problem=problem, running_as=making.attempts):
        _forget_later(session, making.id)
        _notify(session, making, "release.refused", reason=error.message)


def _move(session: Session, making_id: str, to: MakingState, *, running_as: int | None = None, **values: Any) -> bool:
    """End an open order; False where it has ended, or where it is no longer the attempt that a worker takes it for."""
    chosen = sa.and_(makings.c.id == making_id, makings.c.state.in_(OPEN))
    if running_as is not None:
        chosen = sa.and_(chosen, makings.c.attempts == running_as)
    moved = session.db.execute(sa.update(makings).where(chosen).values(state=to, finished_at=session.now, **values))
    return moved.rowcount == 1


def _forget_later(session: Session, making_id: str) -> None:
    session.enqueue("flows.forget_making", after=KEPT, making_id=making_id)


def _notify(session: Session, making: Making, kind: str, **facts: str) -> None:
    # Whoever waited for a quick one has seen it.
    if session.now - making.created_at > timedelta(seconds=PATIENCE):
        parties.notify(session, making.organisation_id, kind, making.id, **facts)


def _cancelled(making: Making) -> MakingCancelled:
    return MakingCancelled(f"The release {making.id} was cancelled, or another worker ended it.", "Nothing to do.")


def _find(session: Session, making_id: str) -> Making | None:
    row = session.db.execute(sa.select(makings).where(makings.c.id == making_id)).one_or_none()
    return None if row is None else _making(row)


def _making(row: Any) -> Making:
    values = {name: row._mapping[name] for name in Making.__slots__}
    return Making(**values | {"state": MakingState(values["state"])})


def _actor_json(actor: Actor) -> dict[str, Any]:
    return asdict(actor) | {"roles": sorted(actor.roles), "scopes": sorted(actor.scopes)}


def _require_still(session: Session, making: Making) -> Actor:
    """Who ordered it, with what they may do now: a key may have been revoked or a role taken away since.

    Raises:
        RightsEnded: They may not order a release any more.
    """
    actor = parties.actor_now(session, _read_actor(making.actor))
    if not actor.has_role(Role.OWNER, Role.SYSTEM) or Scope.PUBLISH not in actor.scopes:
        raise parties.RightsEnded(
            f"Whoever ordered the release {making.id} may not make releases any more.", "Somebody with the role owner can order it again."
        )
    return actor


def _read_actor(said: Mapping[str, Any]) -> Actor:
    named = {"roles": frozenset(map(Role, said["roles"])), "scopes": frozenset(map(Scope, said["scopes"]))}
    return Actor(**{**said, **named})
