"""The records: one transaction per session, on SQLite or PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.url import make_url

from entrepot.kit import Invalid

_PATIENCE = 30.0  # Seconds that a writer waits for its turn.

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""Every table of the exchange; the packages' ``tables.py`` add theirs."""


class Database:
    """A pool of connections to the records.

    Args:
        url: A SQLAlchemy address with the dialect ``sqlite`` or ``postgresql+psycopg``.
    """

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self.dialect = parsed.get_backend_name()
        self._turn = threading.Lock()
        if self.dialect == "sqlite":
            Path(parsed.database or "").parent.mkdir(parents=True, exist_ok=True)
            self.engine = _sqlite(parsed)
        elif self.dialect == "postgresql":
            self.engine = _postgresql(parsed)
        else:
            raise Invalid(
                f"The records cannot live in {self.dialect!r}.", "Use SQLite (leave ENTREPOT_DATABASE_URL empty) or postgresql://."
            )

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A read-write transaction: committed at the end, or as if never begun."""
        with self._only_writer(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A read-only transaction over one consistent state."""
        with self.engine.connect().execution_options(entrepot_readonly=True) as connection:
            if self.dialect == "postgresql":
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield connection
            connection.rollback()

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()

    @contextmanager
    def _only_writer(self) -> Iterator[None]:
        # SQLite lets one writer in and has the others look again after ever longer naps, so the writers of one process queue up here
        # instead. Whoever waits in vain goes on, to be told by SQLite that the records are locked.
        taken = self.dialect == "sqlite" and self._turn.acquire(timeout=_PATIENCE)
        try:
            yield
        finally:
            if taken:
                self._turn.release()


def _sqlite(url: sa.URL) -> Engine:
    engine = sa.create_engine(url, connect_args={"check_same_thread": False, "timeout": 30}, pool_size=16, max_overflow=32)

    @sa.event.listens_for(engine, "connect")
    def configure(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # The driver's own BEGIN would come too late and without IMMEDIATE.
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=30000",
            "cache_size=-16000",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes the lock at once: upgrading a read lock later would fail instead of waiting.
        readonly = connection.get_execution_options().get("entrepot_readonly")
        connection.exec_driver_sql("BEGIN DEFERRED" if readonly else "BEGIN IMMEDIATE")

    return engine


def _postgresql(url: sa.URL) -> Engine:
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise Invalid("PostgreSQL needs the driver psycopg, which is not installed.", "Install entrepot[postgres].") from None
    return sa.create_engine(url, pool_size=16, max_overflow=32, pool_pre_ping=True)
