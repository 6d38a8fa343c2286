"""DuckDB in this process: one database in memory, a cursor per session, limits on memory and threads."""

from __future__ import annotations

from pathlib import Path

import duckdb

from entrepot.config import Settings
from entrepot.kit import Invalid


class DuckEngine:
    """The table engine of one exchange; safe to share between threads, each with its own cursor."""

    def __init__(self, *, memory: str, threads: int, scratch: Path) -> None:
        scratch.mkdir(parents=True, exist_ok=True)
        self._root = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": memory,
                "threads": max(1, threads),
                "temp_directory": str(scratch),
                "preserve_insertion_order": True,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )

        # Times are written the same way on every machine; the option belongs to an extension, so it comes after connecting.
        self._root.execute("SET GLOBAL TimeZone = 'UTC'")

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of one's own to the shared database; close it after use."""
        cursor = self._root.cursor()
        cursor.execute("SET enable_progress_bar = false")  # It would be drawn on standard output, into the midst of answers.
        return cursor

    def close(self) -> None:
        """Close the database; running queries are interrupted."""
        self._root.close()


def open_engine(settings: Settings) -> DuckEngine:
    """The engine that the settings name.

    Raises:
        Invalid: No such engine is installed.
    """
    scheme = settings.engine_url.partition(":")[0]
    if scheme != "duckdb":
        raise Invalid(f"No engine {scheme!r} is installed.", "Set ENTREPOT_ENGINE_URL to duckdb: or install a plug-in that brings it.")
    return DuckEngine(memory=settings.engine_memory, threads=settings.engine_threads, scratch=settings.data_path / "scratch" / "engine")
