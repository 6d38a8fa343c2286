"""The first page: find data by what it lets one do."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from entrepot import catalogue
from entrepot.catalogue.model import Filters
from entrepot.kit import Invalid
from entrepot.pricing.model import Plan, Price
from entrepot.vocabulary.purposes import PURPOSES
from entrepot.web.view import render
from entrepot.web.visits import exchange, visit

FORMATS = ("csv", "parquet", "jsonl", "excel")
BROAD = ("dpv:AcademicResearch", "dpv:NonCommercialResearch", "dpv:CommercialResearch", "dpv:ResearchAndDevelopment", "dpv:PublicBenefit",
         "dpv:ServiceProvision", "dpv:Marketing")  # fmt: skip


def page(request: Request) -> Response:
    """Search and filters, and what was found; with no words, everything on offer, best first."""
    query = request.query_params
    text, chosen = query.get("q", "")[:500], {name: query.get(name, "") for name in ("plan", "purpose", "personal", "format", "language")}
    problem: Invalid | None = None
    found = None
    try:
        with exchange(request).reading(visit(request).actor) as session:
            found = catalogue.search(session, text, filters=_filters(chosen), limit=20, after=query.get("after") or None)
    except Invalid as error:
        problem = error
    values: dict[str, Any] = {"q": text, "chosen": chosen, "found": found, "is_filtered": any(chosen.values())}
    more = ""
    if found is not None and found.after:
        more = "/?" + urlencode({"q": text, **{k: v for k, v in chosen.items() if v}, "after": found.after})
    purposes = [name for name in BROAD if name in PURPOSES]
    prices = {} if found is None else {hit.listing_id: Price.from_dict(hit.price) for hit in found.hits}
    return render(
        request, "catalogue", 200 if problem is None else 422,
        **values, error=problem, more=more, purposes=purposes, formats=FORMATS, plans=list(Plan), prices=prices,
        is_first=not query.get("after"),
    )  # fmt: skip


def _filters(chosen: dict[str, str]) -> Filters:
    personal = {"yes": True, "no": False}.get(chosen["personal"])
    kept = {name: chosen[name] or None for name in ("plan", "purpose", "format", "language")}
    return Filters(personal=personal, **kept)
