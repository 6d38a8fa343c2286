"""A client of an application in this process, for tests of the doors."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import unquote

import httpx
from starlette.types import ASGIApp, Message

ADDRESS = "http://testserver"


class Door(httpx.Client):
    """Sends requests through the whole application, one after the other.

    Every request runs on one event loop of this thread; Starlette's own client starts a thread with a loop for each request and
    crosses over to it eight times, which takes longer than most answers.
    """

    def __init__(
        self, app: ASGIApp, *, headers: Mapping[str, str] | None = None, follow_redirects: bool = True, raise_server_exceptions: bool = True
    ) -> None:
        self.app = app
        super().__init__(
            base_url=ADDRESS, headers={"user-agent": "testclient", **(headers or {})}, follow_redirects=follow_redirects,
            transport=_Inside(app, raise_server_exceptions),
        )  # fmt: skip


class _Inside(httpx.BaseTransport):
    def __init__(self, app: ASGIApp, raises: bool) -> None:
        self._app, self._raises = app, raises

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        return _loop().run_until_complete(self._answer(request))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        said: list[Message] = []
        asked: list[Message] = [{"type": "http.request", "body": request.content}]

        async def receive() -> Message:
            if not asked:
                await asyncio.get_running_loop().create_future()  # Whoever asked stays until the answer is complete.
            return asked.pop()

        async def send(message: Message) -> None:
            said.append(message)

        try:
            await self._app(_scope(request), receive, send)
        except Exception:
            # The outermost layer answers 500 and raises again what it caught, for the server to write down.
            if self._raises or not said:
                raise
        start, *pieces = said
        body = b"" if request.method == "HEAD" else b"".join(bytes(piece.get("body", b"")) for piece in pieces)
        return httpx.Response(start["status"], headers=start.get("headers", []), stream=httpx.ByteStream(body), request=request)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


def _scope(request: httpx.Request) -> dict[str, Any]:
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": request.method, "scheme": request.url.scheme,
        "path": unquote(request.url.path), "raw_path": request.url.raw_path.partition(b"?")[0], "query_string": request.url.query,
        "root_path": "", "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("testclient", 50_000), "server": (request.url.host, request.url.port or 80), "state": {},
    }  # fmt: skip
