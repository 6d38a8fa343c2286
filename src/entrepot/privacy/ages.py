"""How old the persons of a table are, as far as its columns of ages and births tell: children, nobody below fourteen, or nothing."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

import duckdb

from entrepot.engine.model import ColumnProfile, TableProfile
from entrepot.engine.sql import identifier, parquet
from entrepot.engine.stream import batches
from entrepot.privacy import headers
from entrepot.privacy.births import CENTURY, MONTH_DAYS, Birth, Order, births, day, is_part, last_of
from entrepot.privacy.laws import CHILD_AGE
from entrepot.privacy.model import ColumnFinding
from entrepot.privacy.spans import CAN_BE_READ, Span, age, is_missing


class Told(StrEnum):
    """What a column of ages or births tells."""

    CHILDREN = "children"
    GROWN_UP = "grown_up"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """What all rows of a column of ages or births come to.

    Attributes:
        children: Rows that show somebody who is surely below fourteen.
        unread: Rows with a value that stands for no missing one and cannot be read for certain.
    """

    told: Told
    children: int = 0
    unread: int = 0


class Stage(StrEnum):
    """What one value tells; ``ACROSS`` of a range that begins below fourteen and ends above, ``MISSING`` of what stands for no value."""

    CHILD = "child"
    GROWN = "grown"
    ACROSS = "across"
    MISSING = "missing"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that a value may tell.

    Attributes:
        order: Of day and month, where the value leaves it open.
        stage: What it tells so.
        before: What it tells if its two digits name a year a century before; None where the year is in full.
        is_recent: Whether its year is in full and of this century.
    """

    order: Order
    stage: Stage
    before: Stage | None = None
    is_recent: bool = False


Options = tuple[Option, ...]
_OLDEST = 120
"""Years beyond which an age or a birth stands for an unknown one, as 999 and 1900-01-01 do."""
_FAR = -50
"""Years of age below which a birth to come stands for an unknown one, as 9999-12-31 does."""
_LONGEST = 60
"""Characters beyond which no text is an age or a birth."""
_READABLE = (Stage.CHILD, Stage.GROWN, Stage.ACROSS)
_PARTS = frozenset(["month", "months", "day", "days", "monat", "tag", "mois", "jour", "mes", "dia", "quarter", "weekday"])
_YEARS = frozenset(["year", "years", "yob", "jahr", "annee", "ano", "date"])
_PART_IN_SCRIPT = re.compile(r"(?<!年)(?:月|日|月份)$")
_ELDERS = frozenset(["mother", "father", "parent", "parents", "guardian", "spouse", "husband", "wife", "partner"])
_ELDERS_IN_SCRIPT = ("父", "母", "配偶", "丈夫", "妻", "监护")
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


def told(
    cursor: duckdb.DuckDBPyConnection, path: Path, profile: TableProfile, findings: Sequence[ColumnFinding], today: date
) -> dict[str, Ages]:
    """What each column of ages or births tells, by its name; every row counts, however many different values there are.

    A value that stands for a range counts by its youngest: only where that is fourteen nobody is below. A column with an empty value, or
    one that cannot be read, tells of nobody who is grown up, and neither does one about somebody else, such as a mother.
    """
    found = {}
    for finding in findings:
        if finding.category.id in ("age", "birth_date"):
            column = profile.column(finding.column)
            found[column.name] = _judged(column, finding.category.id, _counted(cursor, path, column, finding.category.id, today))
    return found


def _judged(column: ColumnProfile, category: str, rows: Counter[Stage]) -> Ages:
    # An age in months is none in years, and the month of a birth is one.
    words = _NOT_THEIRS if category == "age" else _NOT_THEIRS - _PARTS
    is_about_another = _speaks_of(column.name, words, _NOT_THEIRS_IN_SCRIPT)
    unread = 0 if _speaks_of(column.name, _ELDERS, _ELDERS_IN_SCRIPT) else rows[Stage.UNREAD]
    if rows[Stage.CHILD]:
        return Ages(told=Told.CHILDREN, children=rows[Stage.CHILD], unread=unread)
    is_full = not column.nulls and not column.nonfinite and rows[Stage.GROWN] == rows.total()
    is_grown_up = rows[Stage.GROWN] > 0 and is_full and not is_about_another
    return Ages(told=Told.GROWN_UP if is_grown_up else Told.NOTHING, unread=unread)


def _speaks_of(name: str, words: frozenset[str], in_script: tuple[str, ...]) -> bool:
    return not words.isdisjoint(headers.tokens(name)) or any(word in name for word in in_script)


def _counted(cursor: duckdb.DuckDBPyConnection, path: Path, column: ColumnProfile, category: str, today: date) -> Counter[Stage]:
    """In how many rows a column tells what."""
    if category == "age" and headers.is_number(column):
        return _numbers(cursor, path, column)
    names_part = _names_part(column.name)
    found: Counter[Options] = Counter()
    for text, rows in _texts(cursor, path, column):
        found[_age_options(text) if category == "age" else _birth_options(text, names_part, today)] += rows
    return _settled(found)


