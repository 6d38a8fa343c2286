"""A table as attackers and measures see it: text in columns, each distinct row once with its count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from entrepot.engine.arrow import pa
from entrepot.engine.faults import explained
from entrepot.engine.sql import identifier
from entrepot.kit import Invalid
from entrepot.privacy.anonymise.source import Source, open_source
from entrepot.privacy.hierarchies import STAR

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Encoded:
    """A column of text: each row's place in ``labels``; missing values are empty."""

    labels: tuple[str, ...]
    codes: Ints


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Frame:
    """A table in memory.

    Attributes:
        weight: How many rows of the table each row stands for.
    """

    columns: Mapping[str, Encoded]
    weight: Ints

    @property
    def size(self) -> int:
        """Rows held, each for ``weight`` rows of the table."""
        return len(self.weight)

    @property
    def rows(self) -> int:
        """Rows of the table."""
        return int(self.weight.sum())

    def column(self, name: str) -> Encoded:
        """A column.

        Raises:
            Invalid: There is none of that name.
        """
        if name not in self.columns:
            raise Invalid(f"The table has no column {name}.", f"Its columns: {', '.join(list(self.columns)[:20])}.", column=name)
        return self.columns[name]


def frame_of(columns: Mapping[str, Sequence[str]]) -> Frame:
    """The table that these columns of text make.

    Raises:
        Invalid: They differ in length.
    """
    sizes = {len(values) for values in columns.values()}
    if len(sizes) > 1:
        raise Invalid(f"The columns have {min(sizes):,} to {max(sizes):,} values.", "Give each column a value for every row.")
    encoded = {}
    for name, values in columns.items():
        labels = sorted(set(values))
        place = {label: i for i, label in enumerate(labels)}
        encoded[name] = Encoded(labels=tuple(labels), codes=np.fromiter((place[v] for v in values), np.int64, len(values)))
    return Frame(columns=encoded, weight=np.ones(sizes.pop() if sizes else 0, np.int64))


def starred(table: Frame, quasi: Sequence[str], others: Sequence[str]) -> Frame:
    """The table with ``*`` for what other columns lack in rows that show no quasi-identifier: left empty, they stand for every value."""
    hidden = np.ones(table.size, bool)
    for name in quasi:
        labels = np.array([label == STAR for label in table.column(name).labels], bool)
        hidden &= labels[table.column(name).codes]
    changed = {name: _with_stars(table.column(name), hidden) for name in others} if hidden.any() else {}
    return Frame(columns={**table.columns, **changed}, weight=table.weight)


def _with_stars(column: Encoded, hidden: Flags) -> Encoded:
    lacks = hidden & np.array([label == "" for label in column.labels], bool)[column.codes]
    shown, codes = np.unique(np.where(lacks, len(column.labels), column.codes), return_inverse=True)
    # Labels without a row would be unknown to the scale.
    labels = (*column.labels, STAR)
    return Encoded(labels=tuple(labels[code] for code in shown), codes=codes) if lacks.any() else column


def columns_of(cursor: duckdb.DuckDBPyConnection, path: str | Path) -> tuple[str, ...]:
    """The columns of a CSV or Parquet file.

    Raises:
        NotFound: There is no such file.
        Invalid: It is neither.
    """
    with TemporaryDirectory(prefix="entrepot-attack-") as folder:
        return open_source(cursor, Path(path), Path(folder)).columns


def read_frame(cursor: duckdb.DuckDBPyConnection, path: str | Path, columns: Sequence[str]) -> Frame:
    """Read columns of a CSV or Parquet file; rows that are alike in them are counted in the engine.

    Raises:
        NotFound: There is no such file.
        Invalid: It lacks one of the columns.
    """
    return read_together(cursor, [(path, columns)])[0]


def read_pair(
    cursor: duckdb.DuckDBPyConnection, original: str | Path, release: str | Path, columns: Sequence[str], *, person: str = ""
) -> tuple[Frame, Frame]:
    """Read a table and its release with `read_together`.

    Args:
        person: A further column of the original.
    """
    wanted = [*columns, *([person] if person and person not in columns else [])]
    first, second = read_together(cursor, [(original, wanted), (release, columns)])
    return first, second


def read_together(
    cursor: duckdb.DuckDBPyConnection, tables: Sequence[tuple[str | Path, Sequence[str]]], *, lenient: bool = False
) -> list[Frame]:
    """Read columns of several files so that row i of one is row i of the others, where all have equally many rows; else each by itself.

    Args:
        tables: Files and the columns to read.
        lenient: A file may lack some of its columns.

    Raises:
        NotFound: There is no such file.
        Invalid: One of them lacks a column.
    """
    with TemporaryDirectory(prefix="entrepot-attack-") as folder:
        sources = [open_source(cursor, Path(path), Path(folder)) for path, _ in tables]
        wanted: list[Sequence[str]] = []
        for source, (_, columns) in zip(sources, tables, strict=True):
            wanted.append([column for column in columns if column in source.columns] if lenient else columns)
            source.require(wanted[-1], "to compare")
        queries = [
            f"SELECT {_chosen(source, columns, f't{number}_')} FROM {source.scan}"
            for number, (source, columns) in enumerate(zip(sources, wanted, strict=True))
        ]
        if len({_rows(cursor, source) for source in sources}) == 1:
            joined = " POSITIONAL JOIN ".join(f"({query})" for query in queries)
            return _counted(cursor, sources[0].path, f"SELECT * FROM {joined}", dict(enumerate(wanted)))
        return [
            _counted(cursor, source.path, query, {number: columns})[0]
            for number, (source, query, columns) in enumerate(zip(sources, queries, wanted, strict=True))
        ]


def _rows(cursor: duckdb.DuckDBPyConnection, source: Source) -> int:
    with explained(source.path):
        return int(cursor.execute(f"SELECT count(*) FROM {source.scan}").fetchall()[0][0])


def _chosen(source: Source, columns: Sequence[str], prefix: str) -> str:
    # A table of none of the columns still has its rows.
    return (
        ", ".join(f"coalesce({source.text(column)}, '') AS {identifier(f'{prefix}{i}')}" for i, column in enumerate(columns))
        or f"0 AS {identifier(f'{prefix}none')}"
    )


def _counted(cursor: duckdb.DuckDBPyConnection, path: Path, query: str, tables: Mapping[int, Sequence[str]]) -> list[Frame]:
    with explained(path):
        got = cursor.sql(f"SELECT *, count(*) AS n FROM ({query}) GROUP BY ALL").to_arrow_table().combine_chunks()
    weight = got.column("n").to_numpy().astype(np.int64)
    return [
        Frame(columns={name: _encoded(got.column(f"t{number}_{i}")) for i, name in enumerate(columns)}, weight=weight)
        for number, columns in tables.items()
    ]


def _encoded(column: Any) -> Encoded:
    coded = pa.concat_arrays(column.chunks or [pa.array([], pa.string())]).dictionary_encode()
    return Encoded(labels=tuple(coded.dictionary.to_pylist()), codes=coded.indices.to_numpy().astype(np.int64))
