"""The exchange's errors, as they were raised there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

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
_BY_WORD: dict[str, type[EntrepotError]] = {one.__name__: one for one in (Conflict, Invalid, NotFound, Refused)}


class ExchangeFailed(EntrepotError):
    """The exchange answered with an error of its own program."""

    status = 502


class Unreachable(EntrepotError):
    """The exchange does not answer, or stopped in the middle."""

    status = 503


class NotTakenUp(EntrepotError):
    """What was ordered is still to come, and nobody works on it; the order stands."""

    status = 503


@contextmanager
def reaching(url: str) -> Iterator[None]:
    """Say plainly when an exchange cannot be reached.

    Raises:
        Invalid: The address is none.
        Unreachable: Nothing answers there, or not to the end.
    """
    try:
        yield
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        raise Invalid(
            f"{url!r} is no address of an exchange.", "Write it like https://exchange.example or http://127.0.0.1:8320."
        ) from None
    except httpx.TimeoutException:
        raise Unreachable(f"The exchange at {url} did not answer in time.", "Try again; a download goes on where it stopped.") from None
    except httpx.ConnectError as error:
        raise Unreachable(f"Nothing answers at {url}: {error}.", "Check the address, and that `entrepot serve` runs there.") from None
    except (httpx.NetworkError, httpx.ProtocolError, httpx.ProxyError) as error:
        said = str(error) or type(error).__name__
        raise Unreachable(f"The exchange at {url} stopped answering: {said}.", "Try again; a download goes on where it stopped.") from None


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
        error = as_error(body, _BY_STATUS.get(answer.status_code, ExchangeFailed))
    except (ValueError, KeyError, TypeError):
        raise ExchangeFailed(
            f"The exchange answered {answer.status_code} to {answer.request.method} {answer.request.url.path}.", "Look into its log."
        ) from None
    raise error


def as_error(body: Mapping[str, Any], base: type[EntrepotError]) -> EntrepotError:
    """The error that the exchange describes; ``base`` is what kind it is of, where its own word is no known one."""
    message, hint, word, details = str(body["message"]), str(body.get("hint", "")), str(body["error"]), body.get("details") or {}
    base = _BY_WORD.get(word, base)
    kind: type[EntrepotError] = base if base.__name__ == word or not word.isidentifier() else type(word, (base,), {})
    return kind(message, hint, **{str(k): v for k, v in details.items() if str(k) not in ("message", "hint", "self")})
