"""Try a draft of a rule pack on everything that is live, and read which decisions would change; for operators."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from entrepot import flows
from entrepot.kit import EntrepotError, Invalid
from entrepot.web.view import redirect, render
from entrepot.web.visits import exchange, form, visit

_LARGEST = 1_100_000


def page(request: Request) -> Response:
    """Take a draft in, and list the drafts of the last days."""
    visit(request).require_operator()
    error, status = None, 200
    if request.method == "POST":
        try:
            made = flows.begin_trial(exchange(request), visit(request).actor, _draft(request))
            return redirect(request, f"/rules/trials/{made.id}")
        except EntrepotError as problem:
            error, status = problem, problem.status
    with exchange(request).reading(visit(request).actor) as session:
        trials = flows.list_trials(session)
    return render(request, "trials", status, error=error, trials=trials)


def one(request: Request) -> Response:
    """One trial: which decisions would change, by kind and one by one."""
    visit(request).require_operator()
    with exchange(request).reading(visit(request).actor) as session:
        found = flows.get_trial(session, request.path_params["trial"])
    return render(request, "trial", trial=found)


def _draft(request: Request) -> str:
    found = form(request).upload("file")
    if found is None or not found.size:
        raise Invalid("No file was chosen, or it is empty.", "Choose the draft of a pack, a YAML file.", field="file")
    if found.size > _LARGEST:
        raise Invalid(f"The file has {found.size:,} bytes.", f"A pack has at most {_LARGEST:,}.", field="file")
    try:
        return found.path.read_text("utf-8")
    except UnicodeDecodeError:
        raise Invalid("The file is no text in UTF-8.", "Choose the draft of a pack, a YAML file.", field="file") from None
