"""Columns that are left as they are, taken together and with the released classes: no one of them singles anybody out, and two or three do."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from entrepot.engine.sql import identifier, parquet

_SIZE = 3
_MOST_COLUMNS = 16
_MOST_SCREENED = 100_000
_SLACK = 0.9
"""What the chance of the choice may hide of a share."""
_TABLE, _SOME = "entrepot_untreated", "entrepot_untreated_some"
_CLASS = "entrepot class"
"""What the class of a row is called beside the columns; tidied headings have no spaces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Combined:
    """What columns single out together.

    Attributes:
        columns: The first smallest set that singles out more rows than may be; empty where none was found.
        with_classes: Whether that set goes together with the class that the quasi-identifiers put a row into.
        share: Rows that stand alone in it; without such a set the largest share of any set that was counted.
        searched: Sets looked at; ``skipped`` were not, for lack of time.
        left_out: Columns of the fewest different values that were in no set, because there are too many columns.
        size: Columns of a set, at most; 0 where all columns together single out so few that no set can do more.
    """

    columns: tuple[str, ...] = ()
    share: float = 0.0
    searched: int = 0
    skipped: int = 0
    left_out: tuple[str, ...] = ()
    size: int = 0
    with_classes: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The search as JSON."""
        return asdict(self) | {"columns": list(self.columns), "left_out": list(self.left_out), "share": round(self.share, 6)}


def combined(
    cursor: duckdb.DuckDBPyConnection, path: Path, columns: Sequence[str], *, limit: float, quasi: Sequence[str] = (),
    seconds: float = 20.0, clock: Callable[[], float] = time.monotonic,
) -> Combined:  # fmt: skip
    """Look for two or three columns of a Parquet file that single out more than ``limit`` of its rows; its classes are one of them.

    All columns together come first: where these single out few, no choice of them singles out more, and the search is whole. Sets are tried on
    some of the rows before all are counted: whoever is alone among all is alone among some.

    Args:
        quasi: Generalised columns, whose values put a row into a class.
        seconds: Time for the search; what was not searched by then is counted in the result.
    """
    began = clock()
    try:
        _open(cursor, path, columns, quasi)
        columns = [*columns, *([_CLASS] if quasi else [])]
        rows = _one(cursor, f"SELECT count(*) FROM {_TABLE}")
        whole = _alone(cursor, _TABLE, columns) / rows if rows else 0.0
        if whole <= limit:
            return Combined(share=whole, searched=1)
        tried, left_out = _most_telling(cursor, columns)
        some = _screen(cursor, columns, rows)
        sets = [chosen for size in range(2, min(_SIZE, len(tried)) + 1) for chosen in itertools.combinations(tried, size)]
        highest = 0.0
        for searched, chosen in enumerate(sets):
            if clock() - began > seconds:
                return Combined(share=highest, searched=searched, skipped=len(sets) - searched, left_out=left_out, size=_SIZE)
            if _alone(cursor, _SOME, chosen) <= _SLACK * limit * some:
                continue
            share = _alone(cursor, _TABLE, chosen) / rows
            highest = max(highest, share)
            if share > limit:
                return Combined(
                    columns=tuple(column for column in chosen if column != _CLASS), share=share, searched=searched + 1, left_out=left_out,
                    size=_SIZE, with_classes=_CLASS in chosen,
                )  # fmt: skip
        return Combined(share=highest, searched=len(sets), left_out=left_out, size=_SIZE)
    finally:
        cursor.execute(f"DROP TABLE IF EXISTS {_SOME}")
        cursor.execute(f"DROP VIEW IF EXISTS {_TABLE}")


def _open(cursor: duckdb.DuckDBPyConnection, path: Path, columns: Sequence[str], quasi: Sequence[str]) -> None:
    classes = [f"hash({', '.join(f'CAST({identifier(column)} AS VARCHAR)' for column in quasi)}) AS {identifier(_CLASS)}"] if quasi else []
    chosen = ", ".join([*map(identifier, columns), *classes])
    cursor.execute(f"CREATE OR REPLACE TEMP VIEW {_TABLE} AS SELECT {chosen} FROM {parquet(path)}")


def _most_telling(cursor: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """The columns of most different values, and those that are too many."""
    counted = ", ".join(f"count(DISTINCT {identifier(column)})" for column in columns)
    kinds = cursor.execute(f"SELECT {counted} FROM {_TABLE}").fetchall()[0]
    # Classes are always tried, however many columns have more values.
    ordered = [column for _, column in sorted(zip(kinds, columns, strict=True), key=lambda pair: (pair[1] != _CLASS, -pair[0], pair[1]))]
    return ordered[:_MOST_COLUMNS], tuple(ordered[_MOST_COLUMNS:])


def _screen(cursor: duckdb.DuckDBPyConnection, columns: Sequence[str], rows: int) -> int:
    """Some of the rows, chosen by what they hold, so that the same table has the same ones in any order; how many they are."""
    step = -(-rows // _MOST_SCREENED)
    row = ", ".join(f"coalesce(CAST({identifier(column)} AS VARCHAR), '')" for column in columns)
    chosen = f" WHERE md5_number_lower(concat_ws(chr(31), {row})) % {step} = 0" if step > 1 else ""
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE {_SOME} AS SELECT * FROM {_TABLE}{chosen}")
    return _one(cursor, f"SELECT count(*) FROM {_SOME}")


def _alone(cursor: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str]) -> int:
    by = ", ".join(map(identifier, columns))
    return _one(cursor, f"SELECT count(*) FROM (SELECT 1 FROM {table} GROUP BY {by} HAVING count(*) = 1)")


def _one(cursor: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(cursor.execute(query).fetchall()[0][0])
