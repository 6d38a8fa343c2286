"""Arrow, as modules of unknown type (the library ships only part of its types) that load when first used: a quarter of a second."""

from __future__ import annotations

import importlib
from typing import Any


class _Late:
    """A module that is imported when something of it is asked for."""

    def __init__(self, name: str) -> None:
        self._module = name

    def __getattr__(self, name: str) -> Any:
        found = getattr(importlib.import_module(self._module), name)
        setattr(self, name, found)
        return found


pa: Any = _Late("pyarrow")
pc: Any = _Late("pyarrow.compute")
pq: Any = _Late("pyarrow.parquet")
Table = Any
"""A ``pyarrow.Table``."""
RecordBatch = Any
"""A ``pyarrow.RecordBatch``."""
