"""Negotiations, the offers in them, the agreements they lead to, and which requests have been answered already."""

from __future__ import annotations

import sqlalchemy as sa

from entrepot.store import Json, UtcDateTime, metadata

negotiations = sa.Table(
    "negotiations",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("listing_id", sa.String(40), nullable=False, index=True),
    sa.Column("version_id", sa.String(40), nullable=False),
    sa.Column("owner_id", sa.ForeignKey("organisations.id"), nullable=False),
    sa.Column("buyer_id", sa.ForeignKey("organisations.id"), nullable=False),
    sa.Column("purpose", sa.String(100), nullable=False),
    sa.Column("method", sa.String(40), nullable=False),
    sa.Column("territory", sa.String(2)),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("decide_by", UtcDateTime, nullable=False),
    sa.Column("acceptance_seconds", sa.Integer, nullable=False),
    sa.Column("auto_approved", sa.Boolean, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Index("ix_negotiations_owner", "owner_id", "id"),
    sa.Index("ix_negotiations_buyer", "buyer_id", "id"),
)

offers = sa.Table(
    "offers",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("negotiation_id", sa.ForeignKey("negotiations.id"), nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("by_id", sa.ForeignKey("organisations.id"), nullable=False),
    sa.Column("terms", Json, nullable=False),
    sa.Column("price", Json, nullable=False),
    sa.Column("rights", Json, nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("negotiation_id", "round"),
)

# What was agreed stands in the signed document alone; the other columns are there to find it by.
agreements = sa.Table(
    "agreements",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("negotiation_id", sa.ForeignKey("negotiations.id"), nullable=False, unique=True),
    sa.Column("listing_id", sa.String(40), nullable=False, index=True),
    sa.Column("version_id", sa.String(40), nullable=False),
    sa.Column("owner_id", sa.ForeignKey("organisations.id"), nullable=False),
    sa.Column("buyer_id", sa.ForeignKey("organisations.id"), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("signed_at", UtcDateTime, nullable=False),
    sa.Column("ends_at", UtcDateTime),
    sa.Column("jws", sa.Text, nullable=False),
    sa.Index("ix_agreements_owner", "owner_id", "id"),
    sa.Index("ix_agreements_buyer", "buyer_id", "id"),
)

agreement_moves = sa.Table(
    "agreement_moves",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("agreement_id", sa.ForeignKey("agreements.id"), nullable=False, index=True),
    sa.Column("before", sa.String(10), nullable=False),
    sa.Column("after", sa.String(10), nullable=False),
    sa.Column("by_id", sa.String(40)),
    sa.Column("by_exchange", sa.Boolean, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    sa.Column("organisation_id", sa.ForeignKey("organisations.id"), primary_key=True),
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("request", sa.String(80), nullable=False),
    sa.Column("result_id", sa.String(40), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
)
