"""Complaints without a name: send one, read its answer with the receipt code, add to it; the operator answers."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from entrepot import notices
from entrepot.kit import EntrepotError, Invalid, NotFound
from entrepot.notices import About
from entrepot.web.forms import Form
from entrepot.web.view import redirect, render
from entrepot.web.visits import exchange, form, visit


def page(request: Request) -> Response:
    """The form, for everybody; with a receipt code, what was written. Who is signed in makes no difference and is not kept."""
    if request.method != "POST":
        return _show(request)
    sent = form(request)
    try:
        return _act(request, sent)
    except EntrepotError as error:
        return _show(request, error.status, error=error, sent=sent)


def one(request: Request) -> Response:
    """One complaint, for the operator, who answers it or serves a notice."""
    visit(request).require_login()
    complaint_id = request.path_params["complaint"]
    error: EntrepotError | None = None
    if request.method == "POST":
        sent = form(request)
        try:
            with exchange(request).session(visit(request).actor) as session:
                notices.answer_complaint(session, complaint_id, sent.text("text"), close=sent.flag("close"))
            return redirect(request, f"/complaints/{complaint_id}", note="complaint_answered")
        except NotFound:
            raise
        except EntrepotError as refused:
            error = refused
    with exchange(request).reading(visit(request).actor) as session:
        found = notices.get_complaint(session, complaint_id)
        said = notices.messages(session, found.id)
    return render(request, "complaint", error.status if error else 200, error=error, found=found, said=said)


def refusals(request: Request) -> Response:
    """How often uses that nobody may have were refused, for everybody."""
    with exchange(request).reading() as session:
        found, sums = notices.list_refusals(session), notices.totals(session)
    kinds, gates = list(notices.Prohibited), list(notices.Gate)
    rows = [(kind, [sums.get((kind, gate), 0) for gate in gates]) for kind in kinds]
    return render(request, "refusals", rows=rows, gates=gates, days=found[:100])


def _act(request: Request, sent: Form) -> Response:
    code = sent.secret("code").strip()
    match sent.text("do"):
        case "send":
            if sent.text("about") not in set(About):
                raise Invalid("The complaint does not say what it is about.", "Choose one of the list.")
            with exchange(request).session() as session:
                _, code = notices.complain(session, About(sent.text("about")), sent.text("text"), listing_id=sent.text("listing"))
            return _show(request, 201, fresh=code)
        case "read":
            return _show(request, code=code)
        case "add":
            with exchange(request).session() as session:
                notices.add_to_complaint(session, code, sent.text("more"))
            return _show(request, code=code)
    raise Invalid("This form asks for nothing that can be done here.", "Load the page again.")


def _show(
    request: Request, status: int = 200, *, error: EntrepotError | None = None, sent: Form | None = None, fresh: str = "", code: str = ""
) -> Response:
    values: dict[str, Any] = {"found": None, "said": [], "waiting": []}
    if code:
        with exchange(request).reading() as session:
            values["found"], values["said"] = notices.read_complaint(session, code)
    if visit(request).is_operator:
        with exchange(request).reading(visit(request).actor) as session:
            values["waiting"] = notices.list_complaints(session)
    listing = request.query_params.get("listing", "")[:60]
    return render(request, "complaints", status, error=error, sent=sent or Form(), fresh=fresh, code=code, listing=listing, **values)
