"""What people ask of those who hold their data: copy, correction, deletion and more, each with the clock its law sets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from entrepot import parties
from entrepot.compliance.clocks import ZONES, assumption_in, due
from entrepot.consent import service
from entrepot.consent.links import Person
from entrepot.consent.model import PERSON, Act, make_scope
from entrepot.consent.tables import subject_requests
from entrepot.kit import Conflict, Invalid, NotFound, new_id
from entrepot.runtime import Role, Session
from entrepot.vocabulary.countries import EEA

MAX_TEXT = 4_000
_STOPS = ("deletion", "objection", "restriction")
"""Kinds after which the person's rows are held back from the next delivery on, before anybody has answered."""


_CN, _EU, _GB, _US = (
    "App identification method 2019 (No. 191), part 6; PIPL 50", "GDPR 12(3)", "UK GDPR 12(3)", "Cal. Civ. Code 1798.130(a)(2)",
)  # fmt: skip
_ELSEWHERE = f"{_EU}, by analogy"
_LAWS_ZH = {
    _CN: "《App违法违规收集使用个人信息行为认定方法》（2019）第六条；《个人信息保护法》第五十条", _EU: "欧盟《通用数据保护条例》（GDPR）第12条第3款",
    _GB: "英国《通用数据保护条例》（UK GDPR）第12条第3款", _US: "美国加利福尼亚州《民法典》第1798.130条(a)款(2)项",
    _ELSEWHERE: "参照欧盟《通用数据保护条例》（GDPR）第12条第3款",
}  # fmt: skip
_ASSUMED = {"en": "No rule for {country} is known here; one month was counted.", "zh": "此处没有关于{country}的规定，按一个月计算。"}


class RequestKind(StrEnum):
    """What a person asks for."""

    COPY = "copy"
    CORRECTION = "correction"
    DELETION = "deletion"
    OBJECTION = "objection"
    RESTRICTION = "restriction"
    EXPLANATION = "explanation"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectRequest:
    """One request of one person to one controller.

    Attributes:
        state: ``open``, ``answered`` or ``declined``.
        law: What sets the clock; ``assumption`` is what had to be assumed for it.
    """

    id: str
    controller_id: str
    subject: bytes
    kind: RequestKind
    message: str
    state: str
    law: str
    assumption: str
    created_at: datetime
    due_at: datetime
    answered_at: datetime | None
    answer: str

    def is_overdue(self, now: datetime) -> bool:
        """Whether its clock has ended without an answer."""
        return self.state == "open" and now > self.due_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How long a law gives for an answer, and what says so."""

    span: str
    zone: str
    law: str
    assumption: str = ""


def clock_for(country: str) -> Clock:
    """The clock of a controller's country."""
    if country == "CN":
        return Clock(span="15CNBD", zone=ZONES["CN"], law=_CN)
    if country in EEA:
        return Clock(span="1M", zone=ZONES["EU"], law=_EU)
    if country == "GB":
        return Clock(span="1M", zone="Europe/London", law=_GB)
    if country == "US":
        return Clock(span="45D", zone=ZONES["US"], law=_US)
    return Clock(span="1M", zone="UTC", law=_ELSEWHERE, assumption=_ASSUMED["en"].format(country=country))


def basis_in(request: SubjectRequest, language: str) -> tuple[str, str]:
    """What sets a request's clock, and what had to be assumed for it, in a language."""
    if language == "en":
        return request.law, request.assumption
    assumed = re.compile(re.escape(_ASSUMED["en"]).replace(r"\{country\}", "([A-Z]*)"))
    said = assumed.sub(lambda found: _ASSUMED[language].format(country=found[1]), request.assumption)
    return _LAWS_ZH.get(request.law, request.law), assumption_in(said, language)


