"""Who looks like whom: one count of a table by its quasi-identifiers, from which every figure of its risk is taken."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from entrepot.engine.faults import explained
from entrepot.engine.sql import literal
from entrepot.kit import Invalid
from entrepot.privacy.anonymise.source import Source, distinct_lines, open_source
from entrepot.privacy.hierarchies import STAR

CLASSES = "entrepot_classes"
"""A row for each class: its values ``q0``…, its rows or persons (``n``), a number for the person where it is one alone, and whether it shows anything."""
COUNTS = "entrepot_counts"
"""The same by sensitive values ``s0``… too, before it is added up."""
_SAID = "entrepot_hidden_said"
_LINES = "entrepot_lines"
_NOTHING = "('', '*')"
"""What a cell holds that says nothing."""


@contextmanager
def classes_of(
    cursor: duckdb.DuckDBPyConnection, path: str | Path, *, quasi: Sequence[str], sensitive: Sequence[str] = (), person: str = "",
    pseudonyms: Collection[str] = (),
) -> Iterator[None]:  # fmt: skip
    """Hold the tables ``CLASSES`` and ``COUNTS`` of a file: one GROUP BY over its rows, the rest over its groups.

    Args:
        person: Column that says whose row it is; persons are then counted instead of rows.
        pseudonyms: Columns of keyed pseudonyms, which say nothing of anybody.

    Raises:
        NotFound: There is no such file.
        Invalid: It cannot be read, or lacks a column.
    """
    with tempfile.TemporaryDirectory(prefix="entrepot-risk-") as folder:
        source = open_source(cursor, Path(path), Path(folder))
        for columns, use in ((quasi, "a quasi-identifier"), (sensitive, "sensitive"), ([person] if person else [], "the person key")):
            source.require(columns, use)
        if not quasi:
            raise Invalid("No quasi-identifier is named.", "Name the columns that others may know of a person.")
        try:
            with explained(source.path):
                _count(cursor, source, quasi, sensitive, person)
                said = _said(cursor, source, quasi, person, pseudonyms)
                cursor.execute(f"CREATE OR REPLACE TEMP TABLE {_SAID} AS SELECT {said}::BIGINT AS n")
                yield
        finally:
            cursor.execute(f"DROP TABLE IF EXISTS {CLASSES}")
            cursor.execute(f"DROP TABLE IF EXISTS {COUNTS}")
            cursor.execute(f"DROP TABLE IF EXISTS {_SAID}")
            cursor.execute(f"DROP TABLE IF EXISTS {_LINES}")


def text_of(source: Source, column: str) -> str:
    """SQL for a value as text; missing values are a value like others."""
    return f"coalesce({source.text(column)}, '')"


def persons_of(cursor: duckdb.DuckDBPyConnection, quasi: Sequence[str]) -> tuple[int, int, int]:
    """How many persons the tables count, those of them with a row that shows anything, and those who are alone in a class."""
    everybody, seen, alone = cursor.execute(
        f"SELECT count(DISTINCT who), count(DISTINCT who) FILTER ({shown_of(quasi)}), "
        f"(SELECT count(DISTINCT whose) FROM {CLASSES} WHERE shown AND n = 1) FROM {COUNTS}"
    ).fetchall()[0]
    return int(everybody), int(seen), int(alone)


def saying(source: Source, quasi: Sequence[str], pseudonyms: Collection[str] = ()) -> str:
    """SQL for rows that show nothing of any quasi-identifier and all the same say something in other columns."""
    hidden = " AND ".join(f"{text_of(source, column)} = {literal(STAR)}" for column in quasi)
    others = [column for column in source.columns if column not in quasi and column not in pseudonyms]
    said = " OR ".join(f"{text_of(source, column)} NOT IN {_NOTHING}" for column in others)
    return f"{hidden} AND ({said or 'false'})"


def said_of(cursor: duckdb.DuckDBPyConnection) -> int:
    """How many of the hidden rows (persons) say something in other columns."""
    return int(cursor.execute(f"SELECT n FROM {_SAID}").fetchall()[0][0])


def heard_of(quasi: Sequence[str], value: str) -> str:
    """The counted rows that say something of a column: all but those that are hidden and left empty."""
    return f"(SELECT * FROM {COUNTS} WHERE {shown_of(quasi)} OR {value} NOT IN {_NOTHING})"


def _said(cursor: duckdb.DuckDBPyConnection, source: Source, quasi: Sequence[str], person: str, pseudonyms: Collection[str]) -> int:
    if not cursor.execute(f"SELECT 1 FROM {CLASSES} WHERE NOT shown LIMIT 1").fetchall():
        return 0
    size = f"count(DISTINCT {text_of(source, person)})" if person else "count(*)"
    return int(cursor.execute(f"SELECT {size} FROM {source.scan} WHERE {saying(source, quasi, pseudonyms)}").fetchall()[0][0])


def shown_of(quasi: Sequence[str]) -> str:
    """SQL for whether a class shows anything."""
    return f"NOT ({' AND '.join(f'{key} = {literal(STAR)}' for key in keys_of(quasi))})"


def keys_of(quasi: Sequence[str]) -> list[str]:
    """What the quasi-identifiers are called in the tables."""
    return [f"q{i}" for i in range(len(quasi))]


def _count(cursor: duckdb.DuckDBPyConnection, source: Source, quasi: Sequence[str], sensitive: Sequence[str], person: str) -> None:
    named = [f"{text_of(source, column)} AS {name}" for column, name in _named(quasi, sensitive)]
    keys = keys_of(quasi)
    if person:
        # A person with rows in several classes counts once in each of them; rows that do not say whose they are count as one person's.
        counted = f"SELECT DISTINCT {', '.join(named)}, {text_of(source, person)} AS who, 1::BIGINT AS n FROM {source.scan}"
        size, only = "count(DISTINCT who)", "CASE WHEN count(DISTINCT who) = 1 THEN (hash(min(who)) >> 1)::BIGINT END"
    elif lines := _whole_lines(cursor, source):
        values = ", ".join(f"p[{source.columns.index(column) + 1}] AS {name}" for column, name in _named(quasi, sensitive))
        # Where every column is named, distinct lines are distinct values.
        is_whole = {*quasi, *sensitive} == {*source.columns}
        counted = f"SELECT {values}, n FROM {lines}" if is_whole else f"SELECT {values}, sum(n)::BIGINT AS n FROM {lines} GROUP BY ALL"
        size, only = "sum(n)::BIGINT", "NULL::BIGINT"
    else:
        counted = f"SELECT {', '.join(named)}, count(*)::BIGINT AS n FROM {source.scan} GROUP BY ALL"
        size, only = "sum(n)::BIGINT", "NULL::BIGINT"
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE {COUNTS} AS {counted}")
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE {CLASSES} AS SELECT {', '.join(keys)}, {size} AS n, {only} AS whose, {shown_of(quasi)} AS shown "
        f"FROM {COUNTS} GROUP BY ALL"
    )


def _named(quasi: Sequence[str], sensitive: Sequence[str]) -> list[tuple[str, str]]:
    """Each column with what it is called in the tables."""
    return [*zip(quasi, keys_of(quasi), strict=True), *((column, f"s{i}") for i, column in enumerate(sensitive))]


def _whole_lines(cursor: duckdb.DuckDBPyConnection, source: Source) -> str:
    """The table of distinct lines, where each holds as many values as there are columns; else empty, and the rows are parsed."""
    query = distinct_lines(source)
    if not query:
        return ""
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE {_LINES} AS {query}")
    uneven = cursor.execute(f"SELECT count(*) FROM {_LINES} WHERE len(p) <> {len(source.columns)}").fetchall()[0][0]
    return "" if uneven else _LINES
