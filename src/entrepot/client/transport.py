"""Speak to an exchange in this process as if it were a server, so that one code path serves both."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import AsyncIterator, Iterator, MutableMapping
from contextlib import suppress
from typing import Any, Protocol

import httpx

log = logging.getLogger("entrepot.client")


class AsgiApp(Protocol):
    """An ASGI 3 application."""

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None: ...


class LocalTransport(httpx.BaseTransport):
    """An httpx transport that calls an ASGI application directly; bodies stream both ways in bounded memory."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="entrepot-local", daemon=True)
        self._thread.start()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request through the application."""
        answers: queue.Queue[Any] = queue.Queue(maxsize=8)
        future = asyncio.run_coroutine_threadsafe(self._serve(request, answers), self._loop)
        first = answers.get()
        if isinstance(first, BaseException):
            raise httpx.TransportError(f"The exchange failed: {type(first).__name__}: {first}", request=request) from first
        return httpx.Response(first["status"], headers=first["headers"], stream=_Body(answers, future), request=request)

    def close(self) -> None:
        """End what is under way, and stop the loop; threads that outlive the interpreter would keep the engine's objects alive."""
        if not self._loop.is_closed():
            with suppress(TimeoutError):
                asyncio.run_coroutine_threadsafe(self._finish(), self._loop).result(5)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(5)
            if not self._thread.is_alive():
                self._loop.close()

    async def _finish(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._loop.shutdown_asyncgens()
        await self._loop.shutdown_default_executor()

    async def _serve(self, request: httpx.Request, answers: queue.Queue[Any]) -> None:
        body, ended = self._chunks(request), False

        async def receive() -> dict[str, Any]:
            nonlocal ended
            if ended:
                # The caller is there until it closes the response, and closing cancels this task.
                await asyncio.get_running_loop().create_future()
            try:
                return {"type": "http.request", "body": await anext(body), "more_body": True}
            except StopAsyncIteration:
                ended = True
                return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            await asyncio.to_thread(answers.put, message)

        try:
            await self._app(_scope(request), receive, send)
        except asyncio.CancelledError:  # The caller has closed the response early and reads no more.
            raise
        except Exception as error:
            # No server is there to write this down, and an answer of 500 may have gone out already.
            log.error("%s %s failed", request.method, request.url.path, exc_info=error)
            await asyncio.to_thread(answers.put, error)

    @staticmethod
    async def _chunks(request: httpx.Request) -> AsyncIterator[bytes]:
        stream = iter(request.stream)  # type: ignore[arg-type]  # a sync client sends sync streams
        while (piece := await asyncio.to_thread(next, stream, None)) is not None:
            yield piece


class _Body(httpx.SyncByteStream):
    def __init__(self, answers: queue.Queue[Any], future: Any) -> None:
        self._answers = answers
        self._future = future

    def __iter__(self) -> Iterator[bytes]:
        while True:
            message = self._answers.get()
            if isinstance(message, BaseException):
                raise httpx.ReadError(f"The exchange stopped answering: {message}")
            yield message.get("body", b"")
            if not message.get("more_body", False):
                return

    def close(self) -> None:
        self._future.cancel()


def _scope(request: httpx.Request) -> dict[str, Any]:
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": request.method, "scheme": request.url.scheme,
        "path": request.url.path, "raw_path": request.url.raw_path.split(b"?")[0], "query_string": request.url.query, "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw], "server": (request.url.host, request.url.port or 80),
        "client": ("127.0.0.1", 0),
    }  # fmt: skip
