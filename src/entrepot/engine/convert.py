"""Turn an opened file into Parquet: streaming, in the file's order, every row typed or refused by name."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb

from entrepot.engine import types, wide
from entrepot.engine.faults import explained
from entrepot.engine.model import Column, ConvertedTable, SourceColumn, SourceTable
from entrepot.engine.read import select
from entrepot.engine.sql import parquet, target_literal
from entrepot.kit import Invalid
from entrepot.kit.words import counted

Progress = Callable[[float], None]
_ROW_GROUP_CELLS = 2_500_000


def to_parquet(cursor: duckdb.DuckDBPyConnection, source: SourceTable, path: Path, *, progress: Progress | None = None) -> ConvertedTable:
    """Write the table as Parquet with zstd; a column in which a late row breaks the sampled type is kept as text.

    Args:
        progress: Told the share done, 0 to 1, now and then, from another thread.

    Raises:
        Invalid: A row cannot be read; the message names the file, the place and the next step. No file is left behind.
        Conflict: Memory or disk is too small.
    """
    try:
        with explained(source.path):
            table = _write(cursor, source, path, progress)
        return _described(cursor, table, path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _described(cursor: duckdb.DuckDBPyConnection, table: SourceTable, path: Path) -> ConvertedTable:
    rows = int(cursor.execute(f"SELECT count(*) FROM {parquet(path)}").fetchall()[0][0])
    if rows == 0:
        raise Invalid(f"{table.path.name} has {counted(len(table.columns), 'column')} and no rows.", "Check that the export finished.")
    described = cursor.execute(f"DESCRIBE SELECT * FROM {parquet(path)}").fetchall()
    columns = tuple(Column(name=row[0], type=row[1]) for row in described)
    return ConvertedTable(path=path, rows=rows, bytes=path.stat().st_size, columns=columns, notes=table.notes)


def _write(cursor: duckdb.DuckDBPyConnection, source: SourceTable, path: Path, progress: Progress | None) -> SourceTable:
    if source.is_wide:
        return _write_wide(source, path)
    try:
        _copy(cursor, source, path, progress)
    except duckdb.Error as error:
        if source.dialect is None and source.encoding == "" and not _is_text(source):
            raise
        if types.GUARD not in str(error) and not isinstance(error, duckdb.ConversionException) and "strptime" not in str(error):
            raise
        source = _retyped(cursor, source)
        _copy(cursor, source, path, progress)
    return source


def _is_text(source: SourceTable) -> bool:
    return all(column.source_type == types.TEXT for column in source.columns)


def _write_wide(source: SourceTable, path: Path) -> SourceTable:
    for _ in range(len(source.columns) + 1):
        try:
            wide.write(source, path)
        except wide.Misfit as misfit:
            column = source.columns[misfit.column]
            columns = list(source.columns)
            columns[misfit.column] = replace(column, type=types.TEXT, markers=False)
            source = replace(source, columns=tuple(columns), notes=(*source.notes, types.kept_as_text(column, None)))
        else:
            return source
    raise AssertionError("every column is text by now")


def _copy(cursor: duckdb.DuckDBPyConnection, source: SourceTable, path: Path, progress: Progress | None) -> None:
    group = max(2_048, min(122_880, _ROW_GROUP_CELLS // len(source.columns)))
    with _watched(cursor, progress):
        cursor.execute(f"COPY ({select(source)}) TO {target_literal(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {group})")


def _retyped(cursor: duckdb.DuckDBPyConnection, source: SourceTable) -> SourceTable:
    """The source with types that every one of its rows has, found in one more pass."""
    questions: list[tuple[int, SourceColumn]] = []
    for index, column in enumerate(source.columns):
        if column.type != types.TEXT and column.source_type == types.TEXT:
            questions += [(index, column), *((index, wider) for wider in types.wider(column))]
    counted = ", ".join(f"count_if({types.misfit(column)}), count_if({types.marks(column)})" for _, column in questions)
    answers = cursor.execute(f"SELECT {counted} FROM {source.scan}").fetchall()[0]
    columns, notes = list(source.columns), list(source.notes)
    for index, column in enumerate(source.columns):
        options = [(option, answers[2 * i], answers[2 * i + 1]) for i, (at, option) in enumerate(questions) if at == index]
        if not options:
            continue
        fitting = next(((option, marked) for option, misfits, marked in options if misfits == 0), None)
        if fitting:
            columns[index] = replace(fitting[0], markers=fitting[1] > 0)
        else:
            columns[index] = replace(column, type=types.TEXT, markers=False, date_format="")
            notes.append(types.kept_as_text(column, min(misfits for _, misfits, _ in options)))
    return replace(source, columns=tuple(columns), notes=tuple(notes))


@contextmanager
def _watched(cursor: duckdb.DuckDBPyConnection, progress: Progress | None) -> Iterator[None]:
    if progress is None:
        yield
        return
    stopped = threading.Event()

    def watch() -> None:
        while not stopped.wait(0.2):
            share = cursor.query_progress()
            if share >= 0:
                progress(min(1.0, share / 100))

    cursor.execute("SET enable_progress_bar = true")
    cursor.execute("SET enable_progress_bar_print = false")
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
        progress(1.0)
    finally:
        stopped.set()
        watcher.join()
        cursor.execute("SET enable_progress_bar = false")
