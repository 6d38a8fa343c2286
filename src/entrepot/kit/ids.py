"""Ids that carry their kind and sort by the time they were made."""

from __future__ import annotations

import os
import re
import threading
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32, lower case
_ID = re.compile(r"[a-z]{2,8}_[0-9a-hjkmnp-tv-z]{26}")
_lock = threading.Lock()
_last = 0


def new_id(kind: str) -> str:
    """A new id such as ``lst_01jd…``: 48 bits of milliseconds, 80 random bits, in base 32 (the ULID layout).

    Ids made by one process grow strictly, so that rows written in one millisecond keep their order.
    """
    global _last
    with _lock:
        value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
        if value <= _last:
            value = _last + 1
        _last = value
    return f"{kind}_{_encode(value)}"


def is_id(text: str, kind: str | None = None) -> bool:
    """Whether a text has the shape of an id, and of this kind where one is given."""
    return bool(_ID.fullmatch(text)) and (kind is None or text.startswith(f"{kind}_"))


def _encode(value: int) -> str:
    digits = []
    for _ in range(26):
        value, digit = divmod(value, 32)
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
