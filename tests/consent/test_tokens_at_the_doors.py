"""The page, the API and the client of look-ups: a token in one click, a question, and the person who sees it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from entrepot.asgi import create_app
from entrepot.runtime import Exchange
from support.asking import Desk, open_desk
from support.door import Door
from support.trading import api_key
from support.visitor import Visitor


@pytest.fixture
def desk(exchange: Exchange, tmp_path: Path) -> Desk:
    """A register of four licences that answers questions."""
    return open_desk(exchange, tmp_path / "goods")


def test_a_person_allows_one_question_and_sees_it_in_both_languages(desk: Desk) -> None:
    agreement, app = desk.agree(desk.publish()), create_app(desk.exchange)
    person = Visitor(app)
    assert "Nobody has asked so far" in person.go(f"/me/{desk.link('L001')}").text
    page = person.send("Allow one question", button=("do", "token"))
    token = next(iter(re.findall(r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+", page.text)))
    buyer = Door(app, headers={"authorization": f"Bearer {api_key(desk.exchange, desk.market.buyer)}"})
    asked = {"person": "L001", "token": token, "question": [{"column": "licence_class", "value": "B"}]}
    answer = buyer.post(f"/api/v1/agreements/{agreement.id}/lookups", json=asked)
    assert (answer.status_code, answer.json()["answer"]) == (201, "match")
    again = buyer.post(f"/api/v1/agreements/{agreement.id}/lookups", json=asked)
    assert (again.status_code, again.json()["error"]) == (403, "TokenRefused")
    shown = person.go(f"/me/{desk.link('L001')}").text
    assert "licence_class = B" in shown
    assert "Match" in shown
    assert "licence_class = B" not in Visitor(app).go(f"/me/{desk.link('L002')}").text
    chinese = Visitor(app, language="zh").go(f"/me/{desk.link('L001')}").text
    assert "关于您的询问" in chinese
    assert "一致" in chinese


def test_the_api_gives_tokens_to_persons_and_to_controllers(desk: Desk) -> None:
    agreement, app = desk.agree(desk.publish()), create_app(desk.exchange)
    body = {"agreement": agreement.id}
    issued = Door(app).post(f"/api/v1/people/{desk.link('L003')}/tokens", json=body)
    assert issued.status_code == 201
    owner = Door(app, headers={"authorization": f"Bearer {api_key(desk.exchange, desk.market.owner)}"})
    assert owner.post("/api/v1/consents/tokens", json=body | {"person": "L003"}).status_code == 201
    assert desk.ask(agreement, "L003", token=issued.json()["token"]).answer == "no_match"
    seen = Door(app).get(f"/api/v1/people/{desk.link('L003')}").json()
    assert [(one["answer"], one["consent"]) for one in seen["questions"]] == [("no_match", issued.json()["consent"])]


def test_the_receipt_of_a_token_proves_the_words_the_person_read(desk: Desk) -> None:
    agreement, door = desk.agree(desk.publish()), Door(create_app(desk.exchange))
    address = f"/api/v1/people/{desk.link('L003')}"
    (asker,) = door.get(address, params={"language": "zh"}).json()["askers"]
    assert "Quay Research" in asker["text"]
    assert "仅答复一致或不一致" in asker["text"]
    body = {"agreement": agreement.id, "notice": asker["notice"]}
    changed = door.post(f"{address}/tokens", json=body | {"notice": f"sha256:{'0' * 64}"})
    assert (changed.status_code, changed.json()["error"]) == (409, "Conflict")
    issued = door.post(f"{address}/tokens", json=body).json()
    desk.market.seal()
    said = door.get(f"{address}/receipts/{issued['consent']}").json()
    processing = said["fact"]["pii_processing"]
    assert (processing["privacy_notice"], processing["privacy_notice_text"]) == (asker["notice"], asker["text"])
    assert desk.ask(agreement, "L003", token=issued["token"]).answer == "no_match"
