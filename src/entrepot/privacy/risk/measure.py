"""Measure a table's risk in SQL: one count over the quasi-identifiers, and sums over its groups."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from entrepot.engine.faults import explained
from entrepot.kit import Invalid
from entrepot.privacy.anonymise.source import open_source
from entrepot.privacy.risk.classes import CLASSES, classes_of, heard_of, keys_of, persons_of, said_of, shown_of, text_of
from entrepot.privacy.risk.model import Against, Risk, Sensitive

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
    pseudonyms: Collection[str] = (),
) -> Risk:
    """The risk of a CSV or Parquet table.

    Missing values count as a value like others. Work is one GROUP BY over the rows; the rest runs over its groups.

    Args:
        quasi: The quasi-identifiers: what an attacker may know.
        sensitive: Columns that nobody is to learn.
        person: Column that says whose row it is; persons are then counted instead of rows.
        population: A table with the same quasi-identifiers, for k-map, δ-presence and journalist risk.
        counts: Column of the population that says how many persons a row stands for; each row is one person without it.
        pseudonyms: Columns of keyed pseudonyms, which say nothing of anybody.

    Raises:
        NotFound: There is no such file.
        Invalid: It cannot be read, or lacks a column.
    """
    with classes_of(cursor, path, quasi=quasi, sensitive=sensitive, person=person, pseudonyms=pseudonyms):
        return of_classes(cursor, quasi=quasi, sensitive=sensitive, population=population, counts=counts, by_person=bool(person))


def of_classes(
    cursor: duckdb.DuckDBPyConnection, *, quasi: Sequence[str], sensitive: Sequence[str] = (), population: str | Path | None = None, counts: str = "",
    by_person: bool = False,
) -> Risk:  # fmt: skip
    """`measure` on the tables that `classes_of` holds at the time."""
    found = tuple(_sensitive(cursor, quasi, at, column) for at, column in enumerate(sensitive))
    told = tuple(column for at, column in enumerate(sensitive) if _told_by_hidden(cursor, quasi, at))
    risk = replace(_risk(cursor, quasi, found, None, by_person), hidden_said=said_of(cursor), hidden_told=told)
    if population is None:
        return risk
    with tempfile.TemporaryDirectory(prefix="entrepot-risk-") as folder:
        return replace(risk, against=_against(cursor, Path(population), quasi, counts, Path(folder)))


def _risk(
    cursor: duckdb.DuckDBPyConnection, quasi: Sequence[str], sensitive: tuple[Sensitive, ...], against: Against | None, by_person: bool
) -> Risk:
    ends = [0, *(high for high, _ in _SIZES)]
    bands = [f"count(*) FILTER (shown AND n > {low} AND n <= {high})" for low, high in itertools.pairwise(ends)]
    bands.append(f"count(*) FILTER (shown AND n > {ends[-1]})")
    wanted = ["sum(n)", "coalesce(sum(n) FILTER (NOT shown), 0)", "count(*) FILTER (shown)", "min(n) FILTER (shown)",
              "coalesce(sum(n) FILTER (shown AND n = 1), 0)", *bands]  # fmt: skip
    total, hidden, classes, k, alone, *sizes = cursor.execute(f"SELECT {', '.join(wanted)} FROM {CLASSES}").fetchall()[0]
    if not total:
        raise Invalid("The table has no rows.", "Check that the export finished.")
    matches = int(total - hidden)
    if by_person:
        # A person with rows in several classes is in the sum over classes several times, and is one person all the same.
        total, seen, alone = persons_of(cursor, quasi)
        hidden = total - seen
    return Risk(
        quasi=tuple(quasi), rows=int(total), hidden=int(hidden), classes=int(classes), k=None if k is None else int(k), unique=int(alone) / int(total),
        prosecutor=1 / k if k else 0.0, marketer=classes / matches if matches else 0.0,
        sizes=dict(zip([*(name for _, name in _SIZES), f"{ends[-1] + 1}+"], map(int, sizes), strict=True)), sensitive=sensitive, against=against,
    )  # fmt: skip


def _told_by_hidden(cursor: duckdb.DuckDBPyConnection, quasi: Sequence[str], at: int) -> bool:
    """Whether the hidden rows have one value of a column, which no other class has."""
    keys, value = ", ".join(keys_of(quasi)), f"s{at}"
    kinds = f"SELECT {shown_of(quasi)} AS shown, count(DISTINCT {value}) AS kinds FROM {heard_of(quasi, value)} GROUP BY {keys}"
    query = f"SELECT min(kinds) FILTER (NOT shown), min(kinds) FILTER (shown) FROM ({kinds})"
    hidden, others = cursor.execute(query).fetchall()[0]
    return hidden == 1 and (others is None or others > 1)


def _sensitive(cursor: duckdb.DuckDBPyConnection, quasi: Sequence[str], at: int, column: str) -> Sensitive:
    keys, value = ", ".join(keys_of(quasi)), f"s{at}"
    by_value = f"SELECT {keys}, {value} AS v, sum(n)::DOUBLE AS c FROM {heard_of(quasi, value)} GROUP BY ALL"
    overall = f"SELECT {value} AS v, sum(n) / sum(sum(n)) OVER () AS q FROM {heard_of(quasi, value)} GROUP BY ALL"
    # Σ |p − q| over the values of a class, then the whole table's share of all values it lacks.
    distance = "(list_sum(list_transform(list({'c': c, 'q': q}), lambda x: abs(x.c / sum(c) - x.q))) + 1 - sum(q)) / 2"
    per_class = (
        f"SELECT sum(c) AS size, count(*) AS kinds, ln(sum(c)) - sum(c * ln(c)) / sum(c) AS entropy, max(c) AS top, {distance} AS t "
        f"FROM ({by_value}) JOIN ({overall}) USING (v) GROUP BY {keys}"
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
        t=max(0.0, float(t)), t_ordered=_ordered(cursor, keys, by_value, overall),
    )  # fmt: skip


def _ordered(cursor: duckdb.DuckDBPyConnection, keys: str, by_value: str, overall: str) -> float | None:
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
    per_class = (
        f"SELECT ({' + '.join(passed)}) / {len(values) - 1} AS t FROM (SELECT *, CAST(v AS DOUBLE) AS x FROM ({by_value})) GROUP BY {keys}"
    )
    found = cursor.execute(f"SELECT max(t) FROM ({per_class})").fetchall()[0][0]
    return None if found is None else float(found)


def _against(cursor: duckdb.DuckDBPyConnection, path: Path, quasi: Sequence[str], counts: str, folder: Path) -> Against:
    source = open_source(cursor, path, folder)
    source.require([*quasi, *([counts] if counts else [])], "in the population")
    named = ", ".join(f"{text_of(source, column)} AS q{i}" for i, column in enumerate(quasi))
    size = f"sum(CAST({source.sql(counts)} AS BIGINT))" if counts else "count(*)"
    keys = ", ".join(keys_of(quasi))
    people = f"SELECT {named}, {size}::DOUBLE AS everybody FROM {source.scan} GROUP BY ALL"
    with explained(path):
        k_map, least, most, journalist, linked, inside, outside = cursor.execute(
            "SELECT min(everybody) FILTER (n IS NOT NULL), min(coalesce(n, 0) / everybody), max(coalesce(n, 0) / everybody), "
            "max(1 / everybody) FILTER (n IS NOT NULL), coalesce(sum(n / everybody), 0), coalesce(sum(n) FILTER (everybody IS NOT NULL), 0), "
            "coalesce(sum(n) FILTER (everybody IS NULL), 0) "
            f"FROM (SELECT * FROM {CLASSES} WHERE shown) FULL JOIN ({people}) USING ({keys})"
        ).fetchall()[0]
    return Against(
        k_map=None if k_map is None else int(k_map), least=float(least or 0), most=min(1.0, float(most or 0)), journalist=float(journalist or 0),
        marketer=min(1.0, float(linked) / float(inside)) if inside else 0.0, outside=int(outside),
    )  # fmt: skip
