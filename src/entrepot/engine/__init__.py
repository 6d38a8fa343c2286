"""The table engine: reads, profiles and writes tables of any size."""

from entrepot.engine.duck import DuckEngine, open_engine
from entrepot.engine.model import (
    Column,
    ColumnProfile,
    ConvertedTable,
    Format,
    Limits,
    Note,
    Rows,
    SourceTable,
    TableProfile,
)

__all__ = [
    "Column",
    "ColumnProfile",
    "ConvertedTable",
    "DuckEngine",
    "Format",
    "Limits",
    "Note",
    "Rows",
    "SourceTable",
    "TableProfile",
    "open_engine",
]
