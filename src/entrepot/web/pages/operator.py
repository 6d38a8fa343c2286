"""What whoever runs the exchange has to see: organisations, reviews, money in and out, jobs, and the doctor's findings."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from entrepot import catalogue, compliance, consent, delivery, flows, jobs, parties, settlement, trades
from entrepot.kit import EntrepotError, Invalid, Money
from entrepot.runtime import SYSTEM, Role, Session
from entrepot.web.forms import Form
from entrepot.web.prices import read_amount
from entrepot.web.view import redirect, render
from entrepot.web.visits import exchange, form, visit

GIVEN = (Role.OWNER, Role.BUYER, Role.REGULATOR)


def page(request: Request) -> Response:
    """The overview; forms on it review listings, book money, add organisations and make links."""
    visit(request).require_operator()
    if request.method != "POST":
        return _show(request)
    sent = form(request)
    try:
        with exchange(request).session(visit(request).actor) as session:
            link = _act(session, sent)
    except EntrepotError as error:
        return _show(request, error.status, error=error, sent=sent)
    if link:
        return _show(request, 201, link=f"{exchange(request).settings.public_url}/join/{link}")
    return redirect(request, "/operator", note="saved")


def examination(request: Request) -> Response:
    """The doctor's findings, law by law."""
    visit(request).require_operator()
    return render(request, "doctor", examination=flows.examine(exchange(request)))


def _act(session: Session, sent: Form) -> str:
    match sent.text("do"):
        case "approve":
            flows.approve_listing(session, sent.text("listing"))
        case "reject":
            catalogue.reject(session, sent.text("listing"), reason=sent.text("reason"))
        case "deposit" | "payout" as verb:
            amount = read_amount(sent.text("amount"), sent.text("currency").upper() or session.settings.currency)
            book = settlement.deposit if verb == "deposit" else settlement.payout
            book(session, sent.text("organisation"), amount, sent.text("reference"))
        case "fees":
            amount = read_amount(sent.text("amount"), sent.text("currency").upper() or session.settings.currency)
            settlement.collect_fees(session, amount, sent.text("reference"))
        case "let_pass":
            flows.approve_ruling(session, sent.text("ruling"), reason=sent.text("reason"))
        case "refuse":
            compliance.refuse(session, sent.text("ruling"), reason=sent.text("reason"))
        case "organisation":
            roles = frozenset(Role(role) for role in sent.texts("role") if role in GIVEN)
            made = parties.create_organisation(session, sent.text("name"), country=sent.text("country"), roles=roles)
            if sent.text("email"):
                return parties.invite(session, sent.text("email"), organisation_id=made.id, roles=roles)
        case "verify" | "doubt" as verb:
            flows.set_verified(session, sent.text("organisation"), verified=verb == "verify")
        case "reset":
            return parties.create_reset_link(session, sent.text("email"))
        case _:
            raise Invalid("This form asks for nothing that can be done here.", "Load the page again.")
    return ""


def _show(request: Request, status: int = 200, *, error: EntrepotError | None = None, sent: Form | None = None, link: str = "") -> Response:
    with exchange(request).reading(visit(request).actor) as session:
        organisations = parties.list_organisations(session)
        values: dict[str, Any] = {
            "organisations": organisations, "waiting": flows.waiting_listings(session), "rulings": [(one, flows.why_waiting(session, one, visit(request).language.code)) for one in flows.waiting_rulings(session)],
            "names": {one.id: one.name for one in organisations},
            "agreements": trades.list_agreements(session, everybody=True, limit=20),
            "choices": [(one.id, one.name) for one in organisations if not one.is_exchange],
            "fees": [
                Money(one.credits_posted - one.debits_posted, one.currency)
                for one in settlement.accounts(session, parties.exchange_organisation(session).id) if one.code is settlement.AccountCode.FEES
            ],
            "tries": delivery.tries.recent_tries(session),
            "overdue": consent.requests.overdue(session),
            "books": [(one, settlement.balance(session, one.id, session.settings.currency)) for one in organisations],
        }  # fmt: skip
    base = exchange(request).settings.currency
    with exchange(request).reading(SYSTEM) as session:
        stuck = jobs.stuck(session.db, now=session.now)
    return render(
        request, "operator", status, error=error, sent=sent or Form(), link=link, stuck=stuck, roles=GIVEN, base_currency=base, **values
    )
