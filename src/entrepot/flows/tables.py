"""Files that wait to be published, what was released of which table, and what trades add to later counts."""

from __future__ import annotations

import sqlalchemy as sa

from entrepot.store import Json, UtcDateTime, metadata

uploads = sa.Table(
    "uploads",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("organisation_id", sa.ForeignKey("organisations.id"), nullable=False, index=True),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
)

releases = sa.Table(
    "releases",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("organisation_id", sa.ForeignKey("organisations.id"), nullable=False),
    sa.Column("source_sha256", sa.String(64), nullable=False),
    # The how-manieth release of this file it is; unique, so that two made at the same moment cannot both go unchecked.
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("upload_id", sa.String(40), nullable=False),
    sa.Column("release_sha256", sa.String(64), nullable=False),
    sa.Column("plan_digest", sa.String(80), nullable=False),
    sa.Column("grade", sa.Integer, nullable=False),
    sa.Column("report_digest", sa.String(80), nullable=False),
    # Canonical JSON as text, because the digest is taken over these very bytes.
    sa.Column("report", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    # Of the source's rows, by which another file of them is known again; empty in releases of before it was kept.
    sa.Column("content_digest", sa.String(64)),
    sa.Column("sketch", sa.Text),
    # The how-manieth of the organisation's; unique, since other files may hold the same people.
    sa.Column("sequence", sa.Integer),
    sa.UniqueConstraint("organisation_id", "source_sha256", "number"),
    sa.Index("uq_releases_organisation_sequence", "organisation_id", "sequence", unique=True),
    sa.Index("ix_releases_organisation_release", "organisation_id", "release_sha256"),
    sa.Index("ix_releases_organisation_report", "organisation_id", "report_digest"),
)

makings = sa.Table(
    "makings",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("organisation_id", sa.ForeignKey("organisations.id"), nullable=False),
    sa.Column("upload_id", sa.String(40), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    # What must hold of the release, and the form as it was sent, to be shown again.
    sa.Column("asked", Json, nullable=False),
    sa.Column("sent", Json, nullable=False),
    sa.Column("actor", Json, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("step", sa.String(20), nullable=False),
    sa.Column("share", sa.Float, nullable=False),
    sa.Column("step_at", UtcDateTime),
    sa.Column("made_id", sa.String(40)),
    sa.Column("problem", Json),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("finished_at", UtcDateTime),
    sa.Index("ix_makings_organisation_state", "organisation_id", "state"),
)

# One row for each trade that passed a gate: the newest ruling on it in the few figures that are added up.
counted_trades = sa.Table(
    "counted_trades",
    metadata,
    sa.Column("gate", sa.String(20), primary_key=True),
    sa.Column("subject_id", sa.String(40), primary_key=True),
    sa.Column("organisation_id", sa.ForeignKey("organisations.id"), nullable=False),
    sa.Column("listing_id", sa.String(40), nullable=False),
    sa.Column("buyer_id", sa.String(40), nullable=False),
    # Kinds of data as JSON in order: which tier they belong to changes with the day's law.
    sa.Column("categories", sa.Text, nullable=False),
    sa.Column("uncovered", sa.BigInteger, nullable=False),
    sa.Column("exported", sa.BigInteger, nullable=False),
    sa.Column("price_cny", sa.Float),
    sa.Column("counted_at", UtcDateTime, nullable=False),
    sa.Index("ix_counted_trades_organisation", "organisation_id", "gate", "counted_at"),
)
