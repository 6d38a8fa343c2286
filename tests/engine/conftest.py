"""A cursor of an engine with the limits of a small machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from entrepot.engine import DuckEngine


@pytest.fixture
def cursor(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    engine = DuckEngine(memory="768MiB", threads=2, scratch=tmp_path / "engine")
    try:
        yield engine.cursor()
    finally:
        engine.close()
