"""A table as attackers and measures see it: text in columns, each distinct row once with its count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
import numpy.typing as npt

from entrepot.engine.faults import explained
from entrepot.engine.sql import identifier
from entrepot.kit import Invalid
from entrepot.privacy.anonymise.source import Source, open_source

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


def read_frame(cursor: duckdb.DuckDBPyConnection, path: str | Path, columns: Sequence[str]) -> Frame:
    """Read columns of a CSV or Parquet file; rows that are alike in them are counted in the engine.

    Raises:
        NotFound: There is no such file.
        Invalid: It lacks one of the columns.
    """
    with TemporaryDirectory(prefix="entrepot-attack-") as folder:
        source = open_source(cursor, Path(path), Path(folder))
        source.require(columns, "to look at")
        return _counted(cursor, source.path, f"SELECT {_chosen(source, columns, 'c')} FROM {source.scan}", {"c": columns})["c"]


def read_pair(
    cursor: duckdb.DuckDBPyConnection, original: str | Path, release: str | Path, columns: Sequence[str], *, person: str = ""
) -> tuple[Frame, Frame]:
    """Read a table and its release so that row i of one is row i of the other, where they have equally many rows.

    Args:
        person: A further column of the original.

    Raises:
        NotFound: There is no such file.
        Invalid: One of them lacks a column.
    """
    with TemporaryDirectory(prefix="entrepot-attack-") as folder:
        first = open_source(cursor, Path(original), Path(folder))
        second = open_source(cursor, Path(release), Path(folder))
        wanted = [*columns, *([person] if person and person not in columns else [])]
        first.require(wanted, "to attack, in the original")
        second.require(columns, "to attack, in the release")
        with explained(first.path):
            sizes = [_int(cursor, f"SELECT count(*) FROM {source.scan}") for source in (first, second)]
        queries = f"SELECT {_chosen(first, wanted, 'o')} FROM {first.scan}", f"SELECT {_chosen(second, columns, 'r')} FROM {second.scan}"
        if sizes[0] != sizes[1]:
            one = _counted(cursor, first.path, queries[0], {"o": wanted})
            return one["o"], _counted(cursor, second.path, queries[1], {"r": columns})["r"]
        both = f"SELECT * FROM ({queries[0]}) POSITIONAL JOIN ({queries[1]})"
        found = _counted(cursor, first.path, both, {"o": wanted, "r": columns})
        return found["o"], found["r"]


def _int(cursor: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(cursor.execute(query).fetchall()[0][0])


def _chosen(source: Source, columns: Sequence[str], prefix: str) -> str:
    return ", ".join(f"coalesce({source.text(column)}, '') AS {identifier(f'{prefix}{i}')}" for i, column in enumerate(columns))


def _counted(cursor: duckdb.DuckDBPyConnection, path: Path, query: str, tables: Mapping[str, Sequence[str]]) -> dict[str, Frame]:
    from entrepot.engine.arrow import pc

    with explained(path):
        got = cursor.sql(f"SELECT *, count(*) AS n FROM ({query}) GROUP BY ALL").to_arrow_table().combine_chunks()
    weight = got.column("n").to_numpy().astype(np.int64)
    found = {}
    for prefix, columns in tables.items():
        encoded = {}
        for i, name in enumerate(columns):
            coded = pc.dictionary_encode(got.column(f"{prefix}{i}")).combine_chunks()
            coded = coded if not hasattr(coded, "chunks") else coded.chunk(0)
            encoded[name] = Encoded(labels=tuple(coded.dictionary.to_pylist()), codes=coded.indices.to_numpy().astype(np.int64))
        found[prefix] = Frame(columns=encoded, weight=weight)
    return found
