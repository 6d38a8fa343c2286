"""The public log, for people: how far it has grown, who signed it, and how to check it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from entrepot import proof
from entrepot.kit import NotFound
from entrepot.web.view import render
from entrepot.web.visits import exchange, visit


def page(request: Request) -> Response:
    """The newest checkpoint and the keys it is signed with."""
    with exchange(request).reading(visit(request).actor) as session:
        try:
            note = proof.checkpoint(session)
        except NotFound:
            note = ""
        keys = list(proof.log_keys(session)) if note else []
    lines = note.splitlines()
    size = int(lines[1]) if len(lines) > 2 and lines[1].isdigit() else 0
    base = exchange(request).settings.public_url.rstrip("/")
    cosigners = [line.split(" ")[1] for line in lines if line.startswith("— ")]
    return render(request, "log", note=note, size=size, keys=keys, base=base, signers=cosigners, root=lines[2] if len(lines) > 2 else "")
