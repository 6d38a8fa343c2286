"""The JSON API as a page, made from its OpenAPI document: no scripts, nothing from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from entrepot.web.view import render

_METHODS = ("get", "post", "put", "patch", "delete")


def page(request: Request) -> Response:
    """Every request of the API by group, with its parameters, body and answers."""
    document: dict[str, Any] = request.app.openapi()
    groups: dict[str, list[dict[str, Any]]] = {}
    for operation in _operations(document):
        groups.setdefault(operation["group"], []).append(operation)
    return render(
        request, "api", groups=sorted(groups.items()), schemas=sorted(_schemas(document).items()), version=document["info"]["version"]
    )


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path, methods in sorted(document["paths"].items()):
        for method in _METHODS:
            if method in methods:
                yield _operation(path, method, methods[method])


def _operation(path: str, method: str, found: dict[str, Any]) -> dict[str, Any]:
    answers = {status: _type(answer.get("content", {})) for status, answer in found["responses"].items() if status.startswith("2")}
    return {
        "group": (found.get("tags") or ["other"])[0],
        "id": found["operationId"],
        "method": method.upper(),
        "path": path,
        "text": found.get("description") or found.get("summary", ""),
        "parameters": [
            {"name": p["name"], "in": p["in"], "required": p.get("required", False), "text": p.get("description", "")}
            for p in found.get("parameters", [])
            if p["name"].lower() != "authorization"
        ],
        "body": _type(found.get("requestBody", {}).get("content", {})),
        "answers": answers,
    }


def _type(content: dict[str, Any]) -> str:
    """The name of a body's schema, or else its media type; empty for none."""
    for media_type, described in content.items():
        name = described.get("schema", {}).get("$ref", "").rpartition("/")[2]
        return name or str(media_type)
    return ""


def _schemas(document: dict[str, Any]) -> dict[str, str]:
    found: dict[str, Any] = document.get("components", {}).get("schemas", {})
    return {name: json.dumps(schema, ensure_ascii=False, indent=1) for name, schema in found.items()}
