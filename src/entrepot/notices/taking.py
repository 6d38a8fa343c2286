"""The steps of a notice by name, for the doors: which one may take now, and taking one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from entrepot.kit import Invalid
from entrepot.notices import steps
from entrepot.notices.desk import S, is_addressed, is_issuer
from entrepot.notices.model import NEXT, LeniencyFact, Notice
from entrepot.runtime import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What comes with a step.

    Attributes:
        text: The plan, statement, answer, reason or note; for a re-test the name of the tester.
        evidence: For each finding's code a digest and a note.
        results: For each finding's code whether it passed.
        report: Digest of the tester's report.
        fact: A fact in the owner's favour.
    """

    text: str = ""
    evidence: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    results: Mapping[str, bool] = field(default_factory=dict)
    report: str = ""
    fact: str = ""


_STEPS: Mapping[str, Callable[[Session, str, Taken], Notice]] = {
    "acknowledge": lambda session, notice_id, _: steps.acknowledge(session, notice_id),
    "plan": lambda session, notice_id, what: steps.file_plan(session, notice_id, what.text),
    "accept_plan": lambda session, notice_id, what: steps.accept_plan(session, notice_id, what.text),
    "submit": lambda session, notice_id, what: steps.submit(session, notice_id, what.evidence),
    "retest": lambda session, notice_id, what: steps.begin_retest(session, notice_id, what.text),
    "report": lambda session, notice_id, what: steps.report_retest(
        session, notice_id, what.results, report=what.report, note=what.text
    ),
    "counter": lambda session, notice_id, what: steps.counter(session, notice_id, what.text),
    "answer": lambda session, notice_id, what: steps.answer_counter(session, notice_id, what.text),
    "suit": lambda session, notice_id, what: steps.name_suit(session, notice_id, what.text),
    "leniency": lambda session, notice_id, what: steps.record_leniency(session, notice_id, _leniency(what.fact), what.text),
    "take_back": lambda session, notice_id, what: steps.take_back(session, notice_id, what.text),
}  # fmt: skip
STEPS = tuple(_STEPS)
"""Every step by its name."""


def take_step(session: Session, notice_id: str, step: str, what: Taken) -> Notice:
    """Take a step by its name.

    Raises:
        Invalid: There is no such step.
        NotFound: There is no such notice for the actor.
        Refused: It is the other side's step.
        Conflict: It is not the time for it.
    """
    if step not in _STEPS:
        raise Invalid(f"There is no step {step[:40]!r}.", f"Choose among {', '.join(STEPS)}.")
    return _STEPS[step](session, notice_id, what)


def possible_steps(session: Session, notice: Notice) -> list[str]:
    """The steps that the actor may take now."""
    found: list[str] = []
    if is_addressed(session, notice):
        found += [name for name, may in _OWNER.items() if may(notice)]
    if is_issuer(session, notice):
        found += [name for name, may in _ISSUER.items() if may(notice)]
    return list(dict.fromkeys(found))


_OWNER: Mapping[str, Callable[[Notice], bool]] = {
    "acknowledge": lambda notice: notice.state is S.RECEIVED,
    "plan": lambda notice: notice.state in (S.ACKNOWLEDGED, S.PLAN_FILED),
    "submit": lambda notice: (
        notice.state in (S.PLAN_FILED, S.SUSPENDED) or (notice.state is S.RETEST_FAILED and notice.rounds < steps.ROUNDS)
    ),
    "counter": lambda notice: notice.is_open and notice.counter is None,
    "leniency": lambda notice: notice.is_open,
}
_ISSUER: Mapping[str, Callable[[Notice], bool]] = {
    "accept_plan": lambda notice: notice.is_open and bool(notice.plan) and notice.plan_accepted_at is None,
    "retest": lambda notice: notice.state in (S.SUBMITTED, S.SUSPENDED_SUBMITTED),
    "report": lambda notice: notice.state in (S.RETEST, S.SUSPENDED_RETEST),
    "answer": lambda notice: notice.is_open and notice.counter is not None and notice.counter.answered_at is None,
    "suit": lambda notice: notice.is_open and notice.counter is not None and notice.counter.due_at is not None and not notice.counter.suit,
    "leniency": lambda notice: notice.is_open,
    "take_back": lambda notice: S.TAKEN_BACK in NEXT[notice.state],
}


def _leniency(text: str) -> LeniencyFact:
    if text not in set(LeniencyFact):
        raise Invalid(f"{text[:40]!r} is no fact in the owner's favour.", f"Choose among {', '.join(LeniencyFact)}.")
    return LeniencyFact(text)
