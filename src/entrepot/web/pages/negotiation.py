"""One negotiation: what is on the table, whose turn it is, and until when; sign, answer or end it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from entrepot import catalogue, flows, parties, pricing, settlement, trades
from entrepot.kit import EntrepotError, Invalid, NotFound, new_id
from entrepot.pricing.model import Plan, Price
from entrepot.runtime import Session
from entrepot.trades import Offer
from entrepot.web.forms import Form
from entrepot.web.prices import read_amount
from entrepot.web.view import redirect, render
from entrepot.web.visits import exchange, form, visit


def page(request: Request) -> Response:
    """Read the offers; the party whose turn it is signs, answers or declines."""
    visit(request).require_login()
    negotiation_id = request.path_params["negotiation"]
    if request.method != "POST":
        return _show(request, negotiation_id)
    sent = form(request)
    try:
        with exchange(request).session(visit(request).actor) as session:
            address, note = _act(session, negotiation_id, sent)
    except NotFound:
        raise
    except EntrepotError as error:
        return _show(request, negotiation_id, error.status, error=error, sent=sent)
    return redirect(request, address, note=note)


def _act(session: Session, negotiation_id: str, sent: Form) -> tuple[str, str]:
    here = f"/negotiations/{negotiation_id}"
    once = sent.text("once")[:60] or None
    match sent.text("do"):
        case "sign":
            agreement = flows.accept(session, negotiation_id, offer_id=sent.text("offer"), idempotency_key=once)
            return f"/agreements/{agreement.id}", "signed"
        case "answer":
            on_table = trades.offer_on_table(session, negotiation_id)
            flows.offer(session, negotiation_id, message=sent.text("message"), idempotency_key=once, price=_price(sent, on_table))
            return here, "answered"
        case "decline":
            trades.decline(session, negotiation_id, reason=sent.text("reason"))
            return here, "declined"
        case "withdraw":
            trades.withdraw(session, negotiation_id, reason=sent.text("reason"))
            return here, "withdrawn"
    raise Invalid("This form asks for nothing that can be done here.", "Load the page again.")


def _price(sent: Form, on_table: Offer) -> Price | None:
    if not sent.text("amount") or on_table.price.plan not in (Plan.FLAT, Plan.MONTHLY):
        return None
    return Price(plan=on_table.price.plan, amount=read_amount(sent.text("amount"), on_table.price.currency))


def _show(
    request: Request, negotiation_id: str, status: int = 200, *, error: EntrepotError | None = None, sent: Form | None = None
) -> Response:
    with exchange(request).reading(visit(request).actor) as session:
        negotiation = trades.get_negotiation(session, negotiation_id)
        offers = trades.offers_of(session, negotiation.id)
        on_table = trades.offer_on_table(session, negotiation.id)
        held = pricing.quote(on_table.price).escrow
        is_buyer = parties.is_self(session, negotiation.buyer_id)
        values: dict[str, Any] = {
            "manifest": catalogue.agreed_version(session, negotiation.version_id).manifest,
            "owner": parties.get(session, negotiation.owner_id), "buyer": parties.get(session, negotiation.buyer_id),
            "agreement": trades.agreement_of(session, negotiation.id), "is_buyer": is_buyer,
            "my_turn": negotiation.turn_id == session.actor.organisation_id and session.now < negotiation.decide_by,
            "found": flows.ways.with_ways(
                flows.ways.refused(error, visit(request).language.code), flows.ways.of_negotiation(session, negotiation), visit(request).language.code
            ),
            "balance": settlement.balance(session, negotiation.buyer_id, held.currency) if is_buyer and held.amount else None,
        }  # fmt: skip
    return render(
        request, "negotiation", status, negotiation=negotiation, offers=offers, on_table=on_table, held=held, error=error,
        once=new_id("req"), sent=sent or Form(), **values,
    )  # fmt: skip
