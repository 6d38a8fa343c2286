"""Several threads that begin in the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from entrepot.kit import EntrepotError

T = TypeVar("T")


def at_once(count: int, act: Callable[[], T]) -> list[T | EntrepotError]:
    """What each of ``count`` threads got from the same act; a refusal of the exchange is kept in place of a result."""
    start = Barrier(count)

    def run(_: int) -> T | EntrepotError:
        start.wait(timeout=60)
        try:
            return act()
        except EntrepotError as error:
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
