"""The metadata score: the portal's points, and what would add some."""

from __future__ import annotations

from dataclasses import replace

from entrepot.standards import DatasetDescription, score
from entrepot.standards.score import MOST, Dimension


def test_all_indicators_together_are_405_points(rich: DatasetDescription) -> None:
    indicators = score(rich).indicators
    by_dimension = {d: sum(i.points for i in indicators if i.dimension is d) for d in Dimension}
    assert list(by_dimension.values()) == [100, 100, 110, 75, 20]
    assert sum(by_dimension.values()) == MOST


def test_a_filled_in_form_reaches_351_points(rich: DatasetDescription) -> None:
    assert score(rich).points == 355
    assert {i.name for i in score(rich).missing} == {"download address", "reachable download address"}


def test_what_is_missing_is_named_with_the_largest_gain_first(rich: DatasetDescription, bare: DatasetDescription) -> None:
    poorer = score(replace(rich, keywords={}, licence="", policy=None))
    assert poorer.points == 355 - 30 - 30
    assert [i.points for i in poorer.missing] == sorted((i.points for i in poorer.missing), reverse=True)
    assert all(i.hint for i in score(bare).missing)
    assert score(bare).points < poorer.points