def _numbers(cursor: duckdb.DuckDBPyConnection, path: Path, column: ColumnProfile) -> Counter[Stage]:
    name = identifier(column.name)
    query = (
        f"SELECT count_if({name} >= 0 AND {name} < {CHILD_AGE}), count_if({name} >= {CHILD_AGE} AND {name} <= {_OLDEST}), count({name}) "
        f"FROM {parquet(path)}"
    )
    children, grown, filled = cursor.execute(query).fetchall()[0]
    return Counter({Stage.CHILD: int(children), Stage.GROWN: int(grown), Stage.MISSING: int(filled - children - grown)})


def _texts(cursor: duckdb.DuckDBPyConnection, path: Path, column: ColumnProfile) -> Iterator[tuple[str, int]]:
    """Each different text and its rows, in batches; a birth with an hour counts by its day, and long texts as one that is none."""
    name = identifier(column.name)
    text = f"CAST({f'CAST({name} AS DATE)' if column.type.startswith(('DATE', 'TIMESTAMP')) else name} AS VARCHAR)"
    each = f"SELECT {text} AS t, count(*) AS n FROM {parquet(path)} WHERE {name} IS NOT NULL GROUP BY t"
    # What no word of a date or an age stands in is put together here, so that a column of remarks costs no more than its reading.
    short = (
        f"CASE WHEN length(t) > {_LONGEST} OR (regexp_matches(t, '\\d') AND NOT regexp_full_match(t, '{CAN_BE_READ}')) THEN 'not to be read' "
        "WHEN contains(t, ':') THEN regexp_replace(t, '[Tt ,:]+\\d{1,2}:\\d\\d.*$', '') ELSE t END"
    )
    query = f"SELECT {short} AS v, CAST(sum(n) AS BIGINT) FROM ({each}) GROUP BY v"
    for batch in batches(cursor, query):
        yield from zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True)


def _names_part(heading: str) -> bool:
    """Whether a heading promises the month or the day of a birth without its year."""
    words = set(headers.tokens(heading))
    return (bool(words & _PARTS) and not words & _YEARS) or _PART_IN_SCRIPT.search(heading) is not None


def _age_options(text: str) -> Options:
    span = age(text)
    if span is None:
        return (Option(Order.ANY, Stage.MISSING if is_missing(text) else Stage.UNREAD),)
    return (Option(Order.ANY, Stage.MISSING if span[0] > _OLDEST else _stage(*span)),)


def _birth_options(text: str, names_part: bool, today: date) -> Options:
    if found := births(text):
        return tuple(_option(one, today) for one in found)
    return (Option(Order.ANY, Stage.MISSING if is_missing(text) or is_part(text, bare=names_part) else Stage.UNREAD),)


def _option(birth: Birth, today: date) -> Option:
    stage = _stage_of_birth(birth.span, today)
    if birth.is_short:
        first, last = birth.span
        return Option(birth.order, stage, before=_stage_of_birth((first - CENTURY, last - CENTURY), today))
    return Option(birth.order, stage, is_recent=stage in _READABLE and birth.span[0] >= day(2000, 1, 1))


def _stage_of_birth(span: Span, today: date) -> Stage:
    """What a birth tells on a day; one still to come this year, as a year alone may mean, counts as one of the day."""
    now, this_year = day(today.year, today.month, today.day), last_of(today.year)
    earliest, latest = span
    if earliest > this_year:
        return Stage.MISSING if _years(now - earliest) < _FAR else Stage.UNREAD
    oldest, youngest = _years(now - min(earliest, now)), _years(now - min(latest, now))
    return Stage.MISSING if _OLDEST < oldest < math.inf or youngest > _OLDEST else _stage(youngest, oldest)


def _years(days: float) -> float:
    return days / (12 * MONTH_DAYS)


def _stage(youngest: float, oldest: float) -> Stage:
    if oldest < CHILD_AGE:
        return Stage.CHILD
    return Stage.GROWN if youngest >= CHILD_AGE else Stage.ACROSS


def _settled(found: Counter[Options]) -> Counter[Stage]:
    """What the rows tell once the values together have shown the order of day and month, and the century.

    More values only ever add to what is shown, so that nothing beside a child in a column hides it.
    """
    orders = frozenset(options[0].order for options in found if len(options) == 1 and _is_readable(options[0]))
    is_recent = any(option.is_recent for options in found for option in options)
    rows: Counter[Stage] = Counter()
    for options, count in found.items():
        rows[_one(options, orders, is_recent)] += count
    return rows


def _is_readable(option: Option) -> bool:
    return option.stage in _READABLE or option.before in _READABLE


def _one(options: Options, orders: frozenset[Order], is_recent: bool) -> Stage:
    shown = [option for option in options if option.order in orders]
    stages = [_of_century(option, is_recent) for option in shown or options]
    if shown and Stage.CHILD in stages:
        return Stage.CHILD
    return stages[0] if len(set(stages)) == 1 else Stage.UNREAD


def _of_century(option: Option, is_recent: bool) -> Stage:
    if option.before is None or option.before not in _READABLE:
        return option.stage
    if option.stage not in _READABLE:
        return option.before
    return option.stage if is_recent or option.stage is option.before else Stage.UNREAD
