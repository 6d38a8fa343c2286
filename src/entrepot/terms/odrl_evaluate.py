"""Decide a request by an ODRL 2.2 policy and a state of the world, with a report on every rule, premise and constraint.

A premise is true, false, or unknown where the state of the world is silent. What is unknown never allows: a permission that
hangs on it, or a prohibition that it might switch on, makes the decision ``needs_info``.
"""

from __future__ import annotations

import operator as op
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from entrepot.kit import Decision, Invalid, parse_rfc3339
from entrepot.terms.odrl_model import Constraint, Logical, Operand, Policy, Rule
from entrepot.terms.territories import read_territory
from entrepot.vocabulary.purposes import DPV, PURPOSES, broader

Truth = bool | None


class Duty(StrEnum):
    """Where a duty stands: fulfilled, violated, or still to be done."""

    FULFILLED = "fulfilled"
    VIOLATED = "violated"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Who wants to do what to which asset; None stands for nobody or nothing in particular."""

    action: str
    target: str | None = None
    assignee: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is the case.

    Args:
        now: The moment, for ``odrl:dateTime``.
        values: What other left operands stand for, by name: ``{"odrl:purpose": "dpv:Marketing", "odrl:count": "3"}``.
        units: The unit of a value, for ``odrl:payAmount``.
        member_of: Collections that a party or asset belongs to.
        duties: Where duties stand, by their id; the others are open.
    """

    now: datetime
    values: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    member_of: Mapping[str, frozenset[str]] = field(default_factory=dict)
    duties: Mapping[str, Duty] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Premise:
    """One thing that a rule depends on: ``target``, ``party``, ``action`` or ``constraint``; a joined constraint has parts."""

    kind: str
    satisfied: Truth
    place: str = ""
    joined_by: str | None = None
    parts: tuple[Premise, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleReport:
    """Whether a rule applies to the request, and why; ``duties`` tells where each of its duties stands."""

    rule: Rule
    active: Truth
    premises: tuple[Premise, ...]
    duties: tuple[tuple[Rule, Duty], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The decision, its reasons, the duties that come with it, and the report on every rule."""

    decision: Decision
    reasons: tuple[str, ...]
    owed: tuple[Rule, ...]
    rules: tuple[RuleReport, ...]


def evaluate(policy: Policy, request: Request, world: World) -> Report:
    """Decide a request.

    ``allow`` needs a permission that applies and no prohibition that does; duties still open come with it as ``owed``. Where the
    policy says things that we do not understand, ``allow`` becomes ``review``.
    """
    permissions = [_report(rule, request, world) for rule in policy.permissions]
    prohibitions = [_report(rule, request, world) for rule in policy.prohibitions]
    decision, reasons = _decide(policy, permissions, prohibitions)
    if decision is Decision.ALLOW and policy.unknown:
        decision, reasons = Decision.REVIEW, [f"The policy says what we do not understand: {u}." for u in policy.unknown]
    granting = [r for r in permissions if r.active] if decision is Decision.ALLOW else []
    owed = tuple(duty for report in granting[:1] for duty, state in report.duties if state is Duty.OPEN)
    return Report(decision=decision, reasons=tuple(reasons), owed=owed, rules=(*permissions, *prohibitions))


def _decide(policy: Policy, permissions: list[RuleReport], prohibitions: list[RuleReport]) -> tuple[Decision, list[str]]:
    barred = [r for r in prohibitions if r.active]
    granted = [r for r in permissions if r.active]
    if barred and granted and policy.conflict == "odrl:perm":
        barred = []
    if barred and granted and policy.conflict != "odrl:prohibit":
        return Decision.BLOCK, ["The policy both permits and prohibits this, which makes it void."]
    if barred:
        return Decision.BLOCK, [f"{r.rule.place or 'A rule'} prohibits this." for r in barred]
    unsure = [r for r in prohibitions if r.active is None]
    if unsure and not (granted and policy.conflict == "odrl:perm"):
        return Decision.NEEDS_INFO, [f"{r.rule.place or 'A rule'} may prohibit this: {_unknowns(r)}." for r in unsure]
    if granted:
        return Decision.ALLOW, []
    unsure = [r for r in permissions if r.active is None]
    if unsure:
        return Decision.NEEDS_INFO, [f"{r.rule.place or 'A rule'} may permit this: {_unknowns(r)}." for r in unsure]
    return Decision.BLOCK, ["No rule of the policy permits this."]


def _report(rule: Rule, request: Request, world: World) -> RuleReport:
    premises: list[Premise] = []
    if rule.targets:
        premises.append(Premise(kind="target", satisfied=_is_among(request.target, rule.targets, world)))
    if rule.assignees:
        premises.append(Premise(kind="party", satisfied=_is_among(request.assignee, rule.assignees, world)))
    if rule.actions:
        premises.append(Premise(kind="action", satisfied=any(_covers(a.name, request.action) for a in rule.actions)))
    refinements = [r for a in rule.actions if _covers(a.name, request.action) for r in a.refinements]
    premises += [_judge(part, world) for part in (*refinements, *rule.constraints)]
    duties = tuple((duty, world.duties.get(duty.uid or "", Duty.OPEN)) for duty in rule.duties)
    violated = any(state is Duty.VIOLATED for _, state in duties)
    return RuleReport(rule=rule, active=_all([*(p.satisfied for p in premises), not violated]), premises=tuple(premises), duties=duties)


def _judge(part: Constraint | Logical, world: World) -> Premise:
    if isinstance(part, Constraint):
        return Premise(kind="constraint", satisfied=_compare(part, world), place=part.place)
    parts = tuple(_judge(inner, world) for inner in part.parts)
    truths = [p.satisfied for p in parts]
    joined = {"odrl:or": _any, "odrl:xone": _one}.get(part.operator, _all)(truths)
    # In a sequence the order counts, and the state of the world does not tell it.
    if part.operator == "odrl:andSequence" and joined and len(parts) > 1:
        joined = None
    return Premise(kind="constraint", satisfied=joined, place=part.place, joined_by=part.operator, parts=parts)


def _compare(part: Constraint, world: World) -> Truth:
    left = world.now.isoformat() if part.left == "odrl:dateTime" else world.values.get(part.left)
    if left is None or not part.right or (part.unit is not None and part.unit != world.units.get(part.left)):
        return None
    if part.operator in _ORDER:
        return _ordered(part, left) if len(part.right) == 1 else None
    matches = [_matches(part.left, left, right, world) for right in part.right]
    if part.operator in ("odrl:neq", "odrl:isNoneOf"):
        return _not(_any(matches))
    if part.operator == "odrl:isAllOf":
        return _all(matches)
    return _any(matches) if part.operator in _AMONG else None


def _ordered(part: Constraint, left: str) -> Truth:
    for read in (_time, _duration, _number):
        pair = read(left), read(part.right[0].value)
        if None not in pair:
            return bool(_ORDER[part.operator](*pair))
    return None


def _matches(name: str, left: str, right: Operand, world: World) -> Truth:
    if name == "odrl:purpose":
        wanted, given = _purpose(right.value), _purpose(left)
        return wanted in broader(given) if given in PURPOSES else wanted == given
    if name == "odrl:spatial" and (place := read_territory(right.value)):
        return place == read_territory(left)
    for read in (_time, _duration, _number):
        one, other = read(left), read(right.value)
        if one is not None and other is not None:
            return bool(one == other)
    return left == right.value or right.value in world.member_of.get(left, frozenset())


def _is_among(who: str | None, named: Iterable[str], world: World) -> Truth:
    return any(who == name or name in world.member_of.get(who or "", frozenset()) for name in named)


def _covers(permitted: str, wanted: str) -> bool:
    """Whether an action includes another (ODRL Vocabulary, ``odrl:includedIn``)."""
    while wanted != permitted:
        if not wanted.startswith("odrl:") or wanted in ("odrl:use", "odrl:transfer"):
            return False
        wanted = _INCLUDED_IN.get(wanted, "odrl:use")
    return True


_INCLUDED_IN = {
    "odrl:sell": "odrl:transfer",
    "odrl:give": "odrl:transfer",
    "odrl:display": "odrl:play",
    "odrl:print": "odrl:play",
    "odrl:extract": "odrl:reproduce",
    "odrl:move": "odrl:modify",
}
_ORDER: dict[str, Callable[[Any, Any], bool]] = {"odrl:lt": op.lt, "odrl:lteq": op.le, "odrl:gt": op.gt, "odrl:gteq": op.ge}
_AMONG = ("odrl:eq", "odrl:isA", "odrl:isAnyOf", "odrl:isPartOf", "odrl:hasPart")


def _all(truths: Iterable[Truth]) -> Truth:
    seen = list(truths)
    return False if False in seen else None if None in seen else True


def _any(truths: Iterable[Truth]) -> Truth:
    seen = list(truths)
    return True if True in seen else None if None in seen else False


def _one(truths: Iterable[Truth]) -> Truth:
    seen = list(truths)
    if seen.count(True) > 1:
        return False
    return None if None in seen else seen.count(True) == 1


def _not(truth: Truth) -> Truth:
    return None if truth is None else not truth


def _purpose(text: str) -> str:
    return f"dpv:{text[len(DPV) :]}" if text.startswith(DPV) else text


def _time(text: str) -> datetime | None:
    try:
        return parse_rfc3339(text) if "T" in text else None
    except Invalid:
        return None


def _duration(text: str) -> timedelta | None:
    match = re.fullmatch(r"P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?", text, re.ASCII)
    if match is None or not any(match.groups()):
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _unknowns(report: RuleReport) -> str:
    def walk(premises: Iterable[Premise]) -> Iterable[str]:
        for premise in premises:
            if premise.satisfied is None:
                yield from walk(premise.parts) if premise.parts else [premise.place or premise.kind]

    return f"{', '.join(walk(report.premises))} cannot be told yet"
