"""A worker: takes due jobs one after the other, and runs the tickers."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

log = logging.getLogger("entrepot.jobs")


class Worker(threading.Thread):
    """A thread that runs jobs until it is stopped.

    Args:
        run_next: Runs one due job; False when none is due.
        tickers: ``(seconds, function)`` pairs, run that often on this thread, such as sealing the log.
        name: What the thread is called.
    """

    def __init__(
        self, run_next: Callable[[], bool], tickers: Sequence[tuple[float, Callable[[], object]]] = (), *, name: str = "entrepot-worker"
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._run_next = run_next
        self._tickers = list(tickers)
        self._wake = threading.Event()
        self._stopped = threading.Event()

    def wake(self) -> None:
        """Look for due jobs now: something has just been committed."""
        self._wake.set()

    def stop(self, timeout: float = 30) -> None:
        """Finish the job at hand, then end the thread."""
        self._stopped.set()
        self._wake.set()
        if self.is_alive() and threading.current_thread() is not self:
            self.join(timeout)

    def run(self) -> None:
        next_at = [time.monotonic() + every for every, _ in self._tickers]
        while not self._stopped.is_set():
            self._wake.clear()
            worked = _guarded(self._run_next, "job")
            for i, (every, tick) in enumerate(self._tickers):
                if time.monotonic() >= next_at[i]:
                    _guarded(tick, getattr(tick, "__name__", "ticker"))
                    next_at[i] = time.monotonic() + every
            if not worked:
                soonest = min(next_at, default=time.monotonic() + 1) - time.monotonic()
                self._wake.wait(max(0.0, min(1.0, soonest)))


def _guarded(work: Callable[[], object], what: str) -> bool:
    # The store itself may be away for a moment; the thread outlives that and tries again.
    try:
        return bool(work())
    except Exception:
        log.exception("%s failed outside its own error handling", what)
        time.sleep(0.2)
        return False
