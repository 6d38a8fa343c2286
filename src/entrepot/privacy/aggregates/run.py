"""Aggregate a file: count its cells in the engine, hide the small ones, write the rest in one go or not at all."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from entrepot.engine.sql import identifier, literal, target_literal
from entrepot.kit import Invalid
from entrepot.privacy.aggregates.count import Counted, Flags, Ints, count, forget_persons, keep_one_cell, read_persons
from entrepot.privacy.aggregates.model import Cells, Tabulation
from entrepot.privacy.aggregates.noise import noisy, threshold
from entrepot.privacy.aggregates.protect import Columns, Protected, protect
from entrepot.privacy.anonymise.source import Source, open_source
from entrepot.privacy.anonymise.write import replacing
from entrepot.privacy.hierarchies import STAR

_OUT = "entrepot_cells"
_DIGITS = 4
"""Significant digits of a mean: of whole numbers more would tell what they were divided by."""


def aggregate(cursor: duckdb.DuckDBPyConnection, path: str | Path, out: str | Path, *, asked: Tabulation) -> Cells:
    """Write counts, sums and means by cells, in the table's own form, sorted by the values; totals come last, marked ``*``.

    The same file and settings give the same bytes, unless noise is asked for; the order of rows changes nothing.

    Args:
        cursor: A cursor of the engine; temporary tables are made in it and dropped.

    Raises:
        NotFound: There is no such file.
        Invalid: It lacks a column, holds no numbers to sum, or every cell is too small.
        Refused: Noise is asked for and cannot be drawn.
    """
    with tempfile.TemporaryDirectory(prefix="entrepot-cells-") as folder:
        source = open_source(cursor, Path(path), Path(folder))
        for columns, use in (
            (asked.by, "of the cells"),
            (asked.measures, "to sum"),
            ((asked.person,) if asked.person else (), "the person key"),
        ):
            source.require(columns, use)
        try:
            rows, cells = _cells(cursor, source, Path(out), asked)
            _write(cursor, source, Path(out), asked, rows)
        finally:
            forget_persons(cursor)
            cursor.execute(f"DROP TABLE IF EXISTS {_OUT}")
    return cells


def _cells(cursor: duckdb.DuckDBPyConnection, source: Source, out: Path, asked: Tabulation) -> tuple[list[tuple[Any, ...]], Cells]:
    distinct = read_persons(cursor, source, asked)
    every = range(len(asked.by))
    if asked.epsilon is not None:
        return _noisy(cursor, out, asked, distinct=distinct)
    table = count(cursor, asked, every, distinct=distinct)
    sets = [chosen for size in every for chosen in itertools.combinations(every, size)] if asked.totals else []
    totals = {chosen: count(cursor, asked, chosen, distinct=distinct) for chosen in sets}
    if asked.totals and any(STAR in row for row in table.values):
        raise Invalid(f"A value of the cells is {STAR}, which marks totals.", "Leave totals out, or call the value something else.")
    kept = protect(table, totals, asked)
    if kept.hidden.all():
        raise Invalid(
            f"Every one of the {table.size:,} cells has fewer than {asked.minimum} persons, or a person too large in it.",
            "Use fewer columns, or generalise them first.",
        )
    rows = [*_rows(table, ~kept.hidden, asked, every)]
    for chosen in sorted(kept.totals, key=lambda columns: (-len(columns), columns)):
        rows += _rows(totals[chosen], np.ones(totals[chosen].size, bool), asked, chosen)
    return rows, _found(table, kept, out, asked)


def _found(table: Counted, kept: Protected, out: Path, asked: Tabulation) -> Cells:
    def named(columns: Columns) -> tuple[str, ...]:
        return tuple(asked.by[i] for i in columns)

    shown = _rounded(table.persons[~kept.hidden], asked.base)
    # What the table itself shows of its smallest cell, and no more.
    smallest = max(asked.minimum, int(shown.min()) - asked.base // 2) if asked.count else asked.minimum
    return Cells(
        path=out, cells=len(shown), small=int(kept.small.sum()), beside=int((kept.hidden & ~kept.small).sum()),
        totals=tuple(named(columns) for columns in kept.totals), smallest=smallest,
        withheld=tuple((named(columns), reason) for columns, reason in kept.withheld),
    )  # fmt: skip


def _noisy(cursor: duckdb.DuckDBPyConnection, out: Path, asked: Tabulation, *, distinct: bool) -> tuple[list[tuple[Any, ...]], Cells]:
    assert asked.epsilon is not None
    if not distinct:
        keep_one_cell(cursor, len(asked.by))
    table = count(cursor, asked, range(len(asked.by)), distinct=True)
    drawn = noisy(table.persons, epsilon=asked.epsilon)
    shown = drawn >= threshold(asked)
    if not shown.any():
        raise Invalid(
            f"With this noise no cell shows {threshold(asked)} persons.", "Use fewer columns, or a larger ε or δ, which protect less."
        )
    rows = [(*table.values[at], int(_rounded(drawn[at], asked.base))) for at in np.flatnonzero(shown).tolist()]
    cells = Cells(path=out, cells=len(rows), small=None, beside=0, totals=(), withheld=(), smallest=asked.minimum)
    return rows, cells


def _rounded(counts: Ints, base: int) -> Ints:
    return (counts + base // 2) // base * base


def _rows(table: Counted, shown: Flags, asked: Tabulation, chosen: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    """The published rows of one table, in the columns of the result."""
    counts = _rounded(table.persons, asked.base)
    where = {column: at for at, column in enumerate(chosen)}
    place = {name: at for at, name in enumerate(asked.measures)}
    for at in np.flatnonzero(shown).tolist():
        values = [table.values[at][where[i]] if i in where else STAR for i in range(len(asked.by))]
        counted = [int(counts[at])] if asked.count else []
        sums = [_plain(table.measures[place[name]].whole[at]) for name in asked.sums]
        means = [_mean(table.measures[place[name]].whole[at], int(table.measures[place[name]].rows[at])) for name in asked.means]
        yield (*values, *counted, *sums, *means)


def _plain(number: Decimal) -> float:
    return float(number)


def _mean(whole: Decimal, rows: int) -> float:
    return float(f"{whole / rows:.{_DIGITS}g}")


def _write(cursor: duckdb.DuckDBPyConnection, source: Source, out: Path, asked: Tabulation, rows: Sequence[tuple[Any, ...]]) -> None:
    from entrepot.engine.arrow import pa

    width, counted = len(asked.by), int(asked.count)
    kinds = [pa.string()] * width + [pa.int64()] * counted + [pa.float64()] * (len(asked.headings) - width - counted)
    columns = zip(*rows, strict=True)
    table = pa.table([pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)], names=list(asked.headings))
    cursor.register("entrepot_made", table)
    try:
        form = "FORMAT parquet, COMPRESSION zstd"
        if source.dialect:
            form = f"FORMAT csv, HEADER true, DELIMITER {literal(source.dialect.delimiter)}, QUOTE {literal(source.dialect.quote)}"
        # One thread keeps the order of rows, and with it the bytes.
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE {_OUT} AS SELECT * FROM entrepot_made")
        with replacing(out) as part:
            cursor.execute(f"COPY (SELECT {', '.join(map(identifier, asked.headings))} FROM {_OUT}) TO {target_literal(part)} ({form})")
    finally:
        cursor.unregister("entrepot_made")
