"""Notices: who may be told to put what right by when, the states on the way, and what is written down of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from entrepot.kit import Invalid, parse_rfc3339, rfc3339

MAX_TEXT = 10_000
MAX_FINDINGS = 100
MAX_LISTINGS = 200
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


class NoticeKind(StrEnum):
    """What a notice is about; ``ip`` is a right-holder's claim, to which the owner may answer with a counter-notice."""

    RECTIFICATION = "rectification"
    ANTITRUST = "antitrust"
    EXCHANGE = "exchange"
    IP = "ip"


class NoticeState(StrEnum):
    """Where a notice stands; the three that begin with ``suspended`` are those in which its listings are off."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    PLAN_FILED = "plan_filed"
    SUBMITTED = "submitted"
    RETEST = "retest"
    RETEST_FAILED = "retest_failed"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    SUSPENDED_SUBMITTED = "suspended_submitted"
    SUSPENDED_RETEST = "suspended_retest"
    CLOSED = "closed"
    REINSTATED = "reinstated"
    TAKEN_BACK = "taken_back"


_S = NoticeState
OFF = frozenset({_S.SUSPENDED, _S.SUSPENDED_SUBMITTED, _S.SUSPENDED_RETEST})
"""States in which the listings in scope are suspended."""
ENDED = frozenset({_S.CLOSED, _S.REINSTATED, _S.TAKEN_BACK})
TICKING = frozenset({_S.RECEIVED, _S.ACKNOWLEDGED, _S.PLAN_FILED, _S.RETEST_FAILED})
"""States in which the end of the clock suspends: the owner has still to act."""
NEXT: Mapping[NoticeState, frozenset[NoticeState]] = {
    # At once suspended where the notice says imminent harm; closed where a right-holder does not go to court in time.
    _S.RECEIVED: frozenset({_S.ACKNOWLEDGED, _S.EXPIRED, _S.SUSPENDED, _S.CLOSED, _S.TAKEN_BACK}),
    _S.ACKNOWLEDGED: frozenset({_S.PLAN_FILED, _S.EXPIRED, _S.CLOSED, _S.TAKEN_BACK}),
    _S.PLAN_FILED: frozenset({_S.SUBMITTED, _S.EXPIRED, _S.CLOSED, _S.TAKEN_BACK}),
    _S.SUBMITTED: frozenset({_S.RETEST, _S.CLOSED, _S.TAKEN_BACK}),
    _S.RETEST: frozenset({_S.CLOSED, _S.RETEST_FAILED, _S.EXPIRED, _S.TAKEN_BACK}),
    _S.RETEST_FAILED: frozenset({_S.SUBMITTED, _S.EXPIRED, _S.CLOSED, _S.TAKEN_BACK}),
    _S.EXPIRED: frozenset({_S.SUSPENDED}),
    _S.SUSPENDED: frozenset({_S.SUSPENDED_SUBMITTED, _S.REINSTATED, _S.TAKEN_BACK}),
    _S.SUSPENDED_SUBMITTED: frozenset({_S.SUSPENDED_RETEST, _S.REINSTATED, _S.TAKEN_BACK}),
    _S.SUSPENDED_RETEST: frozenset({_S.REINSTATED, _S.SUSPENDED, _S.TAKEN_BACK}),
    **dict.fromkeys(ENDED, frozenset[NoticeState]()),
}


class LeniencyFact(StrEnum):
    """What the network data regulations, article 59, let an authority count in the owner's favour."""

    HARM_REMOVED = "harm_removed"
    MINOR_CORRECTED = "minor_corrected"
    FIRST_MINOR_CORRECTED = "first_minor_corrected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to put right.

    Attributes:
        basis: The provision it rests on: instrument, version, article.
        evidence: Digest of what the owner has handed in; the documents stay with their owners.
        passed: What the re-test found; None before one.
    """

    code: str
    basis: str
    text: str
    fields: tuple[str, ...] = ()
    fix: str = ""
    evidence: str = ""
    evidence_note: str = ""
    passed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leniency:
    """A fact in the owner's favour, and which organisation recorded it."""

    fact: LeniencyFact
    note: str
    by_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """The owner's counter-statement and its answer.

    Attributes:
        due_at: For a right-holder's notice, until when a complaint or a suit must be named; None for other kinds.
        suit: The complaint or suit that was named in time.
    """

    text: str
    at: datetime
    answer: str = ""
    answered_at: datetime | None = None
    due_at: datetime | None = None
    suit: str = ""

    @property
    def holds_back(self) -> bool:
        """Whether it must still be dealt with before the listings may be suspended."""
        return not self.suit if self.due_at is not None else self.answered_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice to one organisation about some of its listings.

    Attributes:
        issuer_id: The regulator, or the exchange, whose organisation filed it here.
        authority: Whose notice it is, by name; on paper notices not the one who filed it.
        revision: Counts the changes; each is made to exactly the revision that was seen.
        due_at: When it is due by the notice itself, or by the clock that was computed.
        heard_until: Until when the owner has time to be heard, whatever the due date says: nothing is suspended before, unless harm is
            imminent. None where harm is, and in notices of earlier releases.
        clock: How the due date came about: ``given``, or the span it was computed from.
        assumption: What had to be assumed about a calendar.
        harm: The imminent harm that lets the exchange suspend before hearing the owner; empty where there is none.
        is_public: Whether the authority wants it known whose notice it is.
        rounds: How often evidence was handed in before a suspension.
    """

    id: str
    kind: NoticeKind
    issuer_id: str
    organisation_id: str
    authority: str
    document_number: str
    state: NoticeState
    revision: int
    received_at: datetime
    due_at: datetime
    clock: str
    zone: str
    assumption: str
    listings: tuple[str, ...]
    findings: tuple[Finding, ...]
    harm: str
    is_public: bool
    penalties: str
    created_at: datetime
    leniency: tuple[Leniency, ...] = ()
    plan: str = ""
    plan_accepted_at: datetime | None = None
    tester: str = ""
    report: str = ""
    rounds: int = 0
    counter: Counter | None = None
    complaint_id: str = ""
    heard_until: datetime | None = None
    suspended_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state not in ENDED

    @property
    def is_off(self) -> bool:
        """Whether its listings are suspended."""
        return self.state in OFF

    @property
    def is_ticking(self) -> bool:
        """Whether the end of the clock will suspend the listings."""
        return self.state in TICKING and not (self.may_wait and self.counter is not None and self.counter.holds_back)

    @property
    def may_wait(self) -> bool:
        """Whether a counter-statement stops the clock: against the exchange and right-holders, not against an authority."""
        return self.kind in (NoticeKind.EXCHANGE, NoticeKind.IP)

    @property
    def name(self) -> str:
        """How the public may know it."""
        return f"{self.authority}, {self.document_number}" if self.is_public else ""

    @property
    def suspends_at(self) -> datetime:
        """When the end of the clock suspends: the due date, or later where the owner would not have been heard by then."""
        return self.due_at if self.heard_until is None else max(self.due_at, self.heard_until)

    def was_heard(self, now: datetime) -> bool:
        """Whether the owner has spoken, or had the time to; a statement that still holds the clock back has not been heard."""
        if self.counter is not None:
            return not (self.may_wait and self.counter.holds_back)
        return self.rounds > 0 or (now >= self.heard_until if self.heard_until is not None else now > self.created_at)

    def time_left(self, now: datetime) -> timedelta:
        """How long the clock still runs; negative when it is over."""
        return self.suspends_at - now


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happened to a notice: what, by which organisation (None: the exchange's own clock), and what was said."""

    notice_id: str
    number: int
    verb: str
    before: NoticeState
    after: NoticeState
    by_id: str | None
    at: datetime
    note: str


