"""One receipt: what it says, its place in the log, and how to check it without us."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import Response

from entrepot.flows import prove, verify
from entrepot.web.pages.agreement import attachment
from entrepot.web.view import render
from entrepot.web.visits import exchange, visit


def page(request: Request) -> Response:
    """The receipt, checked on the spot with the same verifier that runs offline."""
    entry_id = request.path_params["entry"]
    with exchange(request).reading(visit(request).actor) as session:
        receipt = prove.prove(session, entry_id)
        trust = prove.trust(session)
    found = verify.verify_document(json.dumps(receipt).encode(), json.dumps(trust).encode())
    facts = [(name, value) for name, value in receipt["fact"].items() if isinstance(value, str | int) and value != ""]
    return render(request, "receipt", receipt=receipt, entry_id=entry_id, found=found, facts=facts, origin=trust["origin"])


def document(request: Request) -> Response:
    """The receipt as a file."""
    entry_id = request.path_params["entry"]
    with exchange(request).reading(visit(request).actor) as session:
        receipt = prove.prove(session, entry_id)
    return attachment(f"{entry_id}.json", json.dumps(receipt, indent=2) + "\n", "application/json")


def trust(request: Request) -> Response:
    """The public keys that receipts are checked with, as a file."""
    with exchange(request).reading(visit(request).actor) as session:
        return attachment("trust.json", json.dumps(prove.trust(session), indent=2) + "\n", "application/json")
