"""The outbox: work queued in the transaction that calls for it."""

from __future__ import annotations

import sqlalchemy as sa

from entrepot.store import Json, UtcDateTime, metadata

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("arguments", Json, nullable=False),
    sa.Column("dedup_key", sa.String(200), unique=True),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("lease", sa.String(40)),
    sa.Column("leased_until", UtcDateTime),
    sa.Column("last_error", sa.Text),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("finished_at", UtcDateTime),
    sa.Index("ix_jobs_due", "state", "due_at"),
)
