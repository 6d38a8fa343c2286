"""How old the persons of a table are, as far as its columns of ages and births tell: children, nobody below fourteen, or nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path

import duckdb

from entrepot.engine.model import ColumnProfile, TableProfile
from entrepot.engine.sql import identifier, parquet
from entrepot.privacy import headers
from entrepot.privacy.laws import CHILD_AGE
from entrepot.privacy.model import ColumnFinding


class Told(StrEnum):
    """What a column of ages or births tells; a column that tells neither is left out."""

    CHILDREN = "children"
    GROWN_UP = "grown_up"


Span = tuple[float, float]
"""The least and the greatest that a value may stand for: an age in years, or a birth as a year with its part."""
_OLDEST = 120
"""Years beyond which an age or a birth stands for an unknown one, as 999 and 1900-01-01 do."""
_MONTH_DAYS = 31
_MOST = 2_000
"""Different texts that are read; a column of more is none of ages."""
_NOT_THEIRS = frozenset(
    [
        "mother",
        "father",
        "parent",
        "parents",
        "guardian",
        "spouse",
        "husband",
        "wife",
        "partner",
        "child",
        "children",
        "kid",
        "son",
        "daughter",
        "sibling",
        "brother",
        "sister",
        "baby",
        "first",
        "last",
        "oldest",
        "youngest",
        "month",
        "months",
        "week",
        "weeks",
        "day",
        "days",
        "hour",
        "hours",
    ]
)
_NOT_THEIRS_IN_SCRIPT = ("父", "母", "配偶", "丈夫", "妻", "子女", "孩", "监护", "月龄", "周龄", "日龄", "月数", "天数")
_N = r"(\d{1,4}(?:\.\d+)?)"
_EXACT = re.compile(_N)
_RANGE = re.compile(rf"{_N} ?(?:-|–|—|~|～|至|到|to) ?{_N}")
_INTERVAL = re.compile(rf"[\[\](] ?{_N} ?[,;] ?{_N} ?([\[\])])")
_FROM = re.compile(rf"(?:≥|>=|≧|>) ?{_N}|{_N} ?(?:周岁|岁)?(?:\+|and over|and older|or older|及以上|以上)")
_BELOW = re.compile(rf"(<=|≤|≦|<|under) ?{_N}")
_UNIT = re.compile(r" ?(?:years? old|years?|yrs?|周岁|岁|年)$")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ].*)?")
_MONTH = re.compile(r"(\d{4})-(\d\d)")
_QUARTER = re.compile(r"(\d{4})-Q([1-4])")
_DECADE = re.compile(r"(\d{3})0s")


def told(
    cursor: duckdb.DuckDBPyConnection, path: Path, profile: TableProfile, findings: Sequence[ColumnFinding], today: date
) -> dict[str, Told]:
    """What each column of ages or births tells, by its name.

    A value that stands for a range counts by its youngest: only where that is fourteen nobody is below. A column with an empty value, or
    one that cannot be read, tells of nobody who is grown up, and neither does one about somebody else, such as a mother.
    """
    found = {}
    for finding in findings:
        column = profile.column(finding.column)
        if finding.category.id in ("age", "birth_date") and (spans := _spans(cursor, path, column, finding.category.id)):
            is_born = finding.category.id == "birth_date"
            found[column.name] = _judged(column, [_at(span, today) if is_born and span else span for span in spans])
    return {name: one for name, one in found.items() if one is not None}


def count_children(cursor: duckdb.DuckDBPyConnection, path: Path, column: ColumnProfile, category: str, today: date) -> int:
    """In how many rows a column of ages or births shows somebody who is surely below fourteen."""
    name = identifier(column.name)
    if category == "age" and column.type != "VARCHAR":
        return int(cursor.execute(f"SELECT count_if({name} >= 0 AND {name} < {CHILD_AGE}) FROM {parquet(path)}").fetchall()[0][0])
    # A birth with an hour counts by its day, so that there are never more different ones than days.
    day = f"CAST({name} AS DATE)" if column.type.startswith(("DATE", "TIMESTAMP")) else name
    query = f"SELECT CAST({day} AS VARCHAR) AS v, count(*) FROM {parquet(path)} WHERE {name} IS NOT NULL GROUP BY v"
    return sum(int(rows) for text, rows in cursor.execute(query).fetchall() if _is_child(_read(text, category), category, today))


def _is_child(span: Span | None, category: str, today: date) -> bool:
    age = _at(span, today) if span is not None and category == "birth_date" else span
    return age is not None and 0 <= age[1] < CHILD_AGE


def _judged(column: ColumnProfile, spans: Sequence[Span | None]) -> Told | None:
    ages = [span for span in spans if span is not None]
    if any(0 <= oldest < CHILD_AGE for _, oldest in ages):
        return Told.CHILDREN
    readable = len(ages) == len(spans) and not column.nulls and not column.nonfinite and not _is_about_another(column.name)
    return Told.GROWN_UP if readable and all(youngest >= CHILD_AGE for youngest, _ in ages) else None


def _is_about_another(name: str) -> bool:
    return not _NOT_THEIRS.isdisjoint(headers.tokens(name)) or any(word in name for word in _NOT_THEIRS_IN_SCRIPT)


def _spans(cursor: duckdb.DuckDBPyConnection, path: Path, column: ColumnProfile, category: str) -> list[Span | None]:
    """What the values stand for: of numbers and dates the two ends, of texts each different one; None for what cannot be read."""
    if column.type != "VARCHAR":
        ends = [end for end in (column.minimum, column.maximum) if end is not None]
        return [_read(end, category) for end in ends]
    name = identifier(column.name)
    query = f"SELECT DISTINCT {name} FROM {parquet(path)} WHERE {name} IS NOT NULL LIMIT {_MOST + 1}"
    texts = [str(row[0]) for row in cursor.execute(query).fetchall()]
    return [_read(text, category) for text in texts] if len(texts) <= _MOST else []


def _read(text: str, category: str) -> Span | None:
    text = " ".join(text.split())
    if category == "birth_date":
        return _birth(text)
    span = _numbers(_UNIT.sub("", text))
    return span if span is None or span[0] <= _OLDEST else None


def _numbers(text: str) -> Span | None:
    if match := _EXACT.fullmatch(text):
        return float(match[1]), float(match[1])
    if match := _RANGE.fullmatch(text):
        return float(match[1]), float(match[2])
    if match := _INTERVAL.fullmatch(text):
        return float(match[1]), float(match[2]) if match[3] == "]" else _just_below(float(match[2]))
    if match := _FROM.fullmatch(text):
        return float(match[1] or match[2]), math.inf
    if match := _BELOW.fullmatch(text):
        end = float(match[2])
        return 0.0, end if match[1] in ("<=", "≤", "≦") else _just_below(end)
    return None


def _birth(text: str) -> Span | None:
    """The earliest and the latest birth that a text stands for, in days of years of twelve equal months, so that days compare as in a calendar."""
    if match := _DAY.fullmatch(text):
        day = _day(int(match[1]), int(match[2]), int(match[3]))
        return day, day
    if match := _MONTH.fullmatch(text):
        return _day(int(match[1]), int(match[2]), 1), _day(int(match[1]), int(match[2]), _MONTH_DAYS)
    if match := _QUARTER.fullmatch(text):
        last = 3 * int(match[2])
        return _day(int(match[1]), last - 2, 1), _day(int(match[1]), last, _MONTH_DAYS)
    if match := _DECADE.fullmatch(text):
        return _day(int(match[1]) * 10, 1, 1), _last_of(int(match[1]) * 10 + 9)
    return _birth_years(_numbers(text))


def _birth_years(span: Span | None) -> Span | None:
    if span is None or any(end not in (0.0, math.inf) and not 1000 <= end < 10_000 for end in span):
        return None
    first, last = span
    # A year alone counts as its last day, which errs to the safe side.
    latest = math.inf if last == math.inf else _last_of(math.floor(last))
    return latest if first == last else (_day(int(first), 1, 1) if first else -math.inf), latest


def _day(year: int, month: int, day: int) -> float:
    return float(12 * _MONTH_DAYS * year + _MONTH_DAYS * (month - 1) + day - 1)


def _last_of(year: int) -> float:
    return _day(year + 1, 1, 1) - 1


def _just_below(number: float) -> float:
    return math.nextafter(number, -math.inf)


def _at(birth: Span, today: date) -> Span | None:
    """How old somebody born then is on a day, in years; None where that cannot be."""
    youngest, oldest = ((_day(today.year, today.month, today.day) - born) / (12 * _MONTH_DAYS) for born in reversed(birth))
    return None if youngest == -math.inf or _OLDEST < oldest < math.inf else (youngest, oldest)
