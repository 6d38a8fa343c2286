"""Every page: its address, the function behind it, who may come, and how it is sent forms."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import cast

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from entrepot.kit import EntrepotError, NotFound
from entrepot.web import pages
from entrepot.web.forms import read_form
from entrepot.web.statics import PageFiles
from entrepot.web.view import error_page
from entrepot.web.visits import Visit, check_form, exchange, open_visit, visit

PageFunction = Callable[[Request], Response]


@dataclass(frozen=True, slots=True)
class Page:
    """One address.

    Attributes:
        sends: Whether forms are sent to it.
        shows: Whether there is something to look at.
        uploads: Where these may carry files, whom it lets pass.
    """

    path: str
    page: PageFunction
    sends: bool = False
    shows: bool = True
    uploads: Callable[[Visit], None] | None = None


PAGES = (
    Page("/", pages.catalogue.page),
    Page("/listings/{listing}", pages.listing.page),
    Page("/listings/{listing}/request", pages.request.page, sends=True),
    Page("/listings/{listing}/report", pages.listing.report),
    Page("/listings/{listing}/withdraw", pages.listing.withdraw, sends=True, shows=False),
    Page("/negotiations/{negotiation}", pages.negotiation.page, sends=True),
    Page("/listings/{listing}/rules", pages.rules.listing, sends=True),
    Page("/negotiations/{negotiation}/rules", pages.rules.negotiation, sends=True),
    Page("/rules", pages.rules.packs),
    Page("/rules/trials", pages.trials.page, sends=True, uploads=Visit.require_operator),
    Page("/rules/trials/{trial}", pages.trials.one),
    Page("/duties", pages.duties.page, sends=True),
    Page("/duties/{operation}", pages.rules.operation, sends=True),
    Page("/agreements", pages.agreements.page),
    Page("/agreements/{agreement}", pages.agreement.page, sends=True),
    Page("/agreements/{agreement}/document", pages.agreement.document),
    Page("/agreements/{agreement}/contract", pages.contract.page),
    Page("/agreements/{agreement}/contract/file", pages.contract.file),
    Page("/agreements/{agreement}/invoices/{period}", pages.ledger.invoice),
    Page("/agreements/{agreement}/invoices/{period}/csv", pages.ledger.invoice_file),
    Page("/receipts/{entry}", pages.receipt.page),
    Page("/receipts/{entry}/document", pages.receipt.document),
    Page("/trust", pages.receipt.trust),
    Page("/log", pages.log.page),
    Page("/docs", pages.api.page),
    Page("/me/{person}", pages.me.page, sends=True),
    Page("/me/{person}/receipts/{consent}", pages.me.receipt),
    Page("/people", pages.people.page, sends=True),
    Page("/ledger", pages.ledger.page),
    Page("/ledger/statement.csv", pages.ledger.statement_file),
    Page("/operator", pages.operator.page, sends=True),
    Page("/operator/doctor", pages.operator.examination),
    Page("/notices", pages.notices.page, sends=True),
    Page("/notices/{notice}", pages.notices.notice, sends=True),
    Page("/access", pages.access.page, sends=True),
    Page("/access/{access}", pages.access.one, sends=True),
    Page("/complaints", pages.complaints.page, sends=True),
    Page("/complaints/{complaint}", pages.complaints.one, sends=True),
    Page("/refusals", pages.complaints.refusals),
    Page("/publish", pages.publish.page, sends=True, uploads=Visit.require_owner),
    Page("/publish/{upload}", pages.publish.details, sends=True),
    Page("/publish/{upload}/anonymise", pages.release.anonymise, sends=True),
    Page("/publish/{upload}/aggregate", pages.release.aggregate, sends=True),
    Page("/makings/{making}", pages.making.page, sends=True),
    Page("/login", pages.login.page, sends=True),
    Page("/logout", pages.login.leave, sends=True, shows=False),
    Page("/join/{token}", pages.join.page, sends=True),
    Page("/account", pages.account.page, sends=True),
    Page("/keys", pages.keys.page, sends=True),
    Page("/inbox", pages.inbox.page, sends=True),
)


def page_routes() -> list[BaseRoute]:
    """The routes of all pages and of the files they are made of."""
    made: list[BaseRoute] = [
        Route(one.path, _endpoint(one), methods=_methods(one), name=f"page:{one.path}", include_in_schema=False) for one in PAGES
    ]
    return [*made, Mount("/static", PageFiles(), name="static")]


def _methods(page: Page) -> list[str]:
    return [*(["GET"] if page.shows else []), *(["POST"] if page.sends else [])]


def add_pages(app: Starlette) -> None:
    """Add the pages to an application whose ``state.exchange`` is set, and show its errors as pages to browsers."""
    app.router.routes.extend(page_routes())
    for kind in (EntrepotError, HTTPException):
        _add_handler(app, kind)


def _endpoint(page: Page) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        request.state.visit = await run_in_threadpool(open_visit, request)
        stack = ExitStack()
        try:
            if request.method == "POST":
                if page.uploads:
                    # Before a byte is written to disk: strangers must not be able to fill it.
                    page.uploads(visit(request))
                scratch = await run_in_threadpool(stack.enter_context, exchange(request).blobs.scratch()) if page.uploads else None
                settings = exchange(request).settings
                request.state.form = await read_form(
                    request, limit=settings.body_limit, scratch=scratch, upload_limit=settings.upload_limit
                )
                check_form(request, request.state.form.text("csrf"))
            return await run_in_threadpool(page.page, request)
        except EntrepotError as error:
            return await run_in_threadpool(error_page, request, error)
        finally:
            await run_in_threadpool(stack.close)

    return endpoint


def _add_handler(app: Starlette, kind: type[Exception]) -> None:
    before = app.exception_handlers.get(kind)

    async def handler(request: Request, error: Exception) -> Response:
        if before is not None and not _wants_page(request):
            answer = before(request, error)
            return cast(Response, await answer if isinstance(answer, Awaitable) else answer)
        if isinstance(error, HTTPException):
            error = _plain(request, error)
        assert isinstance(error, EntrepotError)
        request.state.visit = await run_in_threadpool(open_visit, request)
        return await run_in_threadpool(error_page, request, error)

    app.add_exception_handler(kind, handler)


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("Accept", "") and not request.url.path.startswith(("/api/", "/sharing/", "/log/"))


def _plain(request: Request, error: HTTPException) -> EntrepotError:
    if error.status_code == 404:
        return NotFound("There is no page at this address.", "Start again from the catalogue.")
    found = EntrepotError(str(error.detail), "Start again from the catalogue.")
    found.status = error.status_code
    return found
