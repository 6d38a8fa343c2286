"""The whole schema in one place: loads the tables of every package."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil

import sqlalchemy as sa

import entrepot
from entrepot.store.database import metadata


def load_tables() -> sa.MetaData:
    """Import each package's ``tables`` module by name, so that the store needs to know none of them."""
    for package in pkgutil.iter_modules(entrepot.__path__):
        name = f"entrepot.{package.name}.tables"
        if package.ispkg and importlib.util.find_spec(name):
            importlib.import_module(name)
    return metadata
