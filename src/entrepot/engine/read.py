"""Open a file as a table: what it is, how it is written, which columns it has."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from entrepot.engine import types
from entrepot.engine.arrow import Table
from entrepot.engine.detect import detect, is_gzip, require_file
from entrepot.engine.dialect import Sniffed, sniff, unique_names
from entrepot.engine.encodings import to_utf8, unpack_gzip
from entrepot.engine.excel import excel_to_csv
from entrepot.engine.faults import explained, json_fault
from entrepot.engine.model import WIDE, Format, Limits, Note, SourceColumn, SourceTable
from entrepot.engine.sql import file_literal, identifier, literal, parquet
from entrepot.engine.wide import text_sample
from entrepot.kit import Invalid

_SAMPLE_CELLS = 2_000_000
_SUFFIXES = {".csv", ".tsv", ".txt", ".parquet", ".pq", ".json", ".jsonl", ".ndjson", ".xlsx", ".xlsm", ".gz", ".tab", ".psv"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What the owner says about a file; whatever is left out is found out.

    Attributes:
        encoding: The text encoding, such as ``gb18030``.
        delimiter: The character between values.
        header: Whether the first row names the columns.
        sheet: The sheet of a workbook.
    """

    encoding: str = ""
    delimiter: str = ""
    header: bool | None = None
    sheet: str = ""


def open_table(
    cursor: duckdb.DuckDBPyConnection,
    path: str | Path,
    *,
    name: str | None = None,
    scratch: Path | None = None,
    options: ReadOptions | None = None,
    limits: Limits | None = None,
) -> SourceTable:
    """Open a file as a table, by its content whatever its name says; nothing but samples is held in memory.

    Args:
        cursor: A cursor of the engine.
        name: What to call the table; the file's name without its ending by default.
        scratch: A folder for copies in UTF-8; by default one that goes away with the result.

    Raises:
        NotFound: There is no such file.
        Invalid: It holds no table that can be read; the message names the file, the place and the next step.
    """
    given, options, limits = Path(path), options or ReadOptions(), limits or Limits()
    size = require_file(given, limit=limits.file)
    keep = None
    if scratch is None:
        keep = tempfile.TemporaryDirectory(prefix="entrepot-")
        scratch = Path(keep.name)
    folder = Path(tempfile.mkdtemp(dir=scratch))
    base = _Base(given=given, name=name or _table_name(given), size=size, limits=limits, keep=keep)
    file: Path = given
    notes: tuple[Note, ...] = ()
    if is_gzip(given):
        file = folder / "unpacked"
        unpack_gzip(given, file, limits)
        require_file(file, limit=limits.file)
        if is_gzip(file):
            raise Invalid(f"{given.name} is compressed twice.", "Unpack it once.")
    format_ = _detected(file, given)
    if format_ is Format.PARQUET:
        return _open_parquet(cursor, base, file)
    if format_ is Format.EXCEL:
        sheet = folder / "sheet.csv"
        _, notes = excel_to_csv(given if file is given else file, sheet, limits, sheet=options.sheet)
        opened = _open_csv(cursor, base, sheet, folder, replace(options, delimiter=",", encoding="utf-8"), notes)
        return replace(opened, format=Format.EXCEL, encoding="")
    if format_ in (Format.JSONL, Format.JSON):
        return _open_json(cursor, base, file, folder, format_, options)
    return _open_csv(cursor, base, file, folder, options, notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    given: Path
    name: str
    size: int
    limits: Limits
    keep: Any


def _detected(file: Path, given: Path) -> Format:
    try:
        return detect(file)
    except Invalid as error:
        if file is given:
            raise
        raise Invalid(error.message.replace(file.name, given.name), error.hint, **error.details) from None


def _table_name(path: Path) -> str:
    stem = path
    while stem.suffix.lower() in _SUFFIXES and stem.stem:
        stem = stem.with_suffix("")
    return stem.name


def _open_csv(
    cursor: duckdb.DuckDBPyConnection, base: _Base, file: Path, folder: Path, options: ReadOptions, notes: tuple[Note, ...]
) -> SourceTable:
    text = to_utf8(file, folder, base.limits, shown=base.given, encoding=options.encoding)
    found = sniff(text.path, base.limits, shown=base.given, header=options.header, delimiter=options.delimiter)
    columns = tuple(SourceColumn(name=name, raw=f"c{i}", type=types.TEXT) for i, name in enumerate(found.names))
    table = SourceTable(
        name=base.name, path=base.given, file=text.path, format=Format.CSV, encoding=text.encoding, dialect=found.dialect, columns=columns,
        scan=_csv_scan(text.path, found, base.limits), notes=(*notes, *found.notes), bytes=base.size, limits=base.limits, keep=base.keep,
    )  # fmt: skip
    sample = _csv_sample(cursor, table)
    comma = found.dialect.delimiter != ","
    typed = tuple(types.sniff_type(c, sample.column(i), comma=comma) for i, c in enumerate(columns))
    if table.is_wide:
        typed = tuple(
            c if c.type in ("BIGINT", "DOUBLE") and not c.date_format else replace(c, type=types.TEXT, markers=False) for c in typed
        )
    doubtful = [
        c.name for i, c in enumerate(typed) if c.type == types.TEXT and not table.is_wide and types.is_ambiguous_date(sample.column(i))
    ]
    mixed = [c for i, c in enumerate(typed) if c.type == types.TEXT and not table.is_wide and types.is_mostly_numbers(sample.column(i))]
    more = (*(_ambiguous(name) for name in doubtful), *_mixed(cursor, table, mixed))
    return replace(table, columns=typed, notes=(*table.notes, *more))


def _mixed(cursor: duckdb.DuckDBPyConnection, table: SourceTable, columns: list[SourceColumn]) -> list[Note]:
    """A note on each column that holds numbers for the most part, with how many rows hold something else."""
    if not columns:
        return []
    wanted = ", ".join(
        f"count_if({types.misfit(replace(column, type='DOUBLE'))} AND {identifier(column.raw)} <> {literal(types.HIDDEN)})"
        for column in columns
    )
    with explained(table.path):
        counts = cursor.execute(f"SELECT {wanted} FROM {table.scan}").fetchall()[0]
    return [types.kept_as_text(column, count, "holds numbers for the most part") for column, count in zip(columns, counts, strict=True)]


def _ambiguous(name: str) -> Note:
    return Note(code="ambiguous-dates", message=f"The dates in {name} could be day/month or month/day, so they stay text.", column=name)


def _csv_scan(path: Path, found: Sniffed, limits: Limits) -> str:
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(found.names)))
    quote = literal(found.dialect.quote)
    return (
        f"read_csv({file_literal(path)}, auto_detect=false, delim={literal(found.dialect.delimiter)}, quote={quote}, escape={quote}, "
        f"header=false, skip={found.dialect.skip}, max_line_size={limits.line}, hive_partitioning=false, columns={{{columns}}})"
    )


