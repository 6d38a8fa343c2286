"""A shop on each store, on a port of its own, and real files to trade."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from entrepot.config import Settings
from entrepot.kit import ManualClock
from entrepot.runtime import Exchange, load_master_key
from support import goods


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the real files lie once they have been unpacked."""
    return tmp_path_factory.mktemp("goods")


@pytest.fixture
def port() -> int:
    return goods.free_port()


@pytest.fixture
def exchange(database_url: str, tmp_path: Path, clock: ManualClock, port: int) -> Iterator[Exchange]:
    """A fresh exchange on each store whose public address is the test's own port."""
    settings = Settings(data_dir=str(tmp_path / "data"), database_url=database_url, workers=0, public_url=f"http://127.0.0.1:{port}")
    load_master_key(settings, create=True)
    with Exchange(settings, clock=clock) as opened:
        yield opened


@pytest.fixture
def shop(exchange: Exchange) -> goods.Shop:
    return goods.open_shop(exchange)


@pytest.fixture
def server(exchange: Exchange, port: int) -> Iterator[str]:
    """The address of a real server."""
    with goods.served(exchange, port) as address:
        yield address
