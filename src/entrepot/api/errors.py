"""Errors as every door shows them: ``error``, ``message``, ``hint``."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from entrepot.kit import EntrepotError


class ErrorBody(BaseModel):
    """What stands in the way, with its values, and the next step."""

    error: str
    message: str
    hint: str
    details: dict[str, Any] | None = None


# Named and not given as models: for a model FastAPI builds a validator per status and route, two thirds of the time that the routes take to load.
_BODY = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorBody"}}}
RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"content": _BODY, "description": text}
    for status, text in {
        400: "Malformed", 401: "Who are you", 403: "Refused", 404: "Not found, or not yours", 409: "Something else happened first",
        413: "Too large", 422: "Cannot be right", 429: "Too often",
    }.items()
}  # fmt: skip
_WORDS = {400: "Malformed", 404: "NotFound", 405: "MethodNotAllowed", 413: "TooLarge"}


def describe(app: FastAPI) -> None:
    """Give the application's description of itself the form of an error, which each route names."""
    described = app.openapi

    def with_errors() -> dict[str, Any]:
        document = described()
        document["components"]["schemas"].setdefault("ErrorBody", ErrorBody.model_json_schema(ref_template="#/components/schemas/{model}"))
        return document

    app.openapi = with_errors  # type: ignore[method-assign]


def error_response(error: EntrepotError) -> JSONResponse:
    """The JSON answer for an error of ours."""
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else None
    return JSONResponse(error.as_dict(), error.status, headers=headers)


def add_handlers(app: FastAPI) -> None:
    """Make every error of the JSON API look alike."""

    @app.exception_handler(EntrepotError)
    def entrepot_error(request: Request, error: EntrepotError) -> JSONResponse:
        return error_response(error)

    @app.exception_handler(RequestValidationError)
    def validation_error(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        malformed = first["type"] in ("json_invalid",)
        body = {
            "error": "Malformed" if malformed else "Invalid",
            "message": f"{where}: {first['msg']}.",
            "hint": "The form of each request is described at /docs.",
        }
        return JSONResponse(body, 400 if malformed else 422)

    @app.exception_handler(HTTPException)
    def http_error(request: Request, error: HTTPException) -> JSONResponse:
        word = _WORDS.get(error.status_code, "Malformed")
        body = {
            "error": word,
            "message": f"{request.method} {request.url.path[:200]}: {error.detail}.",
            "hint": "The API is described at /docs.",
        }
        return JSONResponse(body, error.status_code, headers=error.headers)
