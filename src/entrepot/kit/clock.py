"""Time as the exchange sees it: UTC, and a clock that tests can set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

from entrepot.kit.errors import Invalid


class Clock(Protocol):
    """Tells the time in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until it is moved, for tests and what-if runs."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move the time forward."""
        self._now += by


class ForwardClock:
    """The machine's clock, which can be put forward, so that a demonstration need not wait for days."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def put_forward(self, to: datetime) -> None:
        """Put it forward to this moment; a moment that has passed changes nothing."""
        self._ahead += max(to - self.now(), timedelta())


def rfc3339(moment: datetime) -> str:
    """``2026-11-21T09:30:00.000000Z``: sorts as text, reads back exactly."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_rfc3339(text: str) -> datetime:
    """The moment an RFC 3339 text names, in UTC.

    Raises:
        Invalid: It is no such text, or names no zone.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Invalid(f"{text!r} is not a time with a zone.", "Write it like 2026-11-21T09:30:00Z.")
    return moment.astimezone(UTC)
