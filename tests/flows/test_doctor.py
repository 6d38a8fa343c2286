"""The doctor is silent about sound records, and names each kind of damage that somebody did behind the exchange's back."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine.url import make_url

from entrepot import flows
from entrepot.kit import ManualClock, Money
from entrepot.runtime import Exchange
from entrepot.store.schema import load_tables
from support.trading import Market, broken_laws


def _drop_triggers(db: sa.Connection) -> None:
    if db.dialect.name == "sqlite":
        for (name,) in db.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all():
            db.exec_driver_sql(f"DROP TRIGGER {name}")
        db.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        return
    for table in load_tables().sorted_tables:
        db.exec_driver_sql(f"ALTER TABLE {table.name} DISABLE TRIGGER ALL")
    found = "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
    for table, name in db.exec_driver_sql(found).all():
        db.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


def _tamper(exchange: Exchange, *statements: str) -> None:
    """Change records as somebody would who has the database to themselves."""
    with exchange.database.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        _drop_triggers(connection)
        for statement in statements:
            assert connection.exec_driver_sql(statement).rowcount >= 1, statement
        connection.commit()
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA ignore_check_constraints = OFF")
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")
            connection.exec_driver_sql("BEGIN")


def _lose_an_object(market: Market) -> None:
    with market.exchange.database.snapshot() as db:
        key = db.execute(sa.text("SELECT key FROM shared_files LIMIT 1")).scalar_one()
    market.exchange.blobs.delete(key)


def _forget_to_seal(market: Market) -> None:
    market.publish(price="free")
    market.clock.advance(timedelta(minutes=2))


_SIGNED = "SELECT id FROM proof_leaves WHERE kind = 'agreement.signed'"
DAMAGE: dict[str, tuple[str, tuple[str, ...] | Callable[[Market], None]]] = {
    "a balance": ("balances are those of the transfers", ("UPDATE accounts SET credits_posted = credits_posted + 1 WHERE code = 'available'",)),
    "both sides of a balance": (
        "balances are those of the transfers",
        ("UPDATE accounts SET credits_posted = credits_posted + 5, debits_posted = debits_posted + 5 WHERE code = 'available'",),
    ),
    "one side of the books": ("debits equal credits", ("UPDATE accounts SET credits_posted = credits_posted + 1 WHERE code = 'fees'",)),
    "an amount": ("balances are those of the transfers", ("UPDATE transfers SET amount = amount + 1 WHERE code = 'deposit'",)),
    "a transfer that is gone": ("balances are those of the transfers", ("DELETE FROM transfers WHERE code = 'sale'",)),
    "an account beyond its limit": (
        "accounts keep their limits", ("UPDATE accounts SET debits_posted = credits_posted + 1 WHERE code = 'available'",),
    ),
    "a currency": ("transfers fit their accounts", ("UPDATE transfers SET currency = 'USD' WHERE code = 'deposit'",)),
    "a release that is not handed on": ("escrow passes through", ("UPDATE accounts SET credits_posted = credits_posted + 7 WHERE code = 'escrow'",)),
    "an escrow that is gone": (
        "every open agreement on a price has its money in escrow or paid",
        ("UPDATE transfers SET subject_id = NULL, id = 'trf_elsewhere' WHERE code = 'escrow' AND id NOT IN (SELECT pending_id FROM transfers WHERE pending_id IS NOT NULL)",),
    ),
    "money left with an ended agreement": (
        "no agreement that has ended holds money", ("UPDATE agreements SET state = 'terminated' WHERE state = 'active'",),
    ),
    "a signed document": (
        "every agreement is the one that both signed and the log has", ("UPDATE agreements SET jws = REPLACE(jws, '\"signature\"', '\"signature_\"')",),
    ),
    "a signature that is another's": (
        "every agreement is the one that both signed and the log has",
        ("UPDATE agreements SET jws = (SELECT MAX(jws) FROM agreements) WHERE jws = (SELECT MIN(jws) FROM agreements)",),
    ),
    "an agreement without its fact": (
        "every agreement is the one that both signed and the log has", (f"UPDATE proof_leaves SET subject_id = 'agr_x' WHERE id IN ({_SIGNED})",),
    ),
    "a fact": (
        "the log grows only, and its newest checkpoint signs what it holds",
        ("UPDATE proof_leaves SET fact = REPLACE(fact, 'agr_', 'agx_') WHERE kind = 'agreement.signed'",),
    ),
    "a commitment": (
        "the log grows only, and its newest checkpoint signs what it holds",
        (f"UPDATE proof_leaves SET commitment = '{'0' * 64}' WHERE seq = 0",),
    ),
    "an entry that is gone": (
        "the log grows only, and its newest checkpoint signs what it holds", ("DELETE FROM proof_leaves WHERE seq = 0",),
    ),
    "the order of the log": (
        "the log grows only, and its newest checkpoint signs what it holds",
        ("UPDATE proof_leaves SET seq = -1 WHERE seq = 0", "UPDATE proof_leaves SET seq = 0 WHERE seq = 1", "UPDATE proof_leaves SET seq = 1 WHERE seq = -1"),
    ),
    "a tile": ("the log grows only, and its newest checkpoint signs what it holds", ("DELETE FROM proof_tiles",)),
    "a checkpoint": (
        "the log grows only, and its newest checkpoint signs what it holds",
        ("UPDATE proof_checkpoints SET note = REPLACE(note, '—', '-')",),
    ),
    "a receipt": ("every delivery has its signed receipt in the log", ("UPDATE deliveries SET receipt = REPLACE(receipt, 'signatures', 'signature_')",)),
    "what a parcel held": ("every delivery has its signed receipt in the log", ("UPDATE parcels SET rows = rows + 1",)),
    "a delivery without its entry": ("every delivery has its signed receipt in the log", ("UPDATE deliveries SET entry_id = 'ent_gone'",)),
    "a delivery that is gone": ("every delivery has its signed receipt in the log", ("DELETE FROM deliveries",)),
    "a delivered object": ("every delivery has its signed receipt in the log", _lose_an_object),
    "a job that fails for good": ("no job is stuck", ("UPDATE jobs SET state = 'failed', attempts = 12, last_error = 'no'",)),
    "a log that nobody seals": ("facts are sealed within a minute", _forget_to_seal),
}  # fmt: skip


@pytest.fixture
def busy(market: Market) -> Market:
    """A market with a settled trade, one that is under way, and one that was paid back."""
    listing = market.publish().listing_id
    market.trade(listing)
    market.deliver(market.agree(listing))
    given_back = market.agree(listing)
    with market.exchange.session(market.owner) as session:
        flows.refund(session, given_back.id, reason="for the test")
    market.deposit(market.stranger, Money(500, "EUR"))
    market.seal()
    assert broken_laws(market.exchange) == []
    return market


def test_a_new_exchange_is_healthy(market: Market) -> None:
    assert flows.examine(market.exchange).healthy


def test_each_damage_is_named_with_what_to_do(busy: Market) -> None:
    for damage, (law, how) in DAMAGE.items():
        with _copy(busy) as market:
            if callable(how):
                how(market)
            else:
                _tamper(market.exchange, *how)
            found = flows.examine(market.exchange)
        broken = {broken.law: broken.problems for broken in found.laws if not broken.holds}
        assert law in broken, (damage, broken)
        assert all(message and hint for message, hint in broken[law]), damage
        assert found.as_dict()["healthy"] is False


@contextmanager
def _copy(market: Market) -> Iterator[Market]:
    """The same exchange again, to be damaged and thrown away."""
    source = market.exchange.settings
    market.exchange.database.close()
    folder = source.data_path.with_name("copy")
    shutil.copytree(source.data_path, folder)
    url = make_url(source.resolved_database_url)
    settings = replace(source, data_dir=str(folder), master_key_file=str(source.resolved_master_key_file))
    if url.get_backend_name() == "postgresql":
        settings = replace(settings, database_url=url.set(database="copy_" + str(url.database)).render_as_string(False))
        _postgres(url, f"CREATE DATABASE copy_{url.database} TEMPLATE {url.database}")
    clock = ManualClock(market.clock.now())
    try:
        with Exchange(settings, clock=clock) as exchange:
            yield replace(market, exchange=exchange)
    finally:
        shutil.rmtree(folder)
        if url.get_backend_name() == "postgresql":
            _postgres(url, f"DROP DATABASE copy_{url.database} WITH (FORCE)")


def _postgres(url: sa.URL, statement: str) -> None:
    admin = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(statement)
    admin.dispose()
