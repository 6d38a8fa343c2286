"""How complete and how well described a dataset is, as a number that orders equal hits."""

from __future__ import annotations

from collections.abc import Iterable

from entrepot.catalogue.model import DataTable, Manifest


def quality(manifest: Manifest, tables: Iterable[DataTable]) -> int:
    """0 to 100: half for filled cells, a quarter for described columns, a quarter for a described dataset."""
    counted = [(column, table.rows) for table in tables for column in table.columns]
    cells = sum(rows for column, rows in counted if column.nulls is not None)
    empty = sum(column.nulls or 0 for column, _ in counted)
    filled = 1 - empty / cells if cells else 0.5
    told = sum(1 for column, _ in counted if column.descriptions or column.titles) / len(counted) if counted else 0.0
    parts = (manifest.descriptions, manifest.keywords, manifest.contact, manifest.licence, manifest.source, manifest.frequency)
    described = sum(1 for part in parts if part) / len(parts)
    return round(50 * filled + 25 * told + 25 * described)
