"""Put data on offer: drop a file, read what the checks found, say what it is good for and what it costs."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from entrepot import catalogue, flows
from entrepot.catalogue.model import Frequency
from entrepot.kit import EntrepotError, Invalid, NotFound, new_id
from entrepot.pricing.model import Plan
from entrepot.terms.model import Redistribution
from entrepot.vocabulary.purposes import PURPOSES
from entrepot.web import drafts
from entrepot.web.forms import Form
from entrepot.web.view import redirect, render
from entrepot.web.visits import exchange, form, visit

RELEASES = ("anonymise", "aggregate")
_ON_THE_WAY = ("then", "drop", "quasi")
_MOST_KNOWN = 200
PLANS = (Plan.FREE, Plan.FLAT, Plan.MONTHLY, Plan.METERED)
USUAL = ("dpv:AcademicResearch", "dpv:ResearchAndDevelopment", "dpv:CommercialResearch", "dpv:PublicBenefit", "dpv:ServiceProvision",
         "dpv:Marketing")  # fmt: skip


def page(request: Request) -> Response:
    """Take a file in; it waits a day for the rest."""
    visit(request).require_login()
    listing_id = request.query_params.get("listing", "")[:60]
    limit = exchange(request).settings.upload_limit
    if request.method != "POST":
        known = [(name, value) for name, value in request.query_params.multi_items() if name in _ON_THE_WAY][:_MOST_KNOWN]
        return render(request, "publish", listing_id=listing_id, limit=limit, known=known)
    sent = form(request)
    listing_id, known = sent.text("listing"), [(name, value) for name in _ON_THE_WAY for value in sent.texts(name)]
    try:
        found = sent.upload("file")
        if found is None or not found.size:
            raise Invalid("No file was chosen, or it is empty.", "Choose a table: CSV, Parquet, JSON lines or Excel.", field="file")
        kept = flows.add_upload(exchange(request), visit(request).actor, found.path, name=found.name)
    except EntrepotError as error:
        return render(request, "publish", error.status, listing_id=listing_id, limit=limit, known=known, error=error)
    # A fix that began before the file was there goes on in the form that does it.
    step = f"/{sent.text('then')}" if sent.text("then") in RELEASES else ""
    query = urlencode([*([("listing", listing_id)] if listing_id else []), *(pair for pair in known if step and pair[0] != "then")])
    return redirect(request, f"/publish/{kept.id}{step}" + (f"?{query}" if query else ""))


def details(request: Request) -> Response:
    """What the checks found in the file, and the few things only the owner can say."""
    visit(request).require_login()
    with exchange(request).reading(visit(request).actor) as session:
        upload = flows.get_upload(session, request.path_params["upload"])
    listing_id = request.query_params.get("listing", "")[:60]
    if request.method != "POST":
        return _show(request, upload, _first(request, upload, listing_id), listing_id)
    sent = form(request)
    try:
        made = _publish(request, upload, sent)
    except NotFound:
        raise
    except EntrepotError as error:
        return _show(request, upload, sent, sent.text("listing"), error.status, error=error)
    with exchange(request).reading(visit(request).actor) as session:
        waits = catalogue.get(session, made.listing_id).pending_number is not None
    return redirect(request, f"/listings/{made.listing_id}", note="review" if waits else "published")


def _publish(request: Request, upload: flows.Upload, sent: Form) -> flows.Published:
    language, currency = visit(request).language.code, exchange(request).settings.currency
    text = drafts.manifest_text(sent, file=upload.name, currency=currency, language=language)
    return flows.publish_uploads(
        exchange(request), visit(request).actor, text, [upload.id], listing_id=sent.text("listing") or None,
        idempotency_key=sent.text("once")[:60] or None,
    )  # fmt: skip


def _first(request: Request, upload: flows.Upload, listing_id: str) -> Form:
    """What the form says before anybody has typed: taken from the file's name, or from the listing's version before."""
    fields = {
        "title": [drafts.title_from(upload.name)],
        "plan": ["free"],
        "purpose": ["dpv:ResearchAndDevelopment"],
        "once": [new_id("req")],
    }
    if listing_id:
        language = visit(request).language.code
        with exchange(request).reading(visit(request).actor) as session:
            before = catalogue.current_version(session, listing_id).manifest
        fields |= {
            "title": [before.titles.get(language) or before.title], "outcome": [before.outcomes.get(language) or before.outcome],
            "purpose": list(before.terms.permitted_purposes), "prohibited": list(before.terms.prohibited_purposes),
            "duration_days": [str(before.terms.duration_days or "")], "count_limit": [str(before.terms.count_limit or "")],
            "territories": [", ".join(before.terms.territories or ())], "redistribution": [before.terms.redistribution.value],
            "attribution": ["yes"] if before.terms.attribution else [], "description": [before.description],
            "source": [before.source], "licence": [before.licence], "person_key": [before.person_key],
            "frequency": [before.frequency.value if before.frequency else ""],
            "auto_approve": ["yes"] if before.auto_approve else [], "plan": [before.price.plan.value],
        }  # fmt: skip
    return Form(fields={name: values for name, values in fields.items() if values})


def _show(
    request: Request, upload: flows.Upload, sent: Form, listing_id: str, status: int = 200, *, error: EntrepotError | None = None
) -> Response:
    checked, unreadable = _checked(request, upload)
    # What the check takes for the person's column is proposed until the owner has said something.
    if checked and request.method != "POST" and not sent.text("person_key"):
        sent.fields["person_key"] = [next((table["person_key"] for table in checked["tables"] if table["person_key"]), "")]
    status = unreadable.status if unreadable and status == 200 else status
    language, spot = visit(request).language.code, flows.ways.of_upload(upload.id, listing_id)
    found = checked["findings"] if checked else []
    refused = flows.ways.refused(error, language)
    return render(
        request, "details", status, findings=flows.ways.with_ways(found, spot, language), refused=flows.ways.with_ways(refused, spot, language),
        upload=upload, sent=sent, listing_id=listing_id, error=error, checked=checked, unreadable=unreadable,
        grade=_grade(request, upload), plans=PLANS, usual=USUAL,
        all_purposes=sorted(PURPOSES), redistributions=list(Redistribution), frequencies=list(Frequency),
        currency=exchange(request).settings.currency,
    )  # fmt: skip


def _checked(request: Request, upload: flows.Upload) -> tuple[dict[str, Any] | None, Invalid | None]:
    """What the checks found in an upload, or why it cannot be read."""
    try:
        with flows.open_upload(exchange(request), upload) as path:
            return flows.check(path, settings=exchange(request).settings, engine=exchange(request).engine).to_dict(), None
    except Invalid as problem:
        return None, problem


def _grade(request: Request, upload: flows.Upload) -> int | None:
    """The grade of an upload that the exchange anonymised."""
    with exchange(request).reading(visit(request).actor) as session:
        return flows.upload_grade(session, upload)
