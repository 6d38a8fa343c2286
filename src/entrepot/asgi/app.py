"""The application that uvicorn serves: JSON API, pages, Delta Sharing and public log around one exchange."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from fastapi import FastAPI

from entrepot import sharing
from entrepot.api import ROUTERS, UPLOAD_PATHS
from entrepot.api.errors import add_handlers, describe
from entrepot.api.limits import Limits
from entrepot.runtime import Actor, Exchange
from entrepot.web.routes import add_pages


def create_app(exchange: Exchange, *, local_actors: Mapping[str, Actor] | None = None, workers: bool = False) -> FastAPI:
    """The whole exchange as one ASGI application.

    Args:
        local_actors: Tokens of this process only, for the command line on a local data folder.
        workers: Run the job workers while the application runs.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if workers:
            exchange.start_workers()
        yield
        exchange.close()

    app = FastAPI(
        title="Entrepot", version="1", summary="An open data exchange: every use agreed, metered, paid and provable.",
        openapi_url="/openapi.json", docs_url=None, redoc_url=None, lifespan=lifespan,
    )  # fmt: skip
    app.state.exchange = exchange
    app.state.local_actors = dict(local_actors or {})
    for router in (*ROUTERS, sharing.router):
        # Taken over as they are: `include_router` would make each route a second time, and look for each request's twice.
        app.router.routes.extend(router.routes)
    add_handlers(app)
    describe(app)
    add_pages(app)
    app.add_middleware(Limits, settings=exchange.settings, upload_paths=UPLOAD_PATHS)
    return app
