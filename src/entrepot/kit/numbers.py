"""Reads numbers as people type them where a text would do as well."""

from __future__ import annotations

import json
import re

_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?")


def read_number(text: str) -> int | float | None:
    """The number that a text is, or None; digits behind a leading zero are a text, as in postcodes."""
    return json.loads(text) if _NUMBER.fullmatch(text) else None
