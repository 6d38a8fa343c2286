"""How fast the ledger posts: transfers a second at batches of 1, 100 and 1,000, durable commits on each store.

``python bench/ledger.py [postgresql://…]`` prints the figures as JSON; ``figures()`` gives them to ``make bench``.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from entrepot import parties, settlement
from entrepot.config import Settings
from entrepot.kit import Money
from entrepot.runtime import SYSTEM, Exchange, Role, load_master_key
from entrepot.settlement import AccountCode, Transfer
from entrepot.store import migrate

SIZES = {1: 200, 100: 5_000, 1_000: 20_000}  # batch size: transfers posted in all
ORGANISATIONS = 50


def figures(postgres_url: str = "", *, sizes: dict[int, int] | None = None) -> list[dict[str, Any]]:
    """One row per store and batch size: transfers, seconds, transfers a second.

    Args:
        postgres_url: An empty PostgreSQL database with durable settings; without it only SQLite is measured.
    """
    rows = []
    for store, url in (("sqlite", ""), ("postgresql", postgres_url)):
        if store == "sqlite" or url:
            with tempfile.TemporaryDirectory() as folder:
                rows += _measure(store, Settings(data_dir=str(Path(folder) / "data"), database_url=url, workers=0), sizes or SIZES)
    return rows


def _measure(store: str, settings: Settings, sizes: dict[int, int]) -> list[dict[str, Any]]:
    load_master_key(settings, create=True)
    with Exchange(settings) as exchange:
        migrate.upgrade(exchange.database)
        accounts = _accounts(exchange)
        rows = [_post(exchange, store, accounts, batch, total) for batch, total in sizes.items()]
        with exchange.reading(SYSTEM) as session:
            assert settlement.check_books(session) == []
        return rows


def _accounts(exchange: Exchange) -> list[str]:
    with exchange.session(SYSTEM) as session:
        parties.create_organisation(session, "Exchange", country="DE", roles=frozenset({Role.OPERATOR}), is_exchange=True)
        ids = []
        for number in range(ORGANISATIONS):
            made = parties.create_organisation(session, f"Organisation {number}", country="DE", roles=frozenset({Role.BUYER}))
            settlement.deposit(session, made.id, Money(10**9, "EUR"), f"bank {number}")
            ids.append(settlement.account_id(made.id, AccountCode.AVAILABLE, "EUR"))
        return ids


def _order(accounts: list[str], batch: int, number: int) -> Transfer:
    debit = number % ORGANISATIONS
    credit = (debit + 1 + number % (ORGANISATIONS - 1)) % ORGANISATIONS
    return Transfer(
        id=settlement.derived_id("trf", "bench", batch, number), debit_account_id=accounts[debit], credit_account_id=accounts[credit],
        amount=1 + number % 100, currency="EUR", code="sale", subject_id=f"agr_{number}",
    )  # fmt: skip


def _post(exchange: Exchange, store: str, accounts: list[str], batch: int, total: int) -> dict[str, Any]:
    orders = [_order(accounts, batch, number) for number in range(total)]
    began = time.perf_counter()
    for start in range(0, total, batch):
        with exchange.session(SYSTEM) as session:
            results = settlement.post(session, orders[start : start + batch])
        assert set(results) == {"ok"}, set(results)
    seconds = time.perf_counter() - began
    return {
        "bench": "ledger", "store": store, "batch": batch, "transfers": total, "seconds": round(seconds, 3),
        "transfers_per_second": round(total / seconds),
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(figures(*sys.argv[1:2]), indent=2))
