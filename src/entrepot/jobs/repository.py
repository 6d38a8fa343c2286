"""Queue, lease and finish jobs; every function runs inside the caller's transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection

from entrepot.jobs.model import LEASE, MAX_ATTEMPTS, Job, JobState, next_due
from entrepot.jobs.tables import jobs
from entrepot.kit import Conflict, new_id


def enqueue(db: Connection, name: str, arguments: dict[str, Any], *, now: datetime, due_at: datetime, dedup_key: str | None = None) -> None:
    """Queue a job; one with the same ``dedup_key`` is queued only once, ever."""
    insert = postgres_insert if db.dialect.name == "postgresql" else sqlite_insert
    values = {
        "id": new_id("job"), "name": name, "arguments": arguments, "dedup_key": dedup_key, "state": JobState.QUEUED,
        "due_at": due_at, "attempts": 0, "created_at": now,
    }  # fmt: skip
    db.execute(insert(jobs).values(values).on_conflict_do_nothing(index_elements=[jobs.c.dedup_key]))


def lease_next(db: Connection, *, now: datetime) -> Job | None:
    """Take the job that has been due longest; nobody else gets it until the lease runs out."""
    due = (
        sa.select(jobs.c.id)
        .where(jobs.c.state == JobState.QUEUED, jobs.c.due_at <= now, sa.or_(jobs.c.leased_until.is_(None), jobs.c.leased_until < now))
        .order_by(jobs.c.due_at, jobs.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    lease = new_id("lea")
    taken = (
        sa.update(jobs)
        .where(jobs.c.id == due.scalar_subquery())
        .values(lease=lease, leased_until=now + LEASE, attempts=jobs.c.attempts + 1)
        .returning(jobs.c.id, jobs.c.name, jobs.c.arguments, jobs.c.attempts)
    )
    row = db.execute(taken).one_or_none()
    return None if row is None else Job(row.id, row.name, row.arguments, row.attempts, lease)


def has_due(db: Connection, *, now: datetime) -> bool:
    """Whether a job waits to be taken; a read, so that an idle worker writes nothing."""
    free = sa.or_(jobs.c.leased_until.is_(None), jobs.c.leased_until < now)
    return db.execute(sa.select(jobs.c.id).where(jobs.c.state == JobState.QUEUED, jobs.c.due_at <= now, free).limit(1)).first() is not None


def finish(db: Connection, job: Job, *, now: datetime) -> None:
    """Record that the job is done, in the transaction of its effect.

    Raises:
        Conflict: The lease has passed to another worker; this transaction must leave nothing behind.
    """
    done = sa.update(jobs).where(jobs.c.id == job.id, jobs.c.lease == job.lease, jobs.c.state == JobState.QUEUED)
    if db.execute(done.values(state=JobState.DONE, finished_at=now, last_error=None)).rowcount != 1:
        raise Conflict(f"The lease on job {job.id} has passed to another worker.", "Nothing to do: the other worker runs it.")


def put_off(db: Connection, job: Job, *, now: datetime, error: str) -> None:
    """Record a failed attempt and when to try again; the last attempt leaves the job for a person."""
    final = job.attempts >= MAX_ATTEMPTS
    values = {"state": JobState.FAILED if final else JobState.QUEUED, "lease": None, "leased_until": None, "last_error": error[:2000]}
    mine = sa.update(jobs).where(jobs.c.id == job.id, jobs.c.lease == job.lease, jobs.c.state == JobState.QUEUED)
    db.execute(mine.values(values | {"due_at": next_due(now, job.attempts)}))


def stuck(db: Connection, *, now: datetime) -> list[dict[str, Any]]:
    """Jobs that failed for good or keep failing, for the doctor."""
    query = sa.select(jobs.c.id, jobs.c.name, jobs.c.state, jobs.c.attempts, jobs.c.last_error, jobs.c.due_at).where(
        sa.or_(
            jobs.c.state == JobState.FAILED, sa.and_(jobs.c.state == JobState.QUEUED, jobs.c.attempts >= 3, jobs.c.last_error.is_not(None))
        )
    )
    return [dict(row._mapping) for row in db.execute(query.order_by(jobs.c.id))]


def retry(db: Connection, job_id: str, *, now: datetime) -> bool:
    """Queue a failed job again from the start; False when it is not failed."""
    again = sa.update(jobs).where(jobs.c.id == job_id, jobs.c.state == JobState.FAILED)
    return db.execute(again.values(state=JobState.QUEUED, attempts=0, due_at=now)).rowcount == 1


def forget_done(db: Connection, *, before: datetime) -> int:
    """Delete finished jobs without a ``dedup_key`` that are older than a moment; how many went."""
    return db.execute(
        sa.delete(jobs).where(jobs.c.state == JobState.DONE, jobs.c.dedup_key.is_(None), jobs.c.finished_at < before)
    ).rowcount
