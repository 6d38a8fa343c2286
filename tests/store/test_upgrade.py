"""Records of the release before, with a trade in them, are brought up to date and go on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command

from entrepot import flows
from entrepot.config import Settings
from entrepot.flows.tables import counted_trades
from entrepot.kit import Conflict, ManualClock
from entrepot.runtime import SYSTEM, Exchange, load_master_key
from entrepot.store import Database, migrate
from support.consenting import open_people_market
from support.trading import Market, broken_laws, open_market


def take_back(settings: Settings, revision: str) -> None:
    """Give the records the schema they had at an earlier release."""
    database = Database(settings.resolved_database_url)
    with database.engine.connect() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
        connection.commit()
    database.close()


@pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012"])
def test_a_lived_in_exchange_of_an_earlier_release_goes_on(settings: Settings, clock: ManualClock, tmp_path: Path, revision: str) -> None:
    load_master_key(settings, create=True)
    with Exchange(settings, clock=clock) as exchange:
        market = open_market(exchange, tmp_path / "goods")
        settled = market.trade(market.publish().listing_id)
        waiting = market.agree(market.publish().listing_id)
        market.seal()
    take_back(settings, revision)
    database = Database(settings.resolved_database_url)
    with pytest.raises(Conflict, match="revision"):
        migrate.require_current(database)
    database.close()
    assert flows.upgrade(settings) == (revision, migrate.head())
    with Exchange(settings, clock=clock) as exchange:
        after: Market = replace(market, exchange=exchange)
        assert broken_laws(exchange) == []
        after.deliver(waiting)
        assert after.accept_delivery(waiting).state == after.agreement(settled).state
        after.trade(after.publish().listing_id)
        after.seal()
        assert broken_laws(exchange) == []


def test_what_earlier_trades_count_for_is_read_from_their_rulings(settings: Settings, clock: ManualClock, tmp_path: Path) -> None:
    load_master_key(settings, create=True)
    with Exchange(settings, clock=clock) as exchange:
        market = open_people_market(exchange, tmp_path / "goods")
        listing = market.publish()
        for by in (market.market.buyer, market.market.stranger):
            market.market.deliver(market.agree(listing, by=by), by=by)
        market.market.trade(market.market.publish().listing_id)
        before = _counted(exchange)
    take_back(settings, "0010")
    assert flows.upgrade(settings) == ("0010", migrate.head())
    with Exchange(settings, clock=clock) as exchange:
        assert _counted(exchange) == before
    assert sorted(row["uncovered"] for row in before) == [0, 0, 12, 12, 12, 12]


def _counted(exchange: Exchange) -> list[dict[str, Any]]:
    with exchange.reading(SYSTEM) as session:
        rows = session.db.execute(sa.select(counted_trades).order_by(counted_trades.c.gate, counted_trades.c.subject_id))
        return [dict(row._mapping) for row in rows]
