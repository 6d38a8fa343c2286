"""Refuse bodies that are too large while they stream in, and send the headers every answer needs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from entrepot.config import Settings

SECURITY_HEADERS = [
    (b"content-security-policy", b"default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
]


_NULL = {
    "error": "Invalid",
    "message": "The address holds a null character, which no name or text here does.",
    "hint": "Leave it out.",
}


class TooLarge(Exception):
    """The body passed its limit; turned into 413 by the middleware."""


class Limits:
    """ASGI middleware: body limits, security headers, and no null characters in addresses, which PostgreSQL cannot keep.

    Args:
        is_upload: Says of a path whether it takes whole tables, for which ``upload_limit`` holds instead of ``body_limit``.
    """

    def __init__(self, app: ASGIApp, *, settings: Settings, upload_paths: tuple[str, ...]) -> None:
        self.app = app
        self.settings = settings
        self.upload_paths = upload_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        upload = scope["method"] in ("POST", "PUT") and scope["path"].startswith(self.upload_paths)
        limit = self.settings.upload_limit if upload else self.settings.body_limit
        started, cut = False, False

        async def guarded_send(message: Message) -> None:
            nonlocal started
            if cut and not started:
                return  # Somebody took the end of reading for a broken body and answers that; the true answer follows.
            if message["type"] == "http.response.start":
                started = True
                present = {name.lower() for name, _ in message.get("headers", [])}
                message = dict(message) | {
                    "headers": [*message.get("headers", []), *((n, v) for n, v in SECURITY_HEADERS if n not in present)]
                }
            await send(message)

        def cut_off() -> None:
            nonlocal cut
            cut = True

        if _declared_length(scope) > limit:
            await _refuse(guarded_send, limit)
            return
        if b"\x00" in scope["path"].encode("utf-8", "surrogatepass") or b"%00" in scope["query_string"]:
            await _answer(guarded_send, 422, _NULL)
            return
        try:
            await self.app(scope, _counting(receive, limit, cut_off), guarded_send)
        except TooLarge:
            if started:
                raise
        if cut and not started:
            cut = False
            await _refuse(guarded_send, limit)


def _declared_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


def _counting(receive: Receive, limit: int, cut_off: Callable[[], None]) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > limit:
                cut_off()
                raise TooLarge
        return message

    return counted


async def _refuse(send: Send, limit: int) -> None:
    body: dict[str, Any] = {
        "error": "TooLarge",
        "message": f"The request is larger than the limit of {limit:,} bytes.",
        "hint": "Send less, or ask the operator to raise the limit.",
    }
    await _answer(send, 413, body)


async def _answer(send: Send, status: int, body: dict[str, Any]) -> None:
    data = json.dumps(body).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(data)).encode())]
    if status == 413:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": data})
