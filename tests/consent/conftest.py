"""A market whose table is about persons."""

from __future__ import annotations

from pathlib import Path

import pytest

from entrepot.runtime import Exchange
from support.consenting import PeopleMarket, open_people_market


@pytest.fixture
def market(exchange: Exchange, tmp_path: Path) -> PeopleMarket:
    """An owner with a table of twelve persons, a buyer, a stranger."""
    return open_people_market(exchange, tmp_path / "goods")
