"""Ask to use a listing, for one purpose and by one way of delivery."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from entrepot import catalogue, flows, parties, pricing
from entrepot.kit import EntrepotError, Invalid, NotFound, new_id
from entrepot.pricing.model import Plan, Price
from entrepot.web.prices import read_amount
from entrepot.web.view import redirect, render
from entrepot.web.visits import exchange, form, visit

FIELDS = ("once", "purpose", "method", "territory", "message", "amount")


def page(request: Request) -> Response:
    """Choose purpose, territory and delivery; ask at the published price, or name another."""
    visit(request).require_login()
    with exchange(request).reading(visit(request).actor) as session:
        listing = catalogue.get(session, request.path_params["listing"])
        manifest = catalogue.current_version(session, listing.id).manifest
        owner = parties.get(session, listing.organisation_id)
    values: dict[str, Any] = {
        "listing": listing, "manifest": manifest, "owner": owner, "quote": pricing.quote(manifest.price), "methods": flows.methods_of(manifest),
        "purposes": sorted(manifest.terms.permitted_purposes), "all_purposes": sorted(manifest.terms.allowed_purposes()),
    }  # fmt: skip
    if request.method != "POST":
        # One page, one request: sending it twice finds the first.
        fresh = dict.fromkeys(FIELDS, "") | {"once": new_id("req"), "method": flows.methods_of(manifest)[0]}
        return render(request, "request", **values, sent=fresh)
    sent = form(request)
    shown = {name: sent.text(name) for name in FIELDS}
    try:
        price = _price(shown["amount"], manifest.price)
        with exchange(request).session(visit(request).actor) as session:
            made = flows.request(
                session, listing.id, purpose=shown["purpose"], method=shown["method"], territory=shown["territory"].upper() or None,
                price=price, message=shown["message"], idempotency_key=shown["once"][:60] or None,
            )  # fmt: skip
    except NotFound:
        raise
    except EntrepotError as error:
        return render(request, "request", error.status, **values, sent=shown, error=error)
    return redirect(request, f"/negotiations/{made.id}", note="requested")


def _price(amount: str, published: Price) -> Price | None:
    if not amount:
        return None
    if published.plan not in (Plan.FLAT, Plan.MONTHLY):
        raise Invalid("Another price can be named for a single or a monthly payment only.", "Leave the field empty.", field="amount")
    return Price(plan=published.plan, amount=read_amount(amount, published.currency))
