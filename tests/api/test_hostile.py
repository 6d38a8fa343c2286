"""Hostile texts through every field of every request: kept as they are or refused, never run and never an error of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI

from entrepot import flows, parties
from entrepot.asgi import create_app
from entrepot.config import Settings
from entrepot.kit import ManualClock
from entrepot.runtime import SYSTEM
from support.door import Door
from support.pages import serving
from support.route_table import ROWS, Row
from support.trading import broken_laws, iris_text, manifest_text
from support.world import ROLES, World, fresh_settings, settle_world

HOSTILE = (
    "'; DROP TABLE organisations; --", "\" OR 1=1 --", "1); DELETE FROM transfers; --", "$1 %s {0} :name ?", "../../../../etc/passwd",
    "..\\..\\windows", "/etc/passwd\x00.csv", "{{7*7}}{% raise %}${7*7}", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a\x00b",
    "\ud800", "\u202egnp.exe", "\r\nSet-Cookie: a=b", "=HYPERLINK(\"http://x\")", "x" * 100_000, "", "\ufeff", "𝔘𝔫𝔦", "NaN", "null", "🏴‍☠️" * 50,
)  # fmt: skip
VALUES: tuple[Any, ...] = (None, True, 0, -1, 2**31, 2**63, 2**64, 10**400, -1.5, 1e308, [], {}, [[[]]], {"a": {"b": []}})


@pytest.fixture
def world(settings: Settings, clock: ManualClock) -> Iterator[World]:
    """Something in every state, on either store."""
    made = settle_world(settings, clock)
    yield made
    made.exchange.close()


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An exchange for requests that are refused before they reach any store."""
    made = settle_world(fresh_settings(tmp_path_factory.mktemp("calm")), ManualClock(datetime(2026, 11, 20, 9, 0, tzinfo=UTC)))
    yield made
    made.exchange.close()


@pytest.fixture
def app(world: World) -> FastAPI:
    """The real application."""
    return create_app(world.exchange, local_actors={role: getattr(world.market, role) for role in ROLES[2:]})


