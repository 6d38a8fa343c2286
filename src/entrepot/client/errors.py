"""The exchange's errors, as they were raised there."""

from __future__ import annotations

import httpx

from entrepot.kit import Conflict, EntrepotError, Invalid, NotFound, Refused

_BY_STATUS: dict[int, type[EntrepotError]] = {
    400: Invalid,
    401: Refused,
    403: Refused,
    404: NotFound,
    409: Conflict,
    413: Invalid,
    422: Invalid,
    429: Refused,
}


class ExchangeFailed(EntrepotError):
    """The exchange answered with an error of its own program."""

    status = 502


def raise_for(answer: httpx.Response) -> None:
    """Raise the error that an answer carries, if it carries one.

    Raises:
        EntrepotError: One of its four kinds by status; ``error`` keeps the exchange's own word.
    """
    if answer.is_success:
        return
    answer.read()
    try:
        body = answer.json()
        message, hint = str(body["message"]), str(body.get("hint", ""))
        word, details = str(body["error"]), body.get("details") or {}
    except (ValueError, KeyError, TypeError):
        raise ExchangeFailed(
            f"The exchange answered {answer.status_code} to {answer.request.method} {answer.request.url.path}.", "Look into its log."
        ) from None
    base = _BY_STATUS.get(answer.status_code, ExchangeFailed)
    kind = base if base.__name__ == word else type(word, (base,), {}) if word.isidentifier() else base
    raise kind(message, hint, **{str(k): v for k, v in details.items() if str(k) not in ("message", "hint", "self")})
