"""What a text in a column of births may stand for: a day, a month, a year or a range, by each order of day and month that it allows."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from entrepot.privacy.spans import Span, numbers, plain

MONTH_DAYS = 31
"""Days of every month here, so that days compare as in a calendar."""
CENTURY = 100 * 12 * MONTH_DAYS
_FIRST_YEAR, _LAST_YEAR = 1800, 2100
"""Between which eight digits in a row begin with a year."""


class Order(StrEnum):
    """What comes first in a text that leaves it open, as 03/07/2014 does; ``ANY`` where nothing is open, ``WHOLE`` a year in four of six digits."""

    ANY = "any"
    WHOLE = "whole"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Birth:
    """One thing that a text may stand for.

    Attributes:
        order: The order of its parts that makes this date of it.
        span: The earliest and the latest birth, in days of years of twelve equal months.
        is_short: Whether the year has two digits, and was taken for one of this century.
    """

    order: Order
    span: Span
    is_short: bool = False


Births = tuple[Birth, ...]
"""All that a text may stand for; empty where it cannot be read."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_WEEKDAY = re.compile(r"^(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? (?=.*\d)")
_AROUND = re.compile(r"^(?:born(?: on| in)?|b\.|circa|ca?\.|约|生于) ?|(?:出?生|出生)$")
_CLOCK = re.compile(r"[t ,:]+\d{1,2}:\d\d.*$")
_NTH = r"(?:st|nd|rd|th)?"
_YEAR = r"'?(\d{4}|\d\d)"
_GAP = r"[ .,/-]*"
_MONTH_ALONE = re.compile(rf"{_NAME}|\d{{1,2}} ?[月월](?: ?\d{{1,2}} ?[日号일]?)?|--\d\d-\d\d")
_DIGIT = re.compile(r"\d")
_BARE = re.compile(r"\d{1,2}(?:\.0)?")


def births(text: str) -> Births:
    """All that a text may stand for as somebody's birth."""
    if _DIGIT.search(text) is None:
        return ()
    text = _AROUND.sub("", _CLOCK.sub("", _WEEKDAY.sub("", plain(text)))).strip()
    for pattern, made in _FORMS:
        if match := pattern.fullmatch(text):
            return made(*match.groups())
    return _of_years(numbers(text))


def is_part(text: str, *, bare: bool) -> bool:
    """Whether it is a month or a day without a year, which tells no age.

    Args:
        bare: Whether the heading promises such a part, so that a number alone is one.
    """
    text = plain(text)
    return _MONTH_ALONE.fullmatch(text) is not None or (bare and _BARE.fullmatch(text) is not None)


def day(year: int, month: int, of_month: int) -> float:
    """A day, counted so that days compare as in a calendar."""
    return float(12 * MONTH_DAYS * year + MONTH_DAYS * (month - 1) + of_month - 1)


def last_of(year: int) -> float:
    """The last day of a year."""
    return day(year + 1, 1, 1) - 1


def _any(span: Span | None) -> Births:
    return (Birth(Order.ANY, span),) if span is not None else ()


def _ymd(year: str, month: str, of_month: str) -> Births:
    return _any(_day(year, month, of_month))


def _day(year: str, month: str, of_month: str) -> Span | None:
    if not (1 <= int(month) <= 12 and 1 <= int(of_month) <= MONTH_DAYS):
        return None
    one = day(int(year) if len(year) == 4 else 2000 + int(year), int(month), int(of_month))
    return one, one


def _month(year: str, month: str) -> Births:
    number = int(month)
    return _any((day(int(year), number, 1), day(int(year), number, MONTH_DAYS))) if 1 <= number <= 12 else ()


def _fraction(year: str, part: str) -> Births:
    # 2014.03 is a month, as 2014.10 is; 2014.1 may be January, October or half of a tenth: the year is all that is sure.
    if len(part) == 2 and 1 <= int(part) <= 12:
        return _month(year, part)
    return _any((day(int(year), 1, 1), last_of(int(year))))


def _named(year: str, name: str, of_month: str) -> Births:
    span = _day(year, str(_MONTHS.index(name[:3]) + 1), of_month)
    return (Birth(Order.ANY, span, is_short=len(year) == 2),) if span is not None else ()


def _month_named(year: str, name: str) -> Births:
    return _month(year, str(_MONTHS.index(name[:3]) + 1))


def _quarter(year: str, quarter: str) -> Births:
    last = 3 * int(quarter)
    return _any((day(int(year), last - 2, 1), day(int(year), last, MONTH_DAYS)))


def _decade(start: str) -> Births:
    return _any((day(int(start) * 10, 1, 1), last_of(int(start) * 10 + 9)))


def _open(first: str, second: str, third: str) -> Births:
    """A day, a month and a year in the order that the values of a column show."""
    tried = {Order.DAY: (third, second, first), Order.MONTH: (third, first, second)}
    if len(third) == len(first) == 2:
        tried[Order.YEAR] = (first, second, third)
    return tuple(Birth(order, span, len(third) == 2) for order, parts in tried.items() if (span := _day(*parts)) is not None)


def _digits(text: str) -> Births:
    year, rest = text[:4], text[4:]
    whole: Births = ()
    if _FIRST_YEAR <= int(year) <= _LAST_YEAR:
        whole = _ymd(year, rest[:2], rest[2:]) if len(rest) == 4 else _month(year, rest)
    if whole and len(rest) == 4:
        return whole
    return (*(Birth(Order.WHOLE, one.span) for one in whole), *_open(text[:2], text[2:4], text[4:]))


def _year(year: str) -> Births:
    return _of_years((float(year), float(year)))


def _of_years(span: Span | None) -> Births:
    if span is None or any(end not in (0.0, math.inf) and not 1000 <= end < 10_000 for end in span):
        return ()
    first, last = span
    # A year alone counts as its last day, which errs to the safe side.
    latest = math.inf if last == math.inf else last_of(math.floor(last))
    return _any((latest if first == last else (day(int(first), 1, 1) if first else -math.inf), latest))


def _swapped(made: Callable[..., Births], *places: int) -> Callable[..., Births]:
    return lambda *parts: made(*(parts[place] for place in places))


def _forms() -> Iterator[tuple[str, Callable[..., Births]]]:
    yield r"(\d{4})-(\d\d)-(\d\d)(?:[t ].*)?", _ymd
    yield r"(\d{4}) ?[-/.年년] ?(\d{1,2}) ?[-/.月월] ?(\d{1,2}) ?[日号일]?(?: .*)?", _ymd
    yield r"(\d{4}) ?[-/年년] ?(\d{1,2}) ?[月월]?份?", _month
    yield r"(\d{4})(?:[-/.](?:[*x]{2}|00)){1,2}", _year
    yield r"(\d{4})[-/.](\d\d)[-/.](?:[*x]{2}|00)", _month
    yield r"(\d{4})\.(\d{1,2})(?: ?月份?)?", _fraction
    yield rf"(\d{{1,2}}){_NTH}{_GAP}(?:of )?{_NAME}{_GAP}{_YEAR}", _swapped(_named, 2, 1, 0)
    yield rf"{_NAME}{_GAP}(\d{{1,2}}){_NTH}[ .,/-]+{_YEAR}", _swapped(_named, 2, 0, 1)
    yield rf"{_NAME}{_GAP}(\d{{4}})", _swapped(_month_named, 1, 0)
    yield rf"(\d{{4}}){_GAP}{_NAME}{_GAP}(\d{{1,2}}){_NTH}", _named
    yield rf"(\d{{4}}){_GAP}{_NAME}", _month_named
    yield r"(\d{1,2}) ?[-/.] ?(\d{1,2}) ?[-/.] ?'?(\d{4}|\d\d)", _open
    yield r"(\d{1,2}) (\d{1,2}) (\d{4})", _open
    yield r"(\d{1,2}) ?[-/.] ?(\d{4})", _swapped(_month, 1, 0)
    yield r"(\d{4})[- ]?q([1-4])", _quarter
    yield r"(\d{3})(?:0s|0年代|[*x])", _decade
    yield r"(\d{8}|\d{6})(?:\.0)?", _digits
    yield r"(\d{8})\d{6}", _digits
    yield r"(\d{4}) ?年", _year


_FORMS = tuple((re.compile(pattern), made) for pattern, made in _forms())
