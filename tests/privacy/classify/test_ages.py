"""Columns of ages and births tell of children, show that nobody is below fourteen, or tell nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from entrepot.privacy import Assessment

Classified = Callable[[dict[str, Any]], Assessment]


def told(assessment: Assessment) -> tuple[bool, tuple[str, ...]]:
    """Whether children are brought up, and which columns show that there are none."""
    return any(alert.code == "minors" for alert in assessment.alerts), assessment.grown_up


@pytest.mark.parametrize(
    "columns",
    [
        {"age": [14, 40]},
        {"age": [18.5, 60.0]},
        {"age": ["[21, 30[", "[30, 40)"]},
        {"age": ["20-29", "30-39", "≥ 65"]},
        {"age": ["20 – 29", "65+", "18岁"]},
        {"年龄": ["20至29", "65岁及以上"]},
        {"dob": [date(2000, 1, 1), date(2012, 11, 20)]},
        {"dob": ["1990-05", "1990-Q2", "1990s", "1985", "1960-1969", "< 1950"]},
        {"birth_year": [1950, 2011]},
    ],
)
def test_ages_and_births_of_fourteen_years_and_more_show_that_nobody_is_a_child(classified: Classified, columns: dict[str, Any]) -> None:
    assert told(classified(columns)) == (False, tuple(columns))


@pytest.mark.parametrize(
    "columns",
    [
        {"age": [13, 40]},
        {"age": ["5-9", "20-29"]},
        {"age": ["< 14", "≥ 14"]},
        {"age": ["[10, 14)", "[14, 20)"]},
        {"dob": [date(2000, 1, 1), date(2012, 11, 21)]},
        {"dob": ["2015-2019", "1960-1969"]},
        {"birth_year": [1950, 2012]},
    ],
)
def test_whoever_is_below_fourteen_for_certain_is_brought_up(classified: Classified, columns: dict[str, Any]) -> None:
    assert told(classified(columns)) == (True, ())


@pytest.mark.parametrize(
    "columns",
    [
        {"age": [14, None, 40]},
        {"age": ["10-19", "20-29"]},
        {"age": ["20-29", "*"]},
        {"age": ["young", "old"]},
        {"age": ["20-29", ""]},
        {"age": [20.0, float("nan")]},
        {"mother_age": [25, 40]},
        {"birth_date": [date(1900, 1, 1), date(1990, 1, 1)]},
        {"birth_date": ["2010s", "1990s"]},
        {"birth_date": [19_900_101, 19_850_101]},
        {"vehicle_age": [15, 20]},
        {"name": ["Anna Quandt", "Peter Oduya"]},
    ],
)
def test_an_empty_unreadable_or_foreign_age_tells_nothing(classified: Classified, columns: dict[str, Any]) -> None:
    assert told(classified(columns)) == (False, ())


def test_a_child_by_one_column_counts_whatever_another_shows(classified: Classified) -> None:
    assert told(classified({"age": [20, 30], "dob": [date(2000, 1, 1), date(2020, 1, 1)]})) == (True, ("age",))
