"""Complaints without an identity: a text, a receipt code that is shown once, and answers that are read with it.

Nothing is kept that could lead back: no account, no address, no exact time, and the public log hears of it with an hour's others.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from entrepot import jobs, parties, proof
from entrepot.kit import Conflict, NotFound, Refused, digest, is_id, rfc3339, sha256_hex
from entrepot.notices.judged import judge_channel
from entrepot.notices.model import check_text
from entrepot.notices.tables import complaint_messages, complaints
from entrepot.runtime import Role, Scope, Session

MAX_MESSAGES = 50
# A minute longer than the hour, so that what began in it is committed.
_ANNOUNCED = timedelta(minutes=61)


class TooManyComplaints(Refused):
    """More complaints have come in this hour than are taken."""

    status = 429


class About(StrEnum):
    """What a complaint is about."""

    PERSONAL_DATA = "personal_data"
    CHILDREN = "children"
    PROHIBITED_USE = "prohibited_use"
    WRONG_DATA = "wrong_data"
    CONDUCT = "conduct"
    OTHER = "other"


class ComplaintState(StrEnum):
    """Whose word is awaited; ``closed`` is the end."""

    WAITING = "waiting"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """A complaint; ``listing_id`` and ``notice_id`` are empty where it names no listing, or has led to no notice."""

    id: str
    about: About
    listing_id: str
    state: ComplaintState
    notice_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What one side wrote, to the hour."""

    number: int
    by_operator: bool
    text: str
    at: datetime


def complain(session: Session, about: About, text: str, *, listing_id: str = "") -> tuple[Complaint, str]:
    """Take a complaint from anybody; the receipt code that comes with it is shown once and kept nowhere.

    Raises:
        TooManyComplaints: The hour's limit is reached.
        Invalid: The text is missing or too long.
    """
    words, hour = check_text(text, "The complaint"), _hour(session.now)
    _check_rate(session, hour)
    code = secrets.token_urlsafe(24)
    # No id that tells the time, as others do.
    made = Complaint(
        id=f"cmp_{secrets.token_hex(13)}", about=About(about), listing_id=listing_id if is_id(listing_id, "lst") else "",
        state=ComplaintState.WAITING, notice_id="", created_at=hour,
    )  # fmt: skip
    values = {name: getattr(made, name) for name in Complaint.__slots__} | {"about": made.about.value, "state": made.state.value}
    session.db.execute(sa.insert(complaints).values(values | {"code_sha256": sha256_hex(code.encode())}))
    _write(session, made.id, words, by_operator=False)
    session.enqueue("notices.announce_complaints", at=hour + _ANNOUNCED, dedup_key=f"complaints:{rfc3339(hour)}", hour=rfc3339(hour))
    return made, code


def read_complaint(session: Session, code: str) -> tuple[Complaint, list[Message]]:
    """A complaint and all that was written, for whoever has its code.

    Raises:
        NotFound: The code is unknown.
    """
    row = session.db.execute(sa.select(complaints).where(complaints.c.code_sha256 == sha256_hex(code.strip().encode()))).one_or_none()
    if row is None:
        raise NotFound("No complaint has this receipt code.", "Copy the whole code, as it was shown when the complaint was sent.")
    found = _complaint(row)
    return found, messages(session, found.id)


def add_to_complaint(session: Session, code: str, text: str) -> Complaint:
    """Add to a complaint, with its code.

    Raises:
        NotFound: The code is unknown.
        Conflict: It is closed, or long enough.
        TooManyComplaints: The hour's limit is reached.
    """
    found, _ = read_complaint(session, code)
    _check_rate(session, _hour(session.now))
    _require_open(found)
    _write(session, found.id, check_text(text, "The text"), by_operator=False)
    return _change(session, found, state=ComplaintState.WAITING)


def list_complaints(session: Session, *, limit: int = 200) -> list[Complaint]:
    """Complaints, those that wait first and the newest of them first, for the operator.

    Raises:
        Refused: The actor is no operator.
    """
    parties.require_role(session, Role.OPERATOR)
    waits = sa.case((complaints.c.state == ComplaintState.WAITING.value, 0), else_=1)
    query = sa.select(complaints).order_by(waits, complaints.c.created_at.desc(), complaints.c.id).limit(limit)
    return [_complaint(row) for row in session.db.execute(query)]


