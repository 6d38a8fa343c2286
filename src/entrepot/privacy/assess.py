"""Find what a table tells about persons: headings, then shapes over a sample of distinct values, then checksums."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from entrepot.engine.faults import explained
from entrepot.engine.model import ColumnProfile, TableProfile
from entrepot.engine.sql import identifier, parquet
from entrepot.privacy.columns import look
from entrepot.privacy.model import Assessment
from entrepot.privacy.neighbours import settle

SAMPLE = 1_000
SEED = 20_261_121
_MANY_COLUMNS = 200


def assess(cursor: duckdb.DuckDBPyConnection, path: Path, profile: TableProfile, *, sample: int = SAMPLE, seed: int = SEED) -> Assessment:
    """What the columns of a Parquet file tell about persons.

    The sample is of distinct values, chosen by a seeded hash over all rows, so that neither the order of rows nor frequent
    values decide what is seen. Tables of two hundred columns or more give a sample of rows instead.

    Args:
        profile: The file's figures.
        sample: Distinct values of a column to look at, at most.
    """
    many = len(profile.columns) >= _MANY_COLUMNS
    size = max(100, min(sample, 2_000_000 // max(1, len(profile.columns)))) if many else sample
    with explained(path):
        looked = [look(column, values) for column, values in _samples(cursor, path, profile, size, seed, many)]
    return Assessment(findings=settle(looked), sample=size, seed=seed)


def _samples(
    cursor: duckdb.DuckDBPyConnection, path: Path, profile: TableProfile, size: int, seed: int, many: bool
) -> Iterator[tuple[ColumnProfile, list[str]]]:
    if not many:
        for column in profile.columns:
            yield column, _distinct(cursor, path, column, size, seed) if _is_worth_reading(column) else []
        return
    for start in range(0, len(profile.columns), _MANY_COLUMNS):
        some = profile.columns[start : start + _MANY_COLUMNS]
        chosen = ", ".join(f"CAST({identifier(c.name)} AS VARCHAR)" if _is_worth_reading(c) else "NULL" for c in some)
        rows = cursor.execute(f"SELECT {chosen} FROM {parquet(path)} USING SAMPLE reservoir({size} ROWS) REPEATABLE ({seed})").fetchall()
        for i, column in enumerate(some):
            yield column, sorted({row[i] for row in rows if row[i]})


def _is_worth_reading(column: ColumnProfile) -> bool:
    if column.type == "VARCHAR":
        return column.distinct > 0
    # The shortest identifier that numbers alone can hold, a Dutch one, has eight digits.
    return column.type in ("BIGINT", "DECIMAL(20,0)", "DECIMAL(38,0)") and len((column.maximum or "").lstrip("-")) >= 8


def _distinct(cursor: duckdb.DuckDBPyConnection, path: Path, column: ColumnProfile, size: int, seed: int) -> list[str]:
    name = identifier(column.name)
    # Thinned by hash before it is sorted, so that a column of millions of values needs no memory for them.
    thin = max(1, column.distinct // (3 * size))
    query = (
        f"SELECT DISTINCT CAST({name} AS VARCHAR) AS v FROM {parquet(path)} WHERE {name} IS NOT NULL AND hash({name}, {seed}) % {thin} = 0 "
        f"ORDER BY hash(v, {seed}) LIMIT {size}"
    )
    return [row[0] for row in cursor.execute(query).fetchall() if row[0]]
