"""The steps of a notice: acknowledge, plan, evidence, re-test, counter-statement, and what the clock does by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from entrepot import jobs, parties
from entrepot.compliance import clocks
from entrepot.kit import Conflict, Invalid, Refused, rfc3339
from entrepot.notices import repository
from entrepot.notices.desk import COUNTER_SPAN, S, end, get, is_addressed, is_issuer, move, require_addressed, require_issuer, suspend
from entrepot.notices.model import Counter, Finding, Leniency, LeniencyFact, Notice, NoticeKind, check_digest, check_text
from entrepot.runtime import Scope, Session

ROUNDS = 2
"""How often evidence may be handed in before a failed re-test suspends: the first time, and once more."""


def acknowledge(session: Session, notice_id: str) -> Notice:
    """Say that the notice has arrived, as the owner it addresses."""
    notice = move(session, require_addressed(session, notice_id), "acknowledge", S.ACKNOWLEDGED)
    return _told(session, notice, "notice.acknowledged")


def file_plan(session: Session, notice_id: str, text: str) -> Notice:
    """File how and by when things are put right, as the owner; before evidence is handed in it may be filed anew."""
    notice, plan = require_addressed(session, notice_id), check_text(text, "The plan")
    to = None if notice.state is S.PLAN_FILED else S.PLAN_FILED
    return _told(session, move(session, notice, "plan", to, note=plan, plan=plan, plan_accepted_at=None), "notice.plan_filed")


def accept_plan(session: Session, notice_id: str, note: str = "") -> Notice:
    """Say that the plan will do, as whoever filed the notice.

    Raises:
        Conflict: No plan is on file.
    """
    notice = require_issuer(session, notice_id)
    if not notice.plan:
        raise Conflict(f"The notice {notice.id} has no plan yet.", "The owner files one first.")
    made = move(session, notice, "accept_plan", note=check_text(note, "The note", least=0), plan_accepted_at=session.now)
    return _tell_owner(session, made, "notice.plan_accepted")


def submit(session: Session, notice_id: str, evidence: Mapping[str, tuple[str, str]]) -> Notice:
    """Hand in evidence for every finding, as the owner; after a suspension too, as the way back.

    Args:
        evidence: For each finding's code the digest of the documents, which stay with the owner, and a note.

    Raises:
        Invalid: A finding lacks evidence, or evidence names no finding.
        Conflict: It is not the time for it, or no longer.
    """
    notice = require_addressed(session, notice_id)
    if notice.is_ticking and session.now >= notice.suspends_at:
        raise Conflict(
            f"The clock of the notice {notice.id} ended at {rfc3339(notice.suspends_at)}.", "Hand it in once the listings are suspended."
        )
    if notice.state is S.RETEST_FAILED and notice.rounds >= ROUNDS:
        raise Conflict(f"Evidence was handed in {notice.rounds} times.", "Hand it in again once the counter-statement is answered.")
    codes = {one.code for one in notice.findings}
    if set(evidence) != codes:
        missing, unknown = sorted(codes - set(evidence)), sorted(set(evidence) - codes)
        what = f"{missing[0]} lacks its evidence" if missing else f"{unknown[0][:60]!r} is no finding of this notice"
        raise Invalid(f"The evidence does not fit the findings: {what}.", f"Give evidence for {', '.join(sorted(codes))}.")
    findings = tuple(_with_evidence(one, *evidence[one.code]) for one in notice.findings)
    if notice.state is S.SUSPENDED:
        moved = move(session, notice, "submit", S.SUSPENDED_SUBMITTED, findings=findings)
    else:
        moved = move(session, notice, "submit", S.SUBMITTED, findings=findings, rounds=notice.rounds + 1)
    return _told(session, moved, "notice.submitted")


def begin_retest(session: Session, notice_id: str, tester: str) -> Notice:
    """Give the evidence to an independent third party for the re-test, as whoever filed the notice.

    Raises:
        Refused: The tester is one of the two parties.
        Conflict: No evidence waits.
    """
    notice, name = require_issuer(session, notice_id), check_text(tester, "The name of the tester", most=200)
    sides = [parties.get(session, organisation_id) for organisation_id in (notice.organisation_id, notice.issuer_id)]
    own = {word.casefold() for side in sides for word in (side.id, side.slug, side.name)} | {notice.authority.casefold()}
    if name.casefold() in own:
        raise Refused(f"{name} is a party of this notice.", "Name an independent third party for the re-test.")
    to = S.SUSPENDED_RETEST if notice.state is S.SUSPENDED_SUBMITTED else S.RETEST
    return _tell_owner(session, move(session, notice, "retest", to, note=name, tester=name), "notice.retest")


def report_retest(session: Session, notice_id: str, results: Mapping[str, bool], *, report: str, note: str = "") -> Notice:
    """Record what the re-test found, as whoever filed the notice: passed closes it or brings the listings back.

    The first failure gives the evidence back for one more attempt under the same clock; the second, or one after the clock has ended,
    suspends.

    Args:
        results: For each finding's code whether it passed.
        report: Digest of the tester's report.

    Raises:
        Invalid: A finding lacks its result.
        Conflict: No re-test is under way.
    """
    notice = require_issuer(session, notice_id)
    if set(results) != {one.code for one in notice.findings}:
        raise Invalid(
            "The results do not fit the findings.", f"Say of each whether it passed: {', '.join(f.code for f in notice.findings)}."
        )
    if notice.state not in (S.RETEST, S.SUSPENDED_RETEST):
        raise Conflict(
            f"The notice {notice.id} is {notice.state}, and no re-test is under way.", "Begin it first.", state=notice.state.value
        )
    findings = tuple(replace(one, passed=results[one.code]) for one in notice.findings)
    seal, note = check_digest(report, "The report"), check_text(note, "The note", least=0)
    if all(results.values()):
        made = end(session, notice, "pass", note=note, findings=findings, report=seal)
        return made if notice.is_off else _tell_owner(session, made, "notice.closed")
    if notice.state is S.SUSPENDED_RETEST:
        return _tell_owner(
            session, move(session, notice, "fail", S.SUSPENDED, note=note, findings=findings, report=seal), "notice.retest_failed"
        )
    failed = move(session, notice, "fail", S.RETEST_FAILED, note=note, findings=findings, report=seal)
    if failed.is_ticking and _is_spent(session, failed):
        return _expire(session, failed, note="The re-test failed, and no attempt or no time is left.")
    return _tell_owner(session, failed, "notice.retest_failed")


def counter(session: Session, notice_id: str, text: str) -> Notice:
    """State one's own view, as the owner, before a suspension or after it.

    Against the exchange's own notice it stops the clock until it is answered; against a right-holder's until fifteen days have passed
    without a complaint or a suit. An authority's clock runs on. What is suspended already stays so until the statement convinces.

    Raises:
        Conflict: There is one already, or the notice has ended.
    """
    notice, words = require_addressed(session, notice_id), check_text(text, "The counter-statement")
    if notice.counter is not None:
        raise Conflict(f"The notice {notice.id} has a counter-statement already.", "Send the authority what else there is to say.")
    due_at = clocks.due(session.now, COUNTER_SPAN, zone=notice.zone).at if notice.kind is NoticeKind.IP else None
    made = move(session, notice, "counter", note=words, counter=Counter(text=words, at=session.now, due_at=due_at))
    if due_at is not None:
        session.enqueue("notices.lapse_claim", at=due_at, dedup_key=f"claim:{notice.id}", notice_id=notice.id)
    return _told(session, made, "notice.countered")


def answer_counter(session: Session, notice_id: str, text: str) -> Notice:
    """Answer the counter-statement, as whoever filed the notice; the clock goes on where it had waited for this.

    Raises:
        Conflict: There is none, or it has been answered.
    """
    notice, words = require_issuer(session, notice_id), check_text(text, "The answer")
    if notice.counter is None or notice.counter.answered_at is not None:
        raise Conflict(f"The notice {notice.id} has no counter-statement that waits for an answer.", "Look at it again.")
    made = move(session, notice, "answer", note=words, counter=replace(notice.counter, answer=words, answered_at=session.now))
    _start_again(session, made)
    return _tell_owner(session, made, "notice.answered")


def name_suit(session: Session, notice_id: str, text: str) -> Notice:
    """Record the complaint or suit that the right-holder has brought: where, and under which number; the clock goes on.

    Raises:
        Conflict: Nobody has countered, one is named already, or the fifteen days are over.
    """
    notice, words = require_issuer(session, notice_id), check_text(text, "The complaint or suit", most=500)
    if notice.counter is None or notice.counter.due_at is None or notice.counter.suit:
        raise Conflict(f"The notice {notice.id} waits for no complaint or suit.", "It is named after a right-holder's claim was countered.")
    made = move(session, notice, "suit", note=words, counter=replace(notice.counter, suit=words))
    _start_again(session, made)
    return _tell_owner(session, made, "notice.suit")


def record_leniency(session: Session, notice_id: str, fact: LeniencyFact, note: str) -> Notice:
    """Record a fact in the owner's favour (network data regulations, article 59), as either side."""
    notice, words = get(session, notice_id), check_text(note, "The note", most=1_000)
    parties.require_scope(session, Scope.PUBLISH if is_addressed(session, notice) else Scope.ADMIN)
    if not (is_addressed(session, notice) or is_issuer(session, notice)):
        raise Refused("Only the two parties of the notice record facts.", "You may read it.")
    by = parties.acting_organisation(session)
    kept = (*notice.leniency, Leniency(fact=LeniencyFact(fact), note=words, by_id=by, at=session.now))
    if len(kept) > 20:
        raise Conflict(f"The notice {notice.id} has {len(notice.leniency)} facts already.", "Put what else there is into the evidence.")
    return move(session, notice, "leniency", note=f"{fact}: {words}", leniency=kept)


