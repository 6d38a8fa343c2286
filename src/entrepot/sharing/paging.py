"""Pages of a list, cut by name, so that they stay right while the list changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from entrepot.kit import Invalid, b64url, unb64url

MOST = 500
_T = TypeVar("_T")


def page(
    items: Iterable[_T], name: Callable[[_T], str], show: Callable[[_T], dict[str, Any]], *, most: int | None, token: str | None
) -> dict[str, Any]:
    """One page of items sorted by name, as the protocol lists them.

    Args:
        most: The client's ``maxResults``; 0 gives no item, but a token.
        token: The ``pageToken`` that the page before gave.

    Raises:
        Invalid: The number is negative, or the token is not ours.
    """
    if most is not None and most < 0:
        raise Invalid(f"maxResults is {most}.", "Ask for 0 or more.")
    after = _read(token) if token else ""
    rest = [item for item in sorted(items, key=name) if not token or name(item) > after]
    shown = rest[: MOST if most is None else min(most, MOST)]
    found: dict[str, Any] = {"items": [show(item) for item in shown]}
    if len(shown) < len(rest):
        found["nextPageToken"] = _write(name(shown[-1]) if shown else after)
    return found


def _write(last: str) -> str:
    return b64url(b"1" + last.encode())


def _read(token: str) -> str:
    try:
        data = unb64url(token)
        if data[:1] == b"1":
            return data[1:].decode()
    except (Invalid, UnicodeDecodeError):
        pass
    raise Invalid("This pageToken is not one of ours.", "Start without a pageToken.")
