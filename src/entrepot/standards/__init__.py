"""How other catalogues, tools and search engines read what the exchange says about a dataset."""

from entrepot.standards.croissant import croissant, script
from entrepot.standards.datapackage import data_package
from entrepot.standards.dcat import catalogue_json_ld, catalogue_turtle, dataset_json_ld, dataset_turtle
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
from entrepot.standards.odcs import odcs, odcs_yaml
from entrepot.standards.score import Indicator, Score, score

__all__ = [
    "AgentDescription",
    "CatalogueDescription",
    "ColumnDescription",
    "ColumnType",
    "DatasetDescription",
    "FileDescription",
    "Indicator",
    "Score",
    "TableDescription",
    "Texts",
    "catalogue_json_ld",
    "catalogue_turtle",
    "column_type",
    "croissant",
    "data_package",
    "dataset_json_ld",
    "dataset_turtle",
    "odcs",
    "odcs_yaml",
    "pick",
    "score",
    "script",
]
