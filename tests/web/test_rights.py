"""Rights and contracts in a browser without scripts, in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from entrepot.asgi import create_app
from entrepot.runtime import Exchange
from support.pages import member
from support.trading import Market, open_market
from support.visitor import Visitor

CHAIN: list[dict[str, Any]] = [
    {"party": "Weather Office", "rights": ["hold", "process", "operate"], "basis": "collected"},
    {"party": "Harbour Statistics", "rights": ["operate"], "basis": "licence", "document": "sha256:" + "5" * 64, "until": "2026-11-21"},
]


@pytest.fixture
def market(exchange: Exchange, tmp_path: Path) -> Market:
    """A market whose clock the test moves."""
    return open_market(exchange, tmp_path / "goods")


def enter(market: Market, role: str, language: str = "en") -> Visitor:
    """Somebody of this role, signed in."""
    email = f"{role}@house.example"
    member(market.exchange, getattr(market, role), email)
    return Visitor(create_app(market.exchange), language).sign_in(email)


def test_a_stranger_reads_the_chain_step_by_step(market: Market) -> None:
    listing = market.publish(provenance=CHAIN, contract="joint").listing_id
    english = Visitor(create_app(market.exchange)).go(f"/listings/{listing}").text
    assert "The chain reaches from the source to the owner" in english
    assert "until 2026-11-21" in english
    assert "Contract on joint development of data" in english
    chinese = Visitor(create_app(market.exchange), "zh").go(f"/listings/{listing}").text
    assert "授权链条自来源完整延续至提供方" in chinese
    assert "数据产品经营权" in chinese


def test_the_owner_reads_where_the_chain_has_a_gap_and_what_mends_it(market: Market) -> None:
    listing = market.publish(provenance=CHAIN).listing_id
    owner = enter(market, "owner")
    market.wait(days=2)
    text = owner.go(f"/listings/{listing}").text
    assert "The grant to Harbour Statistics ended on 2026-11-21." in text
    assert "Have the grant renewed" in text


def test_a_buyer_reads_the_contract_and_takes_it_along(market: Market) -> None:
    agreement = market.agree(market.publish(provenance=CHAIN).listing_id)
    buyer = enter(market, "buyer")
    assert "Contract on" not in buyer.go(f"/agreements/{agreement.id}").text
    page = buyer.go(f"/agreements/{agreement.id}/contract")
    assert "Data provision contract" in page.text
    assert "Chain of authorisation" in page.text
    assert "Liability" in page.text
    file = buyer.go(f"/agreements/{agreement.id}/contract/file")
    assert file.status == 200
    assert "数据提供合同" in enter(market, "owner", "zh").go(f"/agreements/{agreement.id}/contract").text
