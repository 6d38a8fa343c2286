"""The regulator desk over HTTP from end to end: the way back after a suspension, and a complaint of nobody."""

from __future__ import annotations

import re
from typing import Any

import pytest

from entrepot.asgi import create_app
from entrepot.runtime import Actor
from support.door import Door
from support.notices import DIGEST, agreement_state, listing_state
from support.pages import member
from support.trading import Market, api_key
from support.visitor import Visitor

FINDING = {"code": "F1", "basis": "PIPL 2021, art. 6", "text": "Reads contacts.", "fields": ["phone"]}


class Party:
    """One organisation with its key."""

    def __init__(self, market: Market, actor: Actor) -> None:
        key = api_key(market.exchange, actor)
        self.client = Door(create_app(market.exchange), headers={"authorization": f"Bearer {key}"})

    def post(self, path: str, expected: int = 200, **body: Any) -> Any:
        """What the API answers."""
        answer = self.client.post(f"/api/v1{path}", json=body)
        assert answer.status_code == expected, answer.text
        return answer.json()


@pytest.mark.parametrize("harm", ["Addresses of witnesses are on offer.", ""])
def test_a_retest_by_a_third_party_that_passes_brings_listing_and_agreements_back(market: Market, harm: str) -> None:
    listing = market.publish(price="free").listing_id
    agreement = market.agree(listing)
    regulator, owner = Party(market, market.regulator), Party(market, market.owner)
    made = regulator.post("/notices", 201, document_number="2026-17", listings=[listing], findings=[FINDING], harm=harm)
    market.wait(days=10)
    steps = f"/notices/{made['id']}/steps"
    assert (listing_state(market, listing), agreement_state(market, agreement)) == ("suspended", "suspended")
    owner.post(steps, do="counter", text="The column was never read.")
    owner.post(steps, do="submit", evidence={"F1": {"digest": DIGEST, "note": "the column is gone"}})
    regulator.post(steps, 403, do="retest", text="Harbour Statistics")
    assert regulator.post(steps, do="retest", text="Quay Testing Institute")["state"] == "suspended_retest"
    owner.post(steps, 403, do="report", results={"F1": True}, report=DIGEST)
    assert regulator.post(steps, do="report", results={"F1": False}, report=DIGEST)["state"] == "suspended"
    assert listing_state(market, listing) == "suspended"
    owner.post(steps, do="submit", evidence={"F1": {"digest": DIGEST}})
    regulator.post(steps, do="retest", text="Quay Testing Institute")
    found = regulator.post(steps, do="report", results={"F1": True}, report=DIGEST)
    assert (found["state"], found["tester"], found["report"]) == ("reinstated", "Quay Testing Institute", DIGEST)
    assert (listing_state(market, listing), agreement_state(market, agreement)) == ("live", "active")
    market.deliver(agreement)


@pytest.mark.parametrize(
    ("more", "named", "hint"),
    [
        ({"due_date": "2026-11-25"}, "'due_date'", "Did you mean due?"), ({"Harm": "now"}, "'Harm'", "Did you mean harm?"),
        ({"juristiction": "EU"}, "'juristiction'", "Did you mean jurisdiction?"), ({"deadline": "2026-11-25"}, "'deadline'", "kind, document_number"),
        ({"findings": [FINDING | {"basics": "x"}]}, "'basics'", "Did you mean basis?"),
    ],
)  # fmt: skip
def test_a_field_that_no_notice_has_is_refused_by_name_and_nothing_is_filed(
    market: Market, more: dict[str, Any], named: str, hint: str
) -> None:
    listing = market.publish().listing_id
    regulator = Party(market, market.regulator)
    said = regulator.post("/notices", 422, **{"document_number": "2026-17", "listings": [listing], "findings": [FINDING], **more})
    assert (said["error"], named in said["message"], hint in said["hint"]) == ("Invalid", True, True)
    assert regulator.client.get("/api/v1/notices").json() == {"notices": []}


def test_a_complaint_of_nobody_is_sent_answered_and_read_over_the_api(market: Market) -> None:
    nobody, operator = Door(create_app(market.exchange)), Party(market, market.operator)
    sent = nobody.post("/api/v1/complaints", json={"about": "personal_data", "text": "My name is in it."})
    assert sent.status_code == 201
    code, complaint = sent.json()["code"], sent.json()["id"]
    assert nobody.get("/api/v1/complaints").status_code == 401
    operator.post(f"/complaints/{complaint}/answers", text="Which row?")
    read = nobody.post("/api/v1/complaints/reading", json={"code": code}).json()
    assert ([one["text"] for one in read["messages"]], read["code"]) == (["My name is in it.", "Which row?"], None)
    more = nobody.post("/api/v1/complaints/additions", json={"code": code, "text": "The seventh."}).json()
    assert more["messages"][-1] == {"by_operator": False, "text": "The seventh.", "at": more["messages"][-1]["at"]}
    assert nobody.post("/api/v1/complaints/reading", json={"code": code[:-1] + "x"}).status_code == 404
    assert "set-cookie" not in sent.headers


def test_a_complaint_of_nobody_is_read_on_the_page_with_the_code_the_page_gave(market: Market) -> None:
    member(market.exchange, market.operator, "operator@house.example")
    app = create_app(market.exchange)
    nobody, operator = Visitor(app), Visitor(app).sign_in("operator@house.example")
    nobody.go("/complaints")
    page = nobody.send("Send it", text="My name is in it.").html
    shown = re.search(r'id="code-shown"[^>]*>([^<]+)<', page) or re.search(r'id="code-shown"[^>]*value="([^"]+)"', page)
    assert shown is not None
    operator.go("/complaints")
    operator.follow("Data about me")
    operator.send("Answer", text="It is gone now.")
    later = Visitor(app)
    later.go("/complaints")
    assert "It is gone now." in later.send("Receipt code", code=shown[1].strip()).text
