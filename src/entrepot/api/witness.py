"""A witness as a web application of its own (c2sp.org/tlog-witness)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from entrepot.kit import Clock
from entrepot.proof.witness import WitnessAnswer, open_witness

BODY_LIMIT = 256 * 1024
_ANSWERS = {
    200: "Cosignature lines", 400: "Malformed", 403: "No signature by a known key", 404: "Unknown log", 409: "Another size is known",
    413: "Too large", 422: "The proof does not verify",
}  # fmt: skip


def create_witness_app(folder: str | Path, logs: Sequence[str], *, name: str = "", clock: Clock | None = None) -> FastAPI:
    """The application of the witness in a folder.

    Args:
        logs: The vkeys of the logs it cosigns for.
        name: How it is called in its keys; needed the first time.

    Raises:
        Invalid: See ``open_witness``.
    """
    witness = open_witness(folder, logs, name=name, clock=clock)
    app = FastAPI(title="Entrepot witness", docs_url=None, redoc_url=None)
    app.state.witness = witness
    app.state.vkeys = witness.vkeys
    app.state.vkey = witness.vkeys[0]

    @app.get("/", response_class=Response)
    def keys() -> Response:
        """The witness's public keys, one vkey a line."""
        return _response(WitnessAnswer(200, "".join(f"{vkey}\n" for vkey in witness.vkeys)))

    @app.post(
        "/add-checkpoint",
        response_class=Response,
        responses={status: {"description": text} for status, text in _ANSWERS.items()},
    )
    async def add_checkpoint(request: Request) -> Response:
        """Check that a log has only grown, remember its checkpoint and cosign it."""
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > BODY_LIMIT:
                return _response(WitnessAnswer(413, f"A request has at most {BODY_LIMIT} bytes.\n"))
        return _response(await run_in_threadpool(witness.add_checkpoint, bytes(body)))

    return app


def _response(answer: WitnessAnswer) -> Response:
    return Response(answer.body.encode(), answer.status, headers={"content-type": answer.content_type, "cache-control": "no-store"})
