"""Which type a column of text has, and the SQL that converts it without losing anything.

DuckDB's casts are generous: they read ``007`` as 7, ``1.5`` as the whole number 2 and ``+49…`` as a number. Each type
here therefore has a guard that is true for such a text, and then the column stays text.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from entrepot.engine.arrow import pa, pc
from entrepot.engine.model import Note, SourceColumn
from entrepot.engine.sql import identifier, literal
from entrepot.kit.words import counted

GUARD = "entrepot: a value does not fit its column's type"
HIDDEN = "*"
"""What releases show where a value is hidden; among numbers it is no mistake."""
MARKERS = ("NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "#N/A", "#NA", "-", "--", "?", "\\N")
TEXT = "VARCHAR"
_DATE_FORMATS = ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日")
_DATE_SHAPES = {
    "%d/%m/%Y": r"^(0?[1-9]|[12]\d|3[01])/(0?[1-9]|1[0-2])/\d{4}$",
    "%m/%d/%Y": r"^(0?[1-9]|1[0-2])/(0?[1-9]|[12]\d|3[01])/\d{4}$",
    "%d.%m.%Y": r"^(0?[1-9]|[12]\d|3[01])\.(0?[1-9]|1[0-2])\.\d{4}$",
    "%d-%m-%Y": r"^(0?[1-9]|[12]\d|3[01])-(0?[1-9]|1[0-2])-\d{4}$",
    "%Y/%m/%d": r"^\d{4}/(0?[1-9]|1[0-2])/(0?[1-9]|[12]\d|3[01])$",
    "%Y.%m.%d": r"^\d{4}\.(0?[1-9]|1[0-2])\.(0?[1-9]|[12]\d|3[01])$",
    "%Y年%m月%d日": r"^\d{4}年(0?[1-9]|1[0-2])月(0?[1-9]|[12]\d|3[01])日$",
}
_NUMBER = r"(?i)^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$|^[+-]?inf(inity)?$"
_DAY = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?"
_ZONE = r"(Z|[+-]\d\d(:?\d\d)?)"
_SHAPES: tuple[tuple[str, str], ...] = (
    ("BOOLEAN", r"(?i)^(true|false)$"),
    ("BIGINT", r"^(0|-?[1-9]\d{0,17})$"),
    ("DECIMAL(18,2)", r"^-?(0|[1-9]\d{0,14})\.\d{2}$"),
    ("DECIMAL(18,3)", r"^-?(0|[1-9]\d{0,13})\.\d{3}$"),
    ("DECIMAL(18,4)", r"^-?(0|[1-9]\d{0,12})\.\d{4}$"),
    ("DOUBLE", r"(?i)^-?((0|[1-9]\d{0,14})(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?$|^-?inf(inity)?$"),
    ("DATE", f"^{_DAY}$"),
    ("TIMESTAMP", f"^{_DAY}[T ]{_CLOCK}$"),
    ("TIMESTAMP WITH TIME ZONE", f"^{_DAY}[T ]{_CLOCK} ?{_ZONE}$"),
)
COMMA_NUMBER = r"^-?(\d{1,3}(\.\d{3})+|0|[1-9]\d*)(,\d+)?$"
"""Shape of a number with a decimal comma, perhaps with points between thousands."""
COMMA = "comma"
"""Stands in ``date_format`` for numbers with a decimal comma."""


def sniff_type(column: SourceColumn, values: Any, *, comma: bool = False) -> SourceColumn:
    """The column with the narrowest type that all its sampled texts have.

    Args:
        values: An Arrow array of texts.
        comma: Whether a comma may be the decimal mark, because it is not the delimiter.
    """
    distinct = pc.unique(values).drop_null()
    marker = pc.is_in(distinct, value_set=pa.array(MARKERS))
    plain = distinct.filter(pc.invert(marker))
    if len(plain) == 0:
        return replace(column, type=TEXT)
    chosen, date_format = _shape(plain, comma)
    return replace(column, type=chosen, date_format=date_format, markers=chosen != TEXT and len(plain) < len(distinct))


def _shape(plain: Any, comma: bool) -> tuple[str, str]:
    for name, shape in _SHAPES:
        if _all(plain, shape):
            return name, ""
    fits = [form for form in _DATE_FORMATS if _all(plain, _DATE_SHAPES[form])]
    if len(fits) == 1:
        return "DATE", fits[0]
    if comma and _all(plain, COMMA_NUMBER) and pc.any(pc.match_substring(plain, ",")).as_py():
        return "DOUBLE", COMMA
    # Where day and month could be either way round, nobody but the owner knows: it stays text.
    return TEXT, ""


def _all(values: Any, shape: str) -> bool:
    # The first values settle most questions, and Python keeps its expressions compiled; only a column that passes is looked at whole.
    first = re.compile(shape, re.ASCII)
    return all(first.search(value) for value in values.slice(0, 16).to_pylist()) and bool(
        pc.all(pc.match_substring_regex(values, shape)).as_py()
    )


def is_mostly_numbers(values: Any) -> bool:
    """Whether these texts are no codes, and more of them numbers than not, though not all."""
    plain = pc.unique(values).drop_null()
    plain = plain.filter(pc.invert(pc.is_in(plain, value_set=pa.array([*MARKERS, HIDDEN]))))
    numbers = _count(plain, _NUMBER)
    return 2 < numbers < len(plain) <= 2 * numbers and numbers + _count(plain, r"^\D+$") == len(plain)


def _count(values: Any, shape: str) -> int:
    return int(pc.sum(pc.match_substring_regex(values, shape)).as_py() or 0)


def kept_as_text(column: SourceColumn, count: int | None, why: str = "") -> Note:
    """A note on a column that would be numbers or dates but for some values.

    Args:
        count: How many; None where they were not counted.
        why: What is said of the others; that the column begins so by default.
    """
    some = counted(count, "value", "is", "are") if count else "some values are"
    message = f"{column.name} {why or f'begins as {column.type}'}, but {some} not, so it is kept as text. Correct them or leave them empty, or keep it so."
    return Note(code="mixed-types", message=message, column=column.name, count=count)


def is_ambiguous_date(values: Any) -> bool:
    """Whether these texts are dates of which nobody can say what is the day and what the month."""
    plain = pc.unique(values).drop_null()
    return len(plain) > 0 and all(_all(plain, _DATE_SHAPES[form]) for form in ("%d/%m/%Y", "%m/%d/%Y"))


def expression(column: SourceColumn) -> str:
    """SQL for the typed value of a column of text; raises ``GUARD`` where a text does not fit."""
    raw = identifier(column.raw)
    if column.source_type != TEXT:
        return _binary_expression(column)
    if column.type == TEXT:
        return raw
    guard = _guard(column, raw)
    cast = _cast(column, raw)
    missing = f"WHEN {_is_marker(raw)} THEN NULL " if column.markers else ""
    return f"CASE {missing}WHEN {guard} THEN error({literal(GUARD)}) ELSE {cast} END"


def misfit(column: SourceColumn) -> str:
    """SQL that is true where a text is neither missing nor of the column's type."""
    raw = identifier(column.raw)
    cast = _cast(column, raw).replace("CAST(", "TRY_CAST(").replace("strptime(", "try_strptime(")
    return f"({raw} IS NOT NULL AND NOT {_is_marker(raw)} AND (({cast}) IS NULL OR coalesce({_try(_guard(column, raw))}, true)))"