def plain(notice: Notice) -> dict[str, Any]:
    """The notice as JSON."""
    return {f.name: _plain(getattr(notice, f.name)) for f in fields(notice)}


def notice_from(value: Mapping[str, Any]) -> Notice:
    """The notice that ``plain`` wrote."""
    read = dict(value)
    read["kind"], read["state"] = NoticeKind(read["kind"]), NoticeState(read["state"])
    for name in ("received_at", "due_at", "created_at", "plan_accepted_at", "heard_until", "suspended_at", "ended_at"):
        read[name] = _moment(read.get(name))
    read["listings"] = tuple(read["listings"])
    read["findings"] = tuple(Finding(**one | {"fields": tuple(one["fields"])}) for one in read["findings"])
    read["leniency"] = tuple(Leniency(**one | {"fact": LeniencyFact(one["fact"]), "at": _moment(one["at"])}) for one in read["leniency"])
    if read["counter"] is not None:
        read["counter"] = Counter(**read["counter"] | {n: _moment(read["counter"][n]) for n in ("at", "answered_at", "due_at")})
    return Notice(**read)


def check_text(text: str, what: str, *, most: int = MAX_TEXT, least: int = 1) -> str:
    """A text that somebody must be able to read later.

    Raises:
        Invalid: It is missing, too long, or holds a null character.
    """
    found = text.strip()
    if not least <= len(found) <= most or "\x00" in found:
        raise Invalid(f"{what} has {len(found):,} characters.", f"Write {least} to {most:,} characters, without a null character.")
    return found


def check_digest(text: str, what: str) -> str:
    """``sha256:…`` of a document that stays with its owner.

    Raises:
        Invalid: It is no such digest.
    """
    found = text.strip().lower()
    found = found if found.startswith("sha256:") else f"sha256:{found}"
    if not _DIGEST.fullmatch(found):
        raise Invalid(f"{what}: {text[:80]!r} is no SHA-256 digest.", "Write 64 hexadecimal digits, as `sha256sum FILE` prints them.")
    return found


def check_findings(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings of a new notice.

    Raises:
        Invalid: There are none, too many, two of one code, or one says too little.
    """
    if not 1 <= len(findings) <= MAX_FINDINGS:
        raise Invalid(f"The notice has {len(findings)} findings.", f"Give 1 to {MAX_FINDINGS}.")
    codes = [one.code for one in findings]
    wrong = next((code for code in codes if not _CODE.fullmatch(code) or codes.count(code) > 1), None)
    if wrong is not None:
        raise Invalid(f"{wrong[:60]!r} cannot be the code of a finding.", "Give each its own, of letters, digits, dots and hyphens.")
    for one in findings:
        check_text(one.basis, f"The legal basis of the finding {one.code}", most=500)
        check_text(one.text, f"The finding {one.code}")
        check_text(one.fix, f"The fix of the finding {one.code}", least=0)
        check_text("\n".join(one.fields), f"The fields of the finding {one.code}", least=0)
    return findings


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, (Finding, Leniency, Counter)):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    return value


def _moment(text: str | None) -> datetime | None:
    return None if text is None else parse_rfc3339(text)
