"""A draft of a rule pack tried on everything live, in a browser without scripts."""

from __future__ import annotations

from pathlib import Path

from entrepot.asgi import create_app
from entrepot.runtime import Exchange
from support.pages import member
from support.route_table import PACK
from support.trading import open_market
from support.visitor import Visitor

DRAFT = (
    PACK["pack"]
    .replace("when: [asset.personal, eq, true]", "when: [asset.personal, eq, false]")
    .replace("asset.persons, lte", "offer.retention_days, lte")
)


def test_an_operator_uploads_a_draft_and_reads_which_decisions_would_change(exchange: Exchange, tmp_path: Path) -> None:
    market = open_market(exchange, tmp_path / "goods")
    listing = market.publish().listing_id
    member(exchange, market.operator, "operator@house.example")
    operator = Visitor(create_app(exchange)).sign_in("operator@house.example")
    operator.go("/rules")
    operator.follow("Try a draft")
    assert "Still running" in operator.send("Draft of a pack", files=_file(DRAFT)).text
    address = operator.here.address
    exchange.run_due_jobs()
    shown = operator.go(address).text
    for words in ("Decisions that would change", "OWN-FEW-PERSONS", listing):
        assert words in shown
    assert "会改变的判定" in operator.go(f"{address}?lang=zh").text
    operator.go("/rules/trials?lang=en")
    assert operator.send("Draft of a pack", files=_file("pack: own")).status == 422
    assert operator.send("Draft of a pack").status == 422
    member(exchange, market.owner, "owner@house.example")
    owner = Visitor(create_app(exchange)).sign_in("owner@house.example")
    assert owner.go("/rules/trials").status == 403
    assert "/rules/trials" not in owner.go("/rules").html


def _file(text: str) -> dict[str, tuple[str, bytes]]:
    return {"file": ("own.yaml", text.encode())}
