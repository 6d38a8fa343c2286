"""What every command shares: which exchange, who acts, how answers are shown."""

from __future__ import annotations

import json
import os
import secrets
import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from entrepot.client import Client
    from entrepot.config import Settings
    from entrepot.runtime import Actor, Exchange


class _Lazy:
    """A console that is made when it is first used, because rich takes longer to import than most commands to run."""

    def __init__(self, **options: Any) -> None:
        self._options = options
        self._made: Console | None = None

    @property
    def console(self) -> Console:
        """The console itself."""
        if self._made is None:
            from rich.console import Console

            self._made = Console(soft_wrap=True, highlight=False, **self._options)
        return self._made

    def __getattr__(self, name: str) -> Any:
        return getattr(self.console, name)


out: Any = _Lazy()
err: Any = _Lazy(stderr=True)


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


def at_hand() -> bool:
    """Whether an exchange is named or lies in the data folder."""
    found = settings()
    return bool(chosen.exchange or found.database_url) or (found.data_path / "entrepot.db").exists()


@contextmanager
def local_exchange() -> Iterator[Exchange]:
    """The exchange on the local data folder.

    Raises:
        NotFound: There is none.
        Conflict: Its records are of another release.
    """
    from entrepot.cli.serving import reached
    from entrepot.kit import NotFound
    from entrepot.runtime import Exchange
    from entrepot.store import migrate

    found = settings()
    found = reached(found, host=found.host, port=found.port)
    if not found.database_url and not (found.data_path / "entrepot.db").exists():
        raise NotFound(
            f"There is no exchange in {found.data_path}.",
            "Begin one with `entrepot init`, name its folder with --data, or use one elsewhere with --exchange.",
        )
    with Exchange(found) as exchange:
        migrate.require_current(exchange.database)
        yield exchange


@contextmanager
def connect(*, operator: bool = False, public: bool = False) -> Iterator[Client]:
    """A client of the chosen exchange: over HTTP with a key, or on the local data folder as one of its organisations.

    Args:
        operator: Act for the exchange itself unless ``--as`` says otherwise.
        public: Only public things are read, so nobody needs to act.
    """
    from entrepot.client import Client, LocalTransport

    if chosen.exchange:
        if chosen.acting:
            raise _one_door()
        with Client(chosen.exchange, os.environ.get("ENTREPOT_API_KEY", "")) as client:
            yield client
        return
    from entrepot.asgi import create_app

    with local_exchange() as exchange:
        token = secrets.token_hex(16)
        app = create_app(exchange, local_actors={token: _local_actor(exchange, operator=operator, public=public)})
        with Client(exchange.settings.public_url, token, transport=LocalTransport(app)) as client:
            yield client
        # Without a running server nobody else would do what was queued just now.
        exchange.run_due_jobs()
        exchange.tick()


def _one_door() -> Exception:
    from entrepot.kit import Invalid

    return Invalid(
        "--as chooses an organisation of a local exchange only.", "At another exchange the key in ENTREPOT_API_KEY says who acts."
    )


def _local_actor(exchange: Exchange, *, operator: bool, public: bool) -> Actor:
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
            if public and len(others) != 1:
                return ANONYMOUS
            if len(others) > 1:
                known = [*others[:5], parties.exchange_organisation(session)]
                raise Invalid(
                    f"There are {len(others)} organisations here.",
                    f"Say who acts: --as {' or --as '.join(o.slug for o in known)} (the last is the exchange itself).",
                )
            if not others:
                return ANONYMOUS
            found = others[0]
    return Actor(organisation_id=found.id, roles=found.roles, scopes=ALL_SCOPES, via="local")


def harmless(text: str) -> str:
    """Text of a file nobody knows yet, with signs in place of what would steer the terminal."""
    return "".join("\ufffd" if unicodedata.category(character) in ("Cc", "Cf") else character for character in text)


def show(value: Any, human: Callable[[Any], object]) -> None:
    """Print an answer: as JSON with ``--json``, else for people."""
    if chosen.as_json:
        sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
    else:
        human(value)


def wrote(path: Path, what: str) -> None:
    """Say that a file was written, and what it is."""
    show({"file": str(path), "what": what}, lambda _: out.print(f"{path}: {what}", markup=False))


def newest(client: Client, given: str, kind: str) -> str:
    """The id as given, or the newest negotiation, agreement or notice for ``last``.

    Raises:
        NotFound: There is none yet.
    """
    if given != "last":
        return given
    found = client.call("GET", f"/{kind}", query={"limit": 1})[kind]
    if not found:
        from entrepot.kit import NotFound

        begin = {
            "negotiations": "Ask for a listing with `entrepot request`.", "agreements": "Sign one with `entrepot accept last`.",
            "notices": "`entrepot notices file` serves one.",
        }  # fmt: skip
        raise NotFound(f"You have no {kind} yet.", begin.get(kind, ""))
    return str(found[0]["id"])


def find_listing(client: Client, given: str) -> str:
    """The id as given, or the one listing that these words find.

    Raises:
        NotFound: They find none.
        Invalid: They find several.
    """
    from entrepot.kit import Invalid, NotFound, is_id

    if is_id(given, "lst"):
        return given
    hits = client.search(given, limit=2)["hits"]
    if not hits:
        raise NotFound(f"No listing has {given!r} in it.", "Try other words, or give the listing's id.")
    if len(hits) > 1:
        raise Invalid(f"{given!r} finds several listings.", "Use more words, or the id that `entrepot search` shows.")
    return str(hits[0]["id"])
