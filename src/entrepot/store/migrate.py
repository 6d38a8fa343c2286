"""Bring the records to this release's schema: one Alembic history for SQLite and PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from entrepot.kit import Conflict
from entrepot.store.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).with_name("migrations")
_VERSION = sa.text("SELECT version_num FROM alembic_version")


def upgrade(database: Database, revision: str = "head") -> None:
    """Run the missing migrations; each in one transaction, so a failed one leaves the schema as it was."""
    from alembic import command

    config = _config()
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()


def revision(database: Database) -> str | None:
    """The schema's revision, or None when there is no schema yet."""
    with database.snapshot() as connection:
        return connection.execute(_VERSION).scalar_one_or_none() if sa.inspect(connection).has_table("alembic_version") else None


def head() -> str:
    """The revision this release needs."""
    return max(path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("*.py"))


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
    # Alembic takes a good part of a short command's time to import, and only migrating needs it.
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config
