"""An exchange with a trade in every state, seen by visitors and by browsers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, sync_playwright

from entrepot import flows
from entrepot.asgi import create_app
from entrepot.config import Settings
from entrepot.runtime import Exchange
from support.harbour import Harbour, settle
from support.pages import serving
from support.visitor import Visitor

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip

Logins = dict[tuple[Path, str], list[tuple[str, str]]]


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def harbour(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    """A lived-in exchange on SQLite and on PostgreSQL, shared by the tests of one module, which leave each other's things alone."""
    address = _new_database(request.getfixturevalue("_postgres_server")) if request.param == "postgres" else ""
    with _open(tmp_path_factory.mktemp("harbour"), address) as made:
        yield made


def _new_database(server: str) -> str:
    admin = sa.create_engine(server.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    name = f"web{os.urandom(6).hex()}"
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    admin.dispose()
    return f"{server.rpartition('/')[0]}/{name}"


@contextmanager
def _open(folder: Path, database_url: str = "") -> Iterator[Harbour]:
    settings = Settings(data_dir=str(folder / "data"), database_url=database_url, workers=0)
    flows.initialise(settings, email="first@exchange.example")
    with Exchange(settings) as opened:
        yield settle(opened, folder)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    """The same, served on a port of this machine for the browsers of one module."""
    with _open(tmp_path_factory.mktemp("served")) as made, serving(create_app(made.exchange)) as url:
        made.url = url
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window.

    It lives no longer than its module: while it is open its driver's event loop counts as running in this thread,
    and a test of another module that starts a loop of its own would be refused.
    """
    if not shutil.which(CHROMIUM):
        if os.environ.get("CI"):
            pytest.fail("Chromium is not installed, and CI must look at the pages: apt-get install chromium fonts-noto-cjk")
        pytest.skip("Chromium is not installed: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def visitor(harbour: Harbour) -> Visitor:
    """Somebody nobody knows."""
    return Visitor(create_app(harbour.exchange))


@pytest.fixture(scope="module")
def _logins() -> Logins:
    """Cookies of members who signed in for an earlier test of the module."""
    return {}


def _signed_in(harbour: Harbour, email: str, logins: Logins) -> Visitor:
    somebody = Visitor(create_app(harbour.exchange))
    for name, value in logins.get((harbour.folder, email), ()):
        somebody.client.cookies.set(name, value, domain="testserver.local")
    # An earlier test may have signed out.
    if email not in somebody.go("/account").text:
        somebody.client.cookies.clear()
        somebody.sign_in(email)
        logins[harbour.folder, email] = list(somebody.client.cookies.items())
    return somebody


@pytest.fixture
def buyer(harbour: Harbour, _logins: Logins) -> Visitor:
    """The buyer's member, signed in."""
    return _signed_in(harbour, harbour.buyer.email, _logins)


@pytest.fixture
def owner(harbour: Harbour, _logins: Logins) -> Visitor:
    """The owner's member, signed in."""
    return _signed_in(harbour, harbour.owner.email, _logins)


@pytest.fixture
def operator(harbour: Harbour, _logins: Logins) -> Visitor:
    """The operator, signed in."""
    return _signed_in(harbour, harbour.operator.email, _logins)
