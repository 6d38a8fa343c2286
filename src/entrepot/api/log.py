"""The public log over HTTP: checkpoint, hash tiles and entry bundles (c2sp.org/tlog-tiles)."""

from __future__ import annotations

import gzip
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from entrepot import proof
from entrepot.api.errors import RESPONSES
from entrepot.kit import Invalid, NotFound
from entrepot.proof.tiles import TilePath, parse_path
from entrepot.runtime import Exchange

router = APIRouter(prefix="/log", tags=["log"])
_BYTES = "application/octet-stream"


@router.get(
    "/checkpoint",
    summary="The signed head of the log",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, 404: RESPONSES[404]},
)
def checkpoint(request: Request) -> Response:
    """The newest checkpoint with the witnesses' cosignatures that have come in (c2sp.org/tlog-checkpoint)."""
    with _exchange(request).reading() as session:
        note = proof.checkpoint(session)
    return Response(note.encode(), headers={"content-type": "text/plain; charset=utf-8", "cache-control": "no-cache"})


@router.get(
    "/tile/{path:path}",
    summary="A tile of hashes or a bundle of entries",
    response_class=Response,
    responses={200: {"content": {_BYTES: {"schema": {"type": "string", "format": "binary"}}}}, 404: RESPONSES[404]},
)
def tile(request: Request, path: str, accept_encoding: Annotated[str, Header()] = "") -> Response:
    """Hashes at `<level>/<number>`, entries at `entries/<number>`, narrower ones with `.p/<width>` (c2sp.org/tlog-tiles).

    Numbers are written in groups of three digits, as in `x001/x234/067`.
    """
    wanted = _parse(request, path)
    with _exchange(request).reading() as session:
        data = proof.read_tile(session, wanted)
    age = "public, max-age=31536000, immutable" if wanted.is_full else "public, max-age=86400"
    headers = {"content-type": _BYTES, "cache-control": age}
    if wanted.level is None:
        headers["vary"] = "accept-encoding"
        if _accepts_gzip(accept_encoding):
            data = gzip.compress(data, 6, mtime=0)
            headers["content-encoding"] = "gzip"
    return Response(data, headers=headers)


def _parse(request: Request, path: str) -> TilePath:
    # The router drops a newline at the end of a path, and each tile has exactly one address.
    if request.scope["path"].endswith("\n"):
        path += "\n"
    try:
        return parse_path(f"tile/{path}")
    except Invalid as error:
        raise NotFound(error.message, error.hint) from None


def _accepts_gzip(header: str) -> bool:
    for item in header.lower().split(","):
        name, _, quality = item.partition(";")
        if name.strip() == "gzip":
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _exchange(request: Request) -> Exchange:
    exchange: Exchange = request.app.state.exchange
    return exchange
