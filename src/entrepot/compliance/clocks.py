"""Legal clocks: spans of hours, calendar days and Chinese working days, counted in the authority's zone.

A span in days ends with the last second of its last local day; the day something happens is not counted (Civil Code of the
PRC, articles 201 to 203, and Regulation (EEC) 1182/71, article 3, count alike).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import chinese_calendar

from entrepot.kit import Invalid, rfc3339

ZONES = {"CN": "Asia/Shanghai", "EU": "Europe/Brussels", "US": "America/New_York"}
"""Where an authority's day begins and ends."""
_SPAN = re.compile(r"([1-9][0-9]{0,4})(CNBD|H|D|M|Y)")
LONGEST = 50
"""Years that a rule's clock may run; no law sets a longer one, and its end is always a day of the calendar."""
_PER_YEAR = {"H": 366 * 24, "D": 366, "M": 12, "Y": 1, "CNBD": 250}
_ASSUMED = {
    "en": "The Chinese holiday calendar of {years} is not known here; Monday to Friday counted as working days.",
    "zh": "此处没有{years}年的中国节假日安排，按周一至周五计为工作日。",
}  # fmt: skip
_UNITS = {"H": "hours", "D": "days", "M": "months", "Y": "years", "CNBD": "Chinese working days"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """So many hours, days, months, years or Chinese working days."""

    count: int
    unit: str

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"

    @property
    def words(self) -> str:
        """The span in plain English."""
        name = _UNITS[self.unit]
        return f"{self.count} {name if self.count != 1 else name[:-1]}"

    @property
    def is_too_long(self) -> bool:
        """Whether it is longer than a rule's clock may run."""
        return self.count > LONGEST * _PER_YEAR[self.unit]


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When a clock ends.

    Attributes:
        at: The last moment, in UTC.
        assumption: What had to be assumed about a calendar; empty when nothing was.
    """

    at: datetime
    assumption: str = ""

    def to_dict(self) -> dict[str, str]:
        """The end as JSON."""
        return {"at": rfc3339(self.at), "assumption": self.assumption}


def parse_span(text: str) -> Span:
    """Read ``5CNBD``, ``4H``, ``20D``, ``6M`` or ``3Y``.

    Raises:
        Invalid: It is no such span.
    """
    found = _SPAN.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise Invalid(f"{str(text)[:40]!r} is no span of time.", "Write it like 4H, 20D, 6M, 3Y or 5CNBD (Chinese working days).")
    return Span(count=int(found[1]), unit=found[2])


def due(start: datetime, span: Span | str, *, zone: str = "Asia/Shanghai") -> Due:
    """When a clock that starts at this moment ends: hours to the second, everything else at the end of the local day.

    Args:
        zone: The authority's zone.

    Raises:
        Invalid: The span cannot be read, or ends beyond the year 9999.
    """
    read = parse_span(span) if isinstance(span, str) else span
    try:
        if read.unit == "H":
            return Due(at=start + timedelta(hours=read.count))
        first = start.astimezone(ZoneInfo(zone)).date()
        last, assumption = _last_day(first, read)
        # The day's end is the next day's beginning less a second, so that a change to summer time does not shift it.
        end = datetime.combine(last + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(start.tzinfo)
    except OverflowError:
        raise Invalid(f"{read.words} from {start:%Y-%m-%d} end beyond the year 9999.", "Use a shorter span.") from None
    return Due(at=end - timedelta(seconds=1), assumption=assumption)


def next_working_day(start: datetime, *, zone: str) -> Due:
    """The end of the first working day after this one: by the Chinese calendar in China, from Monday to Friday elsewhere."""
    if zone == ZONES["CN"]:
        return due(start, "1CNBD", zone=zone)
    day = start.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return Due(at=end_of_day(day, zone=zone))


def end_of_day(day: date, *, zone: str = "Asia/Shanghai") -> datetime:
    """The last second of a local day: what a due date written in a notice means."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(ZoneInfo("UTC")) - timedelta(seconds=1)


def is_cn_working_day(day: date) -> bool | None:
    """Whether Chinese offices work that day, make-up days included; None where the holiday calendar does not know the year."""
    try:
        return bool(chinese_calendar.is_workday(day))  # type: ignore[no-untyped-call]
    except NotImplementedError:
        return None


def assumption_in(assumption: str, language: str) -> str:
    """An assumption of a clock in a language, also one that was kept in English."""
    if language == "en":
        return assumption
    before, after = (re.escape(part) for part in _ASSUMED["en"].split("{years}"))
    years = re.compile(f"{before}(.*?){after}")
    return years.sub(lambda found: _ASSUMED[language].format(years=found[1].replace(" and ", "、")), assumption)


def _last_day(first: date, span: Span) -> tuple[date, str]:
    if span.unit == "CNBD":
        return _working_days(first, span.count)
    if span.unit == "D":
        return first + timedelta(days=span.count), ""
    return _months_later(first, span.count * (12 if span.unit == "Y" else 1)), ""


def _working_days(first: date, count: int) -> tuple[date, str]:
    day, left, unknown = first, count, set[int]()
    while left:
        day += timedelta(days=1)
        works = _works(day)
        if works is None:
            unknown.add(day.year)
            works = day.weekday() < 5
        left -= works
    return day, _ASSUMED["en"].format(years=" and ".join(str(year) for year in sorted(unknown))) if unknown else ""


@cache
def _works(day: date) -> bool | None:
    return is_cn_working_day(day)


def _months_later(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    for number in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, number)
        except ValueError:
            if year > 9999:
                raise OverflowError from None
    raise AssertionError("every month has 28 days")
