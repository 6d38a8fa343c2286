"""Terms as an ODRL 2.2 policy in JSON-LD, and back; what a foreign policy says beyond our terms is named, never dropped.

Names of rules and constraints carry the prefix ``odrl:``, so that the document reads the same under the W3C's context and under
the Dataspace Protocol's shorter one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from entrepot.kit import Invalid, Money, exponent, parse_money
from entrepot.terms.model import Redistribution, Terms
from entrepot.terms.odrl_model import ODRL, Constraint, Logical, Policy, Rule
from entrepot.terms.odrl_parse import all_constraints, parse_policy
from entrepot.terms.territories import LOCATIONS, read_territory
from entrepot.vocabulary.purposes import ANY, DPV, PURPOSES, normalise

Kind = Literal["Offer", "Agreement", "Set"]
ENT = "https://entrepot.example/ns#"
"""Namespace of our own terms: passing on results, and receiving the column that tells whose row it is."""
CONTEXT = ["http://www.w3.org/ns/odrl.jsonld", {"odrl": ODRL, "dpv": DPV, "loc": LOCATIONS, "ent": ENT}]
_XSD = "http://www.w3.org/2001/XMLSchema#"
_RDF_VALUE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#value"
_CURRENCY = "http://publications.europa.eu/resource/authority/currency/"
_FORBIDS = "no_"
_DISTRIBUTE, _RESULTS, _PERSON_KEY = "odrl:distribute", ENT + "distributeResults", ENT + "receivePersonKey"


def to_odrl(
    terms: Terms,
    *,
    uid: str,
    kind: Kind,
    target: str,
    assigner: str | None = None,
    assignee: str | None = None,
    price: Money | None = None,
    duties: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The policy that says what the terms say.

    Args:
        price: What is paid once before use; other plans are said beside the policy, as ODRL has no words for them.
        duties: What the rules lay upon the parties beside the terms, each name with its action. A name that begins with ``no_`` becomes
            a prohibition of that action, any other an obligation.

    Raises:
        Invalid: An offer names no assigner, or an agreement lacks one of its parties.
    """
    missing = [name for name, value in (("assigner", assigner), ("assignee", assignee)) if value is None and name in _NEEDED[kind]]
    if missing:
        raise Invalid(f"An ODRL {kind} names its {' and '.join(missing)}.", "Give both parties, or write a Set.")
    constraints = _constraints(terms)
    permission: dict[str, Any] = {"action": "odrl:use", "constraint": constraints, "duty": _duties(terms, price)}
    granted, withheld = _extras(terms)
    document: dict[str, Any] = {
        "@context": CONTEXT, "@id": uid, "@type": kind, "profile": {"@id": ENT}, "odrl:conflict": {"@id": "odrl:prohibit"},
        "target": target, "assigner": assigner, "assignee": assignee,
        "permission": [permission, *({"action": action, "constraint": constraints} for action in granted)],
        "prohibition": [{"action": action} for action in withheld],
    }  # fmt: skip
    if terms.prohibited_purposes:
        document["prohibition"].append({"action": "odrl:use", "constraint": [_any_of("odrl:purpose", terms.prohibited_purposes)]})
    document["permission"] = [{k: v for k, v in rule.items() if v} for rule in document["permission"]]
    for name, action in (duties or {}).items():
        rule = {"@id": f"{uid}-{name}", "action": action}
        document.setdefault("prohibition" if name.startswith(_FORBIDS) else "obligation", []).append(rule)
    return {name: value for name, value in document.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a policy says in our words.

    Args:
        terms: None when it permits no use that our terms could describe.
        unknown: Every part that our terms cannot express, by its place: with any, the terms alone do not say all the policy says.
        ignored: Descriptions that change nothing.
        duties: Names of what the rules lay upon the parties beside the terms.
    """

    terms: Terms | None
    uid: str | None
    kind: str
    target: str | None
    assigner: str | None
    assignee: str | None
    payment: Money | None
    unknown: tuple[str, ...]
    ignored: tuple[str, ...]
    duties: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether the terms and the payment say all that the policy says."""
        return self.terms is not None and not self.unknown


def from_odrl(document: Any, *, duties: Mapping[str, str] | None = None) -> Reading:
    """What an ODRL policy says in terms of ours, with the names of all that it says beyond them.

    Args:
        duties: The duties that a policy of ours may carry beside its terms, each name with its action.

    Raises:
        Invalid: The document is no ODRL policy.
    """
    known = {name: action.replace("ent:", ENT, 1) if action.startswith("ent:") else action for name, action in (duties or {}).items()}
    return _Reader(parse_policy(document), known).reading()


_NEEDED: dict[str, tuple[str, ...]] = {"Offer": ("assigner",), "Agreement": ("assigner", "assignee"), "Set": ()}


def _constraints(terms: Terms) -> list[dict[str, Any]]:
    found = [_any_of("odrl:purpose", terms.permitted_purposes)]
    if terms.territories is not None:
        found.append(_any_of("odrl:spatial", [f"loc:{code}" for code in terms.territories]))
    if terms.duration_days is not None:
        found.append(_at_most("odrl:elapsedTime", f"P{terms.duration_days}D", "duration"))
    if terms.count_limit is not None:
        found.append(_at_most("odrl:count", str(terms.count_limit), "integer"))
    return found


def _any_of(left: str, values: Iterable[str]) -> dict[str, Any]:
    return {"leftOperand": left, "operator": "odrl:isAnyOf", "rightOperand": [{"@id": value} for value in values]}


def _at_most(left: str, value: str, kind: str) -> dict[str, Any]:
    return {"leftOperand": left, "operator": "odrl:lteq", "rightOperand": {"@value": value, "@type": _XSD + kind}}


def _duties(terms: Terms, price: Money | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if terms.attribution:
        found.append({"action": "odrl:attribute"})
    if price is not None and price.amount:
        amount = {
            "leftOperand": "odrl:payAmount", "operator": "odrl:eq", "odrl:unit": {"@id": _CURRENCY + price.currency},
            "rightOperand": {"@value": f"{Decimal(price.amount).scaleb(-exponent(price.currency)):f}", "@type": _XSD + "decimal"},
        }  # fmt: skip
        found.append({"action": [{_RDF_VALUE: {"@id": "odrl:compensate"}, "odrl:refinement": [amount]}]})
    return found


def _extras(terms: Terms) -> tuple[list[str], list[str]]:
    may = {
        _DISTRIBUTE: terms.redistribution is Redistribution.ALLOWED,
        _RESULTS: terms.redistribution is not Redistribution.FORBIDDEN,
        _PERSON_KEY: terms.person_key_delivered,
    }
    return [action for action, granted in may.items() if granted], [action for action, granted in may.items() if not granted]


class _Reader:
    """Turns one policy into terms, and collects what does not fit."""

    def __init__(self, policy: Policy, duties: Mapping[str, str]) -> None:
        self._policy = policy
        self._duties = duties
        self._laid: list[str] = []
        self._unknown = list(policy.unknown)
        self._payment: Money | None = None
        self._values: dict[str, Any] = {}
        self._usable = False

    def reading(self) -> Reading:
        policy = self._policy
        rules = [*policy.permissions, *policy.prohibitions, *policy.obligations]
        self._unknown += [f"policy.profile {p}" for p in policy.profiles if p != ENT]
        if policy.conflict != "odrl:prohibit" and policy.permissions and policy.prohibitions:
            self._unknown.append(f"policy.conflict {policy.conflict or 'not said'}: with us a prohibition wins")
        for rule in policy.permissions:
            if [a.name for a in rule.actions] == ["odrl:use"] and not self._usable:
                self._read_use(rule)
        self._read_extras()
        for rule in policy.prohibitions:
            if not self._is_laid(rule):
                self._read_prohibition(rule)
        for rule in policy.obligations:
            if not self._is_laid(rule):
                self._read_duty(rule)
        return Reading(
            terms=self._terms(), uid=policy.uid, kind=policy.kind, target=self._one("target", [rule.targets for rule in rules]),
            assigner=self._one("assigner", [rule.assigners for rule in rules]),
            assignee=self._one("assignee", [rule.assignees for rule in rules]),
            payment=self._payment, unknown=tuple(dict.fromkeys(self._unknown)), ignored=policy.ignored, duties=tuple(self._laid),
        )  # fmt: skip

    def _terms(self) -> Terms | None:
        if not self._usable:
            return None
        try:
            return Terms(**self._values)
        except Invalid as error:
            self._unknown.append(error.message)
            return None

    def _one(self, what: str, said: list[tuple[str, ...]]) -> str | None:
        values = list(dict.fromkeys(value for values in said for value in values))
        if len(values) > 1 or len(set(said)) > 1:
            self._unknown.append(f"policy names several kinds of {what}: {', '.join(values)[:200]}")
        return values[0] if values else None

    def _read_use(self, rule: Rule) -> None:
        self._usable = True
        self._values["permitted_purposes"] = (ANY,)
        self._refuse_refinements(rule)
        seen: set[str] = set()
        for part in all_constraints(rule.constraints):
            name = part.left if isinstance(part, Constraint) else part.operator
            value = None if name in seen else self._value(part)
            seen.add(name)
            if value is None:
                self._unknown.append(_describe(part))
            else:
                self._values |= value
        for duty in rule.duties:
            self._read_duty(duty)

    def _value(self, part: Constraint | Logical) -> dict[str, Any] | None:
        if isinstance(part, Logical):
            return None
        if part.left == "odrl:purpose" and part.operator in _AMONG:
            return self._purposes(part, "permitted_purposes")
        if part.left == "odrl:spatial" and part.operator in _AMONG:
            codes = [read_territory(o.value) for o in part.right]
            return {"territories": tuple(c for c in codes if c)} if codes and all(codes) else None
        limit = _limit(part)
        if part.left == "odrl:elapsedTime" and part.operator == "odrl:lteq" and limit:
            return {"duration_days": limit}
        return {"count_limit": limit} if part.left == "odrl:count" and limit else None

    def _purposes(self, part: Constraint, field: str) -> dict[str, Any] | None:
        known = [f"dpv:{o.value[len(DPV) :]}" if o.value.startswith(DPV) else o.value for o in part.right]
        strange = [o.value for o, name in zip(part.right, known, strict=True) if name not in PURPOSES]
        self._unknown += [f"{part.place} names the purpose {value[:200]}" for value in strange]
        if field == "permitted_purposes" and len(strange) == len(known):
            self._usable = False  # Nothing that we could permit is left; to permit everything instead would be wrong.
        return {field: tuple(normalise(name) for name in known if name in PURPOSES)}

    def _read_extras(self) -> None:
        use = [r for r in self._policy.permissions if [a.name for a in r.actions] == ["odrl:use"]]
        granted: set[str] = set()
        for rule in self._policy.permissions:
            names = {a.name for a in rule.actions}
            if use and rule is use[0]:
                continue
            same = use and _plain(rule.constraints) == _plain(use[0].constraints)
            if same and names <= {_DISTRIBUTE, _RESULTS, _PERSON_KEY} and not rule.duties:
                self._refuse_refinements(rule)
                granted |= names
            else:
                self._unknown.append(f"{rule.place} permits {', '.join(sorted(names)) or 'nothing'} on its own conditions")
        barred = {a.name for r in self._policy.prohibitions for a in r.actions}
        granted -= barred
        if _DISTRIBUTE in granted and _RESULTS in barred:
            self._unknown.append("policy permits passing on the data and prohibits passing on results")
        self._values["person_key_delivered"] = _PERSON_KEY in granted
        self._values["redistribution"] = (
            Redistribution.ALLOWED
            if _DISTRIBUTE in granted
            else Redistribution.DERIVED
            if _RESULTS in granted
            else Redistribution.FORBIDDEN
        )

    def _read_prohibition(self, rule: Rule) -> None:
        self._refuse_refinements(rule)
        self._unknown += [f"{remedy.place} is a remedy" for remedy in rule.remedies]
        names, parts = {a.name for a in rule.actions}, all_constraints(rule.constraints)
        if names <= {_DISTRIBUTE, _RESULTS, _PERSON_KEY} and names and not parts:
            return
        part = parts[0] if len(parts) == 1 else None
        if names == {"odrl:use"} and isinstance(part, Constraint) and part.left == "odrl:purpose" and part.operator in _AMONG:
            found = self._purposes(part, "prohibited_purposes") or {}
            self._values["prohibited_purposes"] = (*self._values.get("prohibited_purposes", ()), *found["prohibited_purposes"])
            return
        self._usable = self._usable and not (names == {"odrl:use"} and not parts)
        self._unknown.append(f"{rule.place} prohibits {', '.join(sorted(names)) or 'nothing'}")

    def _is_laid(self, rule: Rule) -> bool:
        """Whether a rule is a duty of ours as we write it: by its name under the policy's, its kind and its bare action."""
        name = (rule.uid or "").removeprefix(f"{self._policy.uid}-")
        kind = "prohibition" if name.startswith(_FORBIDS) else "obligation"
        is_bare = not (rule.constraints or rule.duties or rule.consequences or rule.remedies)
        actions = [a.name for a in rule.actions if not a.refinements]
        if not (self._policy.uid and is_bare and rule.kind == kind and actions == [self._duties.get(name)] and len(rule.actions) == 1):
            return False
        self._laid.append(name)
        return True

    def _read_duty(self, duty: Rule) -> None:
        names = [a.name for a in duty.actions]
        self._unknown += [f"{c.place} is a consequence" for c in duty.consequences]
        parts = all_constraints([*duty.constraints, *(r for a in duty.actions for r in a.refinements)])
        if names == ["odrl:attribute"] and not parts:
            self._values["attribution"] = True
        elif names == ["odrl:compensate"] and len(parts) == 1 and self._payment is None and (paid := _paid(parts[0])) is not None:
            self._payment = paid
        else:
            self._unknown.append(f"{duty.place} demands {', '.join(names) or 'nothing'}")

    def _refuse_refinements(self, rule: Rule) -> None:
        self._unknown += [_describe(part) for action in rule.actions for part in action.refinements]


_AMONG = ("odrl:eq", "odrl:isA", "odrl:isAnyOf", "odrl:isPartOf")


def _plain(parts: Iterable[Constraint | Logical]) -> list[tuple[Any, ...]]:
    """Constraints without their places, for comparing two rules."""
    return [
        (p.operator, _plain(p.parts)) if isinstance(p, Logical) else (p.left, p.operator, p.right, p.unit) for p in all_constraints(parts)
    ]


def _describe(part: Constraint | Logical) -> str:
    if isinstance(part, Logical):
        return f"{part.place} joins by {part.operator}"
    return f"{part.place} {part.left} {part.operator} {', '.join(o.value for o in part.right)[:200]}"


def _limit(part: Constraint) -> int | None:
    """The largest whole number, or whole days, that an upper bound lets pass; None when it is no such bound."""
    if len(part.right) != 1:
        return None
    text = part.right[0].value
    if part.left == "odrl:elapsedTime":
        match = re.fullmatch(r"P(?:(\d{1,6})D|(\d{1,5})W)", text, re.ASCII)
        return None if match is None else int(match[1] or 0) + 7 * int(match[2] or 0)
    if part.operator not in ("odrl:lteq", "odrl:lt") or not re.fullmatch(r"\d{1,16}", text, re.ASCII):
        return None
    return int(text) - (part.operator == "odrl:lt")


def _paid(part: Constraint | Logical) -> Money | None:
    if isinstance(part, Logical) or part.left != "odrl:payAmount" or part.operator != "odrl:eq" or len(part.right) != 1:
        return None
    currency = (part.unit or "").removeprefix(_CURRENCY).removeprefix("urn:iso:std:iso:4217:").removeprefix("iso4217:")
    try:
        paid = parse_money(f"{part.right[0].value} {currency}")
    except Invalid:
        return None
    return paid if paid.amount > 0 else None
