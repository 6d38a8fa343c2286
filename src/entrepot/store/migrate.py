"""Bring the records to this release's schema: one Alembic history for SQLite and PostgreSQL."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from entrepot.kit import Conflict
from entrepot.store.database import Database


def upgrade(database: Database, revision: str = "head") -> None:
    """Run the missing migrations; each in one transaction, so a failed one leaves the schema as it was."""
    with database.engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()


def revision(database: Database) -> str | None:
    """The schema's revision, or None when there is no schema yet."""
    with database.snapshot() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    """The revision this release needs."""
    found = ScriptDirectory.from_config(_config()).get_current_head()
    assert found is not None
    return found


def require_current(database: Database) -> None:
    """Refuse to run on records of another release.

    Raises:
        Conflict: The schema is missing, older or newer than this release.
    """
    current = revision(database)
    if current != head():
        raise Conflict(
            f"The records are at revision {current or 'none'}, this release needs {head()}.",
            "Run `entrepot upgrade` (or `entrepot init` for a new exchange).",
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    return config
