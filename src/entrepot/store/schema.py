"""The whole schema in one place: loads the tables of every package."""

from __future__ import annotations

import importlib
from pathlib import Path

import sqlalchemy as sa

from entrepot.store.database import metadata


def load_tables() -> sa.MetaData:
    """Import each package's ``tables`` module by name, so that the store needs to know none of them.

    The packages are found as folders: importing them all to look inside would load the doors too.
    """
    for found in sorted(Path(__file__).parents[1].glob("*/tables.py")):
        importlib.import_module(f"entrepot.{found.parent.name}.tables")
    return metadata
