"""The schema that migrations make is the one the code speaks of, and records of another release are left alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from entrepot.config import Settings
from entrepot.kit import Conflict
from entrepot.store import Database, migrate
from entrepot.store.schema import load_tables

GUARDED = ("transfers", "accounts", "parcels", "deliveries", "listing_versions", "proof_leaves", "proof_checkpoints")


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """Migrated records."""
    opened = Database(settings.resolved_database_url)
    yield opened
    opened.close()


def _set_revision(database: Database, revision: str | None) -> None:
    with database.transaction() as db:
        db.execute(sa.text("DELETE FROM alembic_version"))
        if revision is not None:
            db.execute(sa.text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})


def test_migrations_make_every_table_and_column_that_the_code_speaks_of(database: Database) -> None:
    known = set(load_tables().tables)
    with database.snapshot() as db:
        context = MigrationContext.configure(db, opts={"include_name": lambda name, kind, _: kind != "table" or name in known})
        assert [change for change in compare_metadata(context, load_tables()) if not _is_of_the_search(change)] == []
        assert known <= set(sa.inspect(db).get_table_names())


def _is_of_the_search(change: object) -> bool:
    # Full-text indexes are made by hand on each store and have no place in the metadata.
    return "search" in repr(change)


def test_what_must_not_change_is_guarded_by_triggers(database: Database) -> None:
    with database.snapshot() as db:
        if database.dialect == "sqlite":
            found = set(db.execute(sa.text("SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'")).scalars())
        else:
            found = set(db.execute(sa.text("SELECT event_object_table FROM information_schema.triggers")).scalars())
    assert set(GUARDED) <= found, set(GUARDED) - found


def test_running_on_records_of_this_release_needs_no_migrations_at_hand() -> None:
    code = "import sys; import entrepot.asgi, entrepot.flows; sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_upgrading_again_changes_nothing(database: Database) -> None:
    migrate.upgrade(database)
    migrate.require_current(database)
    assert migrate.revision(database) == migrate.head()


@pytest.mark.parametrize("revision", [None, "0000", "9999_of_a_later_release"])
def test_records_of_another_release_are_refused_with_both_revisions(database: Database, revision: str | None) -> None:
    _set_revision(database, revision)
    with pytest.raises(Conflict) as caught:
        migrate.require_current(database)
    assert (revision or "none") in caught.value.message
    assert migrate.head() in caught.value.message
