"""Packs that an operator installed, answers that parties gave, and the rulings that were made."""

from __future__ import annotations

import sqlalchemy as sa

from entrepot.store import UtcDateTime, metadata

rule_packs = sa.Table(
    "rule_packs",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("version", sa.String(40), nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("installed_at", UtcDateTime, nullable=False),
)

fact_answers = sa.Table(
    "fact_answers",
    metadata,
    # A listing, a negotiation or an organisation.
    sa.Column("subject_id", sa.String(40), primary_key=True),
    sa.Column("path", sa.String(100), primary_key=True),
    sa.Column("organisation_id", sa.ForeignKey("organisations.id"), nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("source", sa.String(20), nullable=False),
    sa.Column("answered_at", UtcDateTime, nullable=False),
)

rulings = sa.Table(
    "rulings",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("gate", sa.String(20), nullable=False),
    sa.Column("subject_id", sa.String(40), nullable=False),
    sa.Column("organisation_id", sa.ForeignKey("organisations.id"), nullable=False),
    sa.Column("decision", sa.String(20), nullable=False),
    # Together they say what was judged by what: a person's approval holds for exactly that.
    sa.Column("facts_digest", sa.String(80), nullable=False),
    sa.Column("packs_digest", sa.String(80), nullable=False),
    sa.Column("record", sa.Text, nullable=False),
    sa.Column("dossier", sa.Text, nullable=False),
    sa.Column("entry_id", sa.String(40), nullable=False),
    sa.Column("decided_at", UtcDateTime, nullable=False),
    sa.Column("approved_at", UtcDateTime),
    sa.Column("approved_by", sa.String(40)),
    sa.Column("reason", sa.Text),
    sa.Index("ix_rulings_subject", "subject_id", "gate", "decided_at"),
    sa.Index("ix_rulings_organisation", "organisation_id", "gate", "decided_at"),
    sa.Index("ix_rulings_open", "decision", "approved_at"),
)