def get_complaint(session: Session, complaint_id: str) -> Complaint:
    """A complaint, for the operator.

    Raises:
        NotFound: There is none, or the actor is no operator.
    """
    row = session.db.execute(sa.select(complaints).where(complaints.c.id == complaint_id)).one_or_none()
    if row is None or not session.actor.has_role(Role.OPERATOR, Role.SYSTEM):
        raise NotFound(f"There is no complaint {complaint_id[:60]}.", "The operator sees them; whoever sent one reads it with its code.")
    return _complaint(row)


def messages(session: Session, complaint_id: str) -> list[Message]:
    """What was written; the caller has made sure that the actor may read it."""
    query = sa.select(complaint_messages).where(complaint_messages.c.complaint_id == complaint_id).order_by(complaint_messages.c.number)
    return [Message(**{name: row._mapping[name] for name in Message.__slots__}) for row in session.db.execute(query)]


def link_notice(session: Session, complaint_id: str, notice_id: str) -> Complaint:
    """Remember which notice a complaint has led to, so that whoever sent it can read that.

    Raises:
        NotFound: There is none, or the actor is no operator.
    """
    found = get_complaint(session, complaint_id)
    return _change(session, found, state=found.state, notice_id=notice_id)


def answer_complaint(session: Session, complaint_id: str, text: str, *, close: bool = False) -> Complaint:
    """Answer a complaint, as an operator.

    Raises:
        NotFound: There is none, or the actor is no operator.
        Conflict: It is closed, or long enough.
    """
    parties.require_scope(session, Scope.ADMIN)
    found = get_complaint(session, complaint_id)
    _require_open(found)
    _write(session, found.id, check_text(text, "The answer"), by_operator=True)
    state = ComplaintState.CLOSED if close else ComplaintState.ANSWERED
    made = _change(session, found, state=state)
    proof.record(session, "complaint.answered", {"complaint": made.id, "state": state.value, "notice": made.notice_id}, subject_id=made.id)
    return made


@jobs.handler("notices.announce_complaints")
def announce_complaints(session: Session, *, hour: str) -> None:
    """Tell the operator of an hour's complaints, and commit to them in the log, all at once."""
    came = sa.select(complaints.c.id).where(complaints.c.created_at == datetime.fromisoformat(hour)).order_by(complaints.c.id)
    exchange_id = parties.exchange_organisation(session).id
    for complaint_id in session.db.scalars(came).all():
        written = [digest([one.text, one.by_operator]) for one in messages(session, complaint_id)]
        proof.record(session, "complaint.received", {"complaint": complaint_id, "messages": written}, subject_id=complaint_id)
        parties.notify(session, exchange_id, "complaint.received", complaint_id)
    judge_channel(session)


def _check_rate(session: Session, hour: datetime) -> None:
    mine = sa.and_(complaint_messages.c.at == hour, complaint_messages.c.by_operator.is_(False))
    count = int(session.db.scalar(sa.select(sa.func.count()).select_from(complaint_messages).where(mine)) or 0)
    most = session.settings.complaints_per_hour
    if count >= most:
        raise TooManyComplaints(
            f"{count} complaints have come in this hour, and {most} are taken.", "Keep the text and send it in an hour."
        )


def _require_open(found: Complaint) -> None:
    if found.state is ComplaintState.CLOSED:
        raise Conflict(f"The complaint {found.id} is closed.", "Send a new one.")


def _write(session: Session, complaint_id: str, text: str, *, by_operator: bool) -> None:
    mine = complaint_messages.c.complaint_id == complaint_id
    number = int(session.db.scalar(sa.select(sa.func.count()).select_from(complaint_messages).where(mine)) or 0)
    if number >= MAX_MESSAGES:
        raise Conflict(f"The complaint {complaint_id} has {number} messages already.", "Send a new one.")
    values = {"complaint_id": complaint_id, "number": number, "by_operator": by_operator, "text": text, "at": _hour(session.now)}
    session.db.execute(sa.insert(complaint_messages).values(values))


def _change(session: Session, found: Complaint, *, state: ComplaintState, notice_id: str | None = None) -> Complaint:
    made = replace(found, state=state, notice_id=found.notice_id if notice_id is None else notice_id)
    seen = sa.and_(complaints.c.id == found.id, complaints.c.state == found.state.value)
    values = {"state": made.state.value, "notice_id": made.notice_id}
    if session.db.execute(sa.update(complaints).where(seen).values(values)).rowcount != 1:
        raise Conflict(f"The complaint {found.id} was changed by somebody else at the same moment.", "Look at it again.")
    return made


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _complaint(row: Any) -> Complaint:
    values = {name: row._mapping[name] for name in Complaint.__slots__}
    return Complaint(**values | {"about": About(values["about"]), "state": ComplaintState(values["state"])})
