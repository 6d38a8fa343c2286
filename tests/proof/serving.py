"""A web application on a free loopback port, in a thread, gone afterwards."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from entrepot.api.errors import add_handlers
from entrepot.api.log import router
from entrepot.runtime import Exchange


def log_app(exchange: Exchange) -> FastAPI:
    """The public log of an exchange and nothing else."""
    app = FastAPI()
    app.state.exchange = exchange
    app.include_router(router)
    add_handlers(app)
    return app


@contextmanager
def serve(app: FastAPI) -> Iterator[str]:
    """Run the application and give its address as ``127.0.0.1:port``."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
