"""The desk: notices by what is due next, one notice with its clock and its steps, and the form that serves one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from entrepot import catalogue, notices, parties
from entrepot.kit import EntrepotError, Invalid, NotFound
from entrepot.notices import Draft, Finding, Notice, NoticeKind, Taken
from entrepot.runtime import Session
from entrepot.web.forms import Form
from entrepot.web.view import redirect, render
from entrepot.web.visits import exchange, form, visit

FINDINGS = 3
"""How many findings the form has room for; programs may send more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A notice's clock where its authority is: the last moment, how many whole days are left, and until when the owner is heard if longer."""

    notice: Notice
    due: datetime
    days: int
    is_over: bool
    waits_until: datetime | None


def page(request: Request) -> Response:
    """Notices one may see, what is due first at the head; regulators and operators serve new ones here."""
    visit(request).require_login()
    if request.method != "POST":
        return _list(request)
    try:
        with exchange(request).session(visit(request).actor) as session:
            made = notices.file_notice(session, _draft(form(request)))
    except EntrepotError as error:
        return _list(request, error.status, error=error, sent=form(request))
    return redirect(request, f"/notices/{made.id}", note="filed")


def notice(request: Request) -> Response:
    """One notice: findings, clock, history, and a form for each step one may take now."""
    visit(request).require_login()
    notice_id = request.path_params["notice"]
    if request.method != "POST":
        return _show(request, notice_id)
    sent = form(request)
    try:
        with exchange(request).session(visit(request).actor) as session:
            found = notices.get(session, notice_id)
            notices.take_step(session, found.id, sent.text("do"), _taken(sent, found))
    except NotFound:
        raise
    except EntrepotError as error:
        return _show(request, notice_id, error.status, error=error)
    return redirect(request, f"/notices/{notice_id}", note="step")


def shown(found: Notice, now: datetime) -> Shown:
    """The notice with its clock as a reader wants it."""
    left = found.time_left(now)
    zone = ZoneInfo(found.zone)
    longer = found.suspends_at.astimezone(zone) if found.suspends_at > found.due_at and found.is_ticking else None
    return Shown(
        notice=found, due=found.due_at.astimezone(zone), days=max(left.days, 0), is_over=left.total_seconds() <= 0, waits_until=longer
    )


def _list(request: Request, status: int = 200, *, error: EntrepotError | None = None, sent: Form | None = None) -> Response:
    with exchange(request).reading(visit(request).actor) as session:
        due = notices.due_next(session)
        ended = [one for one in notices.list_notices(session) if not one.is_open][:20]
        values: dict[str, Any] = {
            "due": [shown(one, session.now) for one in due], "ended": [shown(one, session.now) for one in ended],
            "names": _names(session, [*due, *ended]), "may_file": session.actor.has_role(*notices.ISSUERS),
            "requests": notices.list_access(session, limit=20),
        }  # fmt: skip
    return render(request, "notices", status, error=error, sent=sent or Form(), rows=range(1, FINDINGS + 1), **values)


def _show(request: Request, notice_id: str, status: int = 200, *, error: EntrepotError | None = None) -> Response:
    with exchange(request).reading(visit(request).actor) as session:
        found = notices.get(session, notice_id)
        history = notices.history(session, found.id)
        values: dict[str, Any] = {
            "shown": shown(found, session.now), "history": history, "steps": notices.possible_steps(session, found),
            "names": _names(session, [found]), "titles": {one: _title(session, one) for one in found.listings},
            "is_addressed": notices.is_addressed(session, found),
        }  # fmt: skip
    return render(request, "notice", status, error=error, found=found, **values)


def _names(session: Session, found: list[Notice]) -> dict[str, str]:
    ids = {organisation_id for one in found for organisation_id in (one.issuer_id, one.organisation_id)}
    return {one: parties.get(session, one).name for one in ids}


def _title(session: Session, listing_id: str) -> Any:
    # Whoever may see the notice may know what it names, suspended or not.
    return catalogue.current_version(session.by_exchange(), listing_id).manifest.titles


def _draft(sent: Form) -> Draft:
    if sent.text("kind") not in set(NoticeKind):
        raise Invalid("The notice has no kind.", "Choose one.")
    return Draft(
        kind=NoticeKind(sent.text("kind")), document_number=sent.text("document_number"), authority=sent.text("authority"),
        listings=tuple(sent.text("listings").replace(",", " ").split()),
        findings=tuple(one for row in range(1, FINDINGS + 1) if (one := _finding(sent, row)) is not None),
        due=_day(sent.text("due")), span=sent.text("span"), jurisdiction=sent.text("jurisdiction") or "CN", harm=sent.text("harm"),
        is_public=sent.flag("public"), penalties=sent.text("penalties"), complaint_id=sent.text("complaint"),
    )  # fmt: skip


def _finding(sent: Form, row: int) -> Finding | None:
    code, basis, text, fix = (sent.text(f"{name}_{row}") for name in ("code", "basis", "text", "fix"))
    fields = tuple(one.strip() for one in sent.text(f"fields_{row}").split(",") if one.strip())
    return Finding(code=code or f"F{row}", basis=basis, text=text, fields=fields, fix=fix) if basis or text else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(f"{text[:20]!r} is no date.", "Write it like 2026-11-27.", field="due") from None


def _taken(sent: Form, found: Notice) -> Taken:
    codes = [one.code for one in found.findings]
    return Taken(
        text=sent.text("text"), report=sent.text("report"), fact=sent.text("fact"),
        evidence={code: (sent.text(f"digest_{code}"), sent.text(f"note_{code}")) for code in codes},
        results={code: sent.text(f"result_{code}") == "passed" for code in codes},
    )  # fmt: skip
