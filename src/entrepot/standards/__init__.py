"""How other catalogues, tools and search engines read what the exchange says about a dataset."""

from entrepot.standards.model import (
    AgentDescription,
    CatalogueDescription,
    ColumnDescription,
    ColumnType,
    DatasetDescription,
    FileDescription,
    TableDescription,
    Texts,
    column_type,
    pick,
)

__all__ = [
    "AgentDescription",
    "CatalogueDescription",
    "ColumnDescription",
    "ColumnType",
    "DatasetDescription",
    "FileDescription",
    "TableDescription",
    "Texts",
    "column_type",
    "pick",
]
