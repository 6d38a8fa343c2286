"""Legal clocks: the regulators' real dates, make-up days, unknown calendars, ends of local days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.compliance.clocks import due, end_of_day, parse_span
from entrepot.kit import Invalid

SHANGHAI = ZoneInfo("Asia/Shanghai")


def _shanghai(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI).astimezone(UTC)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("received", "span", "last_day"),
    [
        ((2021, 4, 23, 10), "5CNBD", date(2021, 4, 29)),  # Sunday 25 April was a working day: the ministry's own date.
        ((2022, 3, 14, 9), "5CNBD", date(2022, 3, 21)),
        ((2020, 1, 8, 9), "7CNBD", date(2020, 1, 17)),
        ((2026, 3, 2, 9), "20D", date(2026, 3, 22)),
        ((2024, 1, 31, 9), "1M", date(2024, 2, 29)),
        ((2024, 2, 29, 9), "1Y", date(2025, 2, 28)),
        ((2026, 2, 13, 9), "1CNBD", date(2026, 2, 14)),  # A Saturday that makes up for the Spring Festival.
    ],
)
def test_the_last_day_is_the_authoritys(received: tuple[int, ...], span: str, last_day: date) -> None:
    assert due(_shanghai(*received), span).at == end_of_day(last_day)


def test_hours_run_over_midnight_to_the_second() -> None:
    assert due(_shanghai(2026, 5, 4, 22, 30), "4H").at == _shanghai(2026, 5, 5, 2, 30)


def test_the_day_is_the_one_in_shanghai() -> None:
    late = datetime(2022, 3, 13, 17, tzinfo=UTC)  # Already the 14th in Shanghai.
    assert due(late, "5CNBD").at == end_of_day(date(2022, 3, 21))


def test_an_unknown_calendar_counts_monday_to_friday_and_says_so() -> None:
    found = due(_shanghai(2035, 1, 5, 9), "5CNBD")
    assert found.at == end_of_day(date(2035, 1, 12))
    assert "2035" in found.assumption
    assert due(_shanghai(2025, 1, 6, 9), "5CNBD").assumption == ""


def test_a_change_to_summer_time_does_not_shift_the_end_of_the_day() -> None:
    found = due(datetime(2026, 3, 28, 12, tzinfo=UTC), "1D", zone="Europe/Brussels").at
    assert found.astimezone(ZoneInfo("Europe/Brussels")).strftime("%Y-%m-%d %H:%M:%S") == "2026-03-29 23:59:59"


@pytest.mark.parametrize("text", ["", "5", "CNBD", "0D", "-1D", "5 D", "5d", "1.5H", "999999D", "5CNBDx", None])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="no span"):
        parse_span(text)


def test_a_span_beyond_all_years_is_refused() -> None:
    with pytest.raises(Invalid, match="9999"):
        due(datetime(2026, 1, 1, tzinfo=UTC), "99999Y")


@given(
    st.datetimes(min_value=datetime(2004, 2, 1), max_value=datetime(2040, 1, 1)),
    st.integers(1, 40),
    st.sampled_from(["H", "D", "M", "Y", "CNBD"]),
)
def test_a_longer_span_never_ends_earlier(start: datetime, count: int, unit: str) -> None:
    began = start.replace(tzinfo=UTC)
    shorter, longer = due(began, f"{count}{unit}").at, due(began, f"{count + 1}{unit}").at
    assert began < shorter < longer or unit == "H"
    assert longer - began >= timedelta(hours=count)
