"""What columns said before pseudonyms took the place of their values: names, which a pseudonym hides, or facts, which it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from entrepot.engine.model import TableProfile
from entrepot.engine.profiling import profile
from entrepot.engine.sql import identifier, parquet
from entrepot.privacy import Kind
from entrepot.privacy.anonymise.source import copy_columns, open_source
from entrepot.privacy.grading.model import MOST_FOUND
from entrepot.privacy.looking import assess

KEY_ROWS = 20
"""Rows from which on a column that differs in each of them tells who is who, and is not so by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pseudonyms:
    """Columns of a release that hold keyed pseudonyms.

    Attributes:
        naming: Those that named persons or rows; nobody without the key can tell whom they stand for.
        telling: Those that told about persons. How often a value occurs is as it was, and so says which it is.
    """

    naming: tuple[str, ...] = ()
    telling: tuple[str, ...] = ()


def pseudonymised(cursor: duckdb.DuckDBPyConnection, original: Path, scratch: Path, *, columns: Sequence[str], person: str) -> Pseudonyms:
    """Look at the original of columns that a release replaced by pseudonyms.

    Args:
        person: The column that says whose row it is, which names persons whatever its values look like.
    """
    if not columns:
        return Pseudonyms()
    target = scratch / "before-pseudonyms.parquet"
    copy_columns(cursor, open_source(cursor, original, scratch), {column: column for column in columns}, target)
    figures = profile(cursor, target)
    found = assess(cursor, target, figures)
    named = {person, *(f.column for f in found.of(Kind.DIRECT)), *lone_columns(cursor, target, figures)}
    telling = {f.column for f in found.findings if f.kind is Kind.QUASI or f.linked} - named
    target.unlink()
    return Pseudonyms(naming=tuple(c for c in columns if c in named), telling=tuple(c for c in columns if c in telling))


def lone_columns(cursor: duckdb.DuckDBPyConnection, path: Path, profile: TableProfile) -> list[str]:
    """Columns whose values single out more rows than attackers may find: whoever knows the value finds the row."""
    if profile.rows < KEY_ROWS:
        return []
    # The profile estimates distinct values of large columns, so those that come near are counted.
    near = [c.name for c in profile.columns if c.distinct * 1.1 >= MOST_FOUND * profile.rows]
    return [column for column in near if _alone(cursor, path, column) > MOST_FOUND * profile.rows]


def _alone(cursor: duckdb.DuckDBPyConnection, path: Path, column: str) -> int:
    name = identifier(column)
    query = f"SELECT count(*) FROM (SELECT 1 FROM {parquet(path)} WHERE {name} IS NOT NULL GROUP BY {name} HAVING count(*) = 1)"
    return int(cursor.execute(query).fetchall()[0][0])
