"""How many cells of a column of texts hold personal data: the sampled texts, counted by the rows they stand in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from entrepot.engine.sql import identifier, parquet
from entrepot.privacy.columns import Looked, holding
from entrepot.privacy.detectors import DETECTORS
from entrepot.privacy.model import ColumnFinding, Evidence

IN_TEXT = "in-text"
"""The detector of counts of cells in which any kind of personal data stands inside a text."""
_INSIDE = frozenset(detector.name for detector in DETECTORS if detector.inside)


def with_shares(
    cursor: duckdb.DuckDBPyConnection, path: Path, looked: Sequence[Looked], findings: Sequence[ColumnFinding]
) -> tuple[ColumnFinding, ...]:
    """The findings, those about texts with the cells that hold personal data out of the cells that hold a sampled text."""
    samples = {one.column.name: one.values for one in looked}
    return tuple(
        replace(one, cells=(*one.cells, _share(cursor, path, one.column, samples[one.column]))) if _is_of_texts(one) else one
        for one in findings
    )


def _is_of_texts(finding: ColumnFinding) -> bool:
    return any(evidence.detector in _INSIDE for evidence in finding.evidence)


def _share(cursor: duckdb.DuckDBPyConnection, path: Path, column: str, values: Sequence[str]) -> Evidence:
    name = identifier(column)
    query = f"SELECT {name}, count(*) FROM {parquet(path)} WHERE {name} IN (SELECT unnest($values)) GROUP BY 1"
    rows = dict(cursor.execute(query, {"values": list(values)}).fetchall())
    found = sum(rows[value] for value in holding(list(rows)))
    return Evidence(detector=IN_TEXT, matched=found, examined=sum(rows.values()))
