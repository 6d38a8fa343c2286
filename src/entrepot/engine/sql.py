"""Spell names and values in DuckDB's SQL."""

from __future__ import annotations

import re
from pathlib import Path


def identifier(name: str) -> str:
    """A column or table name, quoted whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """A text value, quoted whatever it holds."""
    return "'" + value.replace("'", "''") + "'"


def file_literal(path: Path) -> str:
    """A path to read from as a text value, with what DuckDB would read as a pattern spelt out."""
    return literal(re.sub(r"([*?\[])", r"[\1]", str(path.absolute())))


def target_literal(path: Path) -> str:
    """A path to write to as a text value; there DuckDB knows no patterns."""
    return literal(str(path.absolute()))


def parquet(path: Path) -> str:
    """The table function call that reads a Parquet file, and nothing from its folder names."""
    return f"read_parquet({file_literal(path)}, hive_partitioning=false)"
