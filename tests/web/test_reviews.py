"""What waits for the operator's review, in a browser without scripts: the reasons, and the way back to the market."""

from __future__ import annotations

from pathlib import Path

import pytest

from entrepot import compliance, flows, parties
from entrepot.asgi import create_app
from entrepot.runtime import Exchange
from support.packs import installable
from support.pages import member
from support.trading import Market, open_market
from support.visitor import Visitor


@pytest.fixture
def market(exchange: Exchange, tmp_path: Path) -> Market:
    """A market with an operator who can sign in."""
    made = open_market(exchange, tmp_path / "goods")
    member(exchange, made.operator, "operator@house.example")
    return made


def test_a_held_listing_is_given_back_from_the_page_with_the_reasons_in_both_languages(market: Market) -> None:
    listing = market.publish().listing_id
    for severity in ("block", "review"):
        with market.exchange.session(market.operator) as session:
            flows.install_pack(session, *installable(severity))
        market.exchange.run_due_jobs()
    operator = Visitor(create_app(market.exchange)).sign_in("operator@house.example")
    assert "规则曾将其下架" in operator.go("/operator?lang=zh").text
    assert "不行。" in operator.here.text
    assert "The rules took it off and now leave it to a person." in operator.go("/operator?lang=en").text
    assert f"/listings/{listing}/rules" in operator.here.html
    assert "Send back" not in operator.here.text
    operator.send("Give it back", do="approve", listing=listing)
    assert "Nothing waits" in operator.go("/operator").text
    assert operator.go(f"/listings/{listing}").status == 200


def test_a_case_left_to_a_person_shows_why_and_is_refused_from_the_page(market: Market) -> None:
    made = market.request(market.publish().listing_id)
    for use in ("covert_profiling", "none"):
        with market.exchange.session(market.buyer) as session:
            flows.answer_contract(session, made.id, {"use.prohibited": [use], "use.explained": "We <b>misread</b> it."})
    with pytest.raises(compliance.AwaitsDecision):
        market.accept(made)
    operator = Visitor(create_app(market.exchange)).sign_in("operator@house.example")
    assert "秘密画像" in operator.go("/operator?lang=zh").text
    assert "profiling persons without their knowledge" in operator.go("/operator?lang=en").text
    assert "wrong? We <b>misread</b> it." in operator.here.text
    operator.send("Refuse it", button=("do", "refuse"), reason="It is what they sell.")
    assert "Left to a person" not in operator.go("/operator").text
    with pytest.raises(compliance.NotCompliant, match="has refused it"):
        market.accept(made)


def test_an_identity_is_doubted_and_stood_by_again_from_the_page(market: Market) -> None:
    operator = Visitor(create_app(market.exchange)).sign_in("operator@house.example")
    operator.go("/operator")
    owner = market.owner.organisation_id or ""
    operator.send("Doubt it", do="doubt", organisation=owner)
    assert "In doubt since" in operator.go("/operator").text
    with market.exchange.reading(market.operator) as session:
        assert not parties.get(session, owner).is_verified
    operator.send("Stand by it again", do="verify", organisation=owner)
    assert "In doubt since" not in operator.go("/operator").text
