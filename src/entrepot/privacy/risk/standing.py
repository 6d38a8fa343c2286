"""How risky a table is as it stands: its figures and its minimal uniques, from one count."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from entrepot.privacy.risk.classes import classes_of
from entrepot.privacy.risk.measure import of_classes
from entrepot.privacy.risk.model import Standing
from entrepot.privacy.risk.uniques import uniques_of_classes

MOST_COLUMNS = 24
"""Quasi-identifiers counted together; of so many nearly everybody is alone, and more would only cost time."""
SECONDS = 5.0
"""Time for the search for minimal uniques."""


def standing(
    cursor: duckdb.DuckDBPyConnection, path: Path, *, quasi: Sequence[str], sensitive: Sequence[str] = (), person: str = "",
    population: Path | None = None, seconds: float = SECONDS,
) -> Standing:  # fmt: skip
    """The risk of a table and the smallest sets of columns that single people out.

    Args:
        seconds: Time for the search for those sets.

    Raises:
        NotFound: There is no such file.
        Invalid: It cannot be read, or lacks a column.
    """
    counted, left_out = tuple(quasi[:MOST_COLUMNS]), tuple(quasi[MOST_COLUMNS:])
    with classes_of(cursor, path, quasi=counted, sensitive=sensitive, person=person):
        found = of_classes(cursor, quasi=counted, sensitive=sensitive, population=population, by_person=bool(person))
        uniques = uniques_of_classes(cursor, quasi=counted, by_person=bool(person), seconds=seconds)
    return Standing(risk=found, uniques=uniques, person=person, left_out=left_out)
