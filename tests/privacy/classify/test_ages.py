"""Columns of ages and births tell of children, show that nobody is below fourteen, or tell nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.privacy import Assessment, ages
from entrepot.privacy.births import births
from entrepot.privacy.spans import CAN_BE_READ

Classified = Callable[[dict[str, Any]], Assessment]


def unread(assessment: Assessment) -> dict[str, int | None]:
    """In how many rows each column holds what cannot be read."""
    return {alert.column: alert.count for alert in assessment.alerts if alert.code == "unread_ages"}


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
        {"birth_date": [19_900_101, 19_850_101]},
        {"birth_month": ["1990/05", "2012-10", "1985年3月", "1985.03"]},
        {"birthday": ["17 March 1984", "March 17, 1984", "Mar 7, 1983", "17-Mar-1984", "March 1984", "17MAR1984:00:00:00"]},
        {"DOB": ["17/03/1984", "03/04/1985", "3.4.1985"]},
        {"DOB": ["3/7/85", "12/31/99", "03-07-67"]},
        {"出生日期": ["1984年3月7日", "1984年03月07日 星期五", "1984.03.07", "１９８４年３月"]},
        {"age": ["14 years", "18 y/o", "15;6", "18 years and over", "25岁-30岁"]},
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
        {"birth_year": [1950, 2026]},
        {"birth_year": [0, 1950, 2015, 9999]},
        {"birth_date": [date(1900, 1, 1), date(2015, 5, 1), date(9999, 12, 31)]},
        {"birth_date": [20_140_317, 19_850_101]},
        {"age": [-1, 5, 999]},
        {"age": [5, *range(20, 90), *range(20, 90), *range(20, 90), 5_000]},
        {"birth_month": ["2017/06", "1990/05"]},
        {"birthday": ["17 March 2014", "17 March 1984"]},
        {"birthday": ["Fri, 7th of March, 2014", "unknown"]},
        {"DOB": ["Mar 7, 2013", "Mar 7, 1983"]},
        {"DOB": ["17-Mar-14", "17-Mar-2003"]},
        {"DOB": ["03/07/2014", "03/07/1984"]},
        {"DOB": ["17/03/2014", "n/a"]},
        {"DOB": ["2014-**-**", "1984-**-**"]},
        {"出生年月": ["2014年3月", "1984年3月"]},
        {"出生日期": ["2014年3月7日", "不详"]},
        {"birth_month": [201_403, 198_512]},
        {"birth_date": ["≥ 2015", "1990"]},
        {"age": ["13岁", "40岁"]},
        {"age": ["13;5", "2;11.03"]},
        {"age": ["8 months", "40 years"]},
        {"age": ["2y3m", "40y"]},
        {"age": ["不满14岁", "65岁及以上"]},
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
        {"vehicle_age": [15, 20]},
        {"name": ["Anna Quandt", "Peter Oduya"]},
    ],
)
def test_an_empty_unreadable_or_foreign_age_tells_nothing(classified: Classified, columns: dict[str, Any]) -> None:
    assert told(classified(columns)) == (False, ())


def test_a_child_by_one_column_counts_whatever_another_shows(classified: Classified) -> None:
    assert told(classified({"age": [20, 30], "dob": [date(2000, 1, 1), date(2020, 1, 1)]})) == (True, ("age",))


@pytest.mark.parametrize("junk", [["unknown"], ["see the remark of 3 May"], [""], ["unknown"] * 3])
def test_children_are_counted_among_any_number_of_different_texts_and_whatever_stands_beside_them(
    classified: Classified, junk: list[str]
) -> None:
    births = [(date(2000, 1, 1) + timedelta(days=n)).isoformat() for n in range(6_000)]
    (alert,) = classified({"birth_date": births + junk}).alerts
    young = sum(birth > "2012-11-20" for birth in births)
    assert (alert.code, alert.count) == ("minors", young)


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        ({"age": ["young", "old", "old"]}, {"age": 3}),
        ({"birthday": ["1984-03-17", "the spring of it all", "unknown"]}, {"birthday": 1}),
        ({"birthday": ["in 1984, or so, as 12 of us remember", "1984-03-17"]}, {"birthday": 1}),
        ({"DOB": ["03/07/14", "03/07/84"]}, {"DOB": 1}),
        ({"DOB": ["11/12/2012", "12/11/2012"]}, {"DOB": 2}),
        ({"DOB": ["Mar-14"]}, {"DOB": 1}),
        ({"birth_year": ["14", "67"]}, {"birth_year": 2}),
        ({"birth_date": [41_705, 41_706]}, {"birth_date": 2}),
        ({"birth_date": [date(2027, 5, 1), date(1990, 1, 1)]}, {"birth_date": 1}),
        ({"birth_date": ["200512", "200611"]}, {"birth_date": 2}),
    ],
)
def test_what_cannot_be_read_for_certain_is_counted_and_shows_nobody_grown_up(
    classified: Classified, columns: dict[str, Any], rows: dict[str, int]
) -> None:
    found = classified(columns)
    assert (told(found), unread(found)) == ((False, ()), rows)


@pytest.mark.parametrize(
    "columns",
    [
        {"age": ["20-29", "*", "unknown", "N/A", "-", "?", "", "NULL", "不详", "未知"]},
        {"age": ["10-19", "20-29"]},
        {"age": [30, -1, 999]},
        {"DOB": ["1984-03-17", "0000-00-00", "9999-12-31", "1900-01-01", "????"]},
        {"birth_month": [1, 12]},
        {"birth_month": ["March", "Apr"]},
        {"出生月份": ["3月", "12月"]},
        {"mother_birth_date": ["1984-03-17", "long ago in 84"]},
    ],
)
def test_missing_values_and_parts_without_a_year_show_nothing_and_count_as_no_riddle(
    classified: Classified, columns: dict[str, Any]
) -> None:
    found = classified(columns)
    assert (told(found), unread(found)) == ((False, ()), {})


def test_the_order_of_day_and_month_is_the_one_that_a_column_shows(classified: Classified) -> None:
    shown = {"DOB": ["01/12/2012", "25/11/1984"]}, {"DOB": ["01/12/2012", "11/25/1984"]}, {"DOB": ["01/12/2012", "01/12/1984"]}
    found = [classified(columns) for columns in shown]
    assert [told(one)[0] for one in found] == [True, False, False]
    assert [unread(one) for one in found] == [{}, {}, {"DOB": 1}]


FORMS = ("%Y-%m-%d", "%Y/%m", "%d %B %Y", "%b %d, %Y", "%d-%b-%Y", "%Y年%m月", "%Y.%m.%d", "%d/%m/%Y", "%m/%d/%Y", "%Y%m%d", "%d-%b-%y")
_BIRTHS = st.dates(date(1930, 1, 1), date(2026, 11, 1))


@given(
    births=st.lists(_BIRTHS, min_size=1, max_size=4),
    form=st.sampled_from(FORMS),
    junk=st.lists(
        st.one_of(st.text(max_size=12), st.tuples(_BIRTHS, st.sampled_from(FORMS)).map(lambda one: one[0].strftime(one[1]))), max_size=6
    ),
)
def test_nothing_beside_children_in_a_column_hides_them(births: list[date], form: str, junk: list[str]) -> None:
    def children(texts: list[str]) -> int:
        rows = Counter(ages._birth_options(text, False, date(2026, 11, 20)) for text in texts)
        return ages._settled(rows)[ages.Stage.CHILD]

    texts = [birth.strftime(form) for birth in births]
    assert children(texts + junk) >= children(texts)


@given(birth=_BIRTHS, form=st.sampled_from(FORMS))
def test_what_is_read_is_what_the_engine_lets_through(birth: date, form: str) -> None:
    text = birth.strftime(form)
    assert births(text)
    assert duckdb.sql(f"SELECT regexp_full_match('{text}', '{CAN_BE_READ}')").fetchall() == [(True,)]
