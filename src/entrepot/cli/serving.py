"""Run the application under uvicorn."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.kit import Conflict

if TYPE_CHECKING:
    import uvicorn

    from entrepot.config import Settings
    from entrepot.runtime import Exchange


def reached(settings: Settings, *, host: str, port: int) -> Settings:
    """The settings with the address under which a server on this machine is reached, unless another was chosen."""
    if settings.public_url != type(settings)().public_url:
        return settings
    # Links and signed addresses must lead to where it really listens; whoever sets another address means that one.
    return replace(settings, public_url=f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}")  # noqa: S104  # compared only


def run_server(settings: Settings, *, host: str, port: int) -> None:
    """Serve until the process is told to stop.

    Raises:
        Conflict: Something else listens there, or the records are of another release.
        Invalid: The settings name a rule pack that there is not.
    """
    from entrepot import compliance, flows
    from entrepot.runtime import SYSTEM, Exchange
    from entrepot.store import migrate

    _require_free(host, port)
    exchange = Exchange(settings)
    migrate.require_current(exchange.database)
    with exchange.reading(SYSTEM) as session:
        compliance.in_force(session)
    # Settings change between two runs, and what the packs of now forbid shall not be on offer until their hour comes.
    flows.judge_when_due(exchange)
    make_server(exchange, host=host, port=port, log_level="info").run()


def _require_free(host: str, port: int) -> None:
    # The server itself would only write a line into its log and stop.
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            pass
    except (OSError, OverflowError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise Conflict(
            f"{host}:{port} cannot be listened on: {said}.", "Choose another --port or --host, or stop the other program."
        ) from None


@contextmanager
def background_server(exchange: Exchange, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve from a thread of this process, and give the address; for the demo, tests and benchmarks."""
    with running(make_server(exchange, host=host, port=port, log_level="warning")) as address:
        yield address


@contextmanager
def running(server: uvicorn.Server) -> Iterator[str]:
    """Run a server in a thread of this process, and give its address."""
    thread = threading.Thread(target=server.run, name="entrepot-server", daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the server did not start")
        time.sleep(0.01)
    try:
        yield f"http://{server.config.host}:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(30)


def make_server(exchange: Exchange, *, host: str, port: int, log_level: str) -> uvicorn.Server:
    """A server of the whole application with its job workers."""
    import uvicorn

    from entrepot.asgi import create_app

    app = create_app(exchange, workers=True)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level=log_level,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=5,
    )
    return uvicorn.Server(config)
