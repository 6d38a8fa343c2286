"""Which rules could contradict each other: what they require of one fact has no common value, or one bars what the other demands.

Worked out once for a set of rules; in a case it only remains to see whether both of a pair apply.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from entrepot.compliance.model import Severity
from entrepot.compliance.pack_model import All, Condition, Leaf, Pack, Ref, Rule


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rules, by id, and what they disagree on."""

    one: str
    other: str
    about: str


def pairs(rules: Iterable[tuple[Pack, Rule]]) -> tuple[Pair, ...]:
    """The pairs of blocking rules that no case can satisfy together, should both apply."""
    binding = sorted((rule for _, rule in rules if rule.severity is Severity.BLOCK), key=lambda rule: rule.id)
    return tuple(Pair(one.id, other.id, about) for one, other in combinations(binding, 2) for about in _disagreements(one, other))


def _disagreements(one: Rule, other: Rule) -> Iterator[str]:
    yield from sorted({duty.do for duty in one.duties} & set(other.bars) | {duty.do for duty in other.duties} & set(one.bars))
    demands: dict[str, list[Leaf]] = {}
    for leaf in _demands(other.require):
        demands.setdefault(leaf.path, []).append(leaf)
    for leaf in _demands(one.require):
        if any(not _together(leaf, second) for second in demands.get(leaf.path, ())):
            yield leaf.path


def _demands(condition: Condition) -> Iterator[Leaf]:
    """What holds in every case that satisfies the condition."""
    if isinstance(condition, Leaf) and not isinstance(condition.value, Ref):
        yield condition
    elif isinstance(condition, All):
        for part in condition.parts:
            yield from _demands(part)


def _together(one: Leaf, other: Leaf) -> bool:
    """Whether some value satisfies both; says yes where it cannot tell."""
    for first, second in ((one, other), (other, one)):
        if first.operator == "exists" and first.value is False:
            return second.operator == "exists" and second.value is False
        if first.operator in ("eq", "in"):
            values = (first.value,) if first.operator == "eq" else first.value
            return any(_satisfies(value, second) for value in values)
        if first.operator in ("has", "has_all") and second.operator == "subset_of":
            return set(_listed(first.value)) <= set(second.value)
    low = [leaf for leaf in (one, other) if leaf.operator in ("gt", "gte")]
    high = [leaf for leaf in (one, other) if leaf.operator in ("lt", "lte")]
    if len(low) == len(high) == 1:
        strict = low[0].operator == "gt" or high[0].operator == "lt"
        return bool(low[0].value < high[0].value if strict else low[0].value <= high[0].value)
    return True


def _listed(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _satisfies(value: Any, leaf: Leaf) -> bool:
    match leaf.operator:
        case "eq":
            return bool(value == leaf.value)
        case "ne":
            return bool(value != leaf.value)
        case "in":
            return value in leaf.value
        case "not_in":
            return value not in leaf.value
        case "gt":
            return bool(value > leaf.value)
        case "gte":
            return bool(value >= leaf.value)
        case "lt":
            return bool(value < leaf.value)
        case "lte":
            return bool(value <= leaf.value)
        case _:
            return True
