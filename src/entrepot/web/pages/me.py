"""A person's own page, behind a personal link: who holds what, who used it, and one button to allow and one to stop."""

from __future__ import annotations

import json
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from entrepot import flows
from entrepot.consent.requests import RequestKind, basis_in
from entrepot.consent.tokens import Issued
from entrepot.flows import consent_questions, people
from entrepot.kit import EntrepotError, Invalid, NotFound
from entrepot.web.forms import Form
from entrepot.web.pages.agreement import attachment
from entrepot.web.view import redirect, render
from entrepot.web.visits import exchange, form, visit

SHORTER = (180, 90, 30)
"""Days that a person may choose instead of the longest time."""


def page(request: Request) -> Response:
    """What is held and used; allow, stop, or ask for something."""
    token = request.path_params["person"]
    if request.method != "POST":
        return _show(request, token)
    sent = form(request)
    try:
        if sent.text("do") == "token":
            return _show(request, token, issued=_token(request, token, sent))
        if sent.text("do") == "renew":
            with exchange(request).session() as session:
                return redirect(request, f"/me/{people.renew_as_person(session, token)}", note="renewed")
        note = _do(request, token, sent)
    except NotFound:
        raise
    except EntrepotError as error:
        return _show(request, token, error)
    return redirect(request, f"/me/{token}", note=note)


def receipt(request: Request) -> Response:
    """The receipt of something the person said, as a file."""
    with exchange(request).reading() as session:
        found = people.receipt_as_person(session, request.path_params["person"], request.path_params["consent"])
    return _private(attachment(f"{request.path_params['consent'][:60]}.json", json.dumps(found, indent=2) + "\n", "application/json"))


def _do(request: Request, token: str, sent: Form) -> str:
    language = visit(request).language.code
    with exchange(request).session() as session:
        match sent.text("do"):
            case "allow" | "stop" as answer:
                asked = people.Asked(
                    listing=sent.text("listing"), recipient=sent.text("recipient"), purposes=tuple(sent.texts("purpose")) or ("dpv:Purpose",),
                    notice=sent.text("notice"), days=int(sent.text("days")) if sent.text("days").isdecimal() else None,
                )  # fmt: skip
                people.answer_as_person(session, token, allow=answer == "allow", asked=asked, language=language)
                return "allowed" if answer == "allow" else "stopped"
            case "end":
                people.stop_as_person(session, token, sent.text("consent"))
                return "stopped"
            case "request":
                people.request_as_person(session, token, sent.text("kind"), sent.text("message"))
                return "filed"
    raise Invalid(
        "This form says nothing we know.", "Use a button of the page.", message_zh="该表单的内容无法识别。", hint_zh="请使用页面上的按钮。"
    )


def _token(request: Request, link: str, sent: Form) -> Issued:
    language = visit(request).language.code
    with exchange(request).session() as session:
        return flows.lookups.token_as_person(session, link, sent.text("agreement"), notice=sent.text("notice"), language=language)


def _show(request: Request, token: str, error: EntrepotError | None = None, *, issued: Issued | None = None) -> Response:
    found = flows.person_view.view(exchange(request), token)
    now = exchange(request).clock.now()
    status = 200 if error is None else error.status
    kinds = [kind.value for kind in RequestKind]
    bases = {one.id: basis_in(one, visit(request).language.code) for one in found.requests}
    return _private(
        render(
            request,
            "me",
            status,
            found=found,
            token=token,
            now=now,
            error=error,
            kinds=kinds,
            issued=issued,
            bases=bases,
            kind_names=consent_questions.kind_names,
            shorter=[(days, now + timedelta(days=days)) for days in SHORTER],
        )
    )


def _private(response: Response) -> Response:
    # The address is the permission: it must not be handed on to other sites, nor stay in a shared browser.
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response
