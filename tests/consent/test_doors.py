"""The personal page as its person sees it, the controller's page, and a share that is read while somebody withdraws."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from entrepot import delivery
from entrepot.asgi import create_app
from entrepot.consent import Act, requests
from entrepot.delivery.model import ParcelOutdated
from entrepot.flows import people
from support.consenting import PeopleMarket, open_address
from support.door import Door
from support.pages import member
from support.trading import api_key
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


def test_nobody_reads_or_answers_the_request_of_anothers_person(market: PeopleMarket, app: FastAPI) -> None:
    with market.exchange.session() as session:
        filed = people.request_as_person(session, market.token("P002"), "deletion", "I was never there.")
    for name in ("stranger", "buyer", "operator", "regulator"):
        key = api_key(market.exchange, getattr(market.market, name))
        door = Door(app, headers={"authorization": f"Bearer {key}"})
        assert filed.id not in door.get("/api/v1/subject-requests").text, name
        answer = door.post(f"/api/v1/subject-requests/{filed.id}/answer", json={"text": "Done."})
        assert answer.status_code == 404, name
    email = member(market.exchange, market.market.stranger, "stranger@example.org").email
    stranger = Visitor(app).sign_in(email)
    assert "I was never there." not in stranger.go("/people").text
    assert filed.id not in stranger.here.html
    other = Door(app).get(f"/api/v1/people/{market.token('P003')}").json()
    assert other["requests"] == []
    with market.exchange.reading(market.market.owner) as session:
        assert requests.get(session, filed.id).state == "open"


def test_a_share_that_is_read_half_way_is_cut_when_somebody_in_it_withdraws(
    market: PeopleMarket, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entrepot.delivery.files.GATE_SECONDS", 0.0)
    monkeypatch.setattr("entrepot.delivery.files.CHUNK", 64)
    market.agree(market.publish(), method="table")
    with market.exchange.session(market.market.buyer) as session:
        token = delivery.profile(session)["bearerToken"]
    client = Door(app, headers={"authorization": f"Bearer {token}"})
    address, whole = _shared(client)
    pieces = open_address(market.exchange, address).chunks(0, len(whole))
    assert whole.startswith(next(pieces))
    market.say("P009", Act.WITHDRAWN)
    with pytest.raises(ParcelOutdated):
        next(pieces)
    assert client.get(address).status_code == 403
    assert _rows(_shared(client)[1]) == _rows(whole) - 2


def _shared(client: Door) -> tuple[str, bytes]:
    """The address of the shared table's file, and its bytes."""
    share = client.get("/sharing/shares").json()["items"][0]["name"]
    table = client.get(f"/sharing/shares/{share}/all-tables").json()["items"][0]
    query = f"/sharing/shares/{share}/schemas/{table['schema']}/tables/{table['name']}/query"
    line = next(one for one in client.post(query, json={}).text.splitlines() if '"url"' in one)
    address = line.split('"url":"')[1].split('"')[0]
    return address, client.get(address).content


def test_whoever_has_no_link_sees_no_person(market: PeopleMarket, app: FastAPI) -> None:
    assert Visitor(app).go("/me/org_01m80te7nhksyfpx8227ztnpbt.AAAAAAAAAAAAAAAAAAAAAA.AAAA").status == 404
    assert Visitor(app).post(f"/me/{market.token('P001')}", do="stop").status == 403, "a form that did not come from the page"


def test_a_shared_table_leaves_out_who_withdrew_and_its_old_address_stops(market: PeopleMarket, app: FastAPI) -> None:
    market.agree(market.publish(), method="table")
    with market.exchange.session(market.market.buyer) as session:
        token = delivery.profile(session)["bearerToken"]
    client = Door(app, headers={"authorization": f"Bearer {token}"})
    old, whole = _shared(client)
    market.say("P005", Act.WITHDRAWN)
    gone = client.get(old)
    assert (gone.status_code, "has withdrawn since" in gone.json()["message"]) == (403, True)
    new, content = _shared(client)
    assert new.split("?")[0] != old.split("?")[0]
    assert _rows(content) == _rows(whole) - 2


def _rows(data: bytes) -> int:
    import io

    import pyarrow.parquet

    return int(pyarrow.parquet.read_metadata(io.BytesIO(data)).num_rows)
