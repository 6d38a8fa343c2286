"""My negotiations and agreements, as buyer and as owner."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from entrepot import catalogue, parties, trades
from entrepot.runtime import Session
from entrepot.web.view import render
from entrepot.web.visits import exchange, visit

PAGE = 50


def page(request: Request) -> Response:
    """What waits for an answer first, then what is signed, newest first."""
    visit(request).require_login()
    before = request.query_params.get("before") or None
    with exchange(request).reading(visit(request).actor) as session:
        mine = parties.acting_organisation(session)
        negotiations = [] if before else [one for one in trades.list_for(session, limit=PAGE) if one.is_open]
        agreements = trades.list_agreements(session, before=before, limit=PAGE)
        listings = [] if before else catalogue.list_for(session, mine, limit=PAGE)
        both: list[trades.Negotiation | trades.Agreement] = [*negotiations, *agreements]
        names = {id_: parties.get(session, id_).name for id_ in {one.other(mine) for one in both}}
        titles = _titles(session, {one.version_id for one in both})
        own = {one.id: catalogue.current_version(session, one.id).manifest.titles for one in listings if _has_version(one)}
        more = f"/agreements?before={agreements[-1].id}" if len(agreements) == PAGE else ""
        return render(
            request, "agreements", negotiations=negotiations, agreements=agreements, listings=listings, names=names, titles=titles, own=own,
            mine=mine, more=more, now=session.now, is_first=before is None,
        )  # fmt: skip


def _has_version(listing: catalogue.Listing) -> bool:
    return bool(listing.version_number or listing.pending_number)


def _titles(session: Session, version_ids: set[str]) -> dict[str, dict[str, str]]:
    return {id_: dict(catalogue.agreed_version(session, id_).manifest.titles) for id_ in version_ids}
