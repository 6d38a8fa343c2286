"""What the columns of an upload seem to tell of persons, at a glance: for forms whose reader waits."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from entrepot.engine.beginning import beginning
from entrepot.flows.check import check_table
from entrepot.flows.uploads import Upload, open_upload
from entrepot.kit import Invalid
from entrepot.privacy import Kind
from entrepot.runtime import Exchange

GLANCE = 2 * 1024 * 1024
"""Bytes of a text that are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenColumn:
    """A column, and what it seems to be for whoever looks for a person."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """The columns of an upload; ``rows`` is how many of its first rows they were judged by, None for all of them."""

    columns: tuple[SeenColumn, ...]
    rows: int | None


def glimpse(exchange: Exchange, upload: Upload) -> Glimpse:
    """The columns of an upload, judged by its first rows where it is large; for callers that have been shown it.

    Raises:
        Invalid: It holds no table that can be read.
    """
    with open_upload(exchange, upload) as path, tempfile.TemporaryDirectory(prefix="entrepot-glimpse-") as folder:
        cursor = exchange.engine.cursor()
        try:
            scratch, head = Path(folder), Path(folder) / "head"
            head.mkdir()
            part = beginning(cursor, path, head, most=GLANCE)
            # What the beginning alone cannot be read by may be plain from the whole.
            with suppress(Invalid):
                if part is not None:
                    return _seen(exchange, cursor, part, scratch, whole=False)
            return _seen(exchange, cursor, path, scratch, whole=True)
        finally:
            cursor.close()


def _seen(exchange: Exchange, cursor: duckdb.DuckDBPyConnection, path: Path, scratch: Path, *, whole: bool) -> Glimpse:
    checked = check_table(cursor, path, scratch / "table.parquet", scratch=scratch, settings=exchange.settings, with_risk=False)
    kinds = {finding.column: finding.kind for finding in checked.assessment.findings}
    columns = tuple(SeenColumn(name=column.name, kind=kinds.get(column.name, Kind.NONE)) for column in checked.profile.columns)
    return Glimpse(columns=columns, rows=None if whole else checked.converted.rows)
