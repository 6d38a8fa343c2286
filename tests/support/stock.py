"""Databases for the tests that run on PostgreSQL: used one after the other, each time empty."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from entrepot.store import Database, migrate

_FINGERPRINT = """
SELECT md5(string_agg(thing, ',' ORDER BY thing)) || (SELECT string_agg(version_num, ',') FROM alembic_version) FROM (
  SELECT format('class %s %s %s', oid, relname, relkind) FROM pg_class WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT format('column %s %s %s %s %s', attrelid, attnum, attname, atttypid, attnotnull) FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
  UNION ALL SELECT format('constraint %s %s', oid, convalidated) FROM pg_constraint
  UNION ALL SELECT format('trigger %s %s', oid, tgenabled) FROM pg_trigger
  UNION ALL SELECT format('function %s %s', oid, prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  UNION ALL SELECT format('schema %s', nspname) FROM pg_namespace WHERE nspname !~ '^pg_'
) AS things (thing)
"""
"""What a test may have done to the schema; databases made from one template agree in it, numbers of objects included."""

_IN_USE = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""

_EMPTY = """
SET session_replication_role = replica;
DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version' LOOP
    EXECUTE format('DELETE FROM %I', name);
  END LOOP;
  FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'S' LOOP
    EXECUTE format('ALTER SEQUENCE %I RESTART', name);
  END LOOP;
END $$
"""
"""Without the triggers that keep the log and the ledger from being emptied."""

_MOST = 40_000_000
"""Bytes beyond which making a new one is quicker than living with what deleted rows leave."""


class Stock:
    """Migrated, empty databases; making one takes PostgreSQL several times as long as emptying one."""

    def __init__(self, server: str) -> None:
        self._server = sa.make_url(server.replace("postgresql://", "postgresql+psycopg://"))
        self._template = self._fingerprint = ""
        self._free: list[str] = []

    @contextmanager
    def lend(self) -> Iterator[str]:
        """The address of a database that nobody else has until this ends."""
        name = self._free.pop() if self._free else self._make()
        yield self._server.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
        if self._is_good(name):
            self._free.append(name)

    def _make(self) -> str:
        name = f"t{os.urandom(6).hex()}"
        with self._connected(self._server.database or "postgres") as connection:
            if not self._template:
                template = f"template_{os.urandom(4).hex()}"
                connection.exec_driver_sql(f"CREATE DATABASE {template}")
                self._migrate(template)
                self._template = template
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {self._template}")
        return name

    def _migrate(self, name: str) -> None:
        database = Database(self._server.set(database=name).render_as_string(hide_password=False))
        migrate.upgrade(database)
        database.close()
        with self._connected(name) as connection:
            self._fingerprint = self._read_fingerprint(connection)

    def _is_good(self, name: str) -> bool:
        """Empty a database, unless the test left something else than rows behind."""
        with self._connected(name) as connection:
            if connection.exec_driver_sql(_IN_USE).scalar_one() or self._read_fingerprint(connection) != self._fingerprint:
                return False
            connection.exec_driver_sql(_EMPTY)
            return bool(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one() < _MOST)

    @staticmethod
    def _read_fingerprint(connection: sa.Connection) -> str:
        if not sa.inspect(connection).has_table("alembic_version"):
            return "none"
        return str(connection.exec_driver_sql(_FINGERPRINT).scalar_one())

    @contextmanager
    def _connected(self, name: str) -> Iterator[sa.Connection]:
        engine = sa.create_engine(self._server.set(database=name), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            # Else the driver takes what `format` replaces for parameters.
            yield connection.execution_options(no_parameters=True)
        engine.dispose()