def file(session: Session, person: Person, kind: str, *, message: str = "") -> SubjectRequest:
    """File a person's request; its clock starts, and what asks to stop stops the data at once.

    Raises:
        Invalid: The kind is none we know, or the message is too long.
        Conflict: The same is open already.
    """
    if kind not in set(RequestKind):
        raise Invalid(f"{kind[:40]!r} is no kind of request.", f"Use {', '.join(RequestKind)}.")
    if len(message) > MAX_TEXT:
        raise Invalid(
            f"The message has {len(message):,} characters.", f"Use at most {MAX_TEXT:,}.",
            message_zh=f"说明共有{len(message):,}个字符。", hint_zh=f"最多{MAX_TEXT:,}个字符。",
        )  # fmt: skip
    if any(r.kind == kind and r.state == "open" for r in of_person(session, person)):
        raise Conflict(
            f"A request for {kind} is open already.", "Wait for its answer, or complain to the authority once it is overdue.",
            message_zh="同样的请求已在处理中。", hint_zh="请等待答复；逾期未答复的，可向主管部门投诉。",
        )  # fmt: skip
    clock = clock_for(parties.get(session, person.controller_id).country)
    ends = due(session.now, clock.span, zone=clock.zone)
    made = SubjectRequest(
        id=new_id("srq"), controller_id=person.controller_id, subject=person.subject, kind=RequestKind(kind), message=message.strip(),
        state="open", law=clock.law, assumption=" ".join(filter(None, (clock.assumption, ends.assumption))), created_at=session.now,
        due_at=ends.at, answered_at=None, answer="",
    )  # fmt: skip
    session.db.execute(sa.insert(subject_requests).values({f: getattr(made, f) for f in SubjectRequest.__slots__} | {"kind": kind}))
    if kind in _STOPS:
        service.say(session, person.subject, Act.OBJECTED, make_scope(person.controller_id), by=PERSON, link=person.link)
    parties.notify(session, person.controller_id, "request.filed", made.id, asked=kind, due=made.due_at.strftime("%Y-%m-%d"))
    return made


def answer(session: Session, request_id: str, *, text: str, declined: bool = False) -> SubjectRequest:
    """Answer a request, as the controller; a refusal needs its reason just as well.

    Raises:
        NotFound: There is none for the actor.
        Invalid: There is no text.
        Conflict: It has been answered.
    """
    found = get(session, request_id)
    if not text.strip() or len(text) > MAX_TEXT:
        raise Invalid(
            f"The answer has {len(text.strip()):,} characters.", f"Write what was done, or why not, in 1 to {MAX_TEXT:,} characters."
        )
    open_ = sa.and_(subject_requests.c.id == found.id, subject_requests.c.state == "open")
    values = {"state": "declined" if declined else "answered", "answer": text.strip(), "answered_at": session.now}
    if session.db.execute(sa.update(subject_requests).where(open_).values(values)).rowcount != 1:
        raise Conflict(f"The request {found.id} has been answered.", "Look at it again.")
    return get(session, request_id)


def get(session: Session, request_id: str) -> SubjectRequest:
    """A request to the acting controller.

    Raises:
        NotFound: There is none, or it is another's.
    """
    row = session.db.execute(sa.select(subject_requests).where(subject_requests.c.id == request_id)).one_or_none()
    if row is None or not parties.is_self(session, row.controller_id):
        raise NotFound(f"There is no request {request_id[:60]}.", "Check the id, and that you act for the right organisation.")
    return _request(row)


def of_controller(session: Session, *, state: str = "") -> list[SubjectRequest]:
    """Requests to the acting controller, the most urgent first."""
    mine = subject_requests.c.controller_id == parties.acting_organisation(session)
    query = sa.select(subject_requests).where(mine).order_by(subject_requests.c.due_at, subject_requests.c.id)
    return [_request(row) for row in session.db.execute(query.where(subject_requests.c.state == state) if state else query)]


def of_person(session: Session, person: Person) -> list[SubjectRequest]:
    """A person's requests, newest first."""
    c = subject_requests.c
    mine = sa.and_(c.controller_id == person.controller_id, c.subject == person.subject)
    return [_request(row) for row in session.db.execute(sa.select(subject_requests).where(mine).order_by(c.id.desc()))]


def overdue(session: Session) -> list[SubjectRequest]:
    """Every request whose clock has ended without an answer, for the operator and the regulator; without the people's words.

    Raises:
        Refused: The actor is neither.
    """
    parties.require_role(session, Role.OPERATOR, Role.REGULATOR)
    c = subject_requests.c
    query = sa.select(subject_requests).where(c.state == "open", c.due_at < session.now).order_by(c.due_at, c.id)
    return [_request(row, message="") for row in session.db.execute(query)]


def _request(row: Any, **instead: Any) -> SubjectRequest:
    values = {name: row._mapping[name] for name in SubjectRequest.__slots__}
    return SubjectRequest(**values | {"kind": RequestKind(values["kind"]), "subject": bytes(values["subject"])} | instead)
