"""Draft a data dictionary from a table's figures: what an owner would write down first, for them to correct."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from entrepot.engine.model import ColumnProfile, TableProfile
from entrepot.standards.model import ColumnDescription, ColumnType, column_type, pick

_UNITS: Mapping[str, str] = {
    "km": "km", "kilometers": "km", "kilometres": "km", "miles": "mi", "mi": "mi", "meters": "m", "metres": "m", "cm": "cm", "mm": "mm", "ft": "ft",
    "kg": "kg", "lb": "lb", "lbs": "lb", "tons": "t", "tonnes": "t", "kwh": "kWh", "mwh": "MWh", "kw": "kW", "mw": "MW", "celsius": "°C",
    "fahrenheit": "°F", "seconds": "s", "secs": "s", "sec": "s", "ms": "ms", "minutes": "min", "mins": "min", "hours": "h", "hrs": "h", "days": "d",
    "usd": "USD", "eur": "EUR", "cny": "CNY", "rmb": "CNY", "gbp": "GBP", "jpy": "JPY", "percent": "%", "percentage": "%", "pct": "%", "mph": "mi/h",
    "kmh": "km/h", "kph": "km/h", "元": "CNY", "万元": "10⁴ CNY", "公里": "km", "千米": "km", "米": "m", "公斤": "kg", "千克": "kg", "吨": "t", "小时": "h",
    "分钟": "min", "秒": "s", "天": "d", "摄氏度": "°C",
}  # fmt: skip
_WORDS: Mapping[ColumnType, tuple[str, str]] = {
    ColumnType.STRING: ("Text", "文本"),
    ColumnType.INTEGER: ("Whole number", "整数"),
    ColumnType.DECIMAL: ("Decimal number", "小数"),
    ColumnType.NUMBER: ("Number", "数值"),
    ColumnType.BOOLEAN: ("True or false", "是或否"),
    ColumnType.DATE: ("Date", "日期"),
    ColumnType.DATETIME: ("Date and time", "日期时间"),
    ColumnType.BINARY: ("Bytes", "二进制"),
}
_PERSON = frozenset(
    [
        "person",
        "patient",
        "customer",
        "client",
        "user",
        "member",
        "employee",
        "student",
        "household",
        "subscriber",
        "participant",
        "respondent",
        "passenger",
        "citizen",
    ]
)
_ID = frozenset(["id", "no", "number", "key", "code", "uid"])
_PERSON_CHINESE = re.compile(r"(客户|用户|会员|患者|员工|学生|居民|个人|人员)(编号|编码|号|标识|ID)", re.IGNORECASE)
_ROWS_EACH = 100
"""Rows that one person may have on average; a number behind more of them is a hotline's or a shop's."""
_IDENTIFYING = frozenset({"official_id", "cn_resident_id", "email", "phone", "passport", "account"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a check found in a column.

    Attributes:
        concept: The shared term of its category.
        restricted: Whether its values must stay hidden.
        recognised: Whether its values themselves are of the category, not its heading alone or a part of longer texts.
    """

    category: str
    concept: str
    personal: bool
    restricted: bool
    recognised: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dictionary:
    """A drafted data dictionary.

    Attributes:
        keys: Columns that are never empty and never repeat.
        person_key: The column that seems to tell whose row it is; empty when rows do not seem to be about persons.
    """

    columns: tuple[ColumnDescription, ...]
    keys: tuple[str, ...]
    person_key: str

    def to_dict(self) -> dict[str, Any]:
        """The dictionary as JSON."""
        columns = [
            {
                "name": c.name,
                "title": pick(c.titles),
                "description": pick(c.descriptions),
                "type": c.type.value,
                "nullable": c.nullable,
                "unique": c.unique,
                "unit": c.unit,
                "concept": c.concept,
            }
            for c in self.columns
        ]
        return {"columns": columns, "keys": list(self.keys), "person_key": self.person_key}


def draft(profile: TableProfile, marks: Mapping[str, Mark] | None = None) -> Dictionary:
    """The dictionary that the figures suggest; marked columns show no value where the mark restricts them."""
    marks = marks or {}
    columns = tuple(_column(column, profile.rows, marks.get(column.name)) for column in profile.columns)
    keys = tuple(c.name for c in columns if c.unique)
    return Dictionary(columns=columns, keys=keys, person_key=_person_key(profile, marks))


