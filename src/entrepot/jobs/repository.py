"""Queue, lease and finish jobs; every function runs inside the caller's transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection

from entrepot.jobs.model import HELD, LEASE, PATIENCE, Job, JobState, next_due, slow_names
from entrepot.jobs.tables import jobs
from entrepot.kit import Conflict, new_id

# Built once: putting the statement together takes several times as long as SQLite needs to run it.
_ADD = {
    name: insert(jobs).on_conflict_do_nothing(index_elements=[jobs.c.dedup_key])
    for name, insert in (("postgresql", postgres_insert), ("sqlite", sqlite_insert))
}

OVERDUE = timedelta(hours=1)


def enqueue(db: Connection, name: str, arguments: dict[str, Any], *, now: datetime, due_at: datetime, dedup_key: str | None = None) -> None:
    """Queue a job; one with the same ``dedup_key`` is queued only once, ever."""
    values = {
        "id": new_id("job"), "name": name, "arguments": arguments, "dedup_key": dedup_key, "state": JobState.QUEUED,
        "due_at": due_at, "attempts": 0, "created_at": now,
    }  # fmt: skip
    db.execute(_ADD[db.dialect.name], values)


def lease_next(db: Connection, *, now: datetime, slow: bool | None = None) -> Job | None:
    """Take the job that has been due longest; nobody else gets it until the lease runs out.

    Args:
        slow: Take only slow jobs, or only others; without it, either.
    """
    due = sa.select(jobs.c.id).where(_due(now, slow)).order_by(jobs.c.due_at, jobs.c.id).limit(1).with_for_update(skip_locked=True)
    lease = new_id("lea")
    taken = (
        sa.update(jobs)
        .where(jobs.c.id == due.scalar_subquery())
        .values(lease=lease, leased_until=now + LEASE, attempts=jobs.c.attempts + 1)
        .returning(jobs.c.id, jobs.c.name, jobs.c.arguments, jobs.c.attempts)
    )
    row = db.execute(taken).one_or_none()
    return None if row is None else Job(row.id, row.name, row.arguments, row.attempts, lease)


def has_due(db: Connection, *, now: datetime, slow: bool | None = None) -> bool:
    """Whether a job waits to be taken; a read, so that an idle worker writes nothing."""
    return db.execute(sa.select(jobs.c.id).where(_due(now, slow)).limit(1)).first() is not None


def _due(now: datetime, slow: bool | None) -> sa.ColumnElement[bool]:
    free = sa.or_(jobs.c.leased_until.is_(None), jobs.c.leased_until < now)
    due = sa.and_(jobs.c.state == JobState.QUEUED, jobs.c.due_at <= now, free)
    return due if slow is None else sa.and_(due, jobs.c.name.in_(slow_names()) if slow else jobs.c.name.not_in(slow_names()))


def keep(db: Connection, job: Job, *, now: datetime) -> bool:
    """Renew the lease of slow work for as long as a worker that lives needs to renew it again; False when it has passed to another."""
    mine = sa.update(jobs).where(jobs.c.id == job.id, jobs.c.lease == job.lease, jobs.c.state == JobState.QUEUED)
    return db.execute(mine.values(leased_until=now + HELD)).rowcount == 1


def finish(db: Connection, job: Job, *, now: datetime) -> None:
    """Record that the job is done, in the transaction of its effect.

    Raises:
        Conflict: The lease has passed to another worker; this transaction must leave nothing behind.
    """
    done = sa.update(jobs).where(jobs.c.id == job.id, jobs.c.lease == job.lease, jobs.c.state == JobState.QUEUED)
    if db.execute(done.values(state=JobState.DONE, finished_at=now, last_error=None)).rowcount != 1:
        raise Conflict(f"The lease on job {job.id} has passed to another worker.", "Nothing to do: the other worker runs it.")


def put_off(db: Connection, job: Job, *, now: datetime, error: str) -> None:
    """Record a failed attempt and when to try again: money that waits for a job must not wait for ever, so no failure is the last."""
    values = {"lease": None, "leased_until": None, "last_error": error[:2000], "due_at": next_due(now, job.attempts)}
    mine = sa.update(jobs).where(jobs.c.id == job.id, jobs.c.lease == job.lease, jobs.c.state == JobState.QUEUED)
    db.execute(mine.values(values))


def give_up_killers(db: Connection, *, now: datetime) -> int:
    """Mark as failed what was begun many times and never came to an end, not even a bad one: it ends its process."""
    begun = sa.and_(jobs.c.state == JobState.QUEUED, jobs.c.attempts >= PATIENCE, jobs.c.last_error.is_(None), jobs.c.leased_until < now)
    return db.execute(sa.update(jobs).where(begun).values(state=JobState.FAILED, lease=None, leased_until=None)).rowcount


def stuck(db: Connection, *, now: datetime) -> list[dict[str, Any]]:
    """Jobs that keep failing, end their process, or have been due for an hour, for the doctor."""
    free = sa.or_(jobs.c.leased_until.is_(None), jobs.c.leased_until < now)
    waiting = sa.and_(jobs.c.state == JobState.QUEUED, sa.or_(jobs.c.attempts >= 3, sa.and_(jobs.c.due_at < now - OVERDUE, free)))
    query = sa.select(jobs.c.id, jobs.c.name, jobs.c.state, jobs.c.attempts, jobs.c.last_error, jobs.c.due_at)
    return [dict(row._mapping) for row in db.execute(query.where(sa.or_(jobs.c.state == JobState.FAILED, waiting)).order_by(jobs.c.id))]


def retry(db: Connection, job_id: str, *, now: datetime) -> bool:
    """Run an unfinished job now, counting its attempts anew; False when there is none."""
    again = sa.update(jobs).where(jobs.c.id == job_id, jobs.c.state != JobState.DONE)
    return db.execute(again.values(state=JobState.QUEUED, attempts=0, due_at=now, lease=None, leased_until=None)).rowcount == 1


def forget_done(db: Connection, *, before: datetime) -> int:
    """Delete finished jobs without a ``dedup_key`` that are older than a moment; how many went."""
    return db.execute(
        sa.delete(jobs).where(jobs.c.state == JobState.DONE, jobs.c.dedup_key.is_(None), jobs.c.finished_at < before)
    ).rowcount