def comma_number(raw: str) -> str:
    """SQL for a number with a decimal comma, and points between thousands, as SQL writes numbers."""
    return f"replace(replace({raw}, '.', ''), ',', '.')"


def marks(column: SourceColumn) -> str:
    """SQL that is true where a word such as NA stands for a missing value."""
    return f"({_is_marker(identifier(column.raw))})"


def wider(column: SourceColumn) -> tuple[SourceColumn, ...]:
    """The types to try, in this order, when values do not fit the column's type; text always fits."""
    number = replace(column, type="DOUBLE", date_format="")
    if column.type == "BIGINT" or column.type.startswith("DECIMAL"):
        return (number,)
    return ()


def _is_marker(raw: str) -> str:
    return f"coalesce({raw} IN ({', '.join(literal(m) for m in MARKERS)}), false)"


def _try(guard: str) -> str:
    return guard.replace("CAST(", "TRY_CAST(")


def _guard(column: SourceColumn, raw: str) -> str:
    base = column.type.partition("(")[0]
    if column.date_format == COMMA:
        return f"NOT regexp_matches({raw}, {literal(COMMA_NUMBER)})"
    if base == "BIGINT":
        # Casts round 1.5 to 2 and drop the signs of 007 and +49: each changes the length of the text.
        return f"strlen(CAST(CAST({raw} AS BIGINT) AS VARCHAR)) <> strlen({raw})"
    if base == "DOUBLE":
        # Beyond 15 digits a whole number is an id, and a float would change it.
        long = f"(strlen({raw}) > 15 AND regexp_matches({raw}, '^-?[0-9]{{16,}}'))"
        return f"{raw} BETWEEN '00' AND '0:' OR {raw} BETWEEN '+' AND '+~' OR contains({raw}, '_') OR {long}"
    if base == "DECIMAL":
        scale = int(column.type[column.type.index(",") + 1 : -1])
        leading = f"({raw} ^@ '0' AND {raw}[2] <> '.')"
        return f"{raw}[-{scale + 1}] <> '.' OR {leading} OR {raw} ^@ '+' OR contains({raw}, '_')"
    if base == "BOOLEAN":
        return f"lower({raw}) NOT IN ('true', 'false')"
    if base == "DATE":
        return f"length({raw}) > 11" if column.date_format else f"length({raw}) <> 10"
    zoned = f"({raw}[-1] = 'Z' OR ({raw}[11:] LIKE '%+%') OR ({raw}[11:] LIKE '%-%'))"
    return f"length({raw}) < 16 OR {'NOT ' if base.endswith('ZONE') else ''}{zoned}"


