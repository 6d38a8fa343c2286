"""One agreement: what was signed, the delivery, the money, the receipts; take delivery, accept, pay back or end it."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from entrepot import catalogue, delivery, flows, parties, proof, trades
from entrepot.delivery.lookups import Lookup
from entrepot.kit import EntrepotError, Invalid, NotFound, digest
from entrepot.settlement import EscrowState
from entrepot.web.forms import Form
from entrepot.web.pages import asking
from entrepot.web.view import redirect, render
from entrepot.web.visits import exchange, form, visit


def page(request: Request) -> Response:
    """Everything about one agreement, for its two parties."""
    visit(request).require_login()
    agreement_id = request.path_params["agreement"]
    if request.method != "POST":
        return _show(request, agreement_id)
    try:
        return _act(request, agreement_id)
    except NotFound:
        raise
    except EntrepotError as error:
        return _show(request, agreement_id, error.status, error=error)


def document(request: Request) -> Response:
    """The signed agreement itself, as JWS in General JSON, for anyone of the parties to keep."""
    visit(request).require_login()
    with exchange(request).reading(visit(request).actor) as session:
        agreement = trades.get(session, request.path_params["agreement"])
    return attachment(f"{agreement.id}.json", json.dumps(agreement.jws, indent=2) + "\n", "application/jose+json")


def attachment(name: str, text: str, media_type: str) -> Response:
    """A file to keep."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(text, media_type=media_type, headers=headers)


def _act(request: Request, agreement_id: str) -> Response:
    sent, actor, here = form(request), visit(request).actor, f"/agreements/{agreement_id}"
    reason = sent.text("reason")
    match sent.text("do"):
        case "deliver":
            return _show(request, agreement_id, delivered=flows.deliver(exchange(request), actor, agreement_id))
        case "profile":
            return _profile(request, agreement_id)
        case "ask":
            return _show(request, agreement_id, answered=asking.ask(request, agreement_id))
        case "accept":
            with exchange(request).session(actor) as session:
                flows.accept_delivery(session, agreement_id)
            return redirect(request, here, note="accepted")
        case "refund":
            with exchange(request).session(actor) as session:
                flows.refund(session, agreement_id, reason=reason)
            return redirect(request, here, note="refunded")
        case "payout":
            with exchange(request).session(actor) as session:
                flows.pay_out_held(session, agreement_id, reason=reason)
            return redirect(request, here, note="paid")
        case "suspend":
            with exchange(request).session(actor) as session:
                trades.move(session, agreement_id, trades.AgreementState.SUSPENDED, reason)
            return redirect(request, here, note="suspended")
        case "resume":
            with exchange(request).session(actor) as session:
                flows.resume(session, agreement_id)
            return redirect(request, here, note="resumed")
        case "terminate":
            with exchange(request).session(actor) as session:
                flows.terminate(session, agreement_id, reason=reason)
            return redirect(request, here, note="terminated")
    raise Invalid("This form asks for nothing that can be done here.", "Load the page again.")


def _profile(request: Request, agreement_id: str) -> Response:
    with exchange(request).session(visit(request).actor) as session:
        trades.get(session, agreement_id)
        profile = flows.share_profile(session)
    return attachment("entrepot.share", json.dumps(profile, indent=2) + "\n", "application/json")


def _show(
    request: Request,
    agreement_id: str,
    status: int = 200,
    *,
    error: EntrepotError | None = None,
    delivered: flows.Delivered | None = None,
    answered: Lookup | None = None,
) -> Response:
    with exchange(request).reading(visit(request).actor) as session:
        agreement = trades.get(session, agreement_id)
        values: dict[str, Any] = {
            "manifest": catalogue.agreed_version(session, agreement.version_id).manifest,
            "owner": parties.get(session, agreement.owner_id), "buyer": parties.get(session, agreement.buyer_id),
            "is_buyer": parties.is_self(session, agreement.buyer_id), "is_owner": parties.is_self(session, agreement.owner_id),
            "found": flows.ways.with_ways(
                flows.ways.refused(error, visit(request).language.code), flows.ways.of_agreement(session, agreement), visit(request).language.code
            ),
            "parcels": delivery.parcels_of(session, agreement.id), "entries": proof.history(session, agreement.id),
            "escrows": flows.escrows(session, agreement.id), "history": trades.history(session, agreement.id),
            "usage": delivery.usage(session, agreement.id), "is_open": agreement.state in trades.OPEN,
            "asking": asking.shown(session, agreement, form(request) if error else Form()), "answered": answered,
        }  # fmt: skip
    values["held"] = next((one for one in values["escrows"] if one.state is EscrowState.HELD), None)
    with exchange(request).reading(visit(request).actor) as session:
        values["undecided"] = flows.awaits_decision(session, agreement)
    base = exchange(request).settings.public_url.rstrip("/")
    return render(
        request, "agreement", status, agreement=agreement, fingerprint=digest(agreement.jws), error=error, delivered=delivered, base=base,
        **values,
    )  # fmt: skip
