"""The books: accounts with their running sums, and transfers that nothing changes once they are written."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from entrepot.store import UtcDateTime, metadata

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("organisation_id", sa.ForeignKey("organisations.id"), nullable=False),
    sa.Column("code", sa.String(20), nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("scale", sa.SmallInteger, nullable=False),
    sa.Column("debits_must_not_exceed_credits", sa.Boolean, nullable=False),
    sa.Column("credits_must_not_exceed_debits", sa.Boolean, nullable=False),
    sa.Column("debits_pending", sa.BigInteger, nullable=False),
    sa.Column("debits_posted", sa.BigInteger, nullable=False),
    sa.Column("credits_pending", sa.BigInteger, nullable=False),
    sa.Column("credits_posted", sa.BigInteger, nullable=False),
    sa.Column("closed", sa.Boolean, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("organisation_id", "code", "currency"),
    # The last line of defence behind the ledger's own rules. Subtracting keeps clear of the largest integer.
    sa.CheckConstraint("debits_pending >= 0 AND debits_posted >= 0 AND credits_pending >= 0 AND credits_posted >= 0", name="sums"),
    sa.CheckConstraint("NOT debits_must_not_exceed_credits OR debits_pending <= credits_posted - debits_posted", name="debits"),
    sa.CheckConstraint("NOT credits_must_not_exceed_debits OR credits_pending <= debits_posted - credits_posted", name="credits"),
)

transfers = sa.Table(
    "transfers",
    metadata,
    # For one account, positions grow in the order of commits: its row is locked while a transfer is written.
    sa.Column("position", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("id", sa.String(40), nullable=False, unique=True),
    sa.Column("debit_account_id", sa.ForeignKey("accounts.id"), nullable=False),
    sa.Column("credit_account_id", sa.ForeignKey("accounts.id"), nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("code", sa.String(20), nullable=False),
    sa.Column("flags", sa.SmallInteger, nullable=False),
    sa.Column("pending_id", sa.ForeignKey("transfers.id")),
    sa.Column("expires_at", UtcDateTime),
    sa.Column("subject_id", sa.String(80)),
    sa.Column("memo", sa.String(500)),
    sa.Column("chain_id", sa.String(40)),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.CheckConstraint("amount >= 0", name="amount"),
    sa.CheckConstraint("debit_account_id <> credit_account_id", name="sides"),
    sa.CheckConstraint("(pending_id IS NOT NULL) = ((flags & 268) <> 0)", name="pending"),
    sa.Index("ix_transfers_debit", "debit_account_id", "position"),
    sa.Index("ix_transfers_credit", "credit_account_id", "position"),
    # A pending transfer ends once: posted, voided or expired.
    sa.Index(
        "uq_transfers_pending_id", "pending_id", unique=True,
        sqlite_where=sa.text("pending_id IS NOT NULL"), postgresql_where=sa.text("pending_id IS NOT NULL"),
    ),
    sa.Index(
        "ix_transfers_subject", "subject_id",
        sqlite_where=sa.text("subject_id IS NOT NULL"), postgresql_where=sa.text("subject_id IS NOT NULL"),
    ),
)  # fmt: skip

failed_transfers = sa.Table(
    "failed_transfers",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("result", sa.String(60), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
)

_FIXED = ("id", "organisation_id", "code", "currency", "scale", "debits_must_not_exceed_credits", "credits_must_not_exceed_debits")


def _sqlite_refusal(table: str, event: str, why: str, when: str = "") -> list[str]:
    name = f"{table}_refuse_{event.split()[0].lower()}"
    return [f"CREATE TRIGGER {name} BEFORE {event} ON {table} {when} BEGIN SELECT RAISE(ABORT, '{why}'); END"]


def _postgres_refusal(table: str, event: str, why: str) -> list[str]:
    name = f"{table}_refuse_{event.split()[0].lower()}"
    level = "STATEMENT" if event == "TRUNCATE" else "ROW"
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION '{why}'; END$$",
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {level} EXECUTE FUNCTION {name}()",
    ]


def _on_create(table: sa.Table, dialect: str, statements: list[str]) -> None:
    @sa.event.listens_for(table, "after_create")
    def create(_: sa.Table, connection: sa.Connection, **__: Any) -> None:
        if connection.dialect.name == dialect:
            for statement in statements:
                connection.exec_driver_sql(statement)


def _refuse(table: sa.Table, event: str, why: str) -> None:
    """Have both stores refuse a kind of statement on a table, whoever sends it."""
    if event != "TRUNCATE":
        _on_create(table, "sqlite", _sqlite_refusal(table.name, event, why))
    _on_create(table, "postgresql", _postgres_refusal(table.name, event, why))


for _event in ("UPDATE", "DELETE", "TRUNCATE"):
    _refuse(transfers, _event, "transfers are never changed or removed")
_refuse(accounts, f"UPDATE OF {', '.join(_FIXED)}", "what an account is cannot change")
_refuse(accounts, "DELETE", "accounts are never removed")
_refuse(accounts, "TRUNCATE", "accounts are never removed")
# REPLACE would remove the old row without firing the trigger on DELETE.
_TAKEN = "WHEN EXISTS (SELECT 1 FROM transfers WHERE id = NEW.id)"
_on_create(transfers, "sqlite", _sqlite_refusal("transfers", "INSERT", "transfers are never replaced", _TAKEN))
