"""What a released value covers, with a hierarchy and without."""

from __future__ import annotations

import pytest

from entrepot.privacy.attacks import attack, frame_of
from entrepot.privacy.attacks.scale import Scale, scale_of
from entrepot.privacy.hierarchies import hierarchy

SCHOOL = hierarchy("school", [("a", "low", "*"), ("b", "low", "*"), ("c", "high", "*"), ("d", "high", "*")])


def size(scale: Scale, label: str) -> int:
    low, high = scale.spans[label]
    return high - low


def test_numbers_with_missing_values_are_covered_by_ranges() -> None:
    scale = scale_of("age", [["5", "30", "20", "", "29"], ["20-29", "[20, 30)", "20-30", "*", "100-200"]], None)
    assert [size(scale, label) for label in ("20-29", "[20, 30)", "20-30", "*", "100-200")] == [2, 2, 3, 5, 0]
    assert len(scale.strange) == 1


def test_masked_codes_cover_what_begins_like_them() -> None:
    scale = scale_of("code", [["101", "102", "1020", "201"], ["10*", "102**", "201"]], None)
    assert [size(scale, label) for label in ("10*", "102**", "201")] == [3, 2, 1]


def test_the_top_of_a_hierarchy_covers_values_that_it_lacks() -> None:
    scale = scale_of("school", [["a", "c", "z"], ["low", "*", "q"]], SCHOOL)
    assert (scale.leaves, size(scale, "*"), size(scale, "low"), size(scale, "z")) == (6, 6, 2, 1)
    assert len(scale.strange) == 1


def test_a_value_is_refined_one_step_at_a_time() -> None:
    scale = scale_of("school", [["a", "b", "c", "d"], ["*"]], SCHOOL)
    assert scale.children(scale.spans["*"]) == [scale.spans["low"], scale.spans["high"]]
    assert scale.children(scale.spans["low"]) == [scale.spans["a"], scale.spans["b"]]
    assert scale.children(scale.spans["a"]) == [scale.spans["a"]]


@pytest.mark.parametrize("column", [["*", "*"], ["", ""], ["*", "1"]])
def test_columns_without_values_do_no_harm(column: list[str]) -> None:
    table = frame_of({"a": column, "b": ["1", "2"]})
    assert attack(table, table, quasi_identifiers=["a", "b"]).get("unique_linkage").attack.hits == 2


def test_released_values_that_stand_for_nothing_are_counted_in_the_notes() -> None:
    report = attack(frame_of({"a": ["x", "y"]}), frame_of({"a": ["p", "q"]}), quasi_identifiers=["a"])
    assert any("a: released values that stand for no value known: 2;" in str(note) for note in report.notes)
