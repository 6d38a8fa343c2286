"""What every command shares: which exchange, who acts, how answers are shown."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Console

if TYPE_CHECKING:
    from entrepot.client import Client
    from entrepot.config import Settings
    from entrepot.runtime import Actor, Exchange

out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)


@dataclass(slots=True)
class Chosen:
    """The options given before the command."""

    data: str | None = None
    exchange: str | None = None
    acting: str | None = None
    as_json: bool = False


chosen = Chosen()


def settings() -> Settings:
    """The settings, with ``--data`` winning."""
    from entrepot import config

    return config.load(data_dir=chosen.data)


@contextmanager
def local_exchange() -> Iterator[Exchange]:
    """The exchange on the local data folder."""
    from entrepot.runtime import Exchange
    from entrepot.store import migrate

    with Exchange(settings()) as exchange:
        migrate.require_current(exchange.database)
        yield exchange


@contextmanager
def connect(*, operator: bool = False) -> Iterator[Client]:
    """A client of the chosen exchange: over HTTP with a key, or on the local data folder as one of its organisations.

    Args:
        operator: Act for the exchange itself unless ``--as`` says otherwise.
    """
    from entrepot.client import Client, LocalTransport

    if chosen.exchange:
        with Client(chosen.exchange, os.environ.get("ENTREPOT_API_KEY", "")) as client:
            yield client
        return
    from entrepot.asgi import create_app

    with local_exchange() as exchange:
        token = secrets.token_hex(16)
        app = create_app(exchange, local_actors={token: _local_actor(exchange, operator)})
        with Client(exchange.settings.public_url, token, transport=LocalTransport(app)) as client:
            yield client
        # Without a running server nobody else would do what was queued just now.
        exchange.run_due_jobs()
        exchange.tick()


def _local_actor(exchange: Exchange, operator: bool) -> Actor:
    from entrepot import parties
    from entrepot.kit import Invalid
    from entrepot.runtime import ALL_SCOPES, ANONYMOUS, Actor

    name = chosen.acting or os.environ.get("ENTREPOT_AS", "")
    with exchange.reading() as session:
        if name:
            found = parties.get(session, name)
        elif operator:
            found = parties.exchange_organisation(session)
        else:
            others = [o for o in parties.list_organisations(session) if not o.is_exchange]
            if len(others) > 1:
                raise Invalid(
                    f"There are {len(others)} organisations here.", f"Say who acts: --as {' or --as '.join(o.slug for o in others[:5])}."
                )
            if not others:
                return ANONYMOUS
            found = others[0]
    return Actor(organisation_id=found.id, roles=found.roles, scopes=ALL_SCOPES, via="local")


def show(value: Any, human: Callable[[Any], None]) -> None:
    """Print an answer: as JSON with ``--json``, else for people."""
    if chosen.as_json:
        sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
    else:
        human(value)
