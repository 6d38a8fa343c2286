"""An agreement as a whole contract, to read and to take along."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from entrepot import flows
from entrepot.rights import Contract, contract_html
from entrepot.web.pages.agreement import attachment
from entrepot.web.view import render
from entrepot.web.visits import exchange, visit


def page(request: Request) -> Response:
    """The contract in the visitor's language, for the two parties."""
    return render(request, "contract", contract=_contract(request))


def file(request: Request) -> Response:
    """The same as one HTML file that needs nothing beside it."""
    contract = _contract(request)
    return attachment(f"{contract.number}-{contract.language}.html", contract_html(contract), "text/html")


def _contract(request: Request) -> Contract:
    visit(request).require_login()
    with exchange(request).reading(visit(request).actor) as session:
        return flows.contract(session, request.path_params["agreement"], visit(request).language.code)