def _cast(column: SourceColumn, raw: str) -> str:
    if column.date_format == COMMA:
        return f"CAST({comma_number(raw)} AS DOUBLE)"
    if column.date_format:
        return f"CAST(strptime({raw}, {literal(column.date_format)}) AS DATE)"
    if column.type == "DOUBLE":
        return f"nullif(CAST({raw} AS DOUBLE), 'nan'::DOUBLE)"
    return f"CAST({raw} AS {column.type})"


_PARQUET_TYPES = {
    "UTINYINT": "SMALLINT",
    "USMALLINT": "INTEGER",
    "UINTEGER": "BIGINT",
    "UBIGINT": "DECIMAL(20,0)",
    "HUGEINT": "DECIMAL(38,0)",
    "UHUGEINT": TEXT,
    "BIGNUM": TEXT,
    "TIMESTAMP_S": "TIMESTAMP",
    "TIMESTAMP_MS": "TIMESTAMP",
    "TIMESTAMP_NS": "TIMESTAMP",
    "TIME": TEXT,
    "TIME_NS": TEXT,
    "TIME WITH TIME ZONE": TEXT,
    "INTERVAL": TEXT,
    "UUID": TEXT,
    "BIT": TEXT,
    "JSON": TEXT,
    "VARIANT": TEXT,
    "GEOMETRY": TEXT,
}
_KEPT = (
    "BOOLEAN",
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "FLOAT",
    "DOUBLE",
    "DATE",
    "TIMESTAMP",
    "TIMESTAMP WITH TIME ZONE",
    "BLOB",
    TEXT,
)


def portable_type(source_type: str) -> str:
    """The type a value of a typed file is kept in: one that every reader of shared tables knows; nested values become JSON text."""
    name = source_type.strip()
    if name in _KEPT or name.startswith("DECIMAL("):
        return name
    return _PARQUET_TYPES.get(name, TEXT)


def is_nested(source_type: str) -> bool:
    """Whether values of this type hold other values."""
    return source_type.endswith("]") or source_type.startswith(("STRUCT", "MAP", "UNION"))


def _binary_expression(column: SourceColumn) -> str:
    raw = identifier(column.raw)
    if is_nested(column.source_type):
        return f"CAST(to_json({raw}) AS VARCHAR)"
    return raw if column.type == column.source_type else f"CAST({raw} AS {column.type})"
