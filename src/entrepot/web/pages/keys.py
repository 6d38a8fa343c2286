"""Keys for programs: make one, see them all, revoke one."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from entrepot import delivery, parties
from entrepot.kit import EntrepotError
from entrepot.runtime import Scope
from entrepot.web.view import redirect, render
from entrepot.web.visits import exchange, form, visit


def page(request: Request) -> Response:
    """The organisation's API keys; a new one's token is shown this once."""
    visit(request).require_login()
    if request.method != "POST":
        return _show(request)
    sent = form(request)
    if sent.text("do") == "revoke":
        with exchange(request).session(visit(request).actor) as session:
            parties.revoke_api_key(session, sent.text("key"))
        return redirect(request, "/keys", note="revoked")
    if sent.text("do") == "revoke-share":
        with exchange(request).session(visit(request).actor) as session:
            delivery.revoke_token(session, sent.text("key"))
        return redirect(request, "/keys", note="revoked")
    try:
        scopes = frozenset(Scope(scope) for scope in sent.texts("scope") if scope in list(Scope))
        with exchange(request).session(visit(request).actor) as session:
            _, token = parties.create_api_key(session, sent.text("name"), scopes=scopes, days=sent.number("days") or 90)
    except EntrepotError as error:
        return _show(request, error.status, error=error, name=sent.text("name"))
    return _show(request, 201, token=token)


def _show(request: Request, status: int = 200, *, token: str = "", name: str = "", error: EntrepotError | None = None) -> Response:
    with exchange(request).reading(visit(request).actor) as session:
        found, shares = parties.list_api_keys(session), delivery.list_tokens(session)
        public = list(parties.public_keys(session, visit(request).actor.organisation_id).values())
    now = exchange(request).clock.now()
    return render(
        request, "keys", status, keys=found, shares=shares, public=public, token=token, name=name, error=error, scopes=list(Scope), now=now
    )
