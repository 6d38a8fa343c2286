"""Figures of a table: nulls, distinct values, ranges, lengths, freshness; in passes over slices of columns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from entrepot.engine.faults import explained
from entrepot.engine.model import WIDE, ColumnProfile, TableProfile
from entrepot.engine.sql import identifier, parquet

_SLICE = 100
_EXACT_SLICE = 10
_EXACT_ROWS = 1_000_000
_EXACT_DISTINCT = 10_000
_FORMULA = r"^[ \t\r\n]*[=@]|^[ \t\r\n]*[+\-][^0-9.,\s]|^[ \t\r\n]*[+\-].*[(!|]|^[\t\r]"
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL")
_MOMENTS = ("DATE", "TIMESTAMP")


def profile(cursor: duckdb.DuckDBPyConnection, path: Path, *, now: datetime | None = None) -> TableProfile:
    """The figures of a Parquet file.

    Distinct counts are exact up to a million rows or ten thousand values, and HyperLogLog estimates beyond
    and in tables of a thousand columns or more.
    Text columns show no values, only lengths: a smallest name is still somebody's name.

    Args:
        now: Later dates than this do not count as freshness; the machine's time by default.
    """
    scan = parquet(path)
    with explained(path):
        described = [(row[0], row[1]) for row in cursor.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()]
        rows = int(cursor.execute(f"SELECT count(*) FROM {scan}").fetchall()[0][0])
        columns: list[ColumnProfile] = []
        for start in range(0, len(described), _SLICE):
            columns += _slice(cursor, scan, described[start : start + _SLICE], rows, exact=len(described) < WIDE)
        newest = _newest(cursor, scan, described, (now or datetime.now(UTC)).astimezone(UTC))
    return TableProfile(rows=rows, bytes=path.stat().st_size, columns=tuple(columns), newest=newest)


def _slice(
    cursor: duckdb.DuckDBPyConnection, scan: str, columns: Sequence[tuple[str, str]], rows: int, *, exact: bool
) -> list[ColumnProfile]:
    plans = [_figures(identifier(name), type_) for name, type_ in columns]
    wanted = ", ".join(sql for plan in plans for sql in plan.values())
    answers = iter(cursor.execute(f"SELECT {wanted} FROM {scan}").fetchall()[0])
    found = [{figure: next(answers) for figure in plan} for plan in plans]
    if exact:
        _count_exactly(cursor, scan, columns, found, rows)
    return [_column(name, type_, figures, rows) for (name, type_), figures in zip(columns, found, strict=True)]


def _count_exactly(
    cursor: duckdb.DuckDBPyConnection, scan: str, columns: Sequence[tuple[str, str]], found: list[dict[str, Any]], rows: int
) -> None:
    # Each count keeps a table of its own for every thread, so few go together.
    few = [i for i, f in enumerate(found) if f["filled"] and (rows <= _EXACT_ROWS or f["distinct"] <= _EXACT_DISTINCT)]
    for start in range(0, len(few), _EXACT_SLICE):
        some = few[start : start + _EXACT_SLICE]
        counted = ", ".join(f"count(DISTINCT {identifier(columns[i][0])})" for i in some)
        for i, count in zip(some, cursor.execute(f"SELECT {counted} FROM {scan}").fetchall()[0], strict=True):
            found[i]["exact"] = count


def _figures(column: str, type_: str) -> dict[str, str]:
    figures = {"filled": f"count({column})", "distinct": f"approx_count_distinct({column})"}
    kind = type_.partition("(")[0].partition(" ")[0]
    if kind in ("FLOAT", "DOUBLE"):
        finite = f"FILTER (WHERE isfinite({column}))"
        return figures | {
            "min": f"min({column}) {finite}", "max": f"max({column}) {finite}", "mean": f"avg({column}) {finite}",
            "nonfinite": f"count_if(NOT isfinite({column}))",
        }  # fmt: skip
    if kind in _NUMBERS:
        return figures | {"min": f"min({column})", "max": f"max({column})", "mean": f"avg({column})"}
    if kind in _MOMENTS:
        return figures | {"min": f"CAST(min({column}) AS VARCHAR)", "max": f"CAST(max({column}) AS VARCHAR)"}
    if type_ == "VARCHAR":
        return figures | {
            "length_mean": f"avg(length({column}))", "length_max": f"max(length({column}))",
            # The class of the first character rules out nearly all values before the expression runs.
            "formulas": f"count_if(ltrim({column})[1] IN ('=', '@', '+', '-') AND regexp_matches({column}, '{_FORMULA}'))",
        }  # fmt: skip
    return figures


def _column(name: str, type_: str, figures: dict[str, Any], rows: int) -> ColumnProfile:
    filled = int(figures["filled"])
    distinct = figures.get("exact", min(int(figures["distinct"]), filled))
    return ColumnProfile(
        name=name, type=type_, nulls=rows - filled, distinct=int(distinct), distinct_exact="exact" in figures or filled == 0,
        minimum=_text(figures.get("min")), maximum=_text(figures.get("max")), mean=_float(figures.get("mean")),
        length_mean=_float(figures.get("length_mean")), length_max=figures.get("length_max"),
        nonfinite=int(figures.get("nonfinite") or 0), formulas=int(figures.get("formulas") or 0),
    )  # fmt: skip


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _float(value: Any) -> float | None:
    return None if value is None else round(float(value), 6)


def _newest(cursor: duckdb.DuckDBPyConnection, scan: str, columns: Sequence[tuple[str, str]], now: datetime) -> str | None:
    """The latest date or time up to now; a column of due dates must not make old data look fresh."""
    dated = [identifier(name) for name, type_ in columns if type_.partition(" ")[0] in _MOMENTS]
    found: list[str] = []
    limit = f"TIMESTAMP '{now:%Y-%m-%d %H:%M:%S}'"
    for start in range(0, len(dated), _SLICE):
        wanted = ", ".join(
            f"strftime(max(CAST({c} AS TIMESTAMP)) FILTER (WHERE CAST({c} AS TIMESTAMP) <= {limit}), '%Y-%m-%dT%H:%M:%SZ')"
            for c in dated[start : start + _SLICE]
        )
        found += [value for value in cursor.execute(f"SELECT {wanted} FROM {scan}").fetchall()[0] if value]
    return max(found, default=None)
