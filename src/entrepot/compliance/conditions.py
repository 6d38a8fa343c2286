"""Conditions in three-valued logic (Kleene): a comparison with an unknown fact is unknown, and is never taken for a pass.

A condition is compiled once for a day and then answers in fractions of a microsecond per comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any

from entrepot.compliance.dossier import Source
from entrepot.compliance.pack_model import All, AnyOf, Condition, Leaf, Not, Ref
from entrepot.compliance.taxonomy import Day

Values = Mapping[str, Any]
Truth = bool | None
Test = Callable[[Values], Truth]
Open = Callable[[Values], Iterator[str]]
OPERATORS = (
    "eq", "ne", "in", "not_in", "gt", "gte", "lt", "lte", "has", "has_all", "has_any", "subset_of", "any_is_a", "all_is_a", "covers",
    "exists",
)  # fmt: skip
"""The closed set; each compares a fact with a value of the pack or with another fact."""
LIST_OPERATORS = frozenset({"has", "has_all", "has_any", "subset_of", "any_is_a", "all_is_a", "covers"})
"""Those that ask for a list."""
ORDER_OPERATORS = frozenset({"gt", "gte", "lt", "lte"})
TERM_OPERATORS = frozenset({"any_is_a", "all_is_a", "covers"})
"""Those that know broader terms."""


@lru_cache(maxsize=8192)
def compile_condition(condition: Condition, day: Day) -> Test:
    """The condition as a function of the known facts."""
    if isinstance(condition, Leaf):
        return _leaf(condition, day)
    if isinstance(condition, Not):
        part = compile_condition(condition.part, day)
        return lambda values: None if (found := part(values)) is None else not found
    inner = _flat(condition) if isinstance(condition, All) else condition.parts
    parts = tuple(compile_condition(part, day) for part in inner)
    if len(parts) == 1:
        return parts[0]
    return _all(parts) if isinstance(condition, All) else _any(parts)


def _flat(condition: All) -> Iterator[Condition]:
    """Every part of a conjunction, with the parts of those that are conjunctions themselves in their place."""
    for part in condition.parts:
        if isinstance(part, All):
            yield from _flat(part)
        else:
            yield part


@lru_cache(maxsize=8192)
def compile_open(condition: Condition, day: Day) -> Open:
    """A function that gives the facts whose absence leaves the condition open; none when it is true or false as it stands."""
    test = compile_condition(condition, day)
    named = tuple(paths_of(condition)) if isinstance(condition, Leaf) else ()
    inner = () if isinstance(condition, Leaf) else (condition.part,) if isinstance(condition, Not) else condition.parts
    parts = tuple(compile_open(part, day) for part in inner)

    def missing(values: Values) -> Iterator[str]:
        if test(values) is None:
            yield from (path for path in named if path not in values)
            for part in parts:
                yield from part(values)

    return missing


def paths_of(condition: Condition) -> Iterator[str]:
    """Every fact a condition names, in its order."""
    if isinstance(condition, Leaf):
        yield condition.path
        if isinstance(condition.value, Ref):
            yield condition.value.path
    elif isinstance(condition, Not):
        yield from paths_of(condition.part)
    else:
        for part in condition.parts:
            yield from paths_of(part)


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Every comparison, in its order."""
    if isinstance(condition, Leaf):
        yield condition
    elif isinstance(condition, Not):
        yield from leaves(condition.part)
    else:
        for part in condition.parts:
            yield from leaves(part)


def opened(condition: Condition, paths: Collection[str]) -> Condition:
    """The condition once these facts are known, whatever they come to: they exist, and each comparison that hangs on one is left open."""
    if isinstance(condition, Leaf):
        if condition.operator == "exists" and condition.path in paths:
            return AnyOf(()) if condition.value is False else All(())
        return _OPEN if any(path in paths for path in paths_of(condition)) else condition
    if isinstance(condition, Not):
        return Not(opened(condition.part, paths))
    parts = tuple(opened(part, paths) for part in condition.parts)
    return All(parts) if isinstance(condition, All) else AnyOf(parts)


_OPEN = Leaf("", "eq", None)
"""A comparison with a fact that nobody knows."""


def known(values: Values, sources: Mapping[str, Source], minimum: Mapping[str, Source]) -> Values:
    """The facts a rule may take as known: those with too weak a source are left out."""
    weak = [p for p, least in minimum.items() if p in values and sources.get(p, Source.DECLARED).rank < least.rank]
    return {path: value for path, value in values.items() if path not in weak} if weak else values


def _all(parts: tuple[Test, ...]) -> Test:
    def test(values: Values) -> Truth:
        result: Truth = True
        for part in parts:
            found = part(values)
            if found is False:
                return False
            if found is None:
                result = None
        return result

    return test


def _any(parts: tuple[Test, ...]) -> Test:
    def test(values: Values) -> Truth:
        result: Truth = False
        for part in parts:
            found = part(values)
            if found is True:
                return True
            if found is None:
                result = None
        return result

    return test


def _leaf(leaf: Leaf, day: Day) -> Test:
    path = leaf.path
    if leaf.operator == "exists":
        wanted = leaf.value is not False
        return lambda values: (path in values) is wanted
    compare = _comparison(leaf.operator, day)
    if isinstance(leaf.value, Ref):
        other = leaf.value.path
        return lambda values: compare(values[path], values[other]) if path in values and other in values else None
    value = frozenset(leaf.value) if isinstance(leaf.value, tuple) else leaf.value
    # Most comparisons are one of these three, which a call of their own would take twice as long.
    if leaf.operator == "eq":
        return lambda values: bool(values[path] == value) if path in values else None
    if leaf.operator == "in":
        return lambda values: values[path] in value if path in values else None
    if leaf.operator == "has":
        return lambda values: value in values[path] if path in values else None
    return lambda values: compare(values[path], value) if path in values else None


def _comparison(operator: str, day: Day) -> Callable[[Any, Any], bool]:
    def is_a(term: str, classes: Any) -> bool:
        return not day.counts_as(term).isdisjoint(_listed(classes))

    comparisons: dict[str, Callable[[Any, Any], bool]] = {
        "eq": lambda a, b: bool(a == b),
        "ne": lambda a, b: bool(a != b),
        "in": lambda a, b: a in b,
        "not_in": lambda a, b: a not in b,
        "gt": lambda a, b: bool(a > b),
        "gte": lambda a, b: bool(a >= b),
        "lt": lambda a, b: bool(a < b),
        "lte": lambda a, b: bool(a <= b),
        "has": lambda a, b: b in a,
        "has_all": lambda a, b: set(a).issuperset(b),
        "has_any": lambda a, b: not set(a).isdisjoint(b),
        "subset_of": lambda a, b: set(a).issubset(b),
        "any_is_a": lambda a, b: any(is_a(term, b) for term in a),
        "all_is_a": lambda a, b: all(is_a(term, b) for term in a),
        "covers": lambda a, b: day.covers(a, _listed(b)),
    }
    return comparisons[operator]


def _listed(value: Any) -> Collection[str]:
    return (value,) if isinstance(value, str) else value
