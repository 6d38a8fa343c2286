"""Send a file over HTTP: whole or in ranges, in large pieces, stopped as soon as its agreement stops.

Each piece is read in a thread, and the event loop only hands it to the socket. What was handed over is recorded there now and
then, when the client stalls, and at the end, also when the client went away or the bytes were stopped.
"""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Iterator
from urllib.parse import quote

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from entrepot import delivery
from entrepot.kit import EntrepotError
from entrepot.sharing.ranges import Unsatisfiable, asked_range, http_date, is_unchanged

log = logging.getLogger("entrepot.sharing")
STALLED_SECONDS = 5.0
"""How long a client may leave a piece lying before what it has so far is counted."""


def answer(request: Request, sent: delivery.FileToSend) -> Response:
    """The answer to GET or HEAD on a file: 200, 206, 304 or 416."""
    size, changed_at = sent.file.bytes, sent.parcel.opened_at
    headers = {
        "accept-ranges": "bytes",
        "etag": sent.etag,
        "last-modified": http_date(changed_at),
        "cache-control": "private, no-transform",
        "repr-digest": f"sha-256=:{base64.b64encode(bytes.fromhex(sent.file.sha256)).decode()}:",
    }
    if is_unchanged(request.headers, sent.etag):
        return Response(status_code=304, headers=headers)
    try:
        span = asked_range(request.headers, size=size, etag=sent.etag, changed_at=changed_at)
    except Unsatisfiable:
        return Response(status_code=416, headers=headers | {"content-range": f"bytes */{size}"})
    start, end = span or (0, size)
    headers |= {"content-length": str(end - start), "content-disposition": f"attachment; filename*=UTF-8''{quote(sent.file.name, safe='')}"}
    if span is not None:
        headers["content-range"] = f"bytes {start}-{end - 1}/{size}"
    status = 200 if span is None else 206
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=sent.file.media_type)
    return FileStream(sent, start, end, status_code=status, headers=headers, media_type=sent.file.media_type)


class FileStream(Response):
    """Sends the bytes from ``start`` up to ``end`` while their agreement is open."""

    def __init__(
        self, sent: delivery.FileToSend, start: int, end: int, *, status_code: int, headers: dict[str, str], media_type: str
    ) -> None:
        super().__init__(None, status_code, headers, media_type)
        self._sent = sent
        self._start = start
        self._end = end
        self._meter = delivery.Meter(sent, start)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        gone = asyncio.ensure_future(_disconnected(receive))
        try:
            await self._send(send, gone)
        finally:
            gone.cancel()
            # A server that shuts down, or a client that vanished, leaves no byte uncounted.
            with anyio.CancelScope(shield=True):
                await self._record()

    async def _send(self, send: Send, gone: asyncio.Future[None]) -> None:
        """Hand the pieces over; leaving before the end makes the server cut the connection."""
        loop = asyncio.get_running_loop()
        pieces, position = self._sent.chunks(self._start, self._end), self._start
        if self._start == self._end:
            await send({"type": "http.response.body", "body": b""})
            await anyio.to_thread.run_sync(lambda: delivery.record_read(self._sent.exchange, self._sent, start=position, end=position))
        while position < self._end:
            try:
                piece = await loop.run_in_executor(None, self._next, pieces)
            except EntrepotError as error:
                log.info("cut file %s of %s at byte %d: %s", self._sent.file.id, self._sent.parcel.agreement_id, position, error)
                break
            if not piece or gone.done():
                break
            position += len(piece)
            # From here on the bytes are the socket's: a client that takes them and hangs up has had them.
            self._meter.hand_over(position)
            await self._send_piece(send, piece, is_last=position >= self._end)

    async def _send_piece(self, send: Send, piece: bytes, *, is_last: bool) -> None:
        sending = asyncio.ensure_future(send({"type": "http.response.body", "body": piece, "more_body": not is_last}))
        try:
            while not (await asyncio.wait({sending}, timeout=STALLED_SECONDS))[0]:
                await self._record()
            await sending
        finally:
            sending.cancel()

    def _next(self, pieces: Iterator[bytes]) -> bytes:
        self._meter.record_if_due()
        return next(pieces, b"")

    async def _record(self) -> None:
        await anyio.to_thread.run_sync(self._meter.record)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
