"""Errors as Delta Sharing clients read them, beside the three fields every door shows; always 4xx, never one that is retried."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from entrepot.kit import EntrepotError

_CODES = {
    400: "INVALID_PARAMETER_VALUE", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "RESOURCE_DOES_NOT_EXIST", 409: "CONFLICT",
}  # fmt: skip


class ProtocolRoute(APIRoute):
    """A route whose errors have the protocol's shape."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with errors turned into answers."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except EntrepotError as error:
                return error_answer(error)
            except RequestValidationError as error:
                first = error.errors()[0]
                where = ".".join(str(part) for part in first["loc"])
                return _answer(400, {"error": "Malformed", "message": f"{where}: {first['msg']}.", "hint": "See the protocol's text."})
            except HTTPException as error:
                status = error.status_code if error.status_code in _CODES else 400
                return _answer(status, {"error": "Malformed", "message": str(error.detail), "hint": "See the protocol's text."})

        return handled


def error_answer(error: EntrepotError) -> JSONResponse:
    """The answer for an error of ours; what the protocol has no status for becomes 400 or 403."""
    status = {422: 400}.get(error.status, error.status)
    return _answer(status if status in _CODES else 403, error.as_dict())


def _answer(status: int, body: dict[str, Any]) -> JSONResponse:
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse({"errorCode": _CODES[status]} | body, status, headers=headers)
