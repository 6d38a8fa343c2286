"""The personal page as its person sees it, the controller's page, and a share that is read while somebody withdraws."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from entrepot import delivery
from entrepot.asgi import create_app
from entrepot.consent import Act
from support.consenting import PeopleMarket
from support.door import Door
from support.pages import member
from support.visitor import Visitor


@pytest.fixture
def app(market: PeopleMarket) -> FastAPI:
    """The whole application."""
    return create_app(market.exchange)


def test_a_person_stops_a_use_with_one_click_and_allows_it_with_one(market: PeopleMarket, app: FastAPI) -> None:
    agreement = market.agree(market.publish())
    person = Visitor(app)
    page = person.go(f"/me/{market.token('P002')}")
    assert "Quay Research" in page.text
    assert "You are in it" in page.text
    first = next(form for form in page.reader.forms if "Allow" in form.text)
    buttons = [
        given
        for tag, given in page.reader.tags
        if tag == "button" and given.get("name") == "do" and given.get("value") in ("allow", "stop")
    ]
    assert {given["class"] for given in buttons} == {"button secondary"}, "both answers weigh the same"
    assert first.names >= {"listing", "recipient", "purpose"}
    assert "stays out" in person.send("Allow", button=("do", "stop")).text
    assert "You are left out" in person.here.text
    assert "P002" not in market.visitors(agreement)
    assert "is allowed" in person.send("Allow", button=("do", "allow")).text
    assert "P002" in market.visitors(agreement)


def test_the_page_speaks_chinese_and_hands_out_receipts(market: PeopleMarket, app: FastAPI) -> None:
    said = market.say("P002", Act.GIVEN, recipient_id=market.buyer_id)
    market.market.seal()
    token = market.token("P002")
    person = Visitor(app, language="zh")
    assert "与您有关的数据" in person.go(f"/me/{token}").text
    answer = Door(app).get(f"/me/{token}/receipts/{said.id}")
    assert answer.json()["fact"]["pii_principal_id"] == said.subject.hex()
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"


def test_a_request_goes_to_the_controller_who_answers_it(market: PeopleMarket, app: FastAPI) -> None:
    person = Visitor(app)
    token = market.token("P002")
    person.go(f"/me/{token}")
    assert "GDPR 12(3)" in person.send("I ask for", kind="correction", message="I was there twice.").text
    owner = Visitor(app).sign_in(member(market.exchange, market.market.owner, "owner@example.org").email)
    assert "I was there twice." in owner.go("/people").text
    owner.send("What was done", answer="Corrected.", button=("do", "answered"))
    assert "Corrected." in person.go(f"/me/{token}").text


def test_whoever_has_no_link_sees_no_person(market: PeopleMarket, app: FastAPI) -> None:
    assert Visitor(app).go("/me/org_01m80te7nhksyfpx8227ztnpbt.AAAAAAAAAAAAAAAAAAAAAA.AAAA").status == 404
    assert Visitor(app).post(f"/me/{market.token('P001')}", do="stop").status == 403, "a form that did not come from the page"


def test_a_shared_table_leaves_out_who_withdrew_and_its_old_address_stops(market: PeopleMarket, app: FastAPI) -> None:
    market.agree(market.publish(), method="table")
    with market.exchange.session(market.market.buyer) as session:
        token = delivery.profile(session)["bearerToken"]
    client = Door(app, headers={"authorization": f"Bearer {token}"})
    share = client.get("/sharing/shares").json()["items"][0]["name"]
    table = client.get(f"/sharing/shares/{share}/all-tables").json()["items"][0]
    query = f"/sharing/shares/{share}/schemas/{table['schema']}/tables/{table['name']}/query"

    def address() -> str:
        lines = client.post(query, json={}).text.splitlines()
        return next(line for line in lines if '"url"' in line).split('"url":"')[1].split('"')[0]

    old = address()
    whole = client.get(old).content
    assert client.get(old).status_code == 200
    market.say("P005", Act.WITHDRAWN)
    gone = client.get(old)
    assert (gone.status_code, "has withdrawn since" in gone.json()["message"]) == (403, True)
    new = address()
    assert new.split("?")[0] != old.split("?")[0]
    assert _rows(client.get(new).content) == _rows(whole) - 2


def _rows(data: bytes) -> int:
    import io

    import pyarrow.parquet

    return int(pyarrow.parquet.read_metadata(io.BytesIO(data)).num_rows)
