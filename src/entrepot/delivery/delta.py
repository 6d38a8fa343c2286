"""How the table engine's types, statistics and row groups are spelled for readers of Delta tables.

Types after the Delta transaction log protocol, "Schema Serialization Format"; statistics after its "Per-file Statistics".
"""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import duckdb

from entrepot.delivery.model import RowGroup
from entrepot.engine.sql import file_literal

_PLAIN = {
    "boolean": "boolean", "tinyint": "byte", "smallint": "short", "integer": "integer", "bigint": "long", "float": "float",
    "double": "double", "varchar": "string", "blob": "binary", "date": "date", "timestamp": "timestamp_ntz",
    "timestamp with time zone": "timestamp",
}  # fmt: skip
_CASTS = {
    "utinyint": "SMALLINT", "usmallint": "INTEGER", "uinteger": "BIGINT", "ubigint": "DECIMAL(20,0)",
    "timestamp_s": "TIMESTAMP", "timestamp_ms": "TIMESTAMP", "timestamp_ns": "TIMESTAMP",
}  # fmt: skip
_INTEGERS = frozenset({"byte", "short", "integer", "long"})
_LONGEST_TEXT = 32


def delta_type(kind: Any) -> Any:
    """The Delta type of an engine type (a ``DuckDBPyType``), or None where Delta has none."""
    name = str(kind.id)
    if name in _PLAIN and str(kind) != "JSON":
        return _PLAIN[name]
    if name == "decimal":
        return str(kind).lower().replace(" ", "")
    if name == "list":
        element = delta_type(kind.children[0][1])
        return element and {"type": "array", "elementType": element, "containsNull": True}
    if name == "map":
        key, value = (delta_type(child) for _, child in kind.children)
        return key and value and {"type": "map", "keyType": key, "valueType": value, "valueContainsNull": True}
    if name == "struct":
        fields = [(n, delta_type(child)) for n, child in kind.children]
        return {"type": "struct", "fields": [_field(n, t) for n, t in fields]} if all(t for _, t in fields) else None
    return None


def fields_of(columns: list[str], types: list[Any]) -> tuple[dict[str, Any], ...]:
    """The fields of a Delta schema; every type must have a Delta spelling."""
    return tuple(_field(name, delta_type(kind)) for name, kind in zip(columns, types, strict=True))


def cast_to(kind: Any) -> str | None:
    """The engine type to cast a column to before it is shared as a Delta table; None when it fits as it is."""
    if delta_type(kind):
        return None
    return _CASTS.get(str(kind.id), "VARCHAR")


def row_groups_of(cursor: duckdb.DuckDBPyConnection, path: Path) -> tuple[RowGroup, ...]:
    """Where the row groups of a Parquet file lie, from its footer."""
    found = cursor.execute(
        f"""SELECT min(coalesce(nullif(dictionary_page_offset, 0), data_page_offset)),
                   max(coalesce(nullif(dictionary_page_offset, 0), data_page_offset) + total_compressed_size),
                   any_value(row_group_num_rows)
            FROM parquet_metadata({file_literal(path)}) GROUP BY row_group_id ORDER BY row_group_id"""
    ).fetchall()
    return tuple(RowGroup(start=int(s), end=int(e), rows=int(r)) for s, e, r in found)


def stats_of(cursor: duckdb.DuckDBPyConnection, path: Path, fields: tuple[dict[str, Any], ...], rows: int) -> dict[str, Any]:
    """Delta statistics from the footer of a Parquet file: only bounds that are certain are given."""
    found = cursor.execute(
        f"""SELECT path_in_schema, sum(stats_null_count), count(stats_null_count) = count(*),
                   list(stats_min_value), list(stats_max_value),
                   count(stats_min_value) = count(*) AND bool_and(coalesce(min_is_exact, TRUE) AND coalesce(max_is_exact, TRUE))
            FROM parquet_metadata({file_literal(path)}) GROUP BY path_in_schema"""
    ).fetchall()
    by_name = {name: row for name, *row in found}
    stats: dict[str, Any] = {"numRecords": rows, "minValues": {}, "maxValues": {}, "nullCount": {}}
    for field in fields:
        if field["name"] not in by_name or not isinstance(field["type"], str):
            continue
        nulls, counted, low, high, exact = by_name[field["name"]]
        if counted:
            stats["nullCount"][field["name"]] = int(nulls)
        bounds = [_bound(text, field["type"]) for text in (*low, *high)] if exact else []
        if bounds and None not in bounds:
            stats["minValues"][field["name"]] = min(bounds)
            stats["maxValues"][field["name"]] = max(bounds)
    return stats


def _field(name: str, kind: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "nullable": True, "metadata": {}}


def _bound(text: str | None, kind: str) -> Any:
    if text is None:
        return None
    try:
        if kind in _INTEGERS:
            return int(text)
        if kind == "double":
            return value if math.isfinite(value := float(text)) else None
        if kind == "date":
            return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        return None
    return text if kind == "string" and len(text) <= _LONGEST_TEXT else None
