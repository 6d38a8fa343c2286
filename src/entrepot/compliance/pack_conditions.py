"""Read the conditions of a pack: comparisons whose facts, operators and values fit each other, and all, any and not of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from entrepot.compliance.conditions import LIST_OPERATORS, OPERATORS, ORDER_OPERATORS, TERM_OPERATORS
from entrepot.compliance.pack_entries import EntryReader
from entrepot.compliance.pack_model import ALWAYS, All, AnyOf, Condition, Leaf, Not, Ref
from entrepot.compliance.vocabulary import UNQUOTED, FactDef, FactType, FactVocabulary, is_day
from entrepot.kit.yamltree import Mapping, Node, Scalar, Sequence

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_MOST_NEAR = 20


class ConditionReader(EntryReader):
    """Reads conditions over the facts of a vocabulary.

    Args:
        is_term: Whether the taxonomy knows a term.
    """

    _kept = False
    """Whether the pack is in force already, and may hold what was allowed when it was installed."""

    def __init__(self, name: str, vocabulary: FactVocabulary, is_term: Callable[[str], bool]) -> None:
        super().__init__(name)
        self.vocabulary = vocabulary
        self.is_term = is_term

    def condition(self, node: Node | None, *, needed_in: Mapping | None = None) -> Condition:
        """A condition with its parts; what is left out is always true."""
        if node is None:
            if needed_in is not None:
                self.problems.add(needed_in.line, "the rule requires nothing")
            return ALWAYS
        if isinstance(node, Sequence):
            return self._leaf(node)
        if isinstance(node, Scalar) and node.text == "always":
            return ALWAYS
        if not isinstance(node, Mapping) or len(node.entries) != 1 or next(iter(node.entries)) not in ("all", "any", "not"):
            self.problems.add(node.line, "a condition is [fact, operator, value], or one of all, any and not")
            return ALWAYS
        name, inner = next(iter(node.entries.items()))
        if name == "not":
            return Not(self.condition(inner))
        if not isinstance(inner, Sequence) or not inner.items:
            self.problems.add(node.line, f"{name} takes a list of conditions")
            return ALWAYS
        parts = tuple(self.condition(part) for part in inner.items)
        return All(parts) if name == "all" else AnyOf(parts)

    def fact(self, path: str, line: int) -> FactDef | None:
        """The definition of a fact, or None after noting that there is none."""
        found = self.vocabulary.get(path)
        if found is None:
            # Looking for the like of a name takes milliseconds, which a file full of wrong names must not cost thousands of times.
            near = " or ".join(self.vocabulary.near(path[:80])) if len(self.problems.found) < _MOST_NEAR else ""
            self.problems.add(line, f"{path[:80]!r} is no known fact" + (f"; did you mean {near}?" if near else ""))
        return found

    def _leaf(self, node: Sequence) -> Condition:
        words = [item.text if isinstance(item, Scalar) else "" for item in node.items[:2]]
        if len(node.items) != 3 or not all(words):
            self.problems.add(node.line, "a comparison is [fact, operator, value]")
            return ALWAYS
        path, operator = words
        fact = self.fact(path, node.line)
        if operator not in OPERATORS:
            self.problems.add(node.line, f"{operator[:40]!r} is no operator; there are {', '.join(OPERATORS)}")
        elif fact is not None:
            self._fits(fact, operator, node.line)
            return Leaf(path, operator, self._value(fact, operator, node.items[2]), node.line)
        return ALWAYS

    def _fits(self, fact: FactDef, operator: str, line: int) -> None:
        if operator == "exists":
            return
        wrong = (operator in LIST_OPERATORS) is not fact.type.is_list
        wrong |= operator in ORDER_OPERATORS and fact.type not in (FactType.NUMBER, FactType.DATE)
        wrong |= operator in TERM_OPERATORS and fact.type is not FactType.TERMS
        if wrong:
            self.problems.add(line, f"{operator} cannot be asked of {fact.path}, which is of the type {fact.type}")

    def _value(self, fact: FactDef, operator: str, node: Node) -> Any:
        if isinstance(node, Mapping):
            return self._ref(fact, operator, node)
        if operator == "exists":
            return self._scalar(FactType.FLAG, node)
        item_type = {FactType.TEXTS: FactType.TEXT, FactType.TERMS: FactType.TEXT}.get(fact.type, fact.type)
        if isinstance(node, Sequence):
            if operator not in ("in", "not_in", *LIST_OPERATORS) or operator == "has":
                self.problems.add(node.line, f"{operator} takes one value, not a list")
            values = tuple(self._scalar(item_type, item) for item in node.items)
        elif operator in ("in", "not_in") or (operator in LIST_OPERATORS and operator != "has"):
            self.problems.add(node.line, f"{operator} takes a list of values, or a ref")
            return None
        else:
            values = (self._scalar(item_type, node),)
        for value in values:
            self._known_value(fact, value, node.line)
        return values if isinstance(node, Sequence) else values[0]

    def _ref(self, fact: FactDef, operator: str, node: Mapping) -> Ref | None:
        named = node.entries.get("ref")
        if len(node.entries) != 1 or not isinstance(named, Scalar):
            self.problems.add(node.line, "a value is plain, a list, or {ref: another.fact}")
            return None
        other = self.fact(named.text, node.line)
        if other is not None and other.type not in _comparable(fact.type, operator):
            problem = f"{operator} cannot compare {fact.path} with {other.path}, which is of the type {other.type}"
            self.problems.add(node.line, problem)
        return Ref(named.text)

    def _known_value(self, fact: FactDef, value: Any, line: int) -> None:
        if fact.choices and value not in fact.choices:
            self.problems.add(line, f"{value!r} is no value of {fact.path}; there are {', '.join(fact.choices)}"[:400])
        elif fact.type is FactType.TERMS and isinstance(value, str) and not self.is_term(value):
            self.problems.add(line, f"{value!r} is no term of the taxonomy")

    def _scalar(self, wanted: FactType, node: Node) -> Any:
        text = node.text if isinstance(node, Scalar) else None
        if isinstance(node, Scalar) and node.quoted and wanted in UNQUOTED and not self._kept:
            self.problems.add(node.line, f"{text!r} stands in quotes, which makes it a text, where a {wanted} is asked for"[:200])
            return None
        if wanted is FactType.FLAG and text in ("true", "false"):
            return text == "true"
        if wanted is FactType.NUMBER and text is not None and _NUMBER.fullmatch(text):
            return float(text) if "." in text else int(text)
        if wanted is FactType.DATE and text is not None and is_day(text):
            return text
        if wanted is FactType.TEXT and text:
            return text
        self.problems.add(node.line, f"{'a list or entries' if text is None else repr(text[:40])} stands where a {wanted} is asked for")
        return None


def _comparable(own: FactType, operator: str) -> tuple[FactType, ...]:
    """The types of fact that a fact can be compared with by an operator."""
    lists = (FactType.TEXTS, FactType.TERMS)
    if operator == "exists":
        return ()
    if operator in ("in", "not_in"):
        return lists if own is FactType.TEXT else ()
    if operator == "has":
        return (FactType.TEXT,)
    if operator in TERM_OPERATORS:
        return (*lists, FactType.TEXT)
    return lists if operator in LIST_OPERATORS else (own,)
