"""Records on SQLite or PostgreSQL behind one interface."""

from entrepot.store.database import Database, metadata
from entrepot.store.types import Json, UtcDateTime

__all__ = ["Database", "Json", "UtcDateTime", "metadata"]