def title(header: str) -> str:
    """A heading as words: ``depDelay_min`` becomes ``Dep delay min``."""
    spaced = re.sub(r"(?<=[a-z\d])(?=[A-Z])", " ", re.sub(r"[_\s.\-]+", " ", header)).strip()
    return (spaced[:1].upper() + spaced[1:]) if spaced else header


def unit(header: str) -> str:
    """The unit a heading ends with, such as ``km`` or ``(元)``; empty when it names none."""
    bracketed = re.search(r"[(（\[]([^)）\]]+)[)）\]]\s*$", header)
    words = [bracketed[1].strip()] if bracketed else re.split(r"[_\s.\-]+", header)[1:]
    return _UNITS.get(words[-1].lower(), "") if words else ""


def _column(column: ColumnProfile, rows: int, mark: Mark | None) -> ColumnDescription:
    kind = column_type(column.type)
    hidden = mark is not None and mark.restricted
    unique = (
        rows > 1
        and column.nulls == 0
        and column.distinct_exact
        and column.distinct == rows
        and kind in (ColumnType.STRING, ColumnType.INTEGER)
    )
    english, chinese = _sentences(column, kind, rows, hidden)
    return ColumnDescription(
        name=column.name,
        type=kind,
        physical_type=column.type,
        titles={"en": title(column.name)},
        descriptions={"en": english, "zh": chinese},
        nullable=column.nulls > 0,
        unique=unique,
        nulls=column.nulls,
        distinct=column.distinct,
        minimum="" if hidden else column.minimum or "",
        maximum="" if hidden else column.maximum or "",
        unit=unit(column.name),
        concept=mark.concept if mark else "",
        personal=bool(mark and mark.personal),
        category=mark.category if mark else "",
    )


def _sentences(column: ColumnProfile, kind: ColumnType, rows: int, hidden: bool) -> tuple[str, str]:
    english, chinese = _WORDS.get(kind, ("Value", "值"))
    if column.minimum is not None and column.maximum is not None and not hidden:
        english += f" from {column.minimum} to {column.maximum}"
        chinese += f"，从 {column.minimum} 到 {column.maximum}"
    elif column.length_max:
        english += f" of up to {column.length_max} characters"
        chinese += f"，最多 {column.length_max} 个字符"
    about, about_chinese = ("", "") if column.distinct_exact else ("about ", "约 ")
    share = column.nulls / rows if rows else 0
    empty = "never empty" if column.nulls == 0 else "always empty" if column.nulls == rows else f"empty in {share:.1%} of rows"
    empty_chinese = "无空值" if column.nulls == 0 else f"空值占 {share:.1%}"
    values = "value" if column.distinct == 1 else "values"
    return (
        f"{english}; {about}{column.distinct:,} distinct {values}; {empty}.",
        f"{chinese}；{about_chinese}{column.distinct:,} 个不同的值；{empty_chinese}。",
    )


def _person_key(profile: TableProfile, marks: Mapping[str, Mark]) -> str:
    # A key of the owner's own is better than an identifier that others know as well.
    for column in profile.columns:
        words = [word.lower() for word in re.split(r"[_\s.\-]+|(?<=[a-z])(?=[A-Z])", column.name) if word]
        named = len(words) >= 2 and words[-1] in _ID and words[-2] in _PERSON
        if column.distinct > 1 and (named or _PERSON_CHINESE.search(column.name)):
            return column.name
    return next((c.name for c in profile.columns if c.name in marks and _tells_persons(c, marks[c.name], profile.rows)), "")


def _tells_persons(column: ColumnProfile, mark: Mark, rows: int) -> bool:
    """Whether a column of identifiers seems to have one for each person: most rows have one, and none stands for hundreds of them."""
    filled = rows - column.nulls
    identifies = mark.recognised and mark.category in _IDENTIFYING
    return identifies and column.distinct > 1 and 2 * filled > rows and column.distinct * _ROWS_EACH >= filled
