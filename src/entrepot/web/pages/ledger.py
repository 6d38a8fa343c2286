"""The books of one's own organisation: balances, what moved and why, invoices."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from entrepot import catalogue, parties, settlement, trades
from entrepot.kit import Invalid, NotFound
from entrepot.runtime import Session
from entrepot.settlement import AccountCode, Invoice, Statement
from entrepot.web.pages.agreement import attachment
from entrepot.web.view import render
from entrepot.web.visits import exchange, visit


def page(request: Request) -> Response:
    """Every account with its balance, and the statement of one currency."""
    visit(request).require_login()
    with exchange(request).reading(visit(request).actor) as session:
        mine = parties.acting_organisation(session)
        currencies = sorted({a.currency for a in settlement.accounts(session, mine)} | {session.settings.currency})
        balances = [settlement.balance(session, mine, currency) for currency in currencies]
        shown = _statement(request, session, currencies)
    return render(request, "ledger", balances=balances, statement=shown, currency=shown.opening.currency, currencies=currencies, mine=mine)


def statement_file(request: Request) -> Response:
    """The statement as CSV."""
    visit(request).require_login()
    with exchange(request).reading(visit(request).actor) as session:
        currencies = [account.currency for account in settlement.accounts(session, parties.acting_organisation(session))]
        shown = _statement(request, session, currencies or [session.settings.currency])
    name = f"statement-{shown.opening.currency}-{shown.since:%Y%m%d}-{shown.until:%Y%m%d}.csv"
    return attachment(name, settlement.statement_csv(shown), "text/csv; charset=utf-8")


def invoice(request: Request) -> Response:
    """The invoice of one paid period of an agreement, to be printed."""
    visit(request).require_login()
    found, agreement_id = _invoice(request)
    return render(request, "invoice", invoice=found, agreement_id=agreement_id)


def invoice_file(request: Request) -> Response:
    """The invoice as CSV."""
    visit(request).require_login()
    found, _ = _invoice(request)
    return attachment(f"{found.number}.csv", settlement.invoice_csv(found), "text/csv; charset=utf-8")


def _invoice(request: Request) -> tuple[Invoice, str]:
    period = request.path_params["period"]
    if not period.isascii() or not period.isdigit() or len(period) > 6:
        raise NotFound("There is no such invoice.", "Start from the agreement.")
    with exchange(request).reading(visit(request).actor) as session:
        agreement = trades.get(session, request.path_params["agreement"])
        titles = catalogue.agreed_version(session, agreement.version_id).manifest.titles
        title = titles.get(visit(request).language.code) or titles.get("en") or next(iter(titles.values()), "")
        return settlement.invoice(session, agreement.id, period=int(period), description=title), agreement.id


def _statement(request: Request, session: Session, currencies: list[str]) -> Statement:
    query: Any = request.query_params
    currency = query.get("currency", "")
    if currency not in currencies:
        currency = session.settings.currency if session.settings.currency in currencies else currencies[0]
    since = _day(query.get("since", ""), session.now - timedelta(days=90))
    until = _day(query.get("until", ""), session.now) + timedelta(days=1)
    account = AccountCode.AVAILABLE
    return settlement.statement(session, parties.acting_organisation(session), since, until, currency=currency, account=account)


def _day(text: str, default: datetime) -> datetime:
    if not text:
        return default.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise Invalid(f"{text[:20]!r} is not a day.", "Write it like 2026-11-21.") from None