def _csv_sample(cursor: duckdb.DuckDBPyConnection, table: SourceTable) -> Table:
    rows = max(200, min(20_000, _SAMPLE_CELLS // len(table.columns)))
    if len(table.columns) >= WIDE:
        return text_sample(table, rows)
    with explained(table.path):
        return cursor.sql(f"SELECT * FROM {table.scan} LIMIT {rows}").to_arrow_table()


def _open_json(
    cursor: duckdb.DuckDBPyConnection, base: _Base, file: Path, folder: Path, format_: Format, options: ReadOptions
) -> SourceTable:
    # One object a line or one array: a line break means nothing in the array, so only lines have a limit.
    limits = base.limits if format_ is Format.JSONL else replace(base.limits, line=base.limits.file)
    text = to_utf8(file, folder, limits, shown=base.given, encoding=options.encoding)
    kind = "newline_delimited" if format_ is Format.JSONL else "array"
    if format_ is Format.JSONL and _is_one_object(text.path):
        raise Invalid(
            f"{base.given.name} is one JSON object, not a table.", "Write one JSON object a line, or one array of objects.", line=1
        )
    scan = f"read_json({file_literal(text.path)}, format='{kind}', sample_size=-1, maximum_depth=2, hive_partitioning=false)"
    try:
        with explained(text.path):
            described = cursor.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()
    except Invalid as error:
        found = json_fault(text.path) if format_ is Format.JSONL and "surrogate" not in error.message else None
        raise _renamed(found or error, text.path, base.given) from None
    if [row[0] for row in described] == ["json"] and format_ is Format.JSONL:
        found = json_fault(text.path)
        if found:
            raise _renamed(found, text.path, base.given)
    return _typed_table(base, text.path, format_, text.encoding, scan, described)


def _is_one_object(path: Path) -> bool:
    with path.open("rb") as file:
        first = file.readline(1024 * 1024).strip()
    return first == b"{"


def _renamed(error: Invalid, shown: Path, given: Path) -> Invalid:
    return Invalid(error.message.replace(shown.name, given.name), error.hint, **error.details)


def _open_parquet(cursor: duckdb.DuckDBPyConnection, base: _Base, file: Path) -> SourceTable:
    scan = parquet(file)
    with explained(base.given):
        described = cursor.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()
    return _typed_table(base, file, Format.PARQUET, "", scan, described)


def _typed_table(base: _Base, file: Path, format_: Format, encoding: str, scan: str, described: list[Any]) -> SourceTable:
    if len(described) > base.limits.columns:
        raise Invalid(f"{base.given.name} has {len(described):,} columns; the limit is {base.limits.columns:,}.", "Split the table.")
    names, notes = unique_names([row[0] for row in described])
    columns = tuple(
        SourceColumn(name=name, raw=row[0], type=types.portable_type(row[1]), source_type=row[1])
        for name, row in zip(names, described, strict=True)
    )
    nested = [
        Note(code="nested", message=f"{c.name} holds nested values and is kept as JSON text.", column=c.name)
        for c in columns
        if types.is_nested(c.source_type)
    ]
    return SourceTable(
        name=base.name, path=base.given, file=file, format=format_, encoding=encoding, dialect=None, columns=columns, scan=scan,
        notes=(*notes, *nested), bytes=base.size, limits=base.limits, keep=base.keep,
    )  # fmt: skip


def select(table: SourceTable) -> str:
    """The query that yields the table's typed rows in the file's order."""
    chosen = ", ".join(f"{types.expression(c)} AS {identifier(c.name)}" for c in table.columns)
    return f"SELECT {chosen} FROM {table.scan}"
