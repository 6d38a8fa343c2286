"""Where the rules are asked about running the exchange: consents and requests of people, changes of rules, entries of the register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from entrepot import compliance, consent, parties, trades
from entrepot.compliance import Case, Gate, KeptRuling, Ruling, Source, acts, library
from entrepot.compliance.questions import Question, question_about
from entrepot.compliance.ruling import Outcome
from entrepot.consent import Act, Recorded, Scope
from entrepot.consent.requests import SubjectRequest
from entrepot.flows import admissions, duties, refusing
from entrepot.kit import Invalid, NotFound, new_id, rfc3339
from entrepot.runtime import Role, Session
from entrepot.runtime import Scope as KeyScope
from entrepot.trades.model import OPEN

_ONE_STEP = {"asking.withdrawal_as_easy": True, "consent.steps_to_give": 1, "consent.steps_to_withdraw": 1}
"""What the personal link and the form of the same page make of it: one step either way."""
_UNANSWERED = {"open": "in_hand", "answered": "done", "declined": "refused_with_reasons"}
KINDS = acts.REGISTER.kinds
_KIND = "operation.kind"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Something that is done, or is a standing duty, and what the rules say of it today.

    Attributes:
        act: What it is, by its name in ``entrepot.compliance.acts``.
        kept: The newest ruling that was kept; a standing duty has none before its first review.
        now: What the rules say with the answers given since.
    """

    subject_id: str
    act: str
    kept: KeptRuling | None
    now: Ruling


def ask_consent(session: Session, controller_id: str, said: Sequence[tuple[Recorded, Scope]], scope: Scope) -> None:
    """Ask the rules before a person is asked for consent.

    Args:
        said: What the person has said to the controller so far.

    Raises:
        AskedTooSoon: The person was asked, refused or withdrew less than 90 days ago.
        NotCompliant: A rule forbids it.
        FactsMissing: The controller has to say first how it asks.
    """
    about = [act for act, spoken in said if consent.overlap(spoken, scope)]
    asked = max((act.at for act in about if act.act is Act.ASKED), default=None)
    refused = max((act.at for act in about if act.act in consent.AGAINST), default=None)
    facts: dict[str, Any] = {_KIND: "consent_request", "asking.refused_before": refused is not None, **_ONE_STEP}
    facts |= {"consent.days_since_asked": (session.now - asked).days} if asked else {}
    facts |= {"asking.days_since_refusal": (session.now - refused).days} if refused else {}
    try:
        compliance.ask(session, _of_controller(acts.ASK_CONSENT, controller_id, facts))
    except compliance.NotCompliant as error:
        allowed = consent.asked_from([act for act, _ in said], {act.scope_id: spoken for act, spoken in said}, scope)
        if allowed is None or session.now >= allowed:
            raise
        hint = f"Asking is allowed from {allowed:%Y-%m-%d}; the person can say yes at any time by the personal link."
        raise consent.AskedTooSoon(error.message, hint, allowed_from=rfc3339(allowed), **error.details) from error


def record_consent(session: Session, controller_id: str) -> None:
    """Ask the rules before a controller records that people consented, one or a million at once; against it, nothing is asked.

    Raises:
        NotCompliant: A rule forbids it, such as when they were asked in a way that makes consent void.
        FactsMissing: The controller has to say first how it asks.
    """
    compliance.ask(session, _of_controller(acts.RECORD_CONSENT, controller_id, {_KIND: "consent_import", **_ONE_STEP}))


def judge_request(session: Session, request: SubjectRequest, act: acts.Act, *, lapsed: bool = False) -> None:
    """Ask the rules about a person's request: when it is filed, answered, or left without an answer in time.

    Raises:
        NotCompliant: A rule forbids the answer; the clock runs on.
    """
    facts: dict[str, Any] = {
        _KIND: "rights_request", "rights.requested_at": rfc3339(request.created_at),
        "rights.outcome": "unanswered" if lapsed else _UNANSWERED[request.state],
    }  # fmt: skip
    if request.state != "open" or lapsed:
        # The time for an answer is the law's; before it has ended, an open request breaks nothing.
        facts |= {"eu.request_received_at": rfc3339(request.created_at), "eu.request_answered": request.state != "open"}
    compliance.ask(session, Case(act=act, subject_id=request.id, organisation_id=request.controller_id, facts=facts))


