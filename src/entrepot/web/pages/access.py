"""Government access: ask, decide, look; the parties read what was asked about them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from entrepot import notices
from entrepot.kit import EntrepotError, Invalid, NotFound
from entrepot.notices import Ask, Fact
from entrepot.runtime import Role
from entrepot.web.forms import Form
from entrepot.web.view import redirect, render
from entrepot.web.visits import exchange, form, visit


def page(request: Request) -> Response:
    """Requests one may see; regulators ask here."""
    visit(request).require_login()
    if request.method != "POST":
        return _list(request)
    try:
        with exchange(request).session(visit(request).actor) as session:
            made = notices.ask_access(session, _ask(form(request)))
    except EntrepotError as error:
        return _list(request, error.status, error=error, sent=form(request))
    return redirect(request, f"/access/{made.id}", note="asked")


def one(request: Request) -> Response:
    """One request: its basis, scope and end; the operator decides on it, and its authority looks."""
    visit(request).require_login()
    access_id = request.path_params["access"]
    if request.method != "POST":
        return _show(request, access_id)
    sent = form(request)
    try:
        match sent.text("do"):
            case "approve" | "refuse" as word:
                with exchange(request).session(visit(request).actor) as session:
                    notices.decide_access(session, access_id, approve=word == "approve", reason=sent.text("reason"))
                return redirect(request, f"/access/{access_id}", note="decided")
            case "look":
                with exchange(request).session(visit(request).actor) as session:
                    answer = notices.look(session, access_id)
                return _show(request, access_id, answer=json.dumps(answer, ensure_ascii=False, indent=2))
        raise Invalid("This form asks for nothing that can be done here.", "Load the page again.")
    except NotFound:
        raise
    except EntrepotError as error:
        return _show(request, access_id, error.status, error=error)


def _list(request: Request, status: int = 200, *, error: EntrepotError | None = None, sent: Form | None = None) -> Response:
    with exchange(request).reading(visit(request).actor) as session:
        found, now = notices.list_access(session), session.now
    soon = {"since": now - timedelta(days=30), "until": now, "expires": now + timedelta(days=14)}
    values = {name: f"{moment:%Y-%m-%d}" for name, moment in soon.items()}
    may_ask = visit(request).actor.has_role(Role.REGULATOR)
    return render(request, "access", status, error=error, sent=sent or Form(), found=found, may_ask=may_ask, facts=list(Fact), days=values)


def _show(request: Request, access_id: str, status: int = 200, *, error: EntrepotError | None = None, answer: str = "") -> Response:
    with exchange(request).reading(visit(request).actor) as session:
        found = notices.get_access(session, access_id)
        values: dict[str, Any] = {
            "may_decide": session.actor.has_role(Role.OPERATOR) and found.state is notices.AccessState.REQUESTED,
            "may_look": session.actor.organisation_id == found.issuer_id and found.is_open_at(session.now),
        }
    return render(request, "access_one", status, error=error, found=found, answer=answer, **values)


def _ask(sent: Form) -> Ask:
    known = set(Fact)
    return Ask(
        legal_basis=sent.text("basis"), facts=tuple(Fact(one) for one in sent.texts("fact") if one in known), subject_id=sent.text("subject"),
        since=_moment(sent, "since"), until=_moment(sent, "until"), expires_at=_moment(sent, "expires"), security=sent.text("security"),
        secrecy=sent.text("secrecy"), secret_until=_moment(sent, "secret_until") if sent.text("secret_until") else None,
    )  # fmt: skip


def _moment(sent: Form, name: str) -> datetime:
    try:
        found = datetime.fromisoformat(sent.text(name))
    except ValueError:
        raise Invalid(f"{sent.text(name)[:30]!r} is no date.", "Write it like 2026-11-27.", field=name) from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found
