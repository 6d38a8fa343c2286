"""A market on each store."""

from __future__ import annotations

from pathlib import Path

import pytest

from entrepot.runtime import Exchange
from support.trading import Market, open_market


@pytest.fixture
def market(exchange: Exchange, tmp_path: Path) -> Market:
    """An exchange with an operator, a regulator, an owner, a buyer with 1,000.00 EUR, and a stranger."""
    return open_market(exchange, tmp_path / "goods")
