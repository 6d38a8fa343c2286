"""A table of a few columns, looked at as a check would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from entrepot.engine import DuckEngine
from entrepot.engine.profiling import profile
from entrepot.privacy import Assessment, assess

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckEngine]:
    engine = DuckEngine(memory="512MiB", threads=1, scratch=tmp_path_factory.mktemp("engine"))
    yield engine
    engine.close()


@pytest.fixture
def classified(engine: DuckEngine, tmp_path: Path) -> Callable[[dict[str, Any]], Assessment]:
    def look(columns: dict[str, Any]) -> Assessment:
        path, cursor = tmp_path / "t.parquet", engine.cursor()
        pq.write_table(pa.table(columns), path)
        return assess(cursor, path, profile(cursor, path), now=NOW)

    return look
