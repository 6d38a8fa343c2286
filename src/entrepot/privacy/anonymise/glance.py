"""What can be told of a release without measuring and attacking it: columns left as they are that tell who somebody is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from entrepot.engine.faults import explained
from entrepot.privacy.anonymise.changes import Change
from entrepot.privacy.anonymise.model import Plan, Release
from entrepot.privacy.anonymise.source import Source, open_source
from entrepot.privacy.model import Kind
from entrepot.privacy.notes import note

_NEAR = 0.8
"""Share of different values, as estimated, from which they are counted."""


def at_a_glance(
    cursor: duckdb.DuckDBPyConnection, path: Path, release: Release, *, plan: Plan, changes: Sequence[Change], scratch: Path
) -> Release:  # fmt: skip
    """The release with notes on columns that a grade would name, found in a moment.

    Args:
        path: Where the release lies now.
    """
    source = open_source(cursor, path, scratch)
    said = {*release.quasi, *plan.sensitive, *plan.keep, plan.person, *(change.column for change in changes)}
    known = [one.column for one in release.seen if one.kind is Kind.QUASI and one.column in source.columns and one.column not in said]
    # A pseudonym is known to nobody outside.
    hidden = {*release.quasi, *(change.column for change in changes if change.verb == "pseudonym")}
    alone = _alone(cursor, source, [column for column in source.columns if column not in hidden], release.rows)
    notes = [*([note("left_known", columns=known)] if known else []), *([note("left_alone", columns=alone)] if alone else [])]
    return replace(release, notes=(*release.notes, *notes))


def _alone(cursor: duckdb.DuckDBPyConnection, source: Source, columns: Sequence[str], rows: int) -> list[str]:
    """The columns with another value in every row."""
    if not columns or rows < 2:
        return []
    with explained(source.path):
        counts = ", ".join(f"approx_count_distinct({source.sql(column)})" for column in columns)
        estimates = cursor.execute(f"SELECT {counts} FROM {source.scan}").fetchall()[0]
        near = [column for column, estimate in zip(columns, estimates, strict=True) if estimate >= _NEAR * rows]
        return [column for column in near if _distinct(cursor, source, column) == rows]


def _distinct(cursor: duckdb.DuckDBPyConnection, source: Source, column: str) -> int:
    return int(cursor.execute(f"SELECT count(DISTINCT {source.sql(column)}) FROM {source.scan}").fetchall()[0][0])
