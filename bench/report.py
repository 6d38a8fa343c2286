"""What a benchmark found: figures with their targets, the machine they were taken on, the printed table and the JSON file."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

PACKAGES = ("entrepot", "duckdb", "sqlalchemy", "psycopg", "fastapi", "uvicorn", "httptools", "cryptography", "pyarrow")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure.

    Args:
        name: Stays the same from run to run, so that runs can be compared.
        what: What was measured, for the table.
        value: In ``unit``; the median where it was repeated.
        target: What is to be reached: at most this, or at least this with ``at_most=False``.
        spread: The smallest and the largest of the repeats.
        beside: What somebody would use instead, or what bounds the figure, measured in the same run.
        details: Whatever else belongs to it.
    """

    name: str
    what: str
    value: float
    unit: str
    target: float | None = None
    at_most: bool = True
    spread: tuple[float, float] | None = None
    beside: str = ""
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; None without one."""
        if self.target is None:
            return None
        return self.value <= self.target if self.at_most else self.value >= self.target


def repeated(values: Sequence[float]) -> dict[str, Any]:
    """The median and the spread of repeats, as a figure takes them."""
    return {"value": statistics.median(values), "spread": (min(values), max(values))}


def machine() -> dict[str, Any]:
    """Processor, memory, disk and versions: what the figures depend on."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return {
        "processor": _processor(), "cores": os.cpu_count(), "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": platform.platform(), "python": platform.python_version(), "sqlite": sqlite3.sqlite_version, "packages": found,
        "commit": _said("git", "rev-parse", "--short", "HEAD"), "load": load(), **disk(),
    }  # fmt: skip


def disk(count: int = 200) -> dict[str, float]:
    """What durability costs here: milliseconds of an fsync after 4 KiB, and bare SQLite commits a second with `synchronous=FULL`."""
    taken = []
    with tempfile.TemporaryDirectory(prefix="entrepot-bench-") as folder:
        with (Path(folder) / "file").open("wb", buffering=0) as file:
            for _ in range(count):
                file.write(bytes(4096))
                began = time.perf_counter()
                os.fsync(file.fileno())
                taken.append((time.perf_counter() - began) * 1_000)
        cuts = statistics.quantiles(taken, n=100)
        db = sqlite3.connect(f"{folder}/bare.db", isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            db.execute(f"PRAGMA {pragma}")
        db.execute("CREATE TABLE entry (id INTEGER PRIMARY KEY, value TEXT)")
        began = time.perf_counter()
        for _ in range(count):
            db.execute("INSERT INTO entry (value) VALUES (?)", ("x" * 200,))
        took = time.perf_counter() - began
        db.close()
    return {"fsync_p50_ms": round(cuts[49], 3), "fsync_p99_ms": round(cuts[98], 3), "bare_sqlite_commits_per_second": round(count / took)}


def load() -> list[float]:
    """The load averages of one, five and fifteen minutes."""
    return [round(value, 2) for value in os.getloadavg()]


def show(figures: Iterable[Figure], console: Console) -> None:
    """Print the figures as a table."""
    table = Table(title="Figures", title_justify="left", header_style="bold")
    for name, justify in (("figure", "left"), ("measured", "right"), ("target", "right"), ("", "left"), ("beside it", "left")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for figure in figures:
        sign = "" if figure.target is None else f"{'≤' if figure.at_most else '≥'} {_number(figure.target)} {figure.unit}"
        mark = {None: "", True: "[green]reached[/]", False: "[bold red]missed[/]"}[figure.reached]
        spread = "" if figure.spread is None else f" [dim]({_number(figure.spread[0])} – {_number(figure.spread[1])})[/]"
        table.add_row(figure.what, f"{_number(figure.value)} {figure.unit}{spread}", sign, mark, figure.beside)
    console.print(table)


def write(path: Path, parts: Sequence[dict[str, Any]], facts: dict[str, Any]) -> None:
    """Write one run as JSON: the machine, and each benchmark with its load, its seconds and its figures."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"machine": facts, "benchmarks": list(parts)}, indent=2, ensure_ascii=False) + "\n", "utf-8")


def plain(figure: Figure) -> dict[str, Any]:
    """A figure as JSON, with whether its target is reached."""
    return asdict(figure) | {"reached": figure.reached}


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor())


def _said(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parent)
    return done.stdout.strip()