def _fields(body: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(body, dict):
        for key, value in body.items():
            yield from _fields(value, (*at, key))
    elif isinstance(body, list) and body:
        yield from _fields(body[0], (*at, 0))
    elif at:
        yield at


def _with(body: Any, at: tuple[Any, ...], value: Any) -> Any:
    if not at:
        return value
    copy = dict(body) if isinstance(body, dict) else list(body)
    copy[at[0]] = _with(copy[at[0]], at[1:], value)
    return copy


FULL: dict[str, Any] = {
    "POST /api/v1/listings/{listing_id}/requests": {
        "purpose": "AcademicResearch", "method": "file", "territory": "DE", "message": "hello", "price": "1.00 EUR",
        "terms": {"permitted_purposes": ["dpv:AcademicResearch"], "duration_days": 3, "territories": ["DE"]},
        "rights": {"columns": ["Species"], "rows": [{"column": "Species", "operator": "=", "value": "setosa"}]},
    },
    "POST /api/v1/negotiations/{negotiation_id}/offers": {
        "message": "x", "price": {"plan": "flat", "amount": {"amount": 100, "currency": "EUR"}},
        "terms": {"permitted_purposes": ["dpv:AcademicResearch"], "attribution": True},
    },
    "POST /api/v1/negotiations/{negotiation_id}/acceptance": {"offer_id": "off_x"},
    "POST /api/v1/negotiations/{negotiation_id}/decline": {"message": "x"},
    "POST /api/v1/api-keys": {"name": "k", "scopes": ["read"], "days": 3},
}  # fmt: skip


def _body(world: World, name: str, row: Row) -> Any:
    body = FULL.get(name, row.body)
    text = json.dumps(body)
    for key, value in world.ids.items():
        text = text.replace(f'"${key}"', json.dumps(value))
    return json.loads(text)


def _address(world: World, name: str, row: Row, **instead: str) -> str:
    path = name.partition(" ")[2]
    for key, value in world.ids.items():
        chosen = instead.get(key, world.ids[row.ids[key]] if key in row.ids else value)
        path = path.replace("{" + key + "}", chosen)
    return path


def test_hostile_texts_and_values_in_every_field_of_every_body(world: World, app: FastAPI) -> None:
    client, wrong = Door(app, raise_server_exceptions=False), []
    tables = set(world.market.snapshot())
    for name, row in ROWS.items():
        if " /api/" not in name or not isinstance(row.body, dict):
            continue
        role = next((r for r, s in zip(ROLES, row.statuses.split(), strict=True) if r in ROLES[2:] and s.startswith("2")), "operator")
        body = _body(world, name, row)
        for at in _fields(body):
            # Values of the wrong kind are refused before any store sees them, so the quicker store is enough for those.
            for value in HOSTILE if world.exchange.database.dialect == "postgresql" else (*HOSTILE[::3], *VALUES):
                answer = _post(client, world, name, row, role, _with(body, at, value))
                if answer.status_code >= 500 or (answer.status_code >= 400 and set(answer.json()) < {"error", "message", "hint"}):
                    wrong.append(f"{name} {at} {str(value)[:40]!r}: {answer.status_code} {answer.text[:200]}")
    assert not wrong, "\n".join(wrong)
    assert set(world.market.snapshot()) == tables
    assert broken_laws(world.exchange) == []


def _post(client: Door, world: World, name: str, row: Row, role: str, body: Any) -> httpx.Response:
    sent = json.dumps(body).encode()  # Surrogates as the escapes that JSON has for them.
    headers = {"authorization": f"Bearer {role}", "content-type": "application/json"}
    return client.request(name.partition(" ")[0], _address(world, name, row), content=sent, headers=headers, params=row.query)


def test_hostile_texts_in_every_path_query_and_header(world: World, app: FastAPI) -> None:
    client, wrong = Door(app, raise_server_exceptions=False), []
    for text in (*HOSTILE[:15], "\ufeff", "x" * 3_000):
        quoted = quote(text.encode("utf-8", "surrogatepass"), safe="")
        asked: list[tuple[str, str, dict[str, str]]] = [
            ("GET", f"/api/v1/listings?q={quoted}", {}), ("GET", f"/api/v1/listings?q=iris&after={quoted}", {}),
            *(("GET", f"/api/v1/listings?{f}={quoted}", {}) for f in ("owner", "plan", "purpose", "keyword", "format", "language", "limit", "personal")),
            ("GET", f"/?q={quoted}&keyword={quoted}&lang={quoted}&theme={quoted}", {"accept": "text/html"}),
            ("GET", f"/listings/{quoted}", {"accept": "text/html"}), ("GET", f"/{quoted}", {"accept": "text/html"}),
            ("GET", f"/static/{quoted}", {}), ("GET", f"/log/tile/{quoted}", {}), ("GET", f"/join/{quoted}", {"accept": "text/html"}),
            ("GET", f"/sharing/files/{quoted}/{quoted}/{quoted}?expires={quoted}&read={quoted}&by={quoted}&X-Amz-Signature={quoted}", {}),
            ("GET", f"/sharing/shares/{quoted}", {"authorization": f"Bearer {world.shares['buyer']}"}),
            ("GET", "/sharing/shares", {"authorization": b"Bearer \xff\xfe\x80".decode("latin-1")}),
            ("POST", f"/api/v1/uploads?name={quoted}", {"authorization": "Bearer owner"}),
            ("GET", f"/api/v1/ledger/transfers?currency={quoted}&since={quoted}", {"authorization": "Bearer owner"}),
            ("GET", f"/api/v1/negotiations?before={quoted}&limit={quoted}", {"authorization": "Bearer owner"}),
            ("GET", f"/api/v1/agreements?before={quoted}", {"authorization": "Bearer owner"}),
        ]  # fmt: skip
        for name in ROWS:
            method, _, path = name.partition(" ")
            if "{" in path and " /api/" in name:
                row = ROWS[name]
                first = path[path.index("{") + 1 : path.index("}")]
                asked.append((method, _address(world, name, row, **{first: quoted}), {"authorization": "Bearer operator"}))
        for method, address, headers in asked:
            sent = {k: v.encode("latin-1") for k, v in headers.items()}
            answer = client.request(method, address, headers=sent, content=b"{}" if method == "POST" else None)
            executed = "text/html" in answer.headers.get("content-type", "") and (
                "<script>alert" in answer.text or "<img src=x" in answer.text
            )
            if answer.status_code >= 500 or "root:x:0" in answer.text or executed:
                wrong.append(f"{method} {address[:80]}: {answer.status_code} {answer.text[:150]}")
    for key in ("\x7f", "\t", "ä" * 90, "x" * 5_000, "'; DROP TABLE jobs; --"):
        row = ROWS["POST /api/v1/listings/{listing_id}/requests"]
        answer = client.post(
            _address(world, "POST /api/v1/listings/{listing_id}/requests", row), json=row.body,
            headers={"authorization": b"Bearer buyer", "idempotency-key": key.encode("latin-1")},
        )  # fmt: skip
        if answer.status_code not in (201, 400, 422):
            wrong.append(f"idempotency key {key[:20]!r}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_texts_come_back_as_they_went_in(world: World, app: FastAPI) -> None:
    client = Door(app)
    for text in (*HOSTILE[:6], *HOSTILE[7:10], HOSTILE[12], HOSTILE[14]):
        row = ROWS["POST /api/v1/listings/{listing_id}/requests"]
        asked = client.post(
            _address(world, "POST /api/v1/listings/{listing_id}/requests", row, listing_id=world.ids["asked_for"]),
            json={"purpose": "AcademicResearch", "message": text}, headers={"authorization": "Bearer buyer"},
        )  # fmt: skip
        assert asked.status_code == 201, asked.text
        seen = client.get(f"/api/v1/negotiations/{asked.json()['id']}", headers={"authorization": "Bearer owner"}).json()
        assert seen["offers"][-1]["message"] == text
        with world.exchange.reading(SYSTEM) as session:
            assert len(parties.list_organisations(session)) == 5


def test_a_listing_of_hostile_texts_is_shown_and_found_and_exported_harmlessly(world: World, app: FastAPI) -> None:
    client = Door(app)
    headers = {"authorization": "Bearer owner"}
    evil = "<script>alert(1)</script>{{7*7}} '; DROP TABLE jobs;--"
    text = manifest_text(title=evil, outcome=evil, description=evil, keywords={"en": [evil[:60]]})
    upload = client.post("/api/v1/uploads?name=iris.csv", content=iris_text(), headers=headers).json()["id"]
    made = client.post("/api/v1/listings", json={"manifest": text, "uploads": [upload]}, headers=headers)
    assert (made.status_code, made.json()["title"]) == (201, evil), made.text
    for address in ("/", "/?q=alert", f"/listings/{made.json()['id']}"):
        page = client.get(address, headers={"accept": "text/html"}).text
        assert "<script>alert" not in page
        assert "DROP TABLE jobs" in page
    assert flows.examine(world.exchange).healthy


def test_what_is_no_json_or_too_deep_is_malformed(calm: World) -> None:
    client = Door(create_app(calm.exchange, local_actors={"owner": calm.market.owner}), raise_server_exceptions=False)
    headers = {"authorization": "Bearer owner", "content-type": "application/json"}
    for sent in (
        b"",
        b"{",
        b"\xff\xfe{}",
        b"[" * 50_000,
        b'{"a":' * 20_000,
        b"nul",
        b'"\\ud800"',
        b"1" * 100_000,
        b'{"name": "a", "name": "b"}',
    ):
        answer = client.post("/api/v1/api-keys", content=sent, headers=headers)
        assert answer.status_code in (400, 422), (sent[:20], answer.status_code, answer.text[:200])
        assert set(answer.json()) >= {"error", "message", "hint"}
    for kind in ("text/plain", "application/xml", "multipart/form-data; boundary=x", "application/json; charset=utf-16", ""):
        answer = client.post("/api/v1/api-keys", content=b"<a/>", headers=headers | {"content-type": kind})
        assert answer.status_code in (400, 415, 422), (kind, answer.text)


def test_a_method_that_a_path_does_not_know_is_named(calm: World) -> None:
    client = Door(create_app(calm.exchange), raise_server_exceptions=False)
    for method, path in (("PUT", "/api/v1/me"), ("DELETE", "/api/v1/listings"), ("TRACE", "/api/v1/me"), ("PATCH", "/openapi.json")):
        answer = client.request(method, path)
        assert (answer.status_code, "allow" in answer.headers) == (405, True), (method, path)


def _stream(size: int, sent: list[int]) -> Iterator[bytes]:
    piece = b"x" * 65_536
    for _ in range(size // len(piece)):
        sent[0] += len(piece)
        yield piece


@pytest.mark.parametrize(("path", "limit"), [("/api/v1/uploads?name=big.csv", 4_000_000), ("/api/v1/api-keys", 1_000_000)])
def test_a_body_without_a_length_is_cut_at_the_limit_while_it_streams(
    calm: World, monkeypatch: pytest.MonkeyPatch, path: str, limit: int
) -> None:
    monkeypatch.setattr(calm.exchange, "settings", replace(calm.exchange.settings, upload_limit=4_000_000, body_limit=1_000_000))
    app, sent = create_app(calm.exchange, local_actors={"owner": calm.market.owner}), [0]
    scratch = calm.exchange.settings.data_path / "scratch"
    with serving(app) as url, httpx.Client(base_url=url, timeout=60) as client:
        try:
            answer = client.post(path, content=_stream(400_000_000, sent), headers={"authorization": "Bearer owner"})
            assert (answer.status_code, answer.json()["error"]) == (413, "TooLarge")
        except (httpx.WriteError, httpx.ReadError, httpx.RemoteProtocolError):
            pass  # The server may hang up on who goes on sending; that the sending stopped is what counts.
        assert sent[0] < 100_000_000
        declared = client.post(path, content=b"x" * (limit + 1), headers={"authorization": "Bearer owner"})
        assert declared.status_code == 413
    assert [p.name for p in scratch.iterdir() if p.name not in ("engine", "locks")] == []
