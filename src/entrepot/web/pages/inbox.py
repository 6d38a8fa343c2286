"""What happened that one's organisation should know."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from entrepot import parties
from entrepot.web.view import redirect, render
from entrepot.web.visits import exchange, form, visit


def page(request: Request) -> Response:
    """The inbox, newest first; one line or all may be marked as read."""
    visit(request).require_login()
    actor = visit(request).actor
    if request.method == "POST":
        with exchange(request).session(actor) as session:
            parties.mark_read(session, form(request).text("line") or None)
        return redirect(request, "/inbox", note="read")
    with exchange(request).reading(actor) as session:
        return render(request, "inbox", lines=parties.inbox(session))
