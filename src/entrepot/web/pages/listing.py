"""One listing: what it lets one do, at what price, on which terms, how good it is, and one button for the next step."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from entrepot import catalogue, compliance, flows, parties, pricing, settlement, trades
from entrepot.catalogue.assessed import shown_preview
from entrepot.catalogue.model import Frequency, Listing, SampleQuery, Version
from entrepot.kit import NotFound
from entrepot.privacy.grading.html import report_body
from entrepot.runtime import Session
from entrepot.standards.model import ColumnType
from entrepot.web.view import redirect, render
from entrepot.web.visits import exchange, visit

EXPORTS = (("dcat", "DCAT-AP"), ("croissant", "Croissant"), ("odcs", "ODCS"), ("datapackage", "Data Package"), ("odrl", "ODRL"))
PROMISES = {
    Frequency.CONTINUOUS: 1, Frequency.HOURLY: 1, Frequency.DAILY: 1, Frequency.WEEKLY: 7, Frequency.MONTHLY: 31, Frequency.QUARTERLY: 92,
    Frequency.YEARLY: 366,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What the one button does: a key of the template's labels, where it leads, and why there may be none."""

    key: str
    address: str = ""


def page(request: Request) -> Response:
    """Everything a buyer has to know before asking."""
    with exchange(request).reading(visit(request).actor) as session:
        try:
            listing = catalogue.get(session, request.path_params["listing"])
        except catalogue.ListingSuspended as error:
            return _suspended(request, session, error)
        version = catalogue.current_version(session, listing.id, _number(request))
        values: dict[str, Any] = {
            "hold": catalogue.freezing(session, listing.id),
            "owner": parties.get(session, listing.organisation_id),
            "is_own": parties.is_self(session, listing.organisation_id),
            "step": next_step(session, listing, version),
            "quote": pricing.quote(version.manifest.price),
            "record": trades.track_record(session, listing.id, listing.organisation_id),
            "found": _findings(request, session, listing, version),
            "now": session.now,
            "today": compliance.today(session),
        }
    register = flows.registered(version.manifest, values["owner"].name, at=values["today"]).to_dict()
    queries = version.manifest.sample_queries or sample_queries(version)
    base = exchange(request).settings.public_url.rstrip("/")
    return render(
        request, "listing", listing=listing, version=version, preview=shown_preview(version), manifest=version.manifest, queries=queries[:3], base=base, exports=EXPORTS,
        is_late=_is_late(version, values["now"]), decision_hours=exchange(request).settings.decision_hours, register=register, **values,
    )  # fmt: skip


def _findings(request: Request, session: Session, listing: Listing, version: Version) -> list[dict[str, Any]]:
    """What the checks found; whose listing it is also sees what the rules say today, and where each fix is done."""
    language = visit(request).language.code
    found = flows.listing_findings(session, listing, version, language)
    if not parties.is_self(session, listing.organisation_id):
        return [{**flows.ways.worded(one, language), "ways": []} for one in found]
    return flows.ways.with_ways(found, flows.ways.of_listing(session, listing), language)


def report(request: Request) -> Response:
    """How a table of it was anonymised, what that came to, and what it does not protect against."""
    with exchange(request).reading(visit(request).actor) as session:
        listing = catalogue.get(session, request.path_params["listing"])
        version = catalogue.current_version(session, listing.id, _number(request))
        found = flows.table_report(session, listing, version, request.query_params.get("table", "")[:300])
    body = report_body(json.loads(found.text), visit(request).language.code, digest=found.digest)
    return render(request, "report", listing=listing, version=version, manifest=version.manifest, found=found, body=body)


def withdraw(request: Request) -> Response:
    """Take one's own listing off for good."""
    visit(request).require_login()
    with exchange(request).session(visit(request).actor) as session:
        catalogue.withdraw(session, request.path_params["listing"])
    return redirect(request, "/agreements", note="withdrawn")


def next_step(session: Session, listing: Listing, version: Version) -> NextStep:
    """Which step of the trade comes next for whoever is looking."""
    if session.actor.organisation_id is None:
        return NextStep(key="login", address=f"/login?back=/listings/{listing.id}")
    if parties.is_self(session, listing.organisation_id):
        return NextStep(key="own")
    agreements = trades.list_agreements(session, side="buyer", listing_id=listing.id, states=trades.OPEN, limit=1)
    if agreements:
        return NextStep(key="use", address=f"/agreements/{agreements[0].id}")
    for negotiation in trades.list_for(session, side="buyer", listing_id=listing.id, limit=5):
        if not negotiation.is_open or session.now >= negotiation.decide_by:
            continue
        address = f"/negotiations/{negotiation.id}"
        if negotiation.turn_id != negotiation.buyer_id:
            return NextStep(key="wait", address=address)
        held = pricing.quote(trades.offer_on_table(session, negotiation.id).price).escrow
        return NextStep(key="sign" if can_pay(session, negotiation.buyer_id, held.amount, held.currency) else "pay", address=address)
    if not listing.is_open:
        return NextStep(key="closed")
    return NextStep(key="request", address=f"/listings/{listing.id}/request")


def can_pay(session: Session, organisation_id: str, amount: int, currency: str) -> bool:
    """Whether an organisation's available balance covers an amount."""
    return amount == 0 or settlement.balance(session, organisation_id, currency).available.amount >= amount


def sample_queries(version: Version) -> tuple[SampleQuery, ...]:
    """Three queries that run on the data as it is handed over, for listings whose owner wrote none."""
    if not version.tables:
        return ()
    table = version.tables[0]
    name = _quoted(table.name)
    found = [SampleQuery(title="rows", sql=f"SELECT count(*) AS n\nFROM {name};")]
    groups = [
        c for c in table.columns if c.type in (ColumnType.STRING, ColumnType.BOOLEAN) and not c.personal and 1 < (c.distinct or 0) <= 50
    ]
    figures = [c for c in table.columns if c.type in (ColumnType.NUMBER, ColumnType.DECIMAL, ColumnType.INTEGER) and not c.personal]
    if groups:
        by = _quoted(groups[0].name)
        found.append(SampleQuery(title="groups", sql=f"SELECT {by}, count(*) AS n\nFROM {name}\nGROUP BY {by}\nORDER BY n DESC;"))
    if figures:
        of = _quoted(figures[-1].name)
        found.append(SampleQuery(title="figures", sql=f"SELECT min({of}), median({of}), max({of})\nFROM {name};"))
    return (*found, SampleQuery(title="first", sql=f"SELECT *\nFROM {name}\nLIMIT 10;"))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _suspended(request: Request, session: Session, error: catalogue.ListingSuspended) -> Response:
    listing_id = request.path_params["listing"]
    return render(request, "suspended", error.status, listing_id=listing_id, hold=catalogue.freezing(session, listing_id))


def _number(request: Request) -> int | None:
    text = request.query_params.get("version", "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise NotFound(f"There is no version {text[:20]!r}.", "Leave the number out for the one on offer.")
    return int(text)


def _is_late(version: Version, now: Any) -> bool:
    days = PROMISES.get(version.manifest.frequency) if version.manifest.frequency else None
    return days is not None and now - version.published_at > timedelta(days=days)
