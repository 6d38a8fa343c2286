"""Duties in a browser without scripts: the operator's questions, a register that anybody who holds data keeps, in both languages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from entrepot.asgi import create_app
from entrepot.config import Settings
from entrepot.flows import reviews
from entrepot.runtime import SYSTEM, Exchange
from support.notices import ask_access
from support.pages import member
from support.trading import Market, open_market, organisation_of
from support.visitor import Visitor


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """An exchange in China that asks its law."""
    return replace(settings, rule_packs="house,cn", country="CN")


@pytest.fixture
def market(exchange: Exchange, tmp_path: Path) -> Market:
    """A market whose clock the test moves."""
    return open_market(exchange, tmp_path / "goods")


def _enter(market: Market, role: str) -> Visitor:
    member(market.exchange, getattr(market, role), f"{role}@house.example")
    return Visitor(create_app(market.exchange)).sign_in(f"{role}@house.example")


def test_the_operator_answers_the_standing_duties_on_a_page_in_both_languages(market: Market) -> None:
    with market.exchange.session(SYSTEM) as session:
        reviews.review_duties(session)
    operator = _enter(market, "operator")
    assert "look at your duties" in operator.go("/inbox").text
    assert "Duties of this exchange" in operator.go("/duties").text
    assert "For how many months are network logs kept?" in operator.here.text
    assert "本平台的职责" in operator.go("/duties?lang=zh").text
    assert "网络日志留存多少个月" in operator.here.text
    page = f"/duties/{organisation_of(market.operator)}.review"
    operator.go(f"{page}?lang=en")
    shown = operator.send("Your answers are kept", **{"operator.log_months": "3"})
    assert shown.status == 200
    assert "Network logs are kept" in shown.text
    assert "art." in shown.text
    assert operator.go("/operator").status == 200


def test_an_owner_enters_an_incident_and_reads_what_it_takes_and_by_when(market: Market) -> None:
    owner = _enter(market, "owner")
    owner.go("/duties")
    made = owner.send("an incident", kind="incident")
    assert "How grave is it?" in made.text
    early = owner.send("the clocks that begin with it", **{"incident.known_at": "2026-11-20T16:00:00+08:00"})
    assert early.text.count("if it applies") >= 3, "nobody has said yet how grave it is"
    assert "if it applies" in owner.go("/duties").text
    assert "如适用" in owner.go(f"{early.address.partition('?')[0]}?lang=zh").text
    owner.go(f"{early.address.partition('?')[0]}?lang=en")
    said = {"incident.level": "larger", "incident.reporter": "other", "incident.personal": "no"}
    shown = owner.send("Your answers are kept", **said)
    assert "Clocks that run" in shown.text
    assert "CN-INCIDENT-4H" in shown.text
    assert "if it applies" not in shown.text
    address = shown.address.partition("?")[0]
    wrong = owner.send("Your answers are kept", **{"incident.reported": "perhaps"})
    assert wrong.status in (200, 422)
    assert Visitor(create_app(market.exchange)).go(address).status == 401
    assert _enter(market, "stranger").go(address).status == 404


def test_the_operator_finds_what_the_rules_ask_about_an_authority(market: Market) -> None:
    access = ask_access(market, market.publish().listing_id)
    operator = _enter(market, "operator")
    operator.go(f"/access/{access.id}")
    operator.follow("What the rules say")
    assert "competent Chinese authority" in operator.here.text
