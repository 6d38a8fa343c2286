"""Count cells in the engine: persons, exact sums, and the largest contributors of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from entrepot.engine.faults import explained
from entrepot.kit import Invalid
from entrepot.kit.words import counted
from entrepot.privacy.aggregates.model import Dominance, Tabulation
from entrepot.privacy.anonymise.source import Source

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
_PERSONS = "entrepot_persons"
# Decimals add up to the same whatever the order of rows, which floating-point numbers do not.
_NUMBER = "DECIMAL(24, 6)"
_MOST_CELLS = 1_000_000


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Measured:
    """A summed column by cell.

    Attributes:
        whole: The sum; ``rows`` it stands on.
        persons: Those who add to it; ``size`` is the sum of their contributions' sizes, ``tops`` the largest ones, falling.
    """

    whole: tuple[Decimal, ...]
    rows: Ints
    persons: Ints
    size: Floats
    tops: Floats

    def merged(self, group: Ints, groups: int) -> Measured:
        """The same for unions of cells; who is in several of them counts as so many, so nobody's share is understated."""
        ranks = self.tops.shape[1]
        tops = np.zeros((groups, ranks))
        order = np.lexsort([-self.tops.ravel(), np.repeat(group, ranks)])
        owner, value = np.repeat(group, ranks)[order], self.tops.ravel()[order]
        place = np.arange(len(owner)) - np.searchsorted(owner, owner)
        kept = place < ranks
        tops[owner[kept], place[kept]] = value[kept]
        return Measured(
            whole=(), rows=_summed(group, self.rows, groups), persons=_summed(group, self.persons, groups),
            size=np.bincount(group, weights=self.size, minlength=groups).astype(np.float64), tops=tops,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Counted:
    """The cells of one table, sorted by their values.

    Attributes:
        values: The values of each cell; None for missing ones.
        distinct: Whether a person is in one cell alone, so that persons of unions add up.
    """

    by: tuple[str, ...]
    values: tuple[tuple[str | None, ...], ...]
    persons: Ints
    measures: tuple[Measured, ...]
    distinct: bool

    @property
    def size(self) -> int:
        """How many cells there are."""
        return len(self.values)

    def small(self, minimum: int, rule: Dominance) -> Flags:
        """Cells of too few persons, or with too large a contributor to one of the sums."""
        found = self.persons < minimum
        for one in self.measures:
            found |= (one.persons < minimum) | _dominated(one, rule)
        return found

    def merged(self, group: Ints, groups: int) -> Counted:
        """Unions of cells. Where a person may be in several, a union counts as no more persons than its largest cell."""
        persons = _summed(group, self.persons, groups)
        if not self.distinct:
            persons = np.zeros(groups, np.int64)
            np.maximum.at(persons, group, self.persons)
        measures = tuple(one.merged(group, groups) for one in self.measures)
        return Counted(by=self.by, values=((),) * groups, persons=persons, measures=measures, distinct=self.distinct)

    def some(self, chosen: Ints) -> Counted:
        """These cells alone."""
        measures = tuple(
            Measured(whole=(), rows=one.rows[chosen], persons=one.persons[chosen], size=one.size[chosen], tops=one.tops[chosen])
            for one in self.measures
        )
        values = tuple(self.values[at] for at in chosen.tolist())
        return Counted(by=self.by, values=values, persons=self.persons[chosen], measures=measures, distinct=self.distinct)


def _summed(group: Ints, values: Ints, groups: int) -> Ints:
    return np.bincount(group, weights=values, minlength=groups).astype(np.int64)


def _dominated(one: Measured, rule: Dominance) -> Flags:
    largest = one.tops[:, : rule.ranks].sum(axis=1)
    # Zeros tell nobody's share, and a hair's breadth is left for the rounding of floats.
    if rule.top:
        found: Flags = largest > one.size * rule.percent / 100 * (1 + 1e-12)
    else:
        found = one.size - largest < one.tops[:, 0] * rule.percent / 100 * (1 - 1e-12)
    return found & (one.size > 0)


def read_persons(cursor: duckdb.DuckDBPyConnection, source: Source, asked: Tabulation) -> bool:
    """Put what each person adds to each cell into a temporary table; whether everybody is in one cell alone.

    Raises:
        Invalid: A summed column holds something that is no number.
    """
    named = [f"{source.text(column)} AS b{i}" for i, column in enumerate(asked.by)]
    numbers = [f"TRY_CAST({_bare(source, column)} AS {_NUMBER}) AS v{i}" for i, column in enumerate(asked.measures)]
    with explained(source.path):
        _check_numbers(cursor, source, asked.measures)
        # Rows of nobody known are those of one person at most, who is not counted on.
        who = [f"coalesce({source.text(asked.person)}, '') AS who"] if asked.person else []
        chosen = f"SELECT {', '.join([*named, *numbers, *who])} FROM {source.scan}"
        keys = ", ".join(f"b{i}" for i in range(len(asked.by)))
        sums = [f"sum(v{i}) AS v{i}, count(v{i}) AS r{i}" for i in range(len(asked.measures))]
        each = [f"v{i}, (v{i} IS NOT NULL)::BIGINT AS r{i}" for i in range(len(asked.measures))]
        query = (
            f"SELECT {', '.join([keys, 'who', *sums])} FROM ({chosen}) GROUP BY {keys}, who"
            if asked.person
            else f"SELECT {', '.join([keys, *each])} FROM ({chosen})"
        )
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE {_PERSONS} AS {query}")
        rows = int(cursor.execute(f"SELECT count(*) FROM {_PERSONS}").fetchall()[0][0])
        if not rows:
            raise Invalid(f"{source.path.name} has no rows.", "Check that the export finished.")
        return not asked.person or rows == int(cursor.execute(f"SELECT count(DISTINCT who) FROM {_PERSONS}").fetchall()[0][0])


def forget_persons(cursor: duckdb.DuckDBPyConnection) -> None:
    """Drop the temporary table."""
    cursor.execute(f"DROP TABLE IF EXISTS {_PERSONS}")


def keep_one_cell(cursor: duckdb.DuckDBPyConnection, by: int) -> None:
    """Keep each person in the first of their cells alone, so that nobody changes more than one count."""
    order = ", ".join(f"b{i} NULLS FIRST" for i in range(by))
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE {_PERSONS} AS SELECT * FROM {_PERSONS} QUALIFY row_number() OVER (PARTITION BY who ORDER BY {order}) = 1"
    )


