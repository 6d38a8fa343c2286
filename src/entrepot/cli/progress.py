"""Progress bars on standard error, silent where nobody looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from entrepot.cli.context import err, harmless


@contextmanager
def bytes_progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar for bytes done and bytes in all."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err.console, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)


@contextmanager
def step_progress(what: str) -> Iterator[Callable[[float], None]]:
    """A bar for a share between 0 and 1."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err.console, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(what, total=1.0)
        yield lambda share: bar.update(task, completed=share)


@contextmanager
def steps_progress(titles: Mapping[str, str] | None = None) -> Iterator[Callable[[str, float], None]]:
    """A bar for each step of a longer work, with the time it has left.

    Args:
        titles: What steps are called for people; a step without a title goes by its own word.
    """
    if not err.is_terminal:
        yield lambda step, share: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err.console, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def told(step: str, share: float) -> None:
            if step not in tasks:
                for earlier in tasks.values():
                    bars.update(earlier, completed=1.0)
                tasks[step] = bars.add_task(harmless((titles or {}).get(step, step)), total=1.0)
            bars.update(tasks[step], completed=share)

        yield told
