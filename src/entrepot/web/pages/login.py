"""Sign in and out."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from entrepot import parties
from entrepot.web.view import local_path, redirect, render
from entrepot.web.visits import CSRF_COOKIE, SESSION_COOKIE, exchange, form, visit


def page(request: Request) -> Response:
    """Sign in, then go back to where one came from."""
    back = local_path(request.query_params.get("back", "/"))
    if request.method != "POST":
        return render(request, "login", back=back, email="")
    sent = form(request)
    with exchange(request).reading() as session:
        attempt = parties.try_password(session, sent.text("email"), sent.secret("password"))
    with exchange(request).session() as session:
        found = parties.finish_login(session, attempt)
    if not isinstance(found, parties.Login):
        return render(request, "login", found.status, back=back, email=sent.text("email"), error=found)
    sign_in(request, found)
    return redirect(request, local_path(sent.text("back")), note="welcome")


def leave(request: Request) -> Response:
    """End the login of this browser."""
    with exchange(request).session() as session:
        parties.logout(session, visit(request).token)
    visit(request).cookies[SESSION_COOKIE] = ""
    return redirect(request, "/", note="left")


def sign_in(request: Request, login: parties.Login) -> None:
    """Give the browser the cookie of a new login; forms carry the login's own token from now on."""
    visit(request).cookies |= {SESSION_COOKIE: login.token, CSRF_COOKIE: ""}
