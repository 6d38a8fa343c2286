"""The files the pages are made of: their addresses change with their content, so that browsers may keep them."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"


@cache
def digest(path: str) -> str:
    """Twelve hexadecimal digits of the file's SHA-256; empty when it has not been built."""
    file = FOLDER / path
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12] if file.is_file() else ""


class PageFiles(StaticFiles):
    """Serves the folder; what is asked for with its digest never changes and may be kept for a year."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, with how long it may be kept."""
        response = await super().get_response(path, scope)
        fixed = b"v=" in scope.get("query_string", b"")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if fixed else "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        # A picture opened by itself is a document too.
        response.headers["Content-Security-Policy"] = "default-src 'self'; sandbox"
        return response
