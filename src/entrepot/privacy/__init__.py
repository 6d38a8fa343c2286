"""What a table tells about persons, found by checksum, format and heading; anonymising it and measuring its risk are packages below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.privacy.model import Alert, Assessment, Category, ColumnFinding, Evidence, Kind

if TYPE_CHECKING:
    from entrepot.privacy.looking import assess

__all__ = ["Alert", "Assessment", "Category", "ColumnFinding", "Evidence", "Kind", "assess"]


def __getattr__(name: str) -> Any:
    # The detectors load Arrow, which takes longer than anonymising a small table and is not needed for it.
    if name == "assess":
        import importlib

        return importlib.import_module("entrepot.privacy.looking").assess
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