def change_rules(session: Session, change: str) -> None:
    """Ask the rules before the rules in force are changed; what is not known stays a question to the operator.

    Args:
        change: Which change, in up to 40 characters: answers are kept under it.

    Raises:
        NotCompliant: A rule forbids it.
    """
    exchange_id = parties.exchange_organisation(session).id
    compliance.ask(session, Case(act=acts.CHANGE_RULES, subject_id=change, organisation_id=exchange_id, facts={_KIND: "rule_change"}))


def enter_operation(session: Session, kind: str, facts: Mapping[str, Any]) -> Operation:
    """Enter something that the acting organisation does, such as an incident or a decision by machine, and hear what the rules say.

    Raises:
        Invalid: The kind is none of ``KINDS``, or a fact does not fit; nothing is kept.
    """
    _require_office(session)
    if kind not in KINDS:
        raise Invalid(f"{kind[:40]!r} is no kind of operation.", f"Choose among {', '.join(KINDS)}.")
    subject_id = new_id("opr")
    compliance.answer(session, subject_id, facts)
    case = Case(act=acts.REGISTER, subject_id=subject_id, organisation_id=parties.acting_organisation(session), facts={_KIND: kind})
    ruling = compliance.ask(session, case)
    refusing.count(ruling, session)
    return Operation(subject_id=subject_id, act=acts.REGISTER.name, now=ruling, kept=_newest(session, subject_id))


def answer_operation(session: Session, subject_id: str, facts: Mapping[str, Any]) -> Operation:
    """Answer what the rules ask about an operation or a standing duty, as the organisation whose it is, and hear what they say now.

    Raises:
        NotFound: The rules have said nothing of it, or it is another's.
        Invalid: An answer does not fit its question; nothing is kept.
    """
    _require_office(session)
    before = find_operation(session, subject_id)
    organisation_id = _owner(session, before)
    if organisation_id != parties.acting_organisation(session):
        raise _unknown(subject_id)
    compliance.answer(session, subject_id, facts)
    found = find_operation(session, subject_id)
    refused = before.kept is not None and bool(before.kept.record.get("refused"))
    compliance.keep_new(session, found.now, subject_id, organisation_id, act=found.act, refused=refused)
    refusing.count_new(found.now, session, before=refusing.refused(before.now))
    return get_operation(session, subject_id)


def get_operation(session: Session, subject_id: str) -> Operation:
    """What the rules say of an operation today, for the organisation whose duty it is and the operator.

    Raises:
        NotFound: The rules have said nothing of it, or it is another's.
    """
    found = find_operation(session, subject_id)
    if not (parties.is_self(session, _owner(session, found)) or session.actor.has_role(Role.OPERATOR, Role.SYSTEM)):
        raise _unknown(subject_id)
    return found


def find_operation(session: Session, subject_id: str) -> Operation:
    """What the rules say of an operation today; the caller makes sure that the actor may know.

    Raises:
        NotFound: The rules have said nothing of it.
    """
    kept = _newest(session, subject_id)
    if kept is not None and not duties.is_standing(session, subject_id):
        return _today(session, kept)
    case = duties.standing_case(session, subject_id)
    if case is None:
        raise _unknown(subject_id)
    return Operation(subject_id=subject_id, act=case.act.name, kept=kept, now=compliance.judge_case(session, case))