def take_back(session: Session, notice_id: str, reason: str) -> Notice:
    """Take the notice back, as whoever filed it; what it had suspended is on offer again."""
    notice, words = require_issuer(session, notice_id), check_text(reason, "The reason")
    made = end(session, notice, "take_back", note=words, taken_back=True)
    return made if notice.is_off else _tell_owner(session, made, "notice.taken_back")


@jobs.handler("notices.end_clock")
def end_clock(session: Session, *, notice_id: str) -> None:
    """Suspend what the notice names if its clock has ended and the owner has still to act; late or twice it does no harm."""
    notice = repository.find(session.db, notice_id)
    if notice is not None and notice.is_ticking and _is_spent(session, notice):
        _expire(session, notice, note="The clock has ended.")


@jobs.handler("notices.lapse_claim")
def lapse_claim(session: Session, *, notice_id: str) -> None:
    """End a right-holder's notice whose fifteen days after the counter-notice have passed without a complaint or a suit."""
    notice = repository.find(session.db, notice_id)
    if notice is None or not notice.is_open or notice.counter is None or notice.counter.due_at is None or notice.counter.suit:
        return
    if session.now >= notice.counter.due_at:
        end(session, notice, "unsued", note="No complaint or suit was named in time.")


def _is_spent(session: Session, notice: Notice) -> bool:
    return session.now >= notice.suspends_at or (notice.state is S.RETEST_FAILED and notice.rounds >= ROUNDS)


def _expire(session: Session, notice: Notice, *, note: str) -> Notice:
    return suspend(session, move(session, notice, "expire", S.EXPIRED, note=note), note=note)


def _start_again(session: Session, notice: Notice) -> None:
    # The job of the due date, or a second failure, may have come and gone while the counter-statement held it back.
    if notice.is_ticking and _is_spent(session, notice):
        session.enqueue("notices.end_clock", notice_id=notice.id)


def _with_evidence(finding: Finding, seal: str, note: str) -> Finding:
    what = f"The evidence for {finding.code}"
    return replace(finding, evidence=check_digest(seal, what), evidence_note=check_text(note, what, least=0), passed=None)


def _told(session: Session, notice: Notice, kind: str) -> Notice:
    parties.notify(session, notice.issuer_id, kind, notice.id, number=notice.document_number)
    return notice


def _tell_owner(session: Session, notice: Notice, kind: str) -> Notice:
    parties.notify(session, notice.organisation_id, kind, notice.id, number=notice.document_number)
    return notice
