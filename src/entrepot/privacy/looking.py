"""Find what a table tells about persons: headings, then shapes over a sample of distinct values, then checksums over all rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import duckdb

from entrepot.engine.faults import explained
from entrepot.engine.model import ColumnProfile, TableProfile
from entrepot.engine.sql import identifier, parquet
from entrepot.privacy import headers
from entrepot.privacy.ages import Told, told
from entrepot.privacy.alerts import alerts
from entrepot.privacy.columns import Looked, is_worded, look, shaped_like
from entrepot.privacy.model import Assessment
from entrepot.privacy.neighbours import settle
from entrepot.privacy.nested import is_nested, look_inside
from entrepot.privacy.scan import scan, with_tallies
from entrepot.privacy.shares import with_shares

SAMPLE = 1_000
SEED = 20_261_121
_MANY_COLUMNS = 200
_ODD = 0.01
"""Share of numbers that may lie outside what an age or a birth can be, beside codes of what is missing."""
_CODES = "777, 888, 999, 7777, 8888, 9999, 77777, 88888, 99999, 999999, 9999999, 99999999"


def assess(
    cursor: duckdb.DuckDBPyConnection,
    path: Path,
    profile: TableProfile,
    *,
    sample: int = SAMPLE,
    seed: int = SEED,
    now: datetime | None = None,
) -> Assessment:
    """What the columns of a Parquet file tell about persons, and what else the table should make its owner think of.

    Headings, names, addresses and texts are judged on a sample of distinct values, chosen by a seeded hash over all rows, so that
    neither the order of rows nor frequent values decide what is seen. Tables of two hundred columns or more give a sample
    of rows instead. E-mail addresses and numbers with a checksum are then counted in every row, and sampled texts that hold personal
    data by the rows they stand in.

    Args:
        profile: The file's figures.
        sample: Distinct values of a column to look at, at most.
        now: What children's ages are reckoned from; the machine's time by default.
    """
    many = len(profile.columns) >= _MANY_COLUMNS
    size = max(100, min(sample, 2_000_000 // max(1, len(profile.columns)))) if many else sample
    with explained(path):
        samples = _samples(cursor, path, _without_odd(cursor, path, profile), size, seed, many)
        looked = [one for some in iter(lambda: list(islice(samples, _MANY_COLUMNS)), []) for one in _looked(some, profile.rows)]
        settled = settle(looked)
        tried = {finding.column: [e.detector for e in finding.evidence] for finding in settled}
        worded = [column.column.name for column in looked if is_worded(column.values)]
        findings = with_tallies(profile, settled, scan(cursor, path, profile, tried=tried, worded=worded))
        findings = with_shares(cursor, path, looked, findings)
        ages = told(cursor, path, profile, findings, (now or datetime.now(UTC)).date())
        brought_up = alerts(cursor, path, profile, looked, findings, ages)
    grown_up = tuple(name for name, one in ages.items() if one.told is Told.GROWN_UP)
    return Assessment(findings=findings, sample=size, seed=seed, alerts=brought_up, grown_up=grown_up)


def _looked(samples: Sequence[tuple[ColumnProfile, list[str]]], rows: int) -> Iterator[Looked]:
    for (column, values), shaped in zip(samples, shaped_like([values for _, values in samples]), strict=True):
        yield look_inside(column, values) or look(column, values, shaped=shaped, rows=rows)


def _without_odd(cursor: duckdb.DuckDBPyConnection, path: Path, profile: TableProfile) -> TableProfile:
    """The figures, where the ends of numbers below a heading of ages or births are those of nearly all: one odd number hides no column of them."""
    return replace(profile, columns=tuple(_mostly(cursor, path, column) if _is_odd(column) else column for column in profile.columns))


def _is_odd(column: ColumnProfile) -> bool:
    promised = headers.promised(column.name) if headers.is_number(column) else ""
    return promised in ("age", "birth_date") and not headers.is_plausible(promised, column)


def _mostly(cursor: duckdb.DuckDBPyConnection, path: Path, column: ColumnProfile) -> ColumnProfile:
    name = identifier(column.name)
    least = 0 if headers.promised(column.name) == "age" else 1
    where = f"{name} >= {least} AND {name} NOT IN ({_CODES})"
    ends = f"quantile_disc({name}, {_ODD / 2}), quantile_disc({name}, {1 - _ODD / 2})"
    low, high = cursor.execute(f"SELECT {ends} FROM {parquet(path)} WHERE {where}").fetchall()[0]
    return column if low is None else replace(column, minimum=str(low), maximum=str(high))


def _samples(
    cursor: duckdb.DuckDBPyConnection, path: Path, profile: TableProfile, size: int, seed: int, many: bool
) -> Iterator[tuple[ColumnProfile, list[str]]]:
    if not many:
        for column in profile.columns:
            yield column, _distinct(cursor, path, column, size, seed) if _is_worth_reading(column) else []
        return
    for start in range(0, len(profile.columns), _MANY_COLUMNS):
        some = profile.columns[start : start + _MANY_COLUMNS]
        chosen = ", ".join(_as_text(c) if _is_worth_reading(c) else "NULL" for c in some)
        rows = cursor.execute(f"SELECT {chosen} FROM {parquet(path)} USING SAMPLE reservoir({size} ROWS) REPEATABLE ({seed})").fetchall()
        for i, column in enumerate(some):
            yield column, sorted({row[i] for row in rows if row[i]})


def _is_worth_reading(column: ColumnProfile) -> bool:
    if column.type == "VARCHAR" or is_nested(column):
        return column.distinct > 0
    # The shortest identifier that numbers alone can hold, a Dutch one, has eight digits.
    return column.type in ("BIGINT", "DECIMAL(20,0)", "DECIMAL(38,0)") and len((column.maximum or "").lstrip("-")) >= 8


def _as_text(column: ColumnProfile) -> str:
    name = identifier(column.name)
    return f"CAST(to_json({name}) AS VARCHAR)" if is_nested(column) else f"CAST({name} AS VARCHAR)"


def _distinct(cursor: duckdb.DuckDBPyConnection, path: Path, column: ColumnProfile, size: int, seed: int) -> list[str]:
    name = identifier(column.name)
    # Thinned by hash before it is sorted, so that a column of millions of values needs no memory for them.
    thin = max(1, column.distinct // (3 * size))
    query = (
        f"SELECT DISTINCT {_as_text(column)} AS v FROM {parquet(path)} WHERE {name} IS NOT NULL AND hash({name}, {seed}) % {thin} = 0 "
        f"ORDER BY hash(v, {seed}) LIMIT {size}"
    )
    return [row[0] for row in cursor.execute(query).fetchall() if row[0]]
