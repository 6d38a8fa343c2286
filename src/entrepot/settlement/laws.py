"""The laws of the books, as the doctor and the tests check them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from entrepot.kit import Money, rfc3339
from entrepot.runtime import Session
from entrepot.settlement.model import RESOLVING, AccountCode, Difference, Flag, Imbalance, Problem
from entrepot.settlement.tables import accounts, transfers

_SUMS = ("debits_pending", "debits_posted", "credits_pending", "credits_posted")
_GRACE = timedelta(hours=1)  # How long a due expiry may wait for a worker before somebody should look.


def unbalanced(session: Session) -> list[Imbalance]:
    """Currencies whose debits and credits differ; empty when the books are right."""
    columns = [part for name in _SUMS for part in _exact_sum(accounts.c[name], name)]
    query = sa.select(accounts.c.currency, *columns).group_by(accounts.c.currency).order_by(accounts.c.currency)
    found = []
    for row in session.db.execute(query):
        imbalance = Imbalance(currency=row.currency, **{name: _whole(row, name) for name in _SUMS})
        if imbalance.debits_posted != imbalance.credits_posted or imbalance.debits_pending != imbalance.credits_pending:
            found.append(imbalance)
    return found


def rebuild_differences(session: Session) -> list[Difference]:
    """Accounts whose stored sums are not the sums of their transfers; empty when the books are right."""
    effects = _effects()
    columns = [part for name in _SUMS for part in _exact_sum(effects.c[name], name)]
    rebuilt = {
        row.account_id: tuple(_whole(row, name) for name in _SUMS)
        for row in session.db.execute(sa.select(effects.c.account_id, *columns).group_by(effects.c.account_id))
    }
    found = []
    for row in session.db.execute(sa.select(accounts.c.id, *(accounts.c[name] for name in _SUMS)).order_by(accounts.c.id)):
        stored = (row.debits_pending, row.debits_posted, row.credits_pending, row.credits_posted)
        dp, d, cp, c = rebuilt.get(row.id, (0, 0, 0, 0))
        if stored != (dp, d, cp, c):
            found.append(Difference(account_id=row.id, stored=stored, rebuilt=(dp, d, cp, c)))
    return found


def check_books(session: Session) -> list[Problem]:
    """Every law of the books that does not hold, with what to do."""
    restore = "Stop trading, keep a copy of the records, and compare with the last backup."
    problems = [
        Problem(
            law="debits equal credits", subject_id=i.currency, hint=restore,
            message=f"In {i.currency}, {i.debits_posted} was debited and {i.credits_posted} credited"
            f" (pending {i.debits_pending} and {i.credits_pending}).",
        )
        for i in unbalanced(session)
    ]  # fmt: skip
    problems += [
        Problem(
            law="balances are those of the transfers", subject_id=d.account_id, hint=restore,
            message=f"Account {d.account_id} stores {d.stored}; its transfers make {d.rebuilt}.",
        )
        for d in rebuild_differences(session)
    ]  # fmt: skip
    return [
        *problems,
        *_limits(session),
        *_resolved_twice(session),
        *_wrong_transfers(session),
        *_resting_escrow(session),
        *_overdue(session),
    ]


def _limits(session: Session) -> list[Problem]:
    a = accounts.c
    over_debits = sa.and_(a.debits_must_not_exceed_credits, a.debits_pending > a.credits_posted - a.debits_posted)
    over_credits = sa.and_(a.credits_must_not_exceed_debits, a.credits_pending > a.debits_posted - a.credits_posted)
    return [
        Problem(
            law="accounts keep their limits", subject_id=row.id, message=f"Account {row.id} ({row.code}, {row.currency}) is beyond its limit.",
            hint="Find the transfer that crossed it in the account's statement.",
        )
        for row in session.db.execute(sa.select(a.id, a.code, a.currency).where(sa.or_(over_debits, over_credits)).order_by(a.id))
    ]  # fmt: skip


def _resolved_twice(session: Session) -> list[Problem]:
    query = sa.select(transfers.c.pending_id).where(transfers.c.pending_id.is_not(None)).group_by(transfers.c.pending_id)
    return [
        Problem(
            law="a pending transfer ends once", subject_id=id_, message=f"The pending transfer {id_} has ended more than once.",
            hint="The unique index on transfers.pending_id is missing; restore the schema.",
        )
        for id_ in session.db.scalars(query.having(sa.func.count() > 1))
    ]  # fmt: skip


def _wrong_transfers(session: Session) -> list[Problem]:
    """Transfers in another currency than their accounts, and resolutions that do not fit their pending transfer."""
    debit, credit, pending = accounts.alias("debit"), accounts.alias("credit"), transfers.alias("pending")
    t = transfers.c
    wrong_ledger = sa.or_(t.currency != debit.c.currency, t.currency != credit.c.currency)
    wrong_end = sa.or_(
        pending.c.flags.bitwise_and(int(Flag.PENDING)) == 0,
        t.debit_account_id != pending.c.debit_account_id,
        t.credit_account_id != pending.c.credit_account_id,
        t.amount > pending.c.amount,
    )
    joined = (
        transfers.join(debit, t.debit_account_id == debit.c.id)
        .join(credit, t.credit_account_id == credit.c.id)
        .outerjoin(pending, t.pending_id == pending.c.id)
    )
    found = session.db.scalars(sa.select(t.id).select_from(joined).where(sa.or_(wrong_ledger, wrong_end)).order_by(t.position))
    return [
        Problem(
            law="transfers fit their accounts", subject_id=id_, message=f"The transfer {id_} does not fit its accounts or its pending transfer.",
            hint="It was not written by the ledger; find out what wrote it.",
        )
        for id_ in found
    ]  # fmt: skip


def _resting_escrow(session: Session) -> list[Problem]:
    a = accounts.c
    query = sa.select(a.id, a.currency, (a.credits_posted - a.debits_posted).label("rest"))
    return [
        Problem(
            law="escrow passes through", subject_id=row.id, message=f"{Money(row.rest, row.currency)} was released and never handed on.",
            hint="Every release posts one chain; find the agreement whose chain is not complete.",
        )
        for row in session.db.execute(query.where(a.code == AccountCode.ESCROW, a.credits_posted != a.debits_posted).order_by(a.id))
    ]  # fmt: skip


def _overdue(session: Session) -> list[Problem]:
    t, end = transfers.c, transfers.alias("end")
    query = (
        sa.select(t.id, t.expires_at)
        .select_from(transfers.outerjoin(end, end.c.pending_id == t.id))
        .where(t.expires_at < session.now - _GRACE, end.c.id.is_(None))
        .order_by(t.position)
    )
    return [
        Problem(
            law="what expires falls back", subject_id=row.id, message=f"The pending transfer {row.id} was to expire at {rfc3339(row.expires_at)}.",
            hint="Check that a worker runs and that the job settlement.expire_pending is not failed.",
        )
        for row in session.db.execute(query)
    ]  # fmt: skip


def _effects() -> sa.Subquery:
    """What each transfer does to the four sums of each of its two accounts."""
    pending = transfers.alias("pending")
    kind = transfers.c.flags.bitwise_and(int(RESOLVING | Flag.PENDING))
    held = sa.case(
        (kind == int(Flag.PENDING), transfers.c.amount),
        (kind.in_([int(Flag.POST), int(Flag.VOID), int(Flag.EXPIRE)]), -pending.c.amount),
        else_=0,
    )
    posted = sa.case((kind.in_([0, int(Flag.POST)]), transfers.c.amount), else_=0)
    zero = sa.literal_column("0", sa.BigInteger)
    joined = transfers.outerjoin(pending, transfers.c.pending_id == pending.c.id)

    def side(account: sa.Column[Any], columns: tuple[Any, Any, Any, Any]) -> sa.Select[Any]:
        labelled = [column.label(name) for column, name in zip(columns, _SUMS, strict=True)]
        return sa.select(account.label("account_id"), *labelled).select_from(joined)

    return sa.union_all(
        side(transfers.c.debit_account_id, (held, posted, zero, zero)), side(transfers.c.credit_account_id, (zero, zero, held, posted))
    ).subquery()


def _exact_sum(column: Any, name: str) -> list[Any]:
    """Two sums that together are exact where one could overflow 64 bits: of the upper and of the lower 32 bits."""
    column = sa.cast(column, sa.BigInteger)
    return [
        sa.func.sum(column.bitwise_rshift(sa.literal_column("32", sa.Integer))).label(f"{name}_high"),
        sa.func.sum(column.bitwise_and(0xFFFF_FFFF)).label(f"{name}_low"),
    ]


def _whole(row: Any, name: str) -> int:
    return (int(getattr(row, f"{name}_high")) << 32) + int(getattr(row, f"{name}_low"))