def _bare(source: Source, column: str) -> str:
    return f"nullif(trim({source.text(column)}), '')"


def _check_numbers(cursor: duckdb.DuckDBPyConnection, source: Source, columns: Sequence[str]) -> None:
    for column in columns:
        bare = _bare(source, column)
        # What a double holds and a decimal does not (NaN, infinities, numbers past 18 digits) would be left out unseen.
        bad = int(
            cursor.execute(
                f"SELECT count(*) FROM {source.scan} WHERE {bare} IS NOT NULL AND TRY_CAST({bare} AS {_NUMBER}) IS NULL"
            ).fetchall()[0][0]
        )
        if bad:
            raise Invalid(
                f"{column} holds no number that can be added in {counted(bad, 'row')}.",
                "Correct them or leave them empty; numbers have up to 18 digits before the point, and six behind it count.",
                column=column, rows=bad,
            )  # fmt: skip


def count(cursor: duckdb.DuckDBPyConnection, asked: Tabulation, chosen: Sequence[int], *, distinct: bool) -> Counted:
    """The cells by some of the columns.

    Args:
        chosen: Places in ``asked.by``; none for the whole table as one cell.

    Raises:
        Invalid: There are too many.
    """
    keys = ", ".join(f"b{i}" for i in chosen)
    wanted = [keys] if keys else []
    wanted.append("count(DISTINCT who)" if asked.person else "count(*)")
    for i in range(len(asked.measures)):
        wanted += _measure_sql(i, asked)
    order = ", ".join(f"b{i} NULLS FIRST" for i in chosen)
    tail = f" GROUP BY {keys} ORDER BY {order} LIMIT {_MOST_CELLS + 1}" if keys else ""
    rows = cursor.execute(f"SELECT {', '.join(wanted)} FROM {_contributions(asked, chosen)}{tail}").fetchall()
    if len(rows) > _MOST_CELLS:
        raise Invalid(f"There are more than {_MOST_CELLS:,} cells.", "Name fewer columns, or generalise them first.")
    width = len(chosen)
    return Counted(
        by=tuple(asked.by[i] for i in chosen), values=tuple(tuple(row[:width]) for row in rows), distinct=distinct,
        persons=np.array([row[width] for row in rows], np.int64),
        measures=tuple(_measured([row[width + 1 + 5 * i : width + 6 + 5 * i] for row in rows], asked.dominance.ranks) for i in range(len(asked.measures))),
    )  # fmt: skip


def _contributions(asked: Tabulation, chosen: Sequence[int]) -> str:
    """What each person adds to each of these cells: of a person in several finer ones, all of it together."""
    if not asked.person or len(chosen) == len(asked.by):
        return _PERSONS
    keys = "".join(f"b{i}, " for i in chosen)
    sums = "".join(f", sum(v{i}) AS v{i}, sum(r{i})::BIGINT AS r{i}" for i in range(len(asked.measures)))
    return f"(SELECT {keys}who{sums} FROM {_PERSONS} GROUP BY {keys}who)"


def _measure_sql(at: int, asked: Tabulation) -> list[str]:
    size = f"abs(v{at})"
    return [
        f"sum(v{at})", f"coalesce(sum(r{at}), 0)::BIGINT", f"count(v{at})", f"coalesce(sum({size}), 0)::DOUBLE",
        f"max({size}::DOUBLE, {asked.dominance.ranks})",
    ]  # fmt: skip


def _measured(rows: Sequence[Sequence[Any]], ranks: int) -> Measured:
    tops = [(row[4] or []) + [0.0] * ranks for row in rows]
    return Measured(
        whole=tuple(row[0] if row[0] is not None else Decimal(0) for row in rows), rows=np.array([row[1] for row in rows], np.int64),
        persons=np.array([row[2] for row in rows], np.int64), size=np.array([row[3] for row in rows], np.float64),
        tops=np.array([top[:ranks] for top in tops], np.float64).reshape(len(rows), ranks),
    )  # fmt: skip
