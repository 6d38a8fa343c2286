"""A file to anonymise: read as it is, so that what is not changed stays letter for letter."""

from __future__ import annotations

import codecs
import csv
import mmap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from entrepot.engine.detect import detect, require_file
from entrepot.engine.dialect import sniff
from entrepot.engine.encodings import to_utf8
from entrepot.engine.faults import explained
from entrepot.engine.model import Dialect, Format, Limits
from entrepot.engine.sql import file_literal, identifier, literal, parquet
from entrepot.kit import Invalid

_HEAD = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A table in a file.

    Attributes:
        scan: The table function call that yields its rows in order.
        raw: For each column its name in the scan.
        dialect: How a text separates its values; None for Parquet.
        types: For each column of Parquet its type; empty for a text.
        bom, line_end: How a text begins, where it says that it is UTF-8, and how its first line ends.
    """

    path: Path
    scan: str
    columns: tuple[str, ...]
    raw: tuple[str, ...]
    dialect: Dialect | None
    types: tuple[str, ...] = ()
    bom: bytes = b""
    line_end: str = "\n"

    def sql(self, column: str) -> str:
        """SQL for the value of a column."""
        return identifier(self.raw[self.columns.index(column)])

    def text(self, column: str) -> str:
        """SQL for the value of a column as text."""
        return self.sql(column) if self.dialect else f"CAST({self.sql(column)} AS VARCHAR)"

    def require(self, columns: Sequence[str], use: str) -> None:
        """Check that columns are there.

        Raises:
            Invalid: Some are not.
        """
        lacking = [column for column in columns if column not in self.columns]
        if lacking:
            shown = ", ".join(self.columns[:20])
            other = " If they are split wrongly, say what stands between values with --delimiter." if self.dialect else ""
            raise Invalid(f"{self.path.name} has no column {lacking[0]} ({use}).", f"Its columns: {shown}.{other}", columns=lacking)


def distinct_lines(source: Source, limits: Limits | None = None) -> str:
    """SQL for each distinct line of a text as its list of values ``p`` and how often it occurs ``n``; empty where lines must be parsed.

    One text a row is grouped in half the time of many columns. Without a quote or a carriage return in the whole file, a line is its values.
    """
    dialect = source.dialect
    if dialect is None or file_literal(source.path) not in source.scan or source.path.stat().st_size == 0:
        return ""
    with source.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if any(data.find(mark) >= 0 for mark in (b"\r", b"\x01", b'"', b"'", *([dialect.quote.encode()] if dialect.quote else []))):
            return ""
    size = (limits or Limits()).line
    lines = (
        f"read_csv({file_literal(source.path)}, auto_detect=false, delim='\x01', quote='', escape='', header=false, skip={dialect.skip}, "
        f"max_line_size={size}, hive_partitioning=false, columns={{'l': 'VARCHAR'}})"
    )
    return f"SELECT string_split(coalesce(l, ''), {literal(dialect.delimiter)}) AS p, n FROM (SELECT l, count(*)::BIGINT AS n FROM {lines} GROUP BY l)"


def open_source(
    cursor: duckdb.DuckDBPyConnection, path: Path, scratch: Path, *, limits: Limits | None = None, surveyed: bool = False
) -> Source:
    """Find out how a CSV or Parquet file is read.

    Args:
        scratch: A folder for a copy in UTF-8, made where the file is in another encoding.
        surveyed: Look at every byte for the encoding, not at the beginning alone.

    Raises:
        NotFound: There is no such file.
        Invalid: It is neither, or two columns have one name.
    """
    limits = limits or Limits()
    require_file(path, limit=limits.file)
    form = detect(path)
    if form is Format.PARQUET:
        return _parquet(cursor, path)
    if form is Format.CSV:
        return _csv(path, scratch, limits, surveyed)
    raise Invalid(f"{path.name} is {form.value}; CSV and Parquet are anonymised.", "Save it as CSV or Parquet first.")


def copy_columns(cursor: duckdb.DuckDBPyConnection, source: Source, columns: Mapping[str, str], target: Path) -> None:
    """Write columns as text into a Parquet file.

    Args:
        columns: For each column the name it has there.
    """
    chosen = ", ".join(f"{source.text(column)} AS {identifier(name)}" for column, name in columns.items())
    with explained(source.path):
        cursor.execute(f"COPY (SELECT {chosen} FROM {source.scan}) TO {literal(str(target))} (FORMAT parquet)")


def _parquet(cursor: duckdb.DuckDBPyConnection, path: Path) -> Source:
    with explained(path):
        described = cursor.execute(f"DESCRIBE SELECT * FROM {parquet(path)}").fetchall()
    names = tuple(row[0] for row in described)
    return Source(path=path, scan=parquet(path), columns=names, raw=names, dialect=None, types=tuple(row[1] for row in described))


def _csv(path: Path, scratch: Path, limits: Limits, surveyed: bool) -> Source:
    file = path if not surveyed and _is_plain(path) else to_utf8(path, scratch, limits, shown=path).path
    found = sniff(file, limits, shown=path)
    repeated = [note for note in found.notes if note.code == "duplicate-header"]
    if repeated:
        raise Invalid(
            f"{path.name} has {len(repeated)} repeated column names. {repeated[0].message}",
            "Give each column a name of its own, so that it is clear which one is anonymised.",
        )
    dialect, quote = found.dialect, literal(found.dialect.quote)
    raw = tuple(f"c{i}" for i in range(len(found.names)))
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in raw)
    scan = (
        f"read_csv({file_literal(file)}, auto_detect=false, delim={literal(dialect.delimiter)}, quote={quote}, escape={quote}, "
        f"header=false, allow_quoted_nulls=false, skip={dialect.skip}, max_line_size={limits.line}, hive_partitioning=false, columns={{{columns}}})"
    )
    bom, line_end = _outer_form(path)
    return Source(
        path=path, scan=scan, columns=_headings(file, dialect, found.names), raw=raw, dialect=dialect, bom=bom, line_end=line_end
    )  # fmt: skip


def _outer_form(path: Path) -> tuple[bytes, str]:
    """The mark of UTF-8 that a text begins with, and how its first line ends."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    bom = codecs.BOM_UTF8 if head.startswith(codecs.BOM_UTF8) else b""
    # In UTF-16 and UTF-32 zeros stand between; every other encoding that is read has line ends as ASCII has them.
    line, end, _ = head.replace(b"\x00", b"").partition(b"\n")
    if not end:
        return bom, "\r" if b"\r" in line else "\n"
    return bom, "\r\n" if line.endswith(b"\r") else "\n"


def _is_plain(path: Path) -> bool:
    """Whether a text begins as UTF-8 with one kind of line end, so that it can be read where it lies."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    text = codecs.getincrementaldecoder("utf-8")()
    try:
        text.decode(head)
    except UnicodeDecodeError:
        return False
    return not head.startswith(codecs.BOM_UTF8) and b"\r" not in head and b"\x00" not in head


def _headings(path: Path, dialect: Dialect, names: tuple[str, ...]) -> tuple[str, ...]:
    """The header as it stands in the file, so that the output has the same; made-up names where there is none."""
    if not dialect.header:
        return names
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter=dialect.delimiter, quotechar=dialect.quote)
        for row in rows:
            if rows.line_num >= dialect.skip:
                return tuple(row) if len(row) == len(names) and all(row) else names
    return names
