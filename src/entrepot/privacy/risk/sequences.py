"""Rows that a pseudonym ties together: who shares each row's class may still be the only one with all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from entrepot.engine.sql import identifier, literal, parquet
from entrepot.privacy.hierarchies import STAR


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequences:
    """How persons stand out by all their rows together.

    Attributes:
        column: The pseudonym that ties the rows.
        persons: Those with a row that shows anything.
        smallest: Persons with the same classes the same number of times, at least.
        alone: Share of the persons whom nobody is like in that.
    """

    column: str
    persons: int
    smallest: int
    alone: float


def sequences(cursor: duckdb.DuckDBPyConnection, path: Path, *, quasi: Sequence[str], column: str) -> Sequences | None:
    """Count persons of a Parquet file by the classes of all their rows, in any order; None where nobody has a second row.

    Hidden rows count too, since their number can be seen; persons with nothing else are left out. Rows without a pseudonym belong to nobody.
    """
    shown = " OR ".join(f"coalesce(CAST({identifier(name)} AS VARCHAR), '') <> {literal(STAR)}" for name in quasi)
    values = ", ".join(f"CAST({identifier(name)} AS VARCHAR)" for name in quasi)
    # Sums of hashes are the same in any order and take no memory for the rows; 128 bits of them meet by chance for nobody.
    query = f"""
        WITH persons AS (
            SELECT count(*) AS rows, sum(hash({values})::HUGEINT) AS first, sum(hash({literal(STAR)}, {values})::HUGEINT) AS second,
                bool_or({shown}) AS seen
            FROM {parquet(path)} WHERE {identifier(column)} IS NOT NULL GROUP BY {identifier(column)}
        ), alike AS (SELECT rows, count(*) AS n FROM persons WHERE seen GROUP BY rows, first, second)
        SELECT sum(n)::BIGINT, min(n), sum(n) FILTER (n = 1), (SELECT max(rows) FROM persons) FROM alike
    """
    persons, smallest, alone, most = cursor.execute(query).fetchall()[0]
    if not persons or most < 2:
        return None
    return Sequences(column=column, persons=persons, smallest=smallest, alone=float(alone or 0) / persons)
