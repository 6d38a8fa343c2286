"""A market on each store, with a regulator who files notices."""

from __future__ import annotations

from flows.conftest import market

__all__ = ["market"]
