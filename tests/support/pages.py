"""A served exchange for tests of the pages, and browsers that look at it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from starlette.applications import Starlette

from entrepot import parties
from entrepot.runtime import SYSTEM, Actor, Exchange, Role

PASSWORD = "a calm sea and a prosperous voyage"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with a password, and how they act."""

    email: str
    actor: Actor


def member(exchange: Exchange, actor: Actor, email: str) -> Member:
    """Give an organisation a member with its roles and the password of all tests."""
    with exchange.session(SYSTEM) as session:
        token = parties.invite(session, email, organisation_id=actor.organisation_id, roles=actor.roles)
        found = parties.use_link(session, token, password=PASSWORD, name=email.partition("@")[0].title())
    assert isinstance(found, parties.Login)
    roles = actor.roles | {Role.PERSON}
    return Member(email, Actor(actor.organisation_id, found.person_id, roles, actor.scopes, "login"))


@contextmanager
def serving(app: Starlette) -> Iterator[str]:
    """Serve the application on a free port of this machine; its address."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        listener = found.dup()
    port = listener.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
