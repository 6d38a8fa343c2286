"""Ctrl-C and a polite kill end a command at once: it cleans up, says so in one line, and exits with 130."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import typer

CANCELLED = 130
"""What shells give a command that Ctrl-C ended."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def cancellable() -> Iterator[Callable[[], None]]:
    """Turn an interruption into one plain line and exit code 130, after everything inside has cleaned up.

    Yields:
        What to call once results are in their places: the command is then finished instead of cancelled.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    asked = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        asked = True
        _ignore(before)  # A second one must not break the cleaning up.
        raise KeyboardInterrupt

    # Who started the command may want it to survive these, as `nohup` does.
    before = {one: signal.getsignal(one) for one in _SIGNALS if signal.getsignal(one) is not signal.SIG_IGN}
    for one in before:
        signal.signal(one, stop)
    try:
        yield lambda: _ignore(before)
    except BaseException:  # The table engine tells an interruption by errors of its own.
        if not asked:
            raise
        typer.echo("Cancelled; nothing was written.", err=True)
        raise typer.Exit(CANCELLED) from None
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _ignore(signals: dict[signal.Signals, Any]) -> None:
    for one in signals:
        signal.signal(one, signal.SIG_IGN)
