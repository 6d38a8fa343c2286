"""A one-time link: join an organisation, or set a new password."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from entrepot import parties
from entrepot.kit import EntrepotError, Invalid, NotFound
from entrepot.web.pages.login import sign_in
from entrepot.web.view import redirect, render
from entrepot.web.visits import exchange, form, visit


def page(request: Request) -> Response:
    """Say what the link is for; take a password and sign in."""
    token = request.path_params["token"]
    with exchange(request).reading() as session:
        link = parties.open_link(session, token)
        organisation = parties.get(session, link.organisation_id) if link.organisation_id else None
    values: dict[str, Any] = {"link": link, "joining": organisation, "name": ""}
    if request.method != "POST":
        return render(request, "join", **values)
    sent = form(request)
    values["name"] = sent.text("name")
    try:
        if sent.secret("password") != sent.secret("again"):
            raise Invalid("The two passwords are different.", "Type the same password twice.", field="again")
        language = visit(request).language.code
        with exchange(request).session() as session:
            found = parties.use_link(session, token, password=sent.secret("password"), name=sent.text("name"), language=language)
        # A wrong password is returned, so that the session commits that it was tried.
        if not isinstance(found, parties.Login):
            raise found
    except NotFound:
        raise
    except EntrepotError as error:
        return render(request, "join", error.status, **values | {"error": error})
    sign_in(request, found)
    return redirect(request, "/", note="welcome")
