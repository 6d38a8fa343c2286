"""Parcels, deliveries, readings, files made for rights, and the recipients' tokens."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from entrepot.store import Json, UtcDateTime, metadata

parcels = sa.Table(
    "parcels",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("agreement_id", sa.String(40), nullable=False, index=True),
    sa.Column("listing_id", sa.String(40), nullable=False),
    sa.Column("version_id", sa.String(40), nullable=False),
    sa.Column("method", sa.String(40), nullable=False),
    sa.Column("to_id", sa.String(40), nullable=False),
    sa.Column("key", sa.String(100), nullable=False),
    sa.Column("digest", sa.String(80), nullable=False),
    sa.Column("rows", sa.BigInteger, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("file_ids", Json, nullable=False),
    sa.Column("opened_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("agreement_id", "version_id", "key"),
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("parcel_id", sa.String(40), sa.ForeignKey("parcels.id"), primary_key=True),
    sa.Column("agreement_id", sa.String(40), nullable=False, index=True),
    sa.Column("entry_id", sa.String(40), nullable=False),
    sa.Column("receipt", sa.Text, nullable=False),
    sa.Column("delivered_at", UtcDateTime, nullable=False),
)

shared_files = sa.Table(
    "shared_files",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("version_id", sa.String(40), nullable=False, index=True),
    sa.Column("table", sa.String(255), nullable=False),
    sa.Column("name", sa.String(300), nullable=False),
    sa.Column("form", sa.String(20), nullable=False),
    sa.Column("media_type", sa.String(200), nullable=False),
    sa.Column("key", sa.String(300), nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("rows", sa.BigInteger, nullable=False),
    sa.Column("fields", Json, nullable=False),
    sa.Column("stats", Json),
    sa.Column("row_groups", Json, nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
)

file_reads = sa.Table(
    "file_reads",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("agreement_id", sa.String(40), nullable=False, index=True),
    sa.Column("version_id", sa.String(40), nullable=False),
    sa.Column("parcel_id", sa.String(40), sa.ForeignKey("parcels.id"), nullable=False),
    sa.Column("file_id", sa.String(64), sa.ForeignKey("shared_files.id"), nullable=False),
    sa.Column("issue", sa.String(40), nullable=False),
    sa.Column("requests", sa.BigInteger, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("sent", sa.BigInteger, nullable=False),
    sa.Column("rows", sa.BigInteger, nullable=False),
    sa.Column("spans", Json, nullable=False),
    sa.Column("first_at", UtcDateTime, nullable=False),
    sa.Column("last_at", UtcDateTime, nullable=False),
    sa.Column("completed_at", UtcDateTime),
    sa.UniqueConstraint("parcel_id", "file_id", "issue"),
)

share_tokens = sa.Table(
    "share_tokens",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("organisation_id", sa.String(40), sa.ForeignKey("organisations.id"), nullable=False, index=True),
    sa.Column("person_id", sa.String(40)),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("secret_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Column("revoked_at", UtcDateTime),
    sa.Column("last_used_at", UtcDateTime),
)

share_schemas = sa.Table(
    "share_schemas",
    metadata,
    sa.Column("agreement_id", sa.String(40), primary_key=True),
    sa.Column("buyer_id", sa.String(40), nullable=False, index=True),
    sa.Column("owner_id", sa.String(40), nullable=False),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
)

parcel_consents = sa.Table(
    "parcel_consents",
    metadata,
    sa.Column("parcel_id", sa.String(40), sa.ForeignKey("parcels.id"), primary_key=True),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("state", sa.String(64), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

lookups = sa.Table(
    "lookups",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("agreement_id", sa.String(40), nullable=False),
    sa.Column("listing_id", sa.String(40), nullable=False),
    sa.Column("version_id", sa.String(40), nullable=False),
    sa.Column("controller_id", sa.String(40), nullable=False),
    sa.Column("recipient_id", sa.String(40), nullable=False),
    sa.Column("purpose", sa.String(200), nullable=False),
    sa.Column("subject", sa.LargeBinary(16), nullable=False),
    sa.Column("token_id", sa.String(40), nullable=False, unique=True),
    sa.Column("question", Json, nullable=False),
    sa.Column("matches", sa.Boolean, nullable=False),
    sa.Column("entry_id", sa.String(40), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index("ix_lookups_agreement", "agreement_id", "at"),
    sa.Index("ix_lookups_subject", "controller_id", "subject"),
)

refused_tokens = sa.Table(
    "refused_tokens",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("recipient_id", sa.String(40), nullable=False),
    sa.Column("agreement_id", sa.String(40), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index("ix_refused_tokens_recipient", "recipient_id", "at"),
)


def _freeze(table: sa.Table) -> None:
    """What was handed over stays written as it was: the store itself refuses to change or delete it."""
    for verb in ("UPDATE", "DELETE"):
        name, refusal = f"{table.name}_no_{verb.lower()}", f"{table.name} never change"
        _listen(table, "sqlite", f"CREATE TRIGGER {name} BEFORE {verb} ON {table.name} BEGIN SELECT RAISE(ABORT, '{refusal}'); END")
        body = f"$$ BEGIN RAISE EXCEPTION '{refusal}'; END $$"
        _listen(table, "postgresql", f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS {body}")
        _listen(table, "postgresql", f"CREATE TRIGGER {name} BEFORE {verb} ON {table.name} FOR EACH ROW EXECUTE FUNCTION {name}()")


def _listen(table: sa.Table, dialect: str, statement: str) -> None:
    ddl: Any = sa.DDL  # Its constructor carries no types.
    sa.event.listen(table, "after_create", ddl(statement).execute_if(dialect=dialect))


_freeze(parcels)
_freeze(deliveries)