def list_operations(session: Session) -> list[Operation]:
    """What the acting organisation has to answer or to put right, oldest first; for the operator the standing duties come first.

    Raises:
        Refused: The actor neither holds data nor runs the exchange.
    """
    parties.require_role(session, Role.OWNER, Role.OPERATOR)
    acting = parties.acting_organisation(session)
    standing = duties.standing_subjects(session) if acting == parties.exchange_organisation(session).id else ()
    left = [kept.subject_id for kept in compliance.open_duties(session, acting)]
    settled = [kept.subject_id for kept in compliance.entered(session, acting)]
    return [find_operation(session, subject_id) for subject_id in dict.fromkeys((*standing, *left, *settled))]


def may_concern(session: Session, operation: Operation, language: str = "en") -> tuple[Question, ...]:
    """Questions that no rule asks by itself: facts that rules begin with, and moments at which a clock of theirs begins."""
    known = operation.now.dossier.values
    applied = (one.rule.clock for one in operation.now.trace if one.outcome is not Outcome.NOT_APPLICABLE)
    begins = [clock.start for clock in applied if clock is not None]
    kind, places = str(known.get(_KIND, "")), known.get("deal.jurisdictions", ())
    paths = dict.fromkeys((*begins, *duties.optional_facts(session, kind, places)))
    vocabulary = library.vocabulary()
    return tuple(question_about(fact, language) for path in paths if path not in known and (fact := vocabulary.get(path)))


def waiting_rulings(session: Session) -> list[KeptRuling]:
    """Cases of trades, deliveries, operations and notices that the rules leave to a person, oldest first.

    Raises:
        Refused: The actor is no operator.
    """
    return [kept for kept in compliance.waiting(session) if _goes_on(session, kept)]


def why_waiting(session: Session, kept: KeptRuling, language: str = "en") -> list[str]:
    """Why a case waits for a person: each finding with its citation, and the prohibited uses that its buyer named before."""
    found = compliance.judge(session, kept.gate, kept.dossier).findings(library.vocabulary(), language)
    return [f"{one.message} ({one.citation})" for one in found] + admissions.words(kept, language)


def _goes_on(session: Session, kept: KeptRuling) -> bool:
    """Whether there is still something to let pass: a trade that has ended waits for nobody."""
    if kept.gate is Gate.CONTRACT:
        return trades.get_negotiation(session, kept.subject_id).is_open
    return kept.gate is not Gate.DELIVERY or trades.get(session, kept.subject_id).state in OPEN


def _of_controller(act: acts.Act, controller_id: str, facts: Mapping[str, Any]) -> Case:
    # How a controller asks is its own affair and the same for everybody, so that it answers once, and no person stands in a ruling.
    return Case(act=act, subject_id=f"{controller_id}.asking", organisation_id=controller_id, facts=facts)


def _require_office(session: Session) -> None:
    parties.require_role(session, Role.OWNER, Role.OPERATOR)
    parties.require_scope(session, KeyScope.PUBLISH)


def _newest(session: Session, subject_id: str) -> KeptRuling | None:
    found = (kept for gate in (Gate.OPERATION, Gate.NOTICE) for kept in compliance.rulings(session, subject_id, gate)[:1])
    return next(found, None)


def _owner(session: Session, operation: Operation) -> str:
    return operation.kept.organisation_id if operation.kept else parties.exchange_organisation(session).id


def _today(session: Session, kept: KeptRuling) -> Operation:
    said = compliance.answers(session, kept.subject_id).values
    # An answer that was taken back is none; what was measured when it was asked stands.
    measured = {path: value for path, value in kept.dossier.values.items() if kept.dossier.source(path) is Source.MEASURED}
    dossier = compliance.Dossier().with_(said).with_(measured, Source.MEASURED)
    now = compliance.judge(session, kept.gate, dossier)
    return Operation(subject_id=kept.subject_id, act=str(kept.record.get("act", "")), kept=kept, now=now)


def _unknown(subject_id: str) -> NotFound:
    return NotFound(f"There is no operation {subject_id[:60]} of yours.", "Look at the list of operations.")
