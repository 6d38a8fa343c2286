"""Every route for everybody: who gets what, and that no route is left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute, Mount

from entrepot.asgi import create_app
from entrepot.config import Settings
from entrepot.kit import ManualClock
from entrepot.runtime import ALL_SCOPES, Exchange, Scope
from support.door import Door
from support.route_table import ROWS, Row
from support.trading import api_key
from support.world import ROLES, World, fresh_settings, settle_world

MORNING = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One exchange for all rows; what a request changes is taken back after it."""
    made = settle_world(fresh_settings(tmp_path_factory.mktemp("world")), ManualClock(MORNING))
    made.keep()
    yield made
    made.exchange.close()


@pytest.fixture(scope="module")
def app(world: World) -> FastAPI:
    """The real application."""
    return create_app(world.exchange)


def _routes(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, str]]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _routes(inner.routes)
        elif isinstance(route, Mount):
            yield "GET", f"{route.path}/{{path}}"
        else:
            for method in sorted(set(getattr(route, "methods", None) or ()) - {"HEAD"}):
                yield method, str(getattr(route, "path", "?"))


def test_every_route_has_its_row_and_no_row_lacks_its_route(app: FastAPI) -> None:
    served = {f"{method} {path}" for method, path in _routes(app.routes)}
    assert served == set(ROWS), {"without a row": sorted(served - set(ROWS)), "without a route": sorted(set(ROWS) - served)}


def test_everybody_gets_what_the_table_says(app: FastAPI, world: World) -> None:
    found = {name: " ".join(str(_status(app, world, name, row, role)) for role in ROLES) for name, row in ROWS.items()}
    wrong = {name: f"{found[name]} instead of {row.statuses}" for name, row in ROWS.items() if found[name] != row.statuses}
    assert not wrong, "\n".join(f"{name}: {what}" for name, what in wrong.items())


def test_a_page_answers_the_head_of_what_it_shows(app: FastAPI, world: World) -> None:
    for name in ROWS:
        method, _, path = name.partition(" ")
        if method != "GET" or path.startswith(("/api/", "/sharing/", "/log/", "/openapi")):
            continue
        for role in ("anonymous", "buyer", "operator"):
            head = _ask(app, world, f"HEAD {path}", ROWS[name], role)
            assert (head.status_code, head.content) == (_ask(app, world, name, ROWS[name], role).status_code, b""), (path, role)


def _status(app: FastAPI, world: World, name: str, row: Row, role: str) -> int:
    answer = _ask(app, world, name, row, role)
    if answer.is_success or answer.is_redirect:
        assert "Traceback" not in answer.text
    if not name.startswith("GET ") and answer.status_code < 400:
        world.go_back()
    return int(answer.status_code)


def _ask(app: FastAPI, world: World, name: str, row: Row, role: str, headers: dict[str, str] | None = None) -> Any:
    method, _, path = name.partition(" ")
    address = re.sub(r"{([^}]+)}", lambda found: world.ids[row.ids.get(found[1], found[1])], path)
    sent: dict[str, Any] = {"headers": dict(headers or {}), "params": row.query}
    client = Door(app, raise_server_exceptions=True, follow_redirects=False)
    if path.startswith("/api/"):
        sent["headers"] |= {"authorization": f"Bearer {world.tokens[role]}"} if role in world.tokens and not headers else {}
        sent["json" if not isinstance(row.body, bytes) else "content"] = _filled(world, row.body)
    elif path.startswith("/sharing/"):
        sent["headers"] |= {"authorization": f"Bearer {world.shares[role]}"} if role in world.shares else {}
        sent["json"] = row.body
    else:
        sent["headers"] |= {"accept": "text/html"}
        csrf = "x" * 40
        if role in world.logins:
            cookie, csrf = world.logins[role]
            client.cookies.set("entrepot_session", cookie)
        client.cookies.set("entrepot_form", csrf)
        if method == "POST":
            sent["data"] = {"csrf": csrf, **(_filled(world, row.body) or {})}
    if method in ("GET", "HEAD", "DELETE"):
        sent = {key: value for key, value in sent.items() if key in ("headers", "params")}
    return client.request(method, address, **sent)


def _filled(world: World, body: Any) -> Any:
    if isinstance(body, dict):
        return {key: _filled(world, value) for key, value in body.items()}
    if isinstance(body, list):
        return [_filled(world, value) for value in body]
    return world.ids[body[1:]] if isinstance(body, str) and body.startswith("$") else body


def test_a_key_without_the_scope_is_refused_whatever_its_role(app: FastAPI, world: World) -> None:
    keys = {
        (role, scope): api_key(world.exchange, getattr(world.market, role), *(ALL_SCOPES - {scope}))
        for scope in Scope for role in ROLES[2:]
    }  # fmt: skip
    world.keep()
    for name, row in ROWS.items():
        if row.scope is None:
            continue
        for role, status in zip(ROLES, row.statuses.split(), strict=True):
            if role in world.tokens and int(status) < 400:
                answer = _ask(app, world, name, row, role, {"authorization": f"Bearer {keys[role, row.scope]}"})
                assert (answer.status_code, f"scope {row.scope}" in answer.json()["message"]) == (403, True), (name, role, answer.text)


def test_every_route_of_the_api_that_lets_somebody_in_but_not_everybody_names_its_scope() -> None:
    private = [n for n, r in ROWS.items() if " /api/" in n and r.statuses.startswith("401") and "20" in r.statuses]
    assert [name for name in private if ROWS[name].scope is None] == []


@pytest.mark.parametrize("token", ["", "nonsense", "key_01m000000000000000000000zz.secret", "ä", "a.b.c", "x" * 5_000])
def test_a_key_that_is_none_is_told_so_and_does_not_act_as_anonymous(app: FastAPI, token: str) -> None:
    client = Door(app)
    for header in (f"Bearer {token}", f"Basic {token}", token or "?"):
        answer = client.get("/api/v1/listings", headers={"authorization": header.encode()})
        assert (answer.status_code, answer.json()["error"]) == (401, "NotSignedIn")
        assert answer.headers["www-authenticate"] == "Bearer"


def test_the_doors_answer_alike_on_either_store(settings: Settings, clock: ManualClock) -> None:
    world = settle_world(settings, clock)
    app = create_app(world.exchange)
    try:
        for name, row in ROWS.items():
            if name.startswith("GET "):
                role = "buyer"
                expected = row.statuses.split()[ROLES.index(role)]
                assert str(_ask(app, world, name, row, role).status_code) == expected, name
    finally:
        Exchange.close(world.exchange)
