"""Entrepot, an open data exchange: ``import entrepot`` offers the verbs of the command line to Python.

>>> import entrepot
>>> report = entrepot.check("workers.csv")                             # no server, no account
>>> with entrepot.connect("https://exchange.example", key="…") as me:  # the same verbs over HTTP
...     hits = me.search("earnings")["hits"]
>>> with entrepot.open_local("entrepot-data", organisation="delta-research") as me:   # or on a local data folder
...     agreements = me.agreements()
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import Any

__all__ = ["check", "connect", "open_local", "verify"]
__version__ = "0.1.0"

# The names below are resolved when called: this module lies under every package, so it may import none of them.


def check(path: str | Path) -> Any:
    """Check a table file as publishing would, and give the report (`entrepot.flows.CheckReport`); nothing of it is kept.

    Raises:
        NotFound: There is no such file.
        Invalid: It holds no table that can be read.
    """
    return import_module("entrepot.flows.check").check(path)


def connect(url: str, *, key: str = "") -> Any:
    """Act on an exchange over HTTP with an API key (`entrepot.client.Client`); without one, read what is public."""
    return import_module("entrepot.client").Client(url, key)


def open_local(folder: str | Path = "entrepot-data", *, organisation: str = "") -> AbstractContextManager[Any]:
    """Act for an organisation of the exchange in a local data folder, with the same verbs and without a server."""
    context = import_module("entrepot.cli.context")
    context.chosen.data, context.chosen.acting = str(folder), organisation or None
    opened: AbstractContextManager[Any] = context.connect()
    return opened


def verify(document: bytes, trusted: bytes) -> dict[str, Any]:
    """Verify a receipt or a signed agreement offline, with public keys only."""
    verified: dict[str, Any] = import_module("entrepot.flows.verify").verify_document(document, trusted)
    return verified
