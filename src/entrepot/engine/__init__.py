"""The table engine: reads, profiles and writes tables of any size."""

from entrepot.engine.duck import DuckEngine, open_engine

__all__ = ["DuckEngine", "open_engine"]
