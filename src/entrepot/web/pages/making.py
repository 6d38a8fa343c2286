"""A release that is being made: how far it is, and the way to stop it."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from entrepot import flows
from entrepot.flows import Making, MakingState
from entrepot.web.forms import Form
from entrepot.web.view import redirect, render
from entrepot.web.visits import exchange, visit

NOTES = {"anonymise": "anonymised", "aggregate": "aggregated"}


def page(request: Request) -> Response:
    """The step and its share; when it is over, on to the release, or back to the form with what stood in the way."""
    visit(request).require_login()
    actor, making_id = visit(request).actor, request.path_params["making"]
    if request.method == "POST":
        with exchange(request).session(actor) as session:
            flows.cancel_making(session, making_id)
    with exchange(request).reading(actor) as session:
        making = flows.get_making(session, making_id)
        upload, left = flows.get_upload(session, making.upload_id), making.seconds_left(session.now)
    if not making.is_open:
        return after(request, making)
    return render(request, "making", making=making, upload=upload, left=None if left is None else timedelta(seconds=max(1, round(left))))


def after(request: Request, making: Making) -> Response:
    """Where an order leads: to its release, to the form that sent it, or to the page that watches it."""
    listing_id = Form(fields=dict(making.sent)).text("listing")
    query = {"listing": listing_id} if listing_id else {}
    if making.is_open:
        return redirect(request, f"/makings/{making.id}")
    if making.state is MakingState.DONE:
        return redirect(request, _address(f"/publish/{making.made_id}", query), note=NOTES[making.kind])
    note = "not_made" if making.state is MakingState.CANCELLED else ""
    return redirect(request, _address(f"/publish/{making.upload_id}/{making.kind}", query | {"again": making.id}), note=note)


def _address(path: str, query: dict[str, str]) -> str:
    return f"{path}?{urlencode(query)}" if query else path
