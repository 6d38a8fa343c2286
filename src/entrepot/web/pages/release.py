"""Make a release of an upload, of rows or of cells, and go on with that one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from entrepot import flows
from entrepot.kit import EntrepotError, Invalid, NotFound
from entrepot.privacy import Kind
from entrepot.privacy import anonymise as anonymising
from entrepot.privacy.aggregates import Tabulation
from entrepot.privacy.anonymise.changes import Change, parse_change
from entrepot.privacy.anonymise.profile import listed, parse_closeness, parse_diversity, parse_share
from entrepot.privacy.grading import LEAST_CELL, LEAST_K
from entrepot.privacy.hierarchies import Hierarchy, hierarchy
from entrepot.web.forms import Form
from entrepot.web.options import on_form
from entrepot.web.pages.making import after
from entrepot.web.view import render
from entrepot.web.visits import exchange, form, visit

Columns = Sequence[flows.SeenColumn]
Read = TypeVar("Read")


def anonymise(request: Request) -> Response:
    """Make a version of an upload in which nobody stands out."""

    def order(upload: flows.Upload, sent: Form) -> flows.Making:
        asked = flows.Anonymisation(
            plan=_plan(sent), hierarchies=_read(sent, "hierarchies", _trees), changes=_read(sent, "change", _changes)
        )
        return flows.order_anonymisation(exchange(request), visit(request).actor, upload.id, asked=asked, sent=_kept(sent))

    return _page(request, "anonymise", _proposed, order, least=LEAST_K)


def aggregate(request: Request) -> Response:
    """Make counts, sums and means of many persons from an upload."""

    def order(upload: flows.Upload, sent: Form) -> flows.Making:
        return flows.order_aggregation(exchange(request), visit(request).actor, upload.id, asked=_tabulation(sent), sent=_kept(sent))

    return _page(request, "aggregate", _proposed_cells, order, least=LEAST_CELL)


def _kept(sent: Form) -> dict[str, list[str]]:
    """The form as it is shown again, without the token of this login."""
    return {name: values for name, values in sent.fields.items() if name != "csrf"}


def _page(
    request: Request, template: str, proposed: Callable[[Columns], dict[str, list[str]]], order: Callable[[flows.Upload, Form], flows.Making],
    *, least: int,
) -> Response:  # fmt: skip
    visit(request).require_login()
    with exchange(request).reading(visit(request).actor) as session:
        upload = flows.get_upload(session, request.path_params["upload"])
    seen, unreadable = _seen(request, upload)
    columns = seen.columns if seen else ()
    error: EntrepotError | None = unreadable
    if request.method == "POST":
        sent = form(request)
        listing_id = sent.text("listing")
        try:
            making = order(upload, sent)
            if making.state is not flows.MakingState.REFUSED:
                return after(request, making)
            error = making.error()
        except NotFound:
            raise
        except EntrepotError as problem:
            error = problem
        status = error.status
    else:
        sent, refused = _before(request, upload) or (
            Form(fields=_with_known(request, columns, {name: values for name, values in proposed(columns).items() if values})),
            None,
        )
        listing_id, status, error = (
            request.query_params.get("listing", "")[:60],
            unreadable.status if unreadable else 200,
            unreadable or refused,
        )
    error = on_form(error, visit(request).language) if error else None
    return render(
        request, template, status, upload=upload, sent=sent, columns=columns, judged_by=seen.rows if seen else None, listing_id=listing_id, error=error, least=least,
        wrong=error.details.get("field", "") if error else "",
    )  # fmt: skip


def _seen(request: Request, upload: flows.Upload) -> tuple[flows.Glimpse | None, Invalid | None]:
    """The columns of an upload at a glance, or why it cannot be read."""
    try:
        return flows.glimpse(exchange(request), upload), None
    except Invalid as problem:
        return None, problem


def _before(request: Request, upload: flows.Upload) -> tuple[Form, EntrepotError | None] | None:
    """The form of an earlier order of this upload, and what stood in its way."""
    making_id = request.query_params.get("again", "")[:60]
    if not making_id:
        return None
    with exchange(request).reading(visit(request).actor) as session:
        making = flows.get_making(session, making_id)
    if making.upload_id != upload.id or not making.sent:
        return None
    return Form(fields=dict(making.sent)), making.error() if making.state is flows.MakingState.REFUSED else None


def _with_known(request: Request, columns: Columns, fields: dict[str, list[str]]) -> dict[str, list[str]]:
    """What the check would choose, and on top what a finding has named: a column is left out or made coarser, never both."""
    names = {column.name for column in columns}
    drop, quasi = ([name for name in request.query_params.getlist(field) if name in names] for field in ("drop", "quasi"))
    coarser = [name for name in dict.fromkeys([*fields.get("quasi", []), *quasi]) if name not in drop]
    out = [name for name in dict.fromkeys([*fields.get("drop", []), *drop]) if name not in quasi]
    return fields | {name: values for name, values in (("quasi", coarser), ("drop", out)) if values or name in fields}


def _plan(sent: Form) -> anonymising.Plan:
    if not sent.texts("quasi"):
        raise Invalid("No column is chosen to be generalised.", "Choose what others may know of a person.", field="quasi")
    return anonymising.Plan(
        k=sent.number("k") or LEAST_K, method=anonymising.Method(sent.text("method") or "local"), quasi=tuple(sent.texts("quasi")),
        drop=tuple(column for column in sent.texts("drop") if column not in sent.texts("quasi")), person=sent.text("person"), automatic=True,
        keep=tuple(sent.texts("keep")), suppress=_read(sent, "suppress", lambda text: parse_share(text or "0.02")),
        diversity=_read(sent, "l", lambda text: tuple(parse_diversity(one) for one in listed(text))),
        closeness=_read(sent, "t", lambda text: tuple(parse_closeness(one) for one in listed(text))),
    )  # fmt: skip


def _read(sent: Form, field: str, parse: Callable[[str], Read]) -> Read:
    """What a field says, or an error that stands beside it."""
    try:
        return parse(sent.text(field))
    except Invalid as error:
        raise Invalid(error.message, error.hint, **(error.details | {"field": field})) from None


def _changes(text: str) -> list[Change]:
    """A change a line, as on the command line."""
    return [parse_change(line.strip()) for line in text.splitlines() if line.strip()]


def _trees(text: str) -> dict[str, Hierarchy]:
    """Blocks with an empty line between them: a column's name, then its hierarchy as a file of it would stand."""
    blocks = [block.split("\n") for block in text.replace("\r\n", "\n").strip().split("\n\n") if block.strip()]
    named = [[line.strip() for line in block if line.strip()] for block in blocks]
    return {head: hierarchy(head, [line.split(";") for line in lines]) for head, *lines in named}


def _proposed(columns: Columns) -> dict[str, list[str]]:
    """What the check would choose: columns that tell about persons generalised, those that name them left out."""
    return {
        "quasi": [c.name for c in columns if c.kind is Kind.QUASI], "drop": [c.name for c in columns if c.kind is Kind.DIRECT],
        "k": ["10"], "method": ["local"], "suppress": ["0.02"],
    }  # fmt: skip


def _tabulation(sent: Form) -> Tabulation:
    if not sent.texts("by"):
        raise Invalid("No column is chosen to make the cells.", "Choose one or more whose values people share.", field="by")
    return Tabulation(
        by=tuple(sent.texts("by")), sums=tuple(sent.texts("sum")), means=tuple(sent.texts("mean")), minimum=sent.number("minimum") or LEAST_CELL,
        base=sent.number("base") or 1, totals=sent.flag("totals"), person=sent.text("person"),
    )  # fmt: skip


def _proposed_cells(columns: Columns) -> dict[str, list[str]]:
    return {"minimum": [str(LEAST_CELL)], "base": ["5"]}
