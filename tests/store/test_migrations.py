"""The migrated schema is the one the code declares, on both stores, triggers included."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from entrepot.config import Settings
from entrepot.kit import Conflict
from entrepot.store import Database, migrate
from entrepot.store.schema import load_tables


def _things(database: Database) -> set[tuple[str, str]]:
    """Every table, index and trigger by kind and name."""
    if database.dialect == "sqlite":
        query = "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
    else:
        query = (
            "SELECT 'table', table_name FROM information_schema.tables WHERE table_schema = 'public'"
            " UNION SELECT 'trigger', trigger_name FROM information_schema.triggers UNION SELECT 'index', indexname FROM pg_indexes WHERE schemaname = 'public'"
        )
    with database.snapshot() as connection:
        return {(row[0], row[1]) for row in connection.exec_driver_sql(query)}


def test_the_migrated_schema_is_the_declared_one(settings: Settings) -> None:
    database = Database(settings.resolved_database_url)
    metadata = load_tables()
    with database.snapshot() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": _is_declared})
        assert compare_metadata(context, metadata) == []
    database.close()


def test_migrating_makes_what_declaring_makes(settings: Settings, tmp_path: Path) -> None:
    database = Database(settings.resolved_database_url)
    migrated = _things(database)
    if database.dialect == "sqlite":
        declared_at = Database(f"sqlite:///{tmp_path / 'declared.db'}")
    else:
        with database.transaction() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        declared_at = database
    with declared_at.transaction() as connection:
        load_tables().create_all(connection)
    declared = _things(declared_at)
    declared_at.close()
    database.close()
    assert {name for _, name in migrated} - {name for _, name in declared} <= {"alembic_version", "alembic_version_pkc"}
    assert declared <= migrated, "a change of the schema needs a migration"


def test_records_of_another_release_are_refused_with_the_next_step(settings: Settings) -> None:
    database = Database(settings.resolved_database_url)
    migrate.require_current(database)
    with database.transaction() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Conflict, match="9999") as refused:
        migrate.require_current(database)
    assert "entrepot upgrade" in refused.value.hint
    database.close()


def test_records_without_a_schema_are_refused_and_upgrading_twice_changes_nothing(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    with pytest.raises(Conflict, match="none"):
        migrate.require_current(database)
    migrate.upgrade(database)
    before = _things(database)
    migrate.upgrade(database)
    assert _things(database) == before
    database.close()


def _is_declared(thing: Any, name: str | None, kind: str, reflected: bool, _: object) -> bool:
    """Leave out what each store adds in its own words: the shadow tables of a full-text table, and the search's own columns and indexes."""
    if reflected and kind == "table":
        return name in load_tables().tables
    return not (reflected and kind in ("column", "index") and thing.table.name == "search_documents")
