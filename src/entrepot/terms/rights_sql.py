"""Rights as SQL for DuckDB: names quoted, values bound, so that nothing a party writes is ever read as SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time

from entrepot.kit import Invalid
from entrepot.terms.model import Condition, Operator, Rights, Scalar

_NUMBERS = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "UHUGEINT",
    "FLOAT",
    "DOUBLE",
    "DECIMAL",
)
_SQL = {
    Operator.EQUAL: "{} = ?",
    Operator.NOT_EQUAL: "{} <> ?",
    Operator.LESS: "{} < ?",
    Operator.AT_MOST: "{} <= ?",
    Operator.MORE: "{} > ?",
    Operator.AT_LEAST: "{} >= ?",
    Operator.IS_NULL: "{} IS NULL",
    Operator.IS_NOT_NULL: "{} IS NOT NULL",
}


def quote_identifier(name: str) -> str:
    """The name as an SQL identifier, whatever characters it has."""
    return '"' + name.replace('"', '""') + '"'


def rights_to_sql(rights: Rights, columns: Mapping[str, str] | Iterable[str], *, source: str = "source") -> tuple[str, list[Scalar]]:
    """A query for what the rights hand over, and the values to bind to its question marks, in order.

    Args:
        columns: The table's columns in their order, best with their DuckDB types: values are then checked against the types, and a
            mismatch is refused here rather than by the engine, whose message would quote a cell of the data.
        source: Name of the table or view to read.

    Raises:
        Invalid: A column is not in the table, or a value cannot be compared with its column.
    """
    types: dict[str, str | None] = dict(columns) if isinstance(columns, Mapping) else dict.fromkeys(columns)
    _require_known(rights, types)
    chosen = [name for name in types if rights.columns is None or name in rights.columns]
    conditions, values = [], list[Scalar]()
    for row in rights.rows:
        condition, bound = _condition(row, types[row.column])
        conditions.append(condition)
        values.extend(bound)
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {', '.join(map(quote_identifier, chosen))} FROM {quote_identifier(source)}{where}", values


def _require_known(rights: Rights, types: Mapping[str, str | None]) -> None:
    named = {*(rights.columns or ()), *(row.column for row in rights.rows)}
    missing = sorted(named - set(types))
    if missing:
        raise Invalid(f"The table has no column {', '.join(missing)[:200]}.", f"Its columns are {', '.join(types)[:500]}.")


def _condition(row: Condition, kind: str | None) -> tuple[str, tuple[Scalar, ...]]:
    name = quote_identifier(row.column)
    if row.value is None:
        return _SQL[row.operator].format(name), ()
    values = row.value if isinstance(row.value, tuple) else (row.value,)
    if kind is not None:
        for value in values:
            _check_type(row.column, value, kind.upper())
    if row.operator in (Operator.IN, Operator.NOT_IN):
        word = "IN" if row.operator is Operator.IN else "NOT IN"
        return f"{name} {word} ({', '.join('?' * len(values))})", values
    return _SQL[row.operator].format(name), values


def _check_type(column: str, value: Scalar, kind: str) -> None:
    base = kind.partition("(")[0]
    if base in _NUMBERS:
        fits = isinstance(value, int | float) and not isinstance(value, bool)
    elif base == "BOOLEAN":
        fits = isinstance(value, bool)
    elif base in _READERS:
        fits = isinstance(value, str) and _reads(base, value)
    else:
        fits = isinstance(value, str) and (base == "VARCHAR" or base.startswith("ENUM"))
    if not fits:
        raise Invalid(f"The column {column} is {kind.lower()}, and the condition compares it with {value!r}.", _hint(base))


def _reads(base: str, value: str) -> bool:
    try:
        _READERS[base](value)
    except ValueError:
        return False
    return True


def _hint(base: str) -> str:
    if base in _NUMBERS:
        return "Give a number, without quotation marks."
    if base in _READERS:
        return "Give a text such as 2026-11-21 or 2026-11-21T09:30:00."
    return {"BOOLEAN": "Give true or false.", "VARCHAR": "Give a text, in quotation marks."}.get(
        base, "Columns of this type take no condition."
    )


_READERS = {
    "DATE": date.fromisoformat,
    "TIME": time.fromisoformat,
    "TIMESTAMP": datetime.fromisoformat,
    "TIMESTAMP WITH TIME ZONE": datetime.fromisoformat,
    "TIMESTAMP_S": datetime.fromisoformat,
    "TIMESTAMP_MS": datetime.fromisoformat,
    "TIMESTAMP_NS": datetime.fromisoformat,
}
