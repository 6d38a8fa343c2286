"""What the engine knows of a table: its source, its columns, and its profile."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

WIDE = 1_000
"""Columns from which a table is read in Arrow batches: DuckDB's own readers hold a vector for every column and thread."""


class Format(StrEnum):
    """How a file holds its table."""

    CSV = "csv"
    PARQUET = "parquet"
    JSONL = "jsonl"
    JSON = "json"
    EXCEL = "excel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a file is taken in before it is refused.

    Attributes:
        file: Bytes of the file, and of what a compressed file unpacks to.
        line: Bytes of one line of text.
        workbook: Bytes that an Excel workbook unpacks to; it is read whole.
        cells: Cells in the rectangle an Excel sheet spans.
        columns: Columns of a table.
    """

    file: int = 8 * 1024**3
    line: int = 2 * 1024**2
    workbook: int = 256 * 1024**2
    cells: int = 20_000_000
    columns: int = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a text file separates its values.

    Attributes:
        quote: The character around values, or empty for none.
        header: Whether the first row names the columns.
        skip: Physical lines before the first row of data, the header included.
    """

    delimiter: str
    quote: str
    header: bool
    skip: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something a reader of the table should know; ``code`` is stable, ``column`` empty when it is about the whole file."""

    code: str
    message: str
    column: str = ""
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceColumn:
    """One column and how its text becomes a value.

    Attributes:
        raw: The column's name in the scan.
        type: The type it is converted to, in DuckDB's words.
        source_type: The type it has in the scan.
        markers: Whether words such as ``NA`` stand for a missing value.
        date_format: How its dates are written, for strptime; empty for ISO 8601.
    """

    name: str
    raw: str
    type: str
    source_type: str = "VARCHAR"
    markers: bool = False
    date_format: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTable:
    """A file that can be read as a table.

    Attributes:
        path: The file as it was given.
        file: The file that is scanned: the same, or a UTF-8 copy in the scratch folder.
        encoding: The text encoding of the original; empty for binary formats.
        scan: A table function call that yields the raw rows.
        bytes: Size of the original.
        keep: Whatever must live as long as the source does, such as its scratch folder.
    """

    name: str
    path: Path
    file: Path
    format: Format
    encoding: str
    dialect: Dialect | None
    columns: tuple[SourceColumn, ...]
    scan: str
    notes: tuple[Note, ...]
    bytes: int
    limits: Limits
    keep: Any = None

    @property
    def is_wide(self) -> bool:
        """Whether it has too many columns for DuckDB's readers, and is of a form that Arrow batches can be made of."""
        return len(self.columns) >= WIDE and (self.dialect is not None or self.format is Format.PARQUET)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a converted table; ``type`` in DuckDB's words."""

    name: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertedTable:
    """A table as Parquet: rows, bytes, columns, and what the reader should know of the conversion."""

    path: Path
    rows: int
    bytes: int
    columns: tuple[Column, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnProfile:
    """One column in figures.

    Attributes:
        distinct: Distinct values; approximate (HyperLogLog, a few percent) unless ``distinct_exact``.
        minimum: Smallest value of numbers, dates and times, written as text; None for text, which could show somebody's data.
        mean: Mean of the finite numbers. ``length_mean`` and ``length_max`` are characters of text.
        nonfinite: Numbers that are NaN or infinite.
        formulas: Texts that a spreadsheet would run as a formula.
    """

    name: str
    type: str
    nulls: int
    distinct: int
    distinct_exact: bool
    minimum: str | None = None
    maximum: str | None = None
    mean: float | None = None
    length_mean: float | None = None
    length_max: int | None = None
    nonfinite: int = 0
    formulas: int = 0

    def to_dict(self) -> dict[str, Any]:
        """The figures as JSON, without those that do not apply."""
        shown = {name: getattr(self, name) for name in self.__slots__}
        return {
            name: value for name, value in shown.items() if value is not None and not (name in ("nonfinite", "formulas") and value == 0)
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TableProfile:
    """A table in figures; ``newest`` is its latest date or time that is not in the future, in ISO 8601."""

    rows: int
    bytes: int
    columns: tuple[ColumnProfile, ...]
    newest: str | None = None

    def column(self, name: str) -> ColumnProfile:
        """The figures of one column."""
        return next(column for column in self.columns if column.name == name)

    def without_values(self, names: Collection[str]) -> TableProfile:
        """The same profile in which these columns, such as personal ones, show no value of anybody."""
        hidden = set(names)
        columns = tuple(replace(c, minimum=None, maximum=None, mean=None) if c.name in hidden else c for c in self.columns)
        return replace(self, columns=columns)

    def to_dict(self) -> dict[str, Any]:
        """The profile as JSON."""
        return {"rows": self.rows, "bytes": self.bytes, "newest": self.newest, "columns": [column.to_dict() for column in self.columns]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A few rows as text, for people to look at; the columns in ``masked`` show no values."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    masked: tuple[str, ...]
