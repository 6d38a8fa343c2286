"""Rows out of the engine: a safe preview, Arrow batches, CSV and Parquet files of a selection."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb

from entrepot.engine.arrow import RecordBatch
from entrepot.engine.faults import explained
from entrepot.engine.model import Rows
from entrepot.engine.sql import identifier, parquet, target_literal

PREVIEW_ROWS = 20
_PREVIEW_TEXT = 200
_BATCH = 65_536
_SLICE = 200


def preview(cursor: duckdb.DuckDBPyConnection, path: Path, *, rows: int = 10, masked: Collection[str] = ()) -> Rows:
    """The first rows of a Parquet file as text, at most 20; masked columns are never read."""
    hidden, count = set(masked), max(0, min(rows, PREVIEW_ROWS))
    with explained(path):
        scanned = cursor.execute(f"DESCRIBE SELECT * FROM {parquet(path)}").fetchall()
        names = [row[0] for row in scanned]
        shown: dict[str, list[str | None]] = {}
        open_names = [name for name in names if name not in hidden]
        for start in range(0, len(open_names), _SLICE):
            some = open_names[start : start + _SLICE]
            chosen = ", ".join(f"left(CAST({identifier(name)} AS VARCHAR), {_PREVIEW_TEXT})" for name in some)
            found = cursor.execute(f"SELECT {chosen} FROM {parquet(path)} LIMIT {count}").fetchall()
            shown |= {name: [row[i] for row in found] for i, name in enumerate(some)}
            count = len(found)
    lines = tuple(tuple(shown[name][i] if name in shown else None for name in names) for i in range(count if shown else 0))
    return Rows(columns=tuple(names), rows=lines, masked=tuple(name for name in names if name in hidden))


def batches(cursor: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any] = (), *, rows: int = _BATCH) -> Iterator[RecordBatch]:
    """The rows of a query as Arrow batches; memory stays at a batch."""
    yield from cursor.sql(sql, params=list(parameters)).to_arrow_reader(rows)


def write_parquet(cursor: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any], path: Path) -> int:
    """Write the rows of a query as Parquet in their order; how many."""
    return _copy(cursor, sql, parameters, path, "FORMAT parquet, COMPRESSION zstd")


def write_csv(cursor: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any], path: Path, *, guard_formulas: bool = False) -> int:
    """Write the rows of a query as CSV in UTF-8 with a header; how many.

    Args:
        guard_formulas: Put an apostrophe before texts that a spreadsheet would run. It changes the values, so that the
            file is no longer the data as agreed: only where the reader asks for it.
    """
    return _copy(cursor, _guarded(cursor, sql, parameters) if guard_formulas else sql, parameters, path, "FORMAT csv, HEADER true")


def _copy(cursor: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any], path: Path, options: str) -> int:
    try:
        found = cursor.execute(f"COPY ({sql}) TO {target_literal(path)} ({options})", list(parameters)).fetchall()
        return int(found[0][0])
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _guarded(cursor: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any]) -> str:
    described = cursor.execute(f"DESCRIBE {sql}", list(parameters)).fetchall()
    chosen = ", ".join(_guarded_column(identifier(row[0]), row[1]) for row in described)
    return f"SELECT {chosen} FROM ({sql})"


def _guarded_column(column: str, type_: str) -> str:
    if type_ != "VARCHAR":
        return column
    runs = f"{column}[1] IN ('=', '@', '+', '-', chr(9), chr(13)) AND TRY_CAST({column} AS DOUBLE) IS NULL"
    return f"CASE WHEN {runs} THEN '''' || {column} ELSE {column} END AS {column}"
