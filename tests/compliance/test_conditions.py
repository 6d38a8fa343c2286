"""Conditions in three values: Kleene's tables, each operator, references, the taxonomy of the day, and weak sources."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import pytest

from entrepot.compliance.conditions import OPERATORS, Truth, compile_condition, compile_open, known
from entrepot.compliance.dossier import Source
from entrepot.compliance.pack_model import ALWAYS, All, AnyOf, Condition, Leaf, Not, Ref
from support.packs import TAXONOMY, TODAY

DAY = TAXONOMY.on(TODAY)
TRUTHS: tuple[Truth, ...] = (True, False, None)


def _ask(condition: Condition, values: dict[str, Any], day: date = TODAY) -> Truth:
    return compile_condition(condition, TAXONOMY.on(day))(values)


def _facts(*truths: Truth) -> dict[str, Any]:
    return {f"f.{index}": truth for index, truth in enumerate(truths) if truth is not None}


def _leaves(count: int) -> tuple[Leaf, ...]:
    return tuple(Leaf(f"f.{index}", "eq", True) for index in range(count))


@pytest.mark.parametrize("truths", list(product(TRUTHS, repeat=3)))
def test_all_any_and_not_follow_kleene(truths: tuple[Truth, ...]) -> None:
    parts, values = _leaves(3), _facts(*truths)
    assert _ask(All(parts), values) is (False if False in truths else None if None in truths else True)
    assert _ask(AnyOf(parts), values) is (True if True in truths else None if None in truths else False)
    first = truths[0]
    assert _ask(Not(parts[0]), values) is (None if first is None else not first)
    assert _ask(Not(All(parts)), values) is _ask(AnyOf(tuple(Not(part) for part in parts)), values)


def test_nothing_asked_is_always_true_and_its_opposite_never() -> None:
    assert _ask(ALWAYS, {}) is True
    assert _ask(Not(ALWAYS), {}) is False


CASES: list[tuple[str, Any, Any, bool]] = [
    ("eq", 3, 3, True), ("eq", 3, 4, False), ("eq", "a", "a", True), ("ne", "a", "b", True), ("ne", "a", "a", False),
    ("in", "a", ("a", "b"), True), ("in", "c", ("a", "b"), False), ("not_in", "c", ("a", "b"), True), ("not_in", "a", ("a",), False),
    ("gt", 4, 3, True), ("gt", 3, 3, False), ("gte", 3, 3, True), ("gte", 2, 3, False), ("lt", 2, 3, True), ("lt", 3, 3, False),
    ("lte", 3, 3, True), ("lte", 4, 3, False), ("gt", "2026-11-21", "2026-11-20", True), ("lt", "2026-09-30", "2026-10-01", True),
    ("has", ["a", "b"], "a", True), ("has", ["b"], "a", False), ("has_all", ["a", "b"], ("a", "b"), True), ("has_all", ["a"], ("a", "b"), False),
    ("has_any", ["a"], ("a", "b"), True), ("has_any", ["c"], ("a", "b"), False), ("has_any", [], ("a",), False),
    ("subset_of", ["a"], ("a", "b"), True), ("subset_of", ["c"], ("a", "b"), False), ("subset_of", [], ("a",), True),
    ("any_is_a", ["pd:Genetic", "pd:Name"], ("pd:Health",), True), ("any_is_a", ["pd:Name"], ("pd:Health",), False),
    ("any_is_a", ["pd:Genetic"], ("law:Special",), True), ("all_is_a", ["pd:Genetic", "pd:Health"], ("pd:Health",), True),
    ("all_is_a", ["pd:Genetic", "pd:Name"], ("pd:Health",), False), ("all_is_a", [], ("pd:Health",), True),
    ("covers", ["pd:Health"], ("pd:Genetic",), True), ("covers", ["pd:Genetic"], ("pd:Health",), False), ("covers", ["pd:Name"], (), True),
    ("exists", 1, True, True), ("exists", 1, False, False),
]  # fmt: skip


@pytest.mark.parametrize(("operator", "fact", "value", "expected"), CASES)
def test_each_operator_says_what_it_means(operator: str, fact: Any, value: Any, expected: bool) -> None:
    assert _ask(Leaf("f.x", operator, value), {"f.x": fact}) is expected


@pytest.mark.parametrize(
    ("operator", "fact", "value", "expected"), [case for case in CASES if case[0] != "exists" and not isinstance(case[2], bool)]
)
def test_a_reference_compares_as_a_value_does(operator: str, fact: Any, value: Any, expected: bool) -> None:
    leaf = Leaf("f.x", operator, Ref("f.y"))
    assert _ask(leaf, {"f.x": fact, "f.y": list(value) if isinstance(value, tuple) else value}) is expected
    assert _ask(leaf, {"f.x": fact}) is None
    assert _ask(leaf, {}) is None


def test_every_operator_has_a_case_that_holds_and_one_that_does_not() -> None:
    assert {(operator, held) for operator, _, _, held in CASES} == set(product(OPERATORS, (True, False)))


@pytest.mark.parametrize("operator", [name for name in OPERATORS if name != "exists"])
def test_a_comparison_with_an_unknown_fact_is_unknown(operator: str) -> None:
    value = next(value for name, _, value, _ in CASES if name == operator)
    assert _ask(Leaf("f.x", operator, value), {}) is None


def test_exists_alone_knows_that_a_fact_is_absent() -> None:
    assert _ask(Leaf("f.x", "exists", True), {}) is False
    assert _ask(Leaf("f.x", "exists", False), {}) is True


def test_a_set_has_the_members_of_the_day() -> None:
    special = Leaf("f.terms", "any_is_a", ("law:Special",))
    assert _ask(special, {"f.terms": ["pd:Name"]}, date(2025, 10, 31)) is True
    assert _ask(special, {"f.terms": ["pd:Name"]}, date(2025, 11, 1)) is False
    assert _ask(special, {"f.terms": ["pd:Health"]}, date(2019, 12, 31)) is False


def test_a_taxonomy_with_a_cycle_still_answers() -> None:
    from entrepot.compliance.taxonomy import Taxonomy

    day = Taxonomy(broader={"a:One": ("a:Two",), "a:Two": ("a:One",)}).on(TODAY)
    assert day.counts_as("a:One") == {"a:One", "a:Two"}


def test_only_facts_that_matter_are_missing() -> None:
    one, two, three = _leaves(3)
    assert list(compile_open(All((one, two)), DAY)({"f.0": False})) == []
    assert list(compile_open(All((one, two)), DAY)({"f.0": True})) == ["f.1"]
    assert list(compile_open(AnyOf((one, All((two, three)))), DAY)({"f.0": False, "f.1": False})) == []
    assert list(compile_open(AnyOf((one, All((two, three)))), DAY)({"f.2": True})) == ["f.0", "f.1"]
    assert list(compile_open(Leaf("f.x", "eq", Ref("f.y")), DAY)({"f.x": 1})) == ["f.y"]


def test_a_fact_from_too_weak_a_source_is_not_known() -> None:
    values, sources = {"f.x": 1, "f.y": 2}, {"f.x": Source.THIRD_PARTY}
    assert known(values, sources, {"f.x": Source.MEASURED}) == {"f.y": 2}
    assert known(values, sources, {"f.x": Source.THIRD_PARTY}) == values
    assert known(values, sources, {"f.y": Source.THIRD_PARTY}) == {"f.x": 1}
