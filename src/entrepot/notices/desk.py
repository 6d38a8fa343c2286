"""The desk: file a notice, look at notices, and the ground every step stands on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from entrepot import catalogue, parties, proof
from entrepot.compliance import clocks
from entrepot.kit import Conflict, Invalid, NotFound, Refused, digest, new_id, rfc3339
from entrepot.notices import complaints, repository, suspending
from entrepot.notices.judged import judge_step
from entrepot.notices.model import (
    MAX_LISTINGS,
    NEXT,
    Finding,
    Notice,
    NoticeKind,
    NoticeState,
    Step,
    check_findings,
    check_text,
    plain,
)
from entrepot.runtime import Role, Scope, Session

S = NoticeState
ISSUERS = (Role.REGULATOR, Role.OPERATOR)
OURS = (NoticeKind.EXCHANGE, NoticeKind.IP)
"""Notices whose dates no authority sets."""
GIVEN = "given"
"""The clock of a notice that names its own due date."""
COUNTER_SPAN = "15D"
"""How long a right-holder has to go to court after a counter-notice (E-Commerce Law 2019, article 43)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a notice says when it is filed.

    Attributes:
        authority: Empty for the filing organisation itself; a name where a notice on paper is entered for an authority.
        listings: Ids of listings of one organisation, which the notice is addressed to.
        received_at: When the owner got it; now where left out.
        due: The due date it gives; its last second counts. Without one the clock is computed.
        span: How long the clock runs where no date is given; empty for what is usual in the jurisdiction.
        jurisdiction: CN, EU or US: whose calendar and zone count.
        harm: Why the harm is imminent; the listings are then suspended at once.
    """

    kind: NoticeKind
    document_number: str
    listings: tuple[str, ...]
    findings: tuple[Finding, ...]
    authority: str = ""
    received_at: datetime | None = None
    due: date | None = None
    span: str = ""
    jurisdiction: str = "CN"
    harm: str = ""
    is_public: bool = False
    penalties: str = ""
    complaint_id: str = ""


def file_notice(session: Session, draft: Draft) -> Notice:
    """Serve a notice on the owner of some listings; its clock starts, and suspends them if it ends.

    Unless harm is imminent, nothing is suspended before the first working day after the filing has ended, so that the owner can be heard;
    a due date of an authority that comes sooner, or has passed, stays in the record.

    Raises:
        Refused: The actor is no regulator and no operator.
        NotFound: A listing does not exist.
        Invalid: The notice says too little, its listings are of several organisations, or the due date that the house gives has passed.
        Conflict: It is filed already: one of the same authority, number and listings is open.
    """
    parties.require_scope(session, Scope.ADMIN)
    parties.require_role(session, *ISSUERS)
    owner_id, listings = _scope(session, draft.listings)
    issuer = parties.get(session, parties.acting_organisation(session))
    received = draft.received_at or session.now
    if received > session.now:
        raise Invalid(f"The notice was received at {rfc3339(received)}, which is still to come.", "Give a moment that has passed.")
    due, clock, zone = _due(draft, received)
    heard = None if draft.harm.strip() else clocks.next_working_day(session.now, zone=zone)
    if due.at <= session.now and clock == GIVEN and draft.kind in OURS:
        raise Invalid(f"The notice was due at {rfc3339(due.at)}, which has passed.", "Give a later due date, or none.")
    notice = Notice(
        id=new_id("ntc"), kind=draft.kind, issuer_id=issuer.id, organisation_id=owner_id, state=S.RECEIVED, revision=0,
        authority=check_text(draft.authority or issuer.name, "The name of the authority", most=200),
        document_number=check_text(draft.document_number, "The document number", most=100),
        received_at=received, due_at=due.at, heard_until=heard.at if heard else None, clock=clock, zone=zone, assumption=due.assumption, listings=listings,
        findings=check_findings(draft.findings), harm=check_text(draft.harm, "The imminent harm", least=0), is_public=draft.is_public,
        penalties=check_text(draft.penalties, "The penalties", least=0), created_at=session.now, complaint_id=draft.complaint_id,
    )  # fmt: skip
    _require_new(session, notice)
    repository.insert(session.db, notice)
    if notice.complaint_id:
        complaints.link_notice(session, notice.complaint_id, notice.id)
    log_step(session, notice, "file", S.RECEIVED, note="")
    parties.notify(
        session,
        owner_id,
        "notice.received",
        notice.id,
        number=notice.document_number,
        due=f"{notice.suspends_at.astimezone(ZoneInfo(zone)):%Y-%m-%d}",
    )
    if notice.harm:
        return suspend(session, notice, note=notice.harm)
    session.enqueue("notices.end_clock", at=notice.suspends_at, dedup_key=f"notice:{notice.id}", notice_id=notice.id)
    return notice


def get(session: Session, notice_id: str) -> Notice:
    """A notice, for its issuer, the organisation it addresses, and the operator.

    Raises:
        NotFound: There is none that the actor may see.
    """
    found = repository.find(session.db, notice_id)
    if found is None or not (
        is_issuer(session, found) or is_addressed(session, found) or session.actor.has_role(Role.OPERATOR, Role.SYSTEM)
    ):
        raise NotFound(f"There is no notice {notice_id[:60]}.", "Check the id, and that you act for the right organisation.")
    return found


def list_notices(session: Session, *, only_open: bool = False, before: str | None = None, limit: int = 100) -> list[Notice]:
    """Notices the actor may see, newest first: all for the operator, else those it filed and those that address it."""
    if session.actor.has_role(Role.OPERATOR, Role.SYSTEM):
        return repository.select(session.db, only_open=only_open, before=before, limit=limit)
    acting = parties.acting_organisation(session)
    issued = acting if session.actor.has_role(Role.REGULATOR) else None
    addressed = acting if session.actor.has_role(Role.OWNER) else None
    if issued is None and addressed is None:
        return []
    return repository.select(session.db, issuer_id=issued, organisation_id=addressed, only_open=only_open, before=before, limit=limit)


def due_next(session: Session, *, limit: int = 100) -> list[Notice]:
    """Open notices the actor may see, what is due first at the head; those whose clock does not run come last."""
    found = list_notices(session, only_open=True, limit=limit)
    return sorted(found, key=lambda one: (not one.is_ticking, one.suspends_at, one.id))


def history(session: Session, notice_id: str) -> list[Step]:
    """What has happened to a notice, oldest first.

    Raises:
        NotFound: There is none that the actor may see.
    """
    return repository.steps(session.db, get(session, notice_id).id)


def is_issuer(session: Session, notice: Notice) -> bool:
    """Whether the actor speaks for whoever filed it."""
    return session.actor.organisation_id == notice.issuer_id and session.actor.has_role(*ISSUERS)


def is_addressed(session: Session, notice: Notice) -> bool:
    """Whether the actor speaks for the organisation it addresses."""
    return session.actor.organisation_id == notice.organisation_id and session.actor.has_role(Role.OWNER)


def require_issuer(session: Session, notice_id: str) -> Notice:
    """The notice, for whoever filed it.

    Raises:
        NotFound: There is none that the actor may see.
        Refused: Somebody else filed it.
    """
    return _require(session, notice_id, Scope.ADMIN, is_issuer, "whoever filed the notice")


def require_addressed(session: Session, notice_id: str) -> Notice:
    """The notice, for the owner it addresses.

    Raises:
        NotFound: There is none that the actor may see.
        Refused: It addresses somebody else.
    """
    return _require(session, notice_id, Scope.PUBLISH, is_addressed, "the organisation that the notice addresses")


def move(session: Session, notice: Notice, verb: str, to: NoticeState | None = None, *, note: str = "", **changes: Any) -> Notice:
    """The notice after a step, with other facts changed along; kept in the history and in the log.

    Args:
        to: The next state; None where the step leaves it as it is.

    Raises:
        Conflict: The state does not lead there, or somebody was faster.
    """
    after = to or notice.state
    if to is not None and to not in NEXT[notice.state]:
        raise Conflict(f"The notice {notice.id} is {notice.state} and cannot become {to}.", "Look at it again.", state=notice.state.value)
    if to is None and not notice.is_open:
        raise Conflict(f"The notice {notice.id} is {notice.state}.", "Nothing more is to be done.", state=notice.state.value)
    changes |= {"ended_at": session.now} if to in (S.CLOSED, S.REINSTATED, S.TAKEN_BACK) else {}
    moved = replace(notice, state=after, revision=notice.revision + 1, **changes)
    if not repository.change(session.db, moved):
        raise Conflict(f"The notice {notice.id} was changed by somebody else at the same moment.", "Look at it again.")
    log_step(session, moved, verb, notice.state, note=note)
    return moved


def suspend(session: Session, notice: Notice, *, note: str) -> Notice:
    """The notice with its listings off."""
    moved = move(session, notice, "suspend", S.SUSPENDED, note=note, suspended_at=session.now)
    suspending.suspend(session, moved)
    return moved


def end(session: Session, notice: Notice, verb: str, *, note: str, taken_back: bool = False, **changes: Any) -> Notice:
    """The notice at its end, with what it had suspended on offer again."""
    after = S.TAKEN_BACK if taken_back else S.REINSTATED if notice.is_off else S.CLOSED
    moved = move(session, notice, verb, after, note=note, **changes)
    if notice.is_off:
        suspending.reinstate(session, moved)
    return moved


def log_step(session: Session, notice: Notice, verb: str, before: NoticeState, *, note: str) -> None:
    """Keep a step of the notice in its history, a commitment to it in the log, and what the rules say of it."""
    step = Step(
        notice_id=notice.id, number=notice.revision, verb=verb, before=before, after=notice.state,
        by_id=session.actor.organisation_id, at=session.now, note=note,
    )  # fmt: skip
    repository.add_step(session.db, step)
    fact = {
        "notice": notice.id, "organisation": notice.organisation_id, "issuer": notice.issuer_id, "step": verb, "number": step.number,
        "state": notice.state.value, "by": step.by_id, "content": digest(plain(notice)), "at": rfc3339(session.now),
    }  # fmt: skip
    proof.record(session, f"notice.{_HAPPENED.get(verb, verb)}", fact, subject_id=notice.id)
    judge_step(session, notice, verb)


_HAPPENED: Mapping[str, str] = {
    "file": "filed", "acknowledge": "acknowledged", "plan": "plan_filed", "accept_plan": "plan_accepted", "submit": "evidence_submitted",
    "retest": "retest_begun", "pass": "retest_passed", "fail": "retest_failed", "counter": "countered", "answer": "counter_answered",
    "suit": "suit_named", "leniency": "leniency_recorded", "expire": "expired", "suspend": "suspended", "take_back": "taken_back",
    "unsued": "claim_lapsed",
}  # fmt: skip


def _require(session: Session, notice_id: str, scope: Scope, is_side: Callable[[Session, Notice], bool], who: str) -> Notice:
    parties.require_scope(session, scope)
    notice = get(session, notice_id)
    if not is_side(session, notice):
        raise Refused(f"Only {who} does this.", f"The notice is {notice.authority}'s to {notice.organisation_id}; you may read it.")
    return notice


def _scope(session: Session, asked: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    ids = tuple(dict.fromkeys(asked))
    if not 1 <= len(ids) <= MAX_LISTINGS:
        raise Invalid(f"The notice names {len(ids)} listings.", f"Name 1 to {MAX_LISTINGS} listings of one organisation.")
    found = [catalogue.agreed_listing(session, listing_id) for listing_id in ids]
    owners = {listing.organisation_id for listing in found}
    if len(owners) > 1:
        raise Invalid(f"The listings belong to {len(owners)} organisations.", "File one notice for each organisation.")
    return owners.pop(), ids


def _require_new(session: Session, notice: Notice) -> None:
    # Whoever sends a notice again after a lost answer must not suspend twice; two at one moment wait for each other here.
    parties.wait_turn(session, notice.issuer_id)
    found = repository.open_between(session.db, notice.issuer_id, notice.organisation_id)
    same = next((one for one in found if _paper(one) == _paper(notice)), None)
    if same is not None:
        raise Conflict(
            f"The notice {same.document_number} of {same.authority} about these listings is open here already, as {same.id}.",
            f"Go on with {same.id}, or take it back before you file it again.", notice=same.id, state=same.state.value,
        )  # fmt: skip


def _paper(notice: Notice) -> tuple[str, str, frozenset[str]]:
    return notice.authority.casefold(), notice.document_number.casefold(), frozenset(notice.listings)


def _due(draft: Draft, received: datetime) -> tuple[clocks.Due, str, str]:
    zone = clocks.ZONES.get(draft.jurisdiction)
    if zone is None:
        raise Invalid(f"There is no calendar for {draft.jurisdiction[:20]!r}.", f"Choose {', '.join(sorted(clocks.ZONES))}.")
    if draft.due is not None:
        return clocks.Due(at=clocks.end_of_day(draft.due, zone=zone)), GIVEN, zone
    usual = COUNTER_SPAN if draft.kind is NoticeKind.IP else "5CNBD" if draft.jurisdiction == "CN" else "14D"
    span = clocks.parse_span(draft.span or usual)
    return clocks.due(received, span, zone=zone), str(span), zone
