"""Measure a table's risk in SQL: one count over the quasi-identifiers, and sums over its groups."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb

from entrepot.engine.faults import explained
from entrepot.engine.sql import literal
from entrepot.kit import Invalid
from entrepot.privacy.anonymise.source import Source, distinct_lines, open_source
from entrepot.privacy.hierarchies import STAR
from entrepot.privacy.risk.model import Against, Risk, Sensitive

_CLASSES = "entrepot_classes"
_COUNTS = "entrepot_counts"
_LINES = "entrepot_lines"
_SIZES = ((1, "1"), (2, "2"), (4, "3-4"), (9, "5-9"), (19, "10-19"))
_MOST_ORDERED = 200


def measure(
    cursor: duckdb.DuckDBPyConnection,
    path: str | Path,
    *,
    quasi: Sequence[str],
    sensitive: Sequence[str] = (),
    person: str = "",
    population: str | Path | None = None,
    counts: str = "",
) -> Risk:
    """The risk of a CSV or Parquet table.

    Missing values count as a value like others. Work is one GROUP BY over the rows; the rest runs over its groups.

    Args:
        quasi: The quasi-identifiers: what an attacker may know.
        sensitive: Columns that nobody is to learn.
        person: Column that says whose row it is; persons are then counted instead of rows.
        population: A table with the same quasi-identifiers, for k-map, δ-presence and journalist risk.
        counts: Column of the population that says how many persons a row stands for; each row is one person without it.

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
                found = tuple(_sensitive(cursor, quasi, at, column) for at, column in enumerate(sensitive))
            against = _against(cursor, Path(population), quasi, counts, Path(folder)) if population else None
            return _risk(cursor, quasi, found, against)
        finally:
            cursor.execute(f"DROP TABLE IF EXISTS {_CLASSES}")
            cursor.execute(f"DROP TABLE IF EXISTS {_COUNTS}")
            cursor.execute(f"DROP TABLE IF EXISTS {_LINES}")


def _text(source: Source, column: str) -> str:
    return f"coalesce({source.text(column)}, '')"


def _count(cursor: duckdb.DuckDBPyConnection, source: Source, quasi: Sequence[str], sensitive: Sequence[str], person: str) -> None:
    """Make the table of counts by quasi-identifiers and sensitive values, and the one of classes."""
    named = [f"{_text(source, column)} AS q{i}" for i, column in enumerate(quasi)]
    named += [f"{_text(source, column)} AS s{i}" for i, column in enumerate(sensitive)]
    keys = _keys(quasi)
    if person:
        # A person with rows in several classes counts once in each of them.
        cursor.execute(
            f"CREATE OR REPLACE TEMP TABLE {_COUNTS} AS SELECT DISTINCT {', '.join(named)}, {source.sql(person)} AS who, 1::BIGINT AS n FROM {source.scan}"
        )
        size = "count(DISTINCT who)"
    elif lines := _whole_lines(cursor, source):
        values = ", ".join(f"p[{source.columns.index(column) + 1}] AS {name}" for column, name in _named(quasi, sensitive))
        # Where every column is named, distinct lines are distinct values.
        grouped = "n" if {*quasi, *sensitive} == set(source.columns) else "sum(n)::BIGINT AS n"
        again = "" if grouped == "n" else "GROUP BY ALL"
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE {_COUNTS} AS SELECT {values}, {grouped} FROM {lines} {again}")
        size = "sum(n)::BIGINT"
    else:
        cursor.execute(
            f"CREATE OR REPLACE TEMP TABLE {_COUNTS} AS SELECT {', '.join(named)}, count(*)::BIGINT AS n FROM {source.scan} GROUP BY ALL"
        )
        size = "sum(n)::BIGINT"
    shown = f"NOT ({' AND '.join(f'{key} = {literal(STAR)}' for key in keys)})"
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE {_CLASSES} AS SELECT {', '.join(keys)}, {size} AS n, {shown} AS shown FROM {_COUNTS} GROUP BY ALL"
    )


def _named(quasi: Sequence[str], sensitive: Sequence[str]) -> list[tuple[str, str]]:
    return [*((c, f"q{i}") for i, c in enumerate(quasi)), *((c, f"s{i}") for i, c in enumerate(sensitive))]


def _whole_lines(cursor: duckdb.DuckDBPyConnection, source: Source) -> str:
    """The table of distinct lines, where each holds as many values as there are columns; else empty, and the rows are parsed."""
    query = distinct_lines(source)
    if not query:
        return ""
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE {_LINES} AS {query}")
    uneven = cursor.execute(f"SELECT count(*) FROM {_LINES} WHERE len(p) <> {len(source.columns)}").fetchall()[0][0]
    return "" if uneven else _LINES


def _keys(quasi: Sequence[str]) -> list[str]:
    return [f"q{i}" for i in range(len(quasi))]


def _risk(cursor: duckdb.DuckDBPyConnection, quasi: Sequence[str], sensitive: tuple[Sensitive, ...], against: Against | None) -> Risk:
    ends = [0, *(high for high, _ in _SIZES)]
    bands = [f"count(*) FILTER (shown AND n > {low} AND n <= {high})" for low, high in itertools.pairwise(ends)]
    bands.append(f"count(*) FILTER (shown AND n > {ends[-1]})")
    wanted = ["sum(n)", "coalesce(sum(n) FILTER (NOT shown), 0)", "count(*) FILTER (shown)", "min(n) FILTER (shown)",
              "coalesce(sum(n) FILTER (shown AND n = 1), 0)", *bands]  # fmt: skip
    total, hidden, classes, k, alone, *sizes = cursor.execute(f"SELECT {', '.join(wanted)} FROM {_CLASSES}").fetchall()[0]
    if not total:
        raise Invalid("The table has no rows.", "Check that the export finished.")
    shown = int(total - hidden)
    return Risk(
        quasi=tuple(quasi), rows=int(total), hidden=int(hidden), classes=int(classes), k=None if k is None else int(k), unique=int(alone) / int(total),
        prosecutor=1 / k if k else 0.0, marketer=classes / shown if shown else 0.0,
        sizes=dict(zip([*(name for _, name in _SIZES), f"{ends[-1] + 1}+"], map(int, sizes), strict=True)), sensitive=sensitive, against=against,
    )  # fmt: skip


