"""One receipt: what it says, its place in the log, and how to check it without us."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from entrepot import flows, parties
from entrepot.web.pages.agreement import attachment
from entrepot.web.view import render
from entrepot.web.visits import exchange, visit
from entrepot.web.words import FACTS


def page(request: Request) -> Response:
    """The receipt, checked on the spot with the same verifier that runs offline."""
    entry_id = request.path_params["entry"]
    with exchange(request).reading(visit(request).actor) as session:
        receipt = flows.prove(session, entry_id)
        trust = flows.trust(session)
        facts = _facts(receipt["fact"])
        named = [value for _, value in facts if isinstance(value, str) and value.startswith("org_")]
        names = {value: parties.get(session, value).name for value in named}
    found = flows.verify_document(json.dumps(receipt).encode(), json.dumps(trust).encode())
    return render(request, "receipt", receipt=receipt, entry_id=entry_id, found=found, facts=facts, names=names)


def _facts(fact: dict[str, Any]) -> list[tuple[str, str | int]]:
    """The plain parts of a fact, in the order people ask for them."""
    order = {name: place for place, name in enumerate(FACTS)}
    plain = [(name, value) for name, value in fact.items() if isinstance(value, str | int) and value != ""]
    return sorted(plain, key=lambda part: order.get(part[0], len(order)))


def document(request: Request) -> Response:
    """The receipt as a file."""
    entry_id = request.path_params["entry"]
    with exchange(request).reading(visit(request).actor) as session:
        receipt = flows.prove(session, entry_id)
    return attachment(f"{entry_id}.json", json.dumps(receipt, indent=2) + "\n", "application/json")


def trust(request: Request) -> Response:
    """The public keys that receipts are checked with, as a file."""
    with exchange(request).reading(visit(request).actor) as session:
        return attachment("trust.json", json.dumps(flows.trust(session), indent=2) + "\n", "application/json")
