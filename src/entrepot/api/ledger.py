"""Accounts, transfers, invoices, deposits and payouts over JSON; and the doctor."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, BeforeValidator, Field

from entrepot import flows, parties, settlement
from entrepot.api.deps import ActingDep, Sent
from entrepot.api.errors import RESPONSES
from entrepot.api.trades import AgreementId
from entrepot.kit import Money, parse_money
from entrepot.runtime import Role, Scope

router = APIRouter(prefix="/api/v1", responses=RESPONSES)


def _written_out(value: object) -> object:
    if not isinstance(value, str) or not re.match(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError("a moment is written like 2026-11-21T09:30:00Z")
    return value


# Bare numbers would be taken for seconds since 1970.
Moment = Annotated[datetime, BeforeValidator(_written_out)]


class AccountOut(BaseModel):
    """An account of your organisation; of its ``balance``, ``pending`` is promised and not yet paid, and ``available`` can be spent."""

    code: str
    currency: str
    balance: str
    pending: str
    available: str


class AccountsOut(BaseModel):
    """Your organisation's accounts."""

    accounts: list[AccountOut]


class LineOut(BaseModel):
    """A transfer as your account sees it."""

    id: str
    at: datetime
    code: str
    change: str
    balance: str
    subject: str | None


class StatementOut(BaseModel):
    """Transfers on your account, oldest first."""

    currency: str
    opening: str
    closing: str
    transfers: list[LineOut]


class MoneyIn(Sent):
    """Money that came in or went out; the same reference counts once."""

    organisation: str = Field(max_length=60)
    amount: str = Field(max_length=60, examples=["1250.00 EUR"])
    reference: str = Field(min_length=1, max_length=100)


class FeesIn(Sent):
    """Earned fees to collect; the same reference counts once."""

    amount: str = Field(max_length=60, examples=["125.00 EUR"])
    reference: str = Field(min_length=1, max_length=100)


class BalanceOut(BaseModel):
    """What the organisation has now."""

    organisation: str
    balance: str


class InvoiceOut(BaseModel):
    """An invoice in two forms."""

    csv: str
    html: str


@router.get("/ledger/accounts", tags=["settle"])
def accounts(acting: ActingDep) -> AccountsOut:
    """Your organisation's accounts and balances."""
    with acting.reading(Scope.READ) as session:
        found = settlement.accounts(session, parties.acting_organisation(session))
        return AccountsOut(accounts=[_account(a) for a in found])


@router.get("/ledger/transfers", tags=["settle"])
def transfers(
    acting: ActingDep,
    currency: Annotated[str | None, Query(min_length=3, max_length=3)] = None,
    since: Moment | None = None,
    until: Moment | None = None,
) -> StatementOut:
    """What changed your organisation's available balance."""
    with acting.reading(Scope.READ) as session:
        chosen = currency or session.settings.currency
        acting_id, begin = parties.acting_organisation(session), since or datetime(2000, 1, 1, tzinfo=UTC)
        found = settlement.statement(session, acting_id, _aware(begin), _aware(until or session.now), currency=chosen)
        lines = [
            LineOut(id=t.transfer_id, at=t.at, code=t.code, change=str(t.change), balance=str(t.balance), subject=t.subject_id)
            for t in found.lines
        ]
        return StatementOut(currency=chosen, opening=str(found.opening), closing=str(found.closing), transfers=lines)


@router.get("/agreements/{agreement_id}/invoice", tags=["settle"])
def invoice(
    acting: ActingDep,
    agreement_id: AgreementId,
    period: Annotated[int, Query(ge=1, le=10_000)] = 1,
    language: Annotated[str, Query(max_length=2)] = "en",
) -> InvoiceOut:
    """The invoice of a paid agreement, as CSV and as a page."""
    with acting.reading(Scope.READ) as session:
        made = flows.invoice(session, agreement_id, period=period)
        return InvoiceOut(csv=settlement.invoice_csv(made), html=settlement.invoice_html(made, language="zh" if language == "zh" else "en"))


@router.post("/ledger/deposits", status_code=201, tags=["operate"])
def deposit(acting: ActingDep, body: MoneyIn) -> BalanceOut:
    """Record money that an organisation paid in (operators)."""
    return _move(acting, body, settlement.deposit)


@router.post("/ledger/payouts", status_code=201, tags=["operate"])
def payout(acting: ActingDep, body: MoneyIn) -> BalanceOut:
    """Record money that was paid out to an organisation (operators)."""
    return _move(acting, body, settlement.payout)


@router.post("/ledger/fee-collections", status_code=201, tags=["operate"])
def collect_fees(acting: ActingDep, body: FeesIn) -> BalanceOut:
    """Move earned fees to the exchange's own available balance, from where they can be paid out (operators)."""
    with acting.writing(Scope.PAY) as session:
        amount = parse_money(body.amount)
        settlement.collect_fees(session, amount, body.reference)
        own = parties.exchange_organisation(session).id
        return BalanceOut(organisation=own, balance=str(settlement.balance(session, own, amount.currency).available))


@router.get("/doctor", tags=["operate"])
def doctor(acting: ActingDep) -> dict[str, Any]:
    """Run the laws of the books, and name what is wrong and what to do (operators, regulators)."""
    with acting.reading(Scope.ADMIN) as session:
        parties.require_role(session, Role.OPERATOR, Role.REGULATOR)
    return flows.examine(acting.exchange).as_dict()


def _account(found: settlement.Account) -> AccountOut:
    balance = Money(found.credits_posted - found.debits_posted, found.currency)
    pending = Money(found.debits_pending, found.currency)
    return AccountOut(
        code=found.code, currency=found.currency, balance=str(balance), pending=str(pending), available=str(balance - pending)
    )


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _move(acting: ActingDep, body: MoneyIn, verb: Any) -> BalanceOut:
    with acting.writing(Scope.PAY) as session:
        amount = parse_money(body.amount)
        organisation = parties.get(session, body.organisation)
        verb(session, organisation.id, amount, body.reference)
        return BalanceOut(
            organisation=organisation.id, balance=str(settlement.balance(session, organisation.id, amount.currency).available)
        )
