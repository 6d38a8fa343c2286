"""Statements: how an account's balance came to be what it is."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from entrepot.kit import Invalid, Money, rfc3339
from entrepot.runtime import Session
from entrepot.settlement.funds import require_sight
from entrepot.settlement.model import RESOLVING, AccountCode, Flag, account_id
from entrepot.settlement.tables import transfers


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One transfer as the account's owner sees it: what it changed, and the balance after it."""

    at: datetime
    transfer_id: str
    code: str
    subject_id: str | None
    memo: str | None
    change: Money
    balance: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """An account from ``since`` until before ``until``; ``opening`` plus all changes is ``closing``."""

    organisation_id: str
    account: AccountCode
    since: datetime
    until: datetime
    opening: Money
    closing: Money
    lines: tuple[Line, ...]


def statement(
    session: Session, organisation_id: str, since: datetime, until: datetime, *, currency: str, account: AccountCode = AccountCode.AVAILABLE
) -> Statement:
    """What changed an account's available balance, in the order of posting; seen by the organisation and by operators.

    Placing an escrow takes its amount away; releasing part of it, a refund or an expiry brings the rest back.

    Raises:
        NotFound: The actor belongs to another organisation.
        Invalid: The statement would end before it begins.
    """
    require_sight(session, organisation_id)
    if until < since:
        raise Invalid(f"The statement ends at {rfc3339(until)}, before it begins.", "Let until follow since.")
    changes = _changes(account_id(organisation_id, account, currency))
    before = session.db.scalar(sa.select(sa.func.sum(changes.c.change)).where(changes.c.created_at < since))
    balance = opening = Money(int(before or 0), currency)
    lines = []
    within = sa.select(changes).where(changes.c.created_at >= since, changes.c.created_at < until, changes.c.change != 0)
    for row in session.db.execute(within.order_by(changes.c.position)):
        balance = balance + Money(row.change, currency)
        lines.append(_line(row, balance))
    return Statement(
        organisation_id=organisation_id, account=account, since=since, until=until, opening=opening, closing=balance, lines=tuple(lines)
    )


def statement_csv(statement: Statement) -> str:
    """The statement as CSV (RFC 4180) that no spreadsheet takes for a formula; amounts in major units."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["at", "transfer", "kind", "subject", "memo", "change", "balance", "currency"])
    for line in statement.lines:
        cells = [rfc3339(line.at), line.transfer_id, line.code, line.subject_id or "", line.memo or ""]
        writer.writerow([*map(plain_cell, cells), decimal(line.change), decimal(line.balance), line.change.currency])
    return out.getvalue()


def plain_cell(text: str) -> str:
    """A text cell that a spreadsheet shows and does not run: what could begin a formula gets an apostrophe before it."""
    return "'" + text if text.lstrip()[:1] in ("=", "+", "-", "@") or text[:1] in ("\t", "\r", "\n") else text


def decimal(money: Money) -> str:
    """The amount in major units with a point and no separators: ``-1250.50``."""
    return str(money).rpartition(" ")[0].replace(",", "")


def _line(row: Any, balance: Money) -> Line:
    return Line(
        at=row.created_at, transfer_id=row.id, code=row.code, subject_id=row.subject_id, memo=row.memo,
        change=Money(row.change, balance.currency), balance=balance,
    )  # fmt: skip


def _changes(id_: str) -> sa.Subquery:
    """Each transfer's effect on what the account has available: credits posted, less debits posted and pending."""
    pending = transfers.alias("pending")
    shown = [transfers.c[name] for name in ("position", "id", "code", "subject_id", "memo", "created_at")]
    kind = transfers.c.flags.bitwise_and(int(RESOLVING | Flag.PENDING))
    as_debit = sa.case(
        (kind == int(Flag.POST), pending.c.amount - transfers.c.amount),
        (kind.in_([int(Flag.VOID), int(Flag.EXPIRE)]), transfers.c.amount),
        else_=-transfers.c.amount,
    )
    as_credit = sa.case((kind.in_([0, int(Flag.POST)]), transfers.c.amount), else_=0)
    debits = (
        sa.select(*shown, as_debit.label("change"))
        .select_from(transfers.outerjoin(pending, transfers.c.pending_id == pending.c.id))
        .where(transfers.c.debit_account_id == id_)
    )
    credits_ = sa.select(*shown, as_credit.label("change")).where(transfers.c.credit_account_id == id_)
    return sa.union_all(debits, credits_).subquery()
