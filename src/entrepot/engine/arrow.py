"""Arrow, as modules of unknown type: the library ships only part of its types."""

from __future__ import annotations

import importlib
from typing import Any

pa: Any = importlib.import_module("pyarrow")
pc: Any = importlib.import_module("pyarrow.compute")
pq: Any = importlib.import_module("pyarrow.parquet")
Table = Any
"""A ``pyarrow.Table``."""
RecordBatch = Any
"""A ``pyarrow.RecordBatch``."""
