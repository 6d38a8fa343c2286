"""Fixtures every test may use: an exchange on each store, and a clock that tests set."""

from __future__ import annotations

import gc
import os
import shutil
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from entrepot.config import Settings
from entrepot.kit import ManualClock
from entrepot.runtime import Exchange, load_master_key
from entrepot.store import Database, migrate
from support import postgres, quick, s3
from support.stock import Stock

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

quick.share_statements()
# What a script starts in its background ignores Ctrl-C, and so would the commands that tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Groups that must stay in one process come first: begun last, the longest would be waited for alone."""
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)


def pytest_collection_finish() -> None:
    """Everything is imported by now."""
    quick.collect_seldom()


def pytest_sessionfinish() -> None:
    """Give the collector back what it was told to leave alone, so that the process ends tidily."""
    gc.unfreeze()


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of official schemas and real data; tests that need it say plainly when it is absent."""
    folder = os.environ.get("ENTREPOT_TEST_DATA", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("ENTREPOT_TEST_DATA names no folder with the official schemas and data")
    return Path(folder)


@pytest.fixture(scope="session")
def _postgres_server() -> Iterator[str]:
    given = os.environ.get("ENTREPOT_TEST_POSTGRES", "")
    if given:
        yield given
        return
    if postgres.find_binaries() is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL is not installed, and CI must test on it")
        pytest.skip("PostgreSQL is not installed; install it or set ENTREPOT_TEST_POSTGRES")
    with postgres.server() as url:
        yield url


@pytest.fixture(scope="session")
def _templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Migrated, empty records by kind of store, copied for each test because migrating takes longer."""
    return {"folder": str(tmp_path_factory.mktemp("templates"))}


def _sqlite_url(templates: dict[str, str], folder: Path) -> str:
    template = Path(templates["folder"]) / "template.db"
    if not template.exists():
        database = Database(f"sqlite:///{template}")
        migrate.upgrade(database)
        with database.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        database.close()
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(template, folder / "entrepot.db")
    return ""


@pytest.fixture(scope="session")
def _postgres_stock(_postgres_server: str) -> Stock:
    return Stock(_postgres_server)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, _templates: dict[str, str]) -> Iterator[str]:
    """Empty records of this release's schema, as the setting ``database_url`` names them."""
    if request.param == "sqlite":
        yield _sqlite_url(_templates, tmp_path / "data")
        return
    with request.getfixturevalue("_postgres_stock").lend() as address:
        yield address


@pytest.fixture(scope="session")
def _s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with s3.server(tmp_path_factory.mktemp("s3") / "log") as address:
        yield address


@pytest.fixture
def s3_settings(_s3_server: str) -> dict[str, Any]:
    """Settings of an object store in an empty bucket of an S3-compatible server."""
    bucket = f"b{os.urandom(6).hex()}"
    s3.make_bucket(_s3_server, bucket)
    return s3.settings_for(_s3_server, bucket)


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands at a Friday morning until the test moves it."""
    return ManualClock(START)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a fresh exchange; no workers: tests run the jobs themselves."""
    return Settings(data_dir=str(tmp_path / "data"), database_url=database_url, workers=0)


@pytest.fixture
def exchange(settings: Settings, clock: ManualClock) -> Iterator[Exchange]:
    """A fresh exchange, once on SQLite and once on PostgreSQL."""
    load_master_key(settings, create=True)
    with Exchange(settings, clock=clock) as opened:
        yield opened
