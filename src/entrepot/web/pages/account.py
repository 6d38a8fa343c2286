"""Who one is here: the organisations one acts for, and invitations into them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from entrepot import parties
from entrepot.kit import EntrepotError
from entrepot.runtime import Role
from entrepot.web.view import redirect, render
from entrepot.web.visits import exchange, form, visit


def page(request: Request) -> Response:
    """Choose for whom to act, and invite others."""
    visit(request).require_login()
    if request.method != "POST":
        return _show(request)
    sent = form(request)
    if sent.text("do") == "choose":
        with exchange(request).session(visit(request).actor) as session:
            parties.choose_organisation(session, visit(request).token, sent.text("organisation"))
        return redirect(request, "/account", note="organisation")
    if sent.text("do") == "remove":
        return _remove(request)
    try:
        token = _invite(request)
    except EntrepotError as error:
        return _show(request, error.status, email=sent.text("email"), error=error)
    address = f"{exchange(request).settings.public_url}/join/{token}"
    return _show(request, 201, email=sent.text("email"), link=address)


def _remove(request: Request) -> Response:
    try:
        with exchange(request).session(visit(request).actor) as session:
            parties.remove_member(session, parties.acting_organisation(session), form(request).text("person"))
    except EntrepotError as error:
        return _show(request, error.status, error=error)
    return redirect(request, "/account", note="removed")


def _show(request: Request, status: int = 200, *, email: str = "", link: str = "", error: EntrepotError | None = None) -> Response:
    choices = [(one.id, one.name) for one in visit(request).memberships]
    with exchange(request).reading(actor := visit(request).actor) as session:
        members = parties.members(session, actor.organisation_id) if actor.organisation_id else []
    return render(request, "account", status, email=email, link=link, error=error, choices=choices, members=members)


def _invite(request: Request) -> str:
    sent, actor = form(request), visit(request).actor
    known = [role for role in sent.texts("role") if role in list(Role)]
    with exchange(request).session(actor) as session:
        return parties.invite(
            session, sent.text("email"), organisation_id=actor.organisation_id, roles=frozenset(Role(role) for role in known)
        )
