"""What an organisation has to answer or to put right, and its register of operations; for the operator the duties of the exchange."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from entrepot import flows
from entrepot.compliance import library
from entrepot.compliance.acts import REGISTER, act_named
from entrepot.kit import EntrepotError
from entrepot.web.view import redirect, render
from entrepot.web.visits import exchange, form, visit


def page(request: Request) -> Response:
    """The list, and a form that enters something new."""
    visit(request).require_login()
    error, status = None, 200
    if request.method == "POST":
        try:
            with exchange(request).session(visit(request).actor) as session:
                made = flows.enter_operation(session, form(request).text("kind"), {})
            return redirect(request, f"/duties/{made.subject_id}", note="entered")
        except EntrepotError as problem:
            error, status = problem, problem.status
    language = visit(request).language.code
    with exchange(request).reading(visit(request).actor) as session:
        found = flows.list_operations(session)
    vocabulary = library.vocabulary()
    kinds = vocabulary.facts["operation.kind"].choices
    rows = [
        (one, act_named(one.act).texts, kinds.get(str(one.now.dossier.values.get("operation.kind")), {}), one.now.findings(vocabulary, language, subject=one.subject_id))
        for one in found
    ]  # fmt: skip
    return render(request, "duties", status, error=error, rows=rows, kinds=[(kind, kinds[kind][language]) for kind in REGISTER.kinds])
