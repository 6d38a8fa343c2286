"""Invoices: what a released escrow was paid for, as a value and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from entrepot import parties
from entrepot.kit import Conflict, Money, NotFound, rfc3339
from entrepot.runtime import Role, Session
from entrepot.settlement import repository
from entrepot.settlement.escrow import escrow
from entrepot.settlement.model import EscrowState, Transfer, TransferCode
from entrepot.settlement.statement import decimal, plain_cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A name on an invoice."""

    id: str
    name: str
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """What a buyer paid for one period of an agreement. Tax is not computed: the parties state it on their own papers.

    Attributes:
        total: What the buyer paid.
        fee: The platform's part of it, for the sole seller and operators; None for other readers.
        net: What reached the reading seller, or all sellers for operators; None for the buyer.
    """

    number: str
    agreement_id: str
    period: int
    issued_at: datetime
    description: str
    buyer: Party
    sellers: tuple[Party, ...]
    total: Money
    fee: Money | None
    net: Money | None


def invoice(session: Session, agreement_id: str, *, period: int = 1, description: str = "") -> Invoice:
    """The invoice of a released escrow, as the acting party may see it.

    Args:
        description: What was sold, such as the listing's title; the ledger does not know.

    Raises:
        NotFound: There is no such escrow, or the actor is neither its buyer nor one of its sellers.
        Conflict: Nothing has been released yet.
    """
    paid = escrow(session, agreement_id, period=period)
    sales = [
        t for t in repository.about(session.db, agreement_id) if t.memo == str(period) and t.code in (TransferCode.SALE, TransferCode.FEE)
    ]
    received = _received(session, [t for t in sales if t.code == TransferCode.SALE])
    _require_party(session, {paid.buyer_id, *received})
    if paid.state is not EscrowState.RELEASED or paid.resolved_at is None:
        raise Conflict(f"The escrow of {agreement_id} is {paid.state.value}, so nothing has been paid.", "Wait until it is released.")
    fee = sum(t.amount or 0 for t in sales if t.code == TransferCode.FEE)
    shown_fee, shown_net = _seller_view(session, received, fee)
    currency = paid.amount.currency
    return Invoice(
        number=f"INV-{agreement_id}-{period}", agreement_id=agreement_id, period=period, issued_at=paid.resolved_at, description=description,
        buyer=_party(session, paid.buyer_id), sellers=tuple(_party(session, id_) for id_ in received), total=paid.released,
        fee=None if shown_fee is None else Money(shown_fee, currency), net=None if shown_net is None else Money(shown_net, currency),
    )  # fmt: skip


def invoice_csv(invoice: Invoice) -> str:
    """The invoice as CSV (RFC 4180) that no spreadsheet takes for a formula; amounts in major units."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["number", "issued_at", "agreement", "period", "seller", "buyer", "description", "total", "fee", "net", "currency"])
    texts = [invoice.number, rfc3339(invoice.issued_at), invoice.agreement_id, str(invoice.period)]
    texts += ["; ".join(party.name for party in invoice.sellers), invoice.buyer.name, invoice.description]
    amounts = ["" if money is None else decimal(money) for money in (invoice.total, invoice.fee, invoice.net)]
    writer.writerow([*map(plain_cell, texts), *amounts, invoice.total.currency])
    return out.getvalue()


def _received(session: Session, sales: Sequence[Transfer]) -> dict[str, int]:
    amounts: dict[str, int] = {}
    for sale in sales:
        account = repository.find_account(session.db, sale.credit_account_id)
        assert account is not None
        amounts[account.organisation_id] = amounts.get(account.organisation_id, 0) + (sale.amount or 0)
    return amounts


def _require_party(session: Session, organisation_ids: set[str]) -> None:
    if not session.actor.has_role(Role.OPERATOR) and not any(parties.is_self(session, id_) for id_ in organisation_ids):
        raise NotFound("There is no such thing here.", "Check the id, and that you act for the right organisation.")


def _seller_view(session: Session, received: dict[str, int], fee: int) -> tuple[int | None, int | None]:
    if session.actor.has_role(Role.OPERATOR, Role.SYSTEM):
        return fee, sum(received.values())
    own = received.get(session.actor.organisation_id or "")
    return (fee if own is not None and len(received) == 1 else None), own


def _party(session: Session, organisation_id: str) -> Party:
    found = parties.get(session, organisation_id)
    return Party(id=found.id, name=found.name, country=found.country)
