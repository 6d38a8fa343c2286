"""Read the JSON-LD of an ODRL 2.2 policy without a JSON-LD processor: compact or expanded, with any prefixes declared in place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from entrepot.kit import Invalid
from entrepot.terms.odrl_model import ODRL, Action, Constraint, Logical, Operand, Policy, Rule

MAX_DEPTH = 20
MAX_NODES = 10_000
# The W3C's context declares these, and others rely on it without repeating them.
_PREFIXES = {
    "odrl": ODRL,
    "dpv": "https://w3id.org/dpv#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "dct": "http://purl.org/dc/terms/",
    "schema": "http://schema.org/",
}
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_KINDS = ("odrl:Set", "odrl:Offer", "odrl:Agreement", "odrl:Policy")
_DESCRIPTIVE = ("http://purl.org/dc/", "http://www.w3.org/2000/01/rdf-schema#", "https://schema.org/", "http://schema.org/")
_LOGICAL = ("odrl:and", "odrl:or", "odrl:xone", "odrl:andSequence")
_NO_MEANING = {"@context", "@id", "@type", "odrl:uid", "odrl:type"}
_RULE_PARTS = {"odrl:action", "odrl:target", "odrl:assigner", "odrl:assignee", "odrl:constraint"}
_SUBRULES = {
    "permission": ("odrl:duty",),
    "prohibition": ("odrl:remedy",),
    "obligation": ("odrl:consequence",),
    "duty": ("odrl:consequence",),
    "remedy": (),
    "consequence": (),
}


def parse_policy(document: Any) -> Policy:
    """The policy in a JSON-LD document.

    Raises:
        Invalid: It is no JSON object that holds an ODRL policy, or is too large or deep to be one.
    """
    if isinstance(document, list) and len(document) == 1:
        document = document[0]
    if not isinstance(document, Mapping):
        raise Invalid("This is no ODRL policy: it is not a JSON object.", "Send the policy as one JSON-LD object.")
    try:
        return _Parser(document).policy()
    except RecursionError:
        raise Invalid("The policy is too deep.", f"Nest at most {MAX_DEPTH} parts.") from None


class _Parser:
    """Walks one document and notes what it does not understand."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._prefixes = _PREFIXES | _declared(document.get("@context"))
        self._budget = MAX_NODES
        self.unknown: list[str] = []
        self.ignored: list[str] = []
        self._document = self._fields(document, "policy")

    def policy(self) -> Policy:
        node = self._document
        kinds = [self.name(k) for k in _list(node.get("@type") or node.get("odrl:type"))]
        kind = next((k for k in kinds if k in _KINDS), None)
        if kind is None:
            raise Invalid(
                f"This is no ODRL policy: its type is {', '.join(kinds)[:100] or 'missing'}.",
                "Its @type should be Offer, Agreement or Set.",
            )
        shared = {part: node.get(part) for part in ("odrl:target", "odrl:assigner", "odrl:assignee", "odrl:action")}
        rules = {name: self.rules(node.get(f"odrl:{name}"), name, name, shared) for name in ("permission", "prohibition", "obligation")}
        known = {*shared, *(f"odrl:{n}" for n in rules), "odrl:conflict", "odrl:profile"}
        self._note("policy", node, known)
        return Policy(
            uid=self._id(node), kind=kind.removeprefix("odrl:"), permissions=rules["permission"], prohibitions=rules["prohibition"],
            obligations=rules["obligation"], conflict=next((self.name(c) for c in _list(node.get("odrl:conflict"))), None),
            profiles=tuple(self.iri(p) for p in _list(node.get("odrl:profile"))), unknown=tuple(self.unknown), ignored=tuple(self.ignored),
        )  # fmt: skip

    def rules(self, value: Any, kind: str, place: str, shared: Mapping[str, Any], depth: int = 0) -> tuple[Rule, ...]:
        return tuple(
            rule
            for index, item in enumerate(_list(value))
            if (rule := self._rule(item, kind, f"{place}[{index}]", shared, depth + 1)) is not None
        )

    def _rule(self, item: Any, kind: str, place: str, shared: Mapping[str, Any], depth: int) -> Rule | None:
        if not isinstance(item, Mapping) or set(item) <= {"@id", "uid"}:
            self.unknown.append(f"{place} refers to a rule that is not in the document")
            return None
        node = self._fields(item, place, depth)
        # Parties and target of a permission hold for its duties as well; its action does not.
        lent = {part: node.get(part, shared.get(part)) for part in ("odrl:target", "odrl:assigner", "odrl:assignee")}
        subs = {part: self.rules(node.get(part), part[5:], f"{place}.{part[5:]}", lent, depth) for part in _SUBRULES[kind]}
        self._note(place, node, _RULE_PARTS | set(subs))
        return Rule(
            kind=kind, uid=self._id(node), place=place,
            actions=tuple(self._action(a, f"{place}.action", depth) for a in _list(node.get("odrl:action", shared.get("odrl:action")))),
            targets=self._references(lent["odrl:target"], f"{place}.target"),
            assigners=self._references(lent["odrl:assigner"], f"{place}.assigner"),
            assignees=self._references(lent["odrl:assignee"], f"{place}.assignee"),
            constraints=self.constraints(node.get("odrl:constraint"), f"{place}.constraint", depth),
            duties=subs.get("odrl:duty", ()), remedies=subs.get("odrl:remedy", ()), consequences=subs.get("odrl:consequence", ()),
        )  # fmt: skip

    def _action(self, value: Any, place: str, depth: int) -> Action:
        if not isinstance(value, Mapping):
            return Action(name=self.name(value))
        node = self._fields(value, place, depth + 1)
        self._note(place, node, {_RDF + "value", "odrl:refinement"})
        name = node.get(_RDF + "value", node.get("@id"))
        refinements = self.constraints(node.get("odrl:refinement"), f"{place}.refinement", depth + 1)
        return Action(name=self.name(next(iter(_list(name)), "")), refinements=refinements)

    def constraints(self, value: Any, place: str, depth: int) -> tuple[Constraint | Logical, ...]:
        return tuple(
            found
            for index, item in enumerate(_list(value))
            if (found := self._constraint(item, f"{place}[{index}]", depth + 1)) is not None
        )

    def _constraint(self, item: Any, place: str, depth: int) -> Constraint | Logical | None:
        if not isinstance(item, Mapping):
            self.unknown.append(f"{place} refers to a constraint that is not in the document")
            return None
        node = self._fields(item, place, depth)
        joined = [name for name in _LOGICAL if name in node]
        if len(joined) == 1:
            self._note(place, node, set(joined))
            return Logical(operator=joined[0], parts=self.constraints(node[joined[0]], f"{place}.{joined[0][5:]}", depth), place=place)
        parts = ("odrl:leftOperand", "odrl:operator", "odrl:rightOperand")
        if joined or not all(part in node for part in parts):
            self.unknown.append(f"{place} is no constraint of left operand, operator and right operand")
            return None
        self._note(place, node, {*parts, "odrl:unit"})
        left, operator = (self.name(next(iter(_list(node[part])), "")) for part in parts[:2])
        unit = next((self.iri(u) for u in _list(node.get("odrl:unit"))), None)
        right = tuple(self._operand(v) for v in _list(node["odrl:rightOperand"]))
        return Constraint(left=left, operator=operator, right=right, unit=unit, place=place)

    def _operand(self, value: Any) -> Operand:
        if isinstance(value, Mapping):
            if "@value" in value:
                kind = value.get("@type")
                return Operand(value=_text(value["@value"]), type=None if kind is None else self.iri(kind))
            return Operand(value=self.iri(value), type="@id")
        return Operand(value=_text(value))

    def _references(self, value: Any, place: str) -> tuple[str, ...]:
        found = []
        for item in _list(value):
            if isinstance(item, Mapping):
                node = self._fields(item, place, 1)
                self._note(place, node, {"odrl:source", "odrl:partOf"} if "odrl:refinement" not in node else {"odrl:source"})
                item = node.get("@id", node.get("odrl:uid", node.get("odrl:source", "")))
            found.append(self.iri(item))
        return tuple(found)

    def name(self, value: Any) -> str:
        """``odrl:use`` for a term of the vocabulary in whatever spelling, else the address."""
        address = self.iri(value)
        if address.startswith(ODRL):
            return "odrl:" + address[len(ODRL) :]
        return address if ":" in address or address.startswith("@") else f"odrl:{address}"

    def iri(self, value: Any) -> str:
        """The full address that a value or reference stands for."""
        if isinstance(value, Mapping):
            value = value.get("@id", value.get("@value", value.get("uid", "")))
        text = _text(value)
        prefix, colon, rest = text.partition(":")
        return self._prefixes[prefix] + rest if colon and prefix in self._prefixes and not rest.startswith("//") else text

    def _id(self, node: Mapping[str, Any]) -> str | None:
        value = node.get("@id", node.get("odrl:uid"))
        return next((self.iri(v) for v in _list(value)), None)

    def _fields(self, node: Mapping[str, Any], place: str, depth: int = 0) -> dict[str, Any]:
        self._budget -= 1
        if depth > MAX_DEPTH or self._budget < 0:
            raise Invalid(f"The policy is too deep or too large at {place}.", f"Use at most {MAX_NODES} parts, {MAX_DEPTH} deep.")
        named: dict[str, Any] = {}
        for key, value in node.items():
            name = str(key) if str(key).startswith("@") else self.name(str(key))
            if name in named:
                self.unknown.append(f"{place}.{key} is said twice")
            named.setdefault(name, value)
        return named

    def _note(self, place: str, node: Mapping[str, Any], known: set[str]) -> None:
        for name in node:
            if name in known or name in _NO_MEANING:
                continue
            (self.ignored if name.startswith(_DESCRIPTIVE) else self.unknown).append(f"{place}.{name.removeprefix('odrl:')}")


def _declared(context: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in _list(context):
        if isinstance(part, Mapping):
            found |= {str(k): v for k, v in part.items() if isinstance(v, str) and not str(k).startswith("@") and v[-1:] in ("/", "#", ":")}
    return found


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, Mapping) and set(value) in ({"@list"}, {"@set"}):
        return _list(next(iter(value.values())))
    if isinstance(value, list | tuple):
        return [inner for item in value for inner in (_list(item) if _is_list(item) else [item])]
    return [value]


def _is_list(item: Any) -> bool:
    return isinstance(item, Mapping) and set(item) in ({"@list"}, {"@set"})


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def all_constraints(parts: Iterable[Constraint | Logical]) -> list[Constraint | Logical]:
    """Constraints that hold together, with ``and`` dissolved."""
    found: list[Constraint | Logical] = []
    for part in parts:
        found += all_constraints(part.parts) if isinstance(part, Logical) and part.operator == "odrl:and" else [part]
    return found
