"""Which bytes of a file a request asks for (RFC 9110, sections 13 and 14)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime

_ONE = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE | re.ASCII)


class Unsatisfiable(Exception):
    """The range begins behind the end of the file."""


def parse_range(text: str, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last; None when the whole file is to be sent.

    One range is served; several at once, other units and what makes no sense are ignored, as the standard allows.

    Raises:
        Unsatisfiable: Nothing of the range lies in the file.
    """
    match = _ONE.fullmatch(text)
    if match is None or match[1] == match[2] == "":
        return None
    if match[1] == "":
        if int(match[2]) == 0 or size == 0:
            raise Unsatisfiable
        return max(0, size - int(match[2])), size
    start = int(match[1])
    end = int(match[2]) + 1 if match[2] else size
    if end <= start and match[2]:
        return None
    if start >= size:
        raise Unsatisfiable
    return start, min(end, size)


def asked_range(headers: Mapping[str, str], *, size: int, etag: str, changed_at: datetime) -> tuple[int, int] | None:
    """The range to serve; none where ``If-Range`` names another state of the file, so that two states are never mixed.

    Raises:
        Unsatisfiable: Nothing of the range lies in the file.
    """
    text = headers.get("range", "")
    condition = headers.get("if-range", "").strip()
    if not text or (condition and condition not in (etag, http_date(changed_at))):
        return None
    return parse_range(text, size)


def is_unchanged(headers: Mapping[str, str], etag: str) -> bool:
    """Whether the client says it has this very content (``If-None-Match``)."""
    known = [tag.strip().removeprefix("W/") for tag in headers.get("if-none-match", "").split(",")]
    return etag in known or known == ["*"]


def http_date(moment: datetime) -> str:
    """A moment as HTTP writes it."""
    return format_datetime(moment, usegmt=True)
