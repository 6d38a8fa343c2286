"""A backup of a running exchange brings everything back, on each store and from each kind of object store."""

from __future__ import annotations

import json
import os
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from entrepot import flows, proof, trades
from entrepot.config import Settings
from entrepot.flows.backup import backup, restore
from entrepot.kit import Conflict, Invalid, ManualClock
from entrepot.runtime import Exchange, load_master_key
from support import s3
from support.trading import Market, broken_laws, open_market


@pytest.fixture(params=["folder", "s3"])
def objects(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Where the objects are kept."""
    if request.param == "folder":
        return {}
    found: dict[str, Any] = request.getfixturevalue("s3_settings")
    return found


@pytest.fixture
def settings(database_url: str, tmp_path: Path, objects: dict[str, Any]) -> Settings:
    """Settings of a fresh exchange on each kind of store."""
    return Settings(data_dir=str(tmp_path / "data"), database_url=database_url, workers=0, **objects)


@pytest.fixture
def empty(settings: Settings, tmp_path: Path) -> Settings:
    """Settings of a place with nothing in it, of the same kind and with the same master key."""
    elsewhere = replace(settings, data_dir=str(tmp_path / "restored"), master_key_file=str(settings.resolved_master_key_file))
    if settings.database_url:
        server, _, _ = settings.database_url.rpartition("/")
        name = f"r{os.urandom(6).hex()}"
        admin = sa.create_engine(f"{server}/postgres".replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        admin.dispose()
        elsewhere = replace(elsewhere, database_url=f"{server}/{name}")
    if settings.blobs_url:
        s3.make_bucket(settings.s3_endpoint, bucket := f"r{os.urandom(6).hex()}")
        elsewhere = replace(elsewhere, blobs_url=f"s3://{bucket}/elsewhere")
    (tmp_path / "restored").mkdir()
    return elsewhere


@pytest.fixture
def market(exchange: Exchange, tmp_path: Path) -> Market:
    """A market with a fulfilled trade."""
    return open_market(exchange, tmp_path / "goods")


def copied(market: Market, path: Path) -> Path:
    """A backup of the market."""
    backup(market.exchange, path)
    return path


def test_a_whole_trade_survives_backup_and_restore(market: Market, empty: Settings, tmp_path: Path, clock: ManualClock) -> None:
    agreement = market.trade(market.publish().listing_id)
    # The first round asks for the day's work and the second does it: what still waits would be overdue where the copy is opened.
    market.seal()
    market.seal()
    made = backup(market.exchange, tmp_path / "copy.tar")
    assert made["objects"] >= 1
    balances = (market.balance(market.owner), market.balance(market.buyer))
    back = restore(empty, tmp_path / "copy.tar")
    assert (back["objects"], back["problems"]) == (made["objects"], [])
    with Exchange(empty, clock=clock) as exchange:
        restored = replace(market, exchange=exchange)
        assert (restored.balance(market.owner), restored.balance(market.buyer)) == balances
        assert broken_laws(exchange) == []
        with exchange.reading(market.buyer) as session:
            assert trades.get(session, agreement.id).state is trades.AgreementState.FULFILLED
            entry = proof.history(session, agreement.id)[0]
            receipt, trust = flows.prove(session, entry.id), flows.trust(session)
        assert flows.verify_document(json.dumps(receipt).encode(), json.dumps(trust).encode())["holds"]
        # The restored exchange goes on trading: objects, keys and ledger are all there.
        again = restored.agree(restored.publish().listing_id)
        restored.deliver(again)
        restored.accept_delivery(again)
        restored.seal()
        assert broken_laws(exchange) == []


def test_restoring_over_an_exchange_is_refused(market: Market, settings: Settings, tmp_path: Path) -> None:
    path = copied(market, tmp_path / "copy.tar")
    with market.unhurt(), pytest.raises(Conflict, match="an exchange here already"):
        restore(settings, path)
    with pytest.raises(Conflict, match="exists already"):
        backup(market.exchange, path)


def test_another_master_key_is_named_not_discovered_later(market: Market, empty: Settings, tmp_path: Path) -> None:
    path = copied(market, tmp_path / "copy.tar")
    other = replace(empty, master_key_file=str(tmp_path / "other.key"))
    load_master_key(other, create=True)
    problems = restore(other, path)["problems"]
    assert any("does not open under this master key" in p and "ENTREPOT_MASTER_KEY_FILE" in p for p in problems), problems


def test_a_missing_master_key_is_named(market: Market, empty: Settings, tmp_path: Path) -> None:
    path = copied(market, tmp_path / "copy.tar")
    problems = restore(replace(empty, master_key_file=str(tmp_path / "nowhere.key")), path)["problems"]
    assert any("There is no master key at" in p for p in problems), problems


@pytest.fixture
def damaged(market: Market, tmp_path: Path) -> Path:
    """A backup with one byte of an object changed."""
    market.publish()
    path = copied(market, tmp_path / "copy.tar")
    with tarfile.open(path) as tar:
        member = next(m for m in tar if m.name.startswith("objects/") and m.size)
    content = bytearray(path.read_bytes())
    content[member.offset_data] ^= 1
    path.write_bytes(content)
    return path


def test_a_damaged_object_is_refused_and_nothing_is_half_restored(damaged: Path, empty: Settings) -> None:
    with pytest.raises(Invalid, match="does not fit its digest"):
        restore(empty, damaged)
    with Exchange(empty) as exchange:
        assert not sa.inspect(exchange.database.engine).get_table_names()


@pytest.mark.parametrize("content", [b"", b"not a tar file at all", b"PK\x03\x04" + b"\0" * 2_000])
def test_what_is_no_backup_is_refused(empty: Settings, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.tar"
    path.write_bytes(content)
    with pytest.raises(Invalid, match="no backup"):
        restore(empty, path)


def test_nothing_leaves_the_place_through_crafted_names(market: Market, empty: Settings, tmp_path: Path) -> None:
    path = copied(market, tmp_path / "copy.tar")
    (tmp_path / "evil").write_text("evil")
    with tarfile.open(path, "a") as tar:
        tar.add(tmp_path / "evil", "objects/../../../outside")
    with pytest.raises(Invalid, match="digest"):
        restore(empty, path)
    assert not list(tmp_path.rglob("outside"))
