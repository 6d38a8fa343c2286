"""Notices and their steps, what they froze, requests for access, complaints without a name, and refused uses by the day."""

from __future__ import annotations

import sqlalchemy as sa

from entrepot.store import Json, UtcDateTime, metadata

notices = sa.Table(
    "notices",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("issuer_id", sa.ForeignKey("organisations.id"), nullable=False),
    sa.Column("organisation_id", sa.ForeignKey("organisations.id"), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("due_at", UtcDateTime, nullable=False),
    # The other columns are copies to find it by.
    sa.Column("content", Json, nullable=False),
    sa.Index("ix_notices_issuer", "issuer_id", "id"),
    sa.Index("ix_notices_organisation", "organisation_id", "id"),
)

notice_steps = sa.Table(
    "notice_steps",
    metadata,
    sa.Column("notice_id", sa.ForeignKey("notices.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("verb", sa.String(40), nullable=False),
    sa.Column("before", sa.String(20), nullable=False),
    sa.Column("after", sa.String(20), nullable=False),
    sa.Column("by_id", sa.String(40)),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
)

notice_freezes = sa.Table(
    "notice_freezes",
    metadata,
    sa.Column("agreement_id", sa.ForeignKey("agreements.id"), primary_key=True),
    sa.Column("listing_id", sa.ForeignKey("listings.id"), nullable=False, index=True),
    sa.Column("notice_id", sa.ForeignKey("notices.id"), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

access_requests = sa.Table(
    "access_requests",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("issuer_id", sa.ForeignKey("organisations.id"), nullable=False),
    sa.Column("owner_id", sa.ForeignKey("organisations.id"), nullable=False),
    sa.Column("buyer_id", sa.String(40), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("told_at", UtcDateTime),
    sa.Column("content", Json, nullable=False),
    sa.Index("ix_access_requests_issuer", "issuer_id", "id"),
    sa.Index("ix_access_requests_owner", "owner_id", "id"),
    sa.Index("ix_access_requests_buyer", "buyer_id", "id"),
)

complaints = sa.Table(
    "complaints",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    # Of the receipt code, which nobody but the complainant has.
    sa.Column("code_sha256", sa.String(64), nullable=False, unique=True),
    sa.Column("about", sa.String(20), nullable=False),
    sa.Column("listing_id", sa.String(40), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("notice_id", sa.String(40), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False, index=True),
)

complaint_messages = sa.Table(
    "complaint_messages",
    metadata,
    sa.Column("complaint_id", sa.ForeignKey("complaints.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("by_operator", sa.Boolean, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False, index=True),
)

refusals = sa.Table(
    "refusals",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("kind", sa.String(40), primary_key=True),
    sa.Column("gate", sa.String(20), primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
)
