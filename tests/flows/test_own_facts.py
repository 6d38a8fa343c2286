"""Facts that an operator's own pack brings are questions of a trade, each to its side, and decide it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from entrepot import flows
from entrepot.compliance import FactsMissing, NotCompliant
from entrepot.kit import Invalid
from entrepot.trades import Negotiation
from support import rulebook
from support.trading import Market

MANUAL = (Path(__file__).parents[2] / "docs" / "rule-packs.md").read_text("utf-8")
PORT, VECTORS = re.findall(r"```yaml\n(.*?)```", MANUAL, re.S)[2:4]


@pytest.fixture
def asked(market: Market) -> Negotiation:
    """A request that the pack of the manual asks about."""
    rulebook.install(market, PORT, VECTORS)
    return market.request(market.publish().listing_id)


def answer(market: Market, asked: Negotiation, **values: object) -> None:
    """What each side says; ``__`` stands for a dot."""
    for path, value in values.items():
        with market.exchange.session(market.buyer if "buyer" in path else market.owner) as session:
            flows.answer_contract(session, asked.id, {path.replace("__", "."): value})


def questions(market: Market, asked: Negotiation, language: str) -> list[str]:
    """What the forms ask of a trade."""
    with market.exchange.reading(market.owner) as session:
        shown = flows.shown_ruling(flows.rule_contract(session, asked), flows.ways.of_negotiation(session, asked), language)
    return [question["question"] for question in shown["questions"]]


def test_what_a_pack_asks_is_on_the_form_and_stops_the_signature_until_it_is_answered(market: Market, asked: Negotiation) -> None:
    assert questions(market, asked, "en") == ["What does the ship carry?"]
    assert questions(market, asked, "zh") == ["船舶载运何种货物？"]
    with pytest.raises(FactsMissing, match="What does the ship carry"):
        market.accept(asked)
    answer(market, asked, port__cargo="fuel")
    assert questions(market, asked, "en") == ["How many berths do you hold?"]
    answer(market, asked, port__buyer__berths=1)
    with pytest.raises(NotCompliant, match="two berths or more"):
        market.accept(asked)
    answer(market, asked, port__buyer__berths=2)
    assert market.accept(asked)


def test_each_side_answers_its_own_and_in_the_right_type(market: Market, asked: Negotiation) -> None:
    with pytest.raises(Invalid, match="for the owner to answer"), market.exchange.session(market.buyer) as session:
        flows.answer_contract(session, asked.id, {"port.cargo": "grain"})
    with pytest.raises(Invalid, match=r"port\.cargo is 'gold'"):
        answer(market, asked, port__cargo="gold")
    with pytest.raises(Invalid, match=r"port\.buyer\.berths is 'two'"):
        answer(market, asked, port__buyer__berths="two")
    with pytest.raises(Invalid, match="no fact that rules ask for"):
        answer(market, asked, port__colour="red")


def test_without_the_pack_its_facts_are_unknown_again(market: Market, asked: Negotiation) -> None:
    with market.exchange.session(market.operator) as session:
        flows.uninstall_pack(session, "port")
    with pytest.raises(Invalid, match="no fact that rules ask for"):
        answer(market, asked, port__cargo="grain")
    assert market.accept(asked)