def _sensitive(cursor: duckdb.DuckDBPyConnection, quasi: Sequence[str], at: int, column: str) -> Sensitive:
    keys, value = ", ".join(_keys(quasi)), f"s{at}"
    shown = f"NOT ({' AND '.join(f'{key} = {literal(STAR)}' for key in _keys(quasi))})"
    by_value = f"SELECT {keys}, {value} AS v, sum(n)::DOUBLE AS c FROM {_COUNTS} GROUP BY ALL"
    overall = f"SELECT {value} AS v, sum(n) / sum(sum(n)) OVER () AS q FROM {_COUNTS} GROUP BY ALL"
    # Σ |p − q| over the values of a class, then the whole table's share of all values it lacks.
    distance = "(list_sum(list_transform(list({'c': c, 'q': q}), lambda x: abs(x.c / sum(c) - x.q))) + 1 - sum(q)) / 2"
    per_class = (
        f"SELECT sum(c) AS size, count(*) AS kinds, ln(sum(c)) - sum(c * ln(c)) / sum(c) AS entropy, max(c) AS top, {distance} AS t "
        f"FROM ({by_value}) JOIN ({overall}) USING (v) WHERE {shown} GROUP BY {keys}"
    )
    figures = cursor.execute(
        "SELECT min(kinds), exp(min(entropy)), max(CASE WHEN kinds > 1 THEN top / (size - top) END), bool_or(kinds = 1), max(top / size), "
        f"coalesce(sum(size) FILTER (kinds = 1), 0) / sum(size), max(t) FROM ({per_class})"
    ).fetchall()[0]
    kinds, entropy, recursive, single, top, told, t = figures
    if kinds is None:
        return Sensitive(column=column, l=0, entropy_l=0.0, recursive_c=None, top=0.0, told=0.0, t=0.0, t_ordered=None)
    return Sensitive(
        column=column, l=int(kinds), entropy_l=float(entropy), recursive_c=None if single else float(recursive), top=float(top), told=float(told),
        t=max(0.0, float(t)), t_ordered=_ordered(cursor, keys, by_value, overall, shown),
    )  # fmt: skip


def _ordered(cursor: duckdb.DuckDBPyConnection, keys: str, by_value: str, overall: str, shown: str) -> float | None:
    """The largest ordered distance: what must be carried past each value, on the way from the class to the whole table."""
    values = cursor.execute(f"SELECT v, q FROM ({overall}) ORDER BY TRY_CAST(v AS DOUBLE)").fetchall()
    if len(values) > _MOST_ORDERED or len(values) < 2:
        return None
    try:
        numbers = [float(value) for value, _ in values]
    except ValueError:
        return None
    if numbers != sorted(numbers):
        return None
    reached, passed = 0.0, []
    for value, share in values[:-1]:
        reached += share
        passed.append(f"abs(coalesce(sum(c) FILTER (x <= {float(value)!r}), 0) / sum(c) - {reached!r})")
    per_class = f"SELECT ({' + '.join(passed)}) / {len(values) - 1} AS t FROM (SELECT *, CAST(v AS DOUBLE) AS x FROM ({by_value})) WHERE {shown} GROUP BY {keys}"
    found = cursor.execute(f"SELECT max(t) FROM ({per_class})").fetchall()[0][0]
    return None if found is None else float(found)


def _against(cursor: duckdb.DuckDBPyConnection, path: Path, quasi: Sequence[str], counts: str, folder: Path) -> Against:
    source = open_source(cursor, path, folder)
    source.require([*quasi, *([counts] if counts else [])], "in the population")
    named = ", ".join(f"{_text(source, column)} AS q{i}" for i, column in enumerate(quasi))
    size = f"sum(CAST({source.sql(counts)} AS BIGINT))" if counts else "count(*)"
    keys = ", ".join(_keys(quasi))
    people = f"SELECT {named}, {size}::DOUBLE AS everybody FROM {source.scan} GROUP BY ALL"
    with explained(path):
        k_map, least, most, journalist, linked, inside, outside = cursor.execute(
            "SELECT min(everybody) FILTER (n IS NOT NULL), min(coalesce(n, 0) / everybody), max(coalesce(n, 0) / everybody), "
            "max(1 / everybody) FILTER (n IS NOT NULL), coalesce(sum(n / everybody), 0), coalesce(sum(n) FILTER (everybody IS NOT NULL), 0), "
            "coalesce(sum(n) FILTER (everybody IS NULL), 0) "
            f"FROM (SELECT * FROM {_CLASSES} WHERE shown) FULL JOIN ({people}) USING ({keys})"
        ).fetchall()[0]
    return Against(
        k_map=None if k_map is None else int(k_map), least=float(least or 0), most=min(1.0, float(most or 0)), journalist=float(journalist or 0),
        marketer=min(1.0, float(linked) / float(inside)) if inside else 0.0, outside=int(outside),
    )  # fmt: skip
