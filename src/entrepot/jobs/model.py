"""Jobs: their states, their backoff, and the registry of what a job's name stands for."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from entrepot.kit import NotFound

PATIENCE = 12
"""Attempts after which a person must look. A job that fails is tried on, hourly; one that ends its process is not."""
LEASE = timedelta(minutes=5)
HELD = timedelta(minutes=1)
"""The lease of slow work, which its worker renews while it lives; so that nobody waits long for what a killed one began."""


class JobState(StrEnum):
    """Queued until done; ``failed`` is a job that again and again ended the process it ran in."""

    QUEUED = "queued"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of later work under a lease."""

    id: str
    name: str
    arguments: dict[str, Any]
    attempts: int
    lease: str


@dataclass(frozen=True, slots=True)
class Handler:
    """What a job's name stands for.

    Args:
        run: Called with a session, or with the exchange when ``outbound``, and the job's arguments.
        outbound: The work leaves the building, so it runs outside a transaction and at least once;
            it must use ids derived from its arguments, so that a repeat has no second effect.
        slow: It takes minutes, so a worker of its own runs it while others go on, and renews its lease.
    """

    run: Callable[..., None]
    outbound: bool
    slow: bool = False


_handlers: dict[str, Handler] = {}
_F = TypeVar("_F", bound=Callable[..., None])


def handler(name: str, *, outbound: bool = False, slow: bool = False) -> Callable[[_F], _F]:
    """Register a function under ``package.verb_noun``; the package is imported when the first such job is due."""

    def register(function: _F) -> _F:
        _handlers[name] = Handler(function, outbound, slow)
        return function

    return register


def resolve(name: str) -> Handler:
    """The handler of a job's name.

    Raises:
        NotFound: No package registers it; a job of a newer release, or of a plug-in that is gone.
    """
    if name not in _handlers:
        with contextlib.suppress(ImportError):
            importlib.import_module(f"entrepot.{name.partition('.')[0]}")
    if name not in _handlers:
        raise NotFound(f"No handler is registered for the job {name}.", "Install the package that brings it, or cancel the job.")
    return _handlers[name]


def slow_names() -> list[str]:
    """The names of slow jobs; one that is not registered yet runs among the others."""
    return [name for name, found in _handlers.items() if found.slow]


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts: 1 s, doubled each time, at most an hour."""
    return timedelta(seconds=min(3600, 2 ** max(0, attempts - 1)))


def next_due(now: datetime, attempts: int) -> datetime:
    """When to try again."""
    return now + backoff(attempts)
