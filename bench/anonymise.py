"""Anonymise real tables, k = 5: processor time of the whole process, memory, and what is lost.

Adult and mach2019 come from the folder of test data. The larger tables are drawn from adult with replacement (seed 7); each of seven columns
is redrawn with probability .15 from another row of the same sex and salary class: 1,000,000 rows have about 187,000 distinct ones.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from bench.report import Figure

_REDRAWN = ("age", "race", "marital-status", "education", "native-country", "workclass", "occupation")
_COMMAND = """
import typer
from entrepot.cli import commands, context
from entrepot.cli.anonymise import anonymise
app = typer.Typer()
commands.add(app, "Start here", anonymise)
app.callback()(lambda: None)
app()
"""
_RISK = """
import json, resource, sys
import duckdb
from entrepot.privacy.risk import measure
quasi = json.loads(sys.argv[2])
cursor = duckdb.connect(config={"threads": 2})
cursor.execute("SET enable_progress_bar = false")
found = measure(cursor, sys.argv[1], quasi=quasi[:-1], sensitive=quasi[-1:])
print(json.dumps(found.to_dict()))
"""


def make_rows(adult: Path, count: int, out: Path) -> None:
    """Write a table of many rows drawn from adult; ``.parquet`` or ``;``-separated text."""
    from entrepot.engine.arrow import pa, pq

    with adult.open(newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file, delimiter=";")
    labels = {name: list(dict.fromkeys(row[i] for row in rows)) for i, name in enumerate(head)}
    codes = {name: np.array([labels[name].index(row[i]) for row in rows], np.int8) for i, name in enumerate(head)}
    chance = np.random.default_rng(7)
    chosen = chance.integers(0, len(rows), count)
    drawn = {name: code[chosen] for name, code in codes.items()}
    kin = codes["sex"].astype(np.int16) * 100 + codes["salary-class"]
    own = kin[chosen]
    for name in _REDRAWN:
        redraw = chance.random(count) < 0.15
        for group in dict.fromkeys(kin.tolist()):
            members, at = np.flatnonzero(kin == group), np.flatnonzero(redraw & (own == group))
            drawn[name][at] = codes[name][members[chance.integers(0, len(members), len(at))]]
    writer = None
    with out.open("w", encoding="utf-8") if out.suffix != ".parquet" else tempfile.TemporaryFile("w") as text:
        if out.suffix != ".parquet":
            text.write(";".join(head) + "\n")
        for start in range(0, count, 1_000_000):
            part = {
                name: pa.array(labels[name]).take(pa.array(code[start : start + 1_000_000].astype(np.int32)))
                for name, code in drawn.items()
            }
            if out.suffix == ".parquet":
                table = pa.table(part)
                writer = writer or pq.ParquetWriter(out, table.schema)
                writer.write_table(table)
            else:
                text.writelines(map("{}\n".format, map(";".join, zip(*(column.to_pylist() for column in part.values()), strict=True))))
    if writer:
        writer.close()


def _measured(code: str, *arguments: str) -> dict[str, Any]:
    """What a process of its own printed as JSON, with its processor time, its wall time and its largest memory."""
    began = time.perf_counter()
    child = subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    said = child.stdout.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"anonymising failed: {said[:500]}")
    facts = {"processor_s": used.ru_utime + used.ru_stime, "wall_s": time.perf_counter() - began, "peak_rss_bytes": used.ru_maxrss * 1024}
    found: dict[str, Any] = json.loads(said)
    return found | facts


def _make(adult: Path, count: int, out: Path) -> None:
    # In a process of its own: Linux counts the memory of whoever starts a process to that process's peak.
    code = "import sys; from pathlib import Path; from bench.anonymise import make_rows; make_rows(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))"
    subprocess.run([sys.executable, "-c", code, str(adult), str(count), str(out)], check=True)


def run(table: Path, hierarchies: Path, out: Path, *options: str) -> dict[str, Any]:
    """Anonymise one table as the command line does."""
    return _measured(
        _COMMAND,
        "anonymise",
        str(table),
        "--hierarchies",
        str(hierarchies),
        "--out",
        str(out),
        "--json",
        "--no-report",
        "--k",
        "5",
        *options,
    )


def figures(data: Path, *, rows: int = 1_000_000, many: int = 30_000_000) -> list[Figure]:
    """Loss and processor time beside ARX 3.9.2's published ones.

    Args:
        data: The folder of test data.
        rows: Rows of the middle table; ``many`` of the large one, 0 for none.
    """
    adult, mach = data / "privacy/adult", data / "privacy/mach2019"
    found = []
    with tempfile.TemporaryDirectory(prefix="entrepot-bench-") as name:
        folder = Path(name)
        for limit, quoted in (("2%", (7.7, 0.3575)), ("5%", (9.7, 0.2696)), ("10%", (8.5, 0.2277))):
            options = ("--method", "global", "--suppress", limit)
            found += _pair(
                f"adult.global.{limit}", run(adult / "adult.csv", adult / "hierarchies", folder / "out.csv", *options), quoted, 1
            )
        found += _pair("adult.local", run(adult / "adult.csv", adult / "hierarchies", folder / "out.csv"), (13.4, 0.0524), 8)
        found += _pair("mach2019.local", run(mach / "mach2019_int.csv", mach / "hierarchies", folder / "out.csv"), (26, 0.345), 2.6)
        _make(adult / "adult.csv", rows, folder / "rows.csv")
        found += _pair("adult-33.local", run(folder / "rows.csv", adult / "hierarchies", folder / "out.csv"), (43, 0.0129), 10)
        found.append(_risk(folder / "rows.csv", rows))
        if many:
            _make(adult / "adult.csv", many, folder / "many.parquet")
            found += _many(run(folder / "many.parquet", adult / "hierarchies", folder / "out.parquet"), many)
    return found


def _pair(name: str, got: dict[str, Any], quoted: tuple[float, float], faster: float) -> list[Figure]:
    seconds, loss = quoted
    return [
        Figure(
            name=f"anonymise.{name}.processor", what=f"anonymise {name}: processor time", unit="s", value=got["processor_s"],
            target=seconds / faster, beside=f"ARX: {seconds} s; here {got['peak_rss_bytes'] / 2**20:.0f} MiB", details=got,
        ),
        Figure(name=f"anonymise.{name}.ncp", what=f"anonymise {name}: loss (NCP)", unit="", value=round(got["ncp"], 4), target=loss),
    ]  # fmt: skip


def _risk(table: Path, rows: int) -> Figure:
    with table.open(encoding="utf-8") as file:
        columns = file.readline().strip().split(";")
    got = _measured(_RISK, str(table), json.dumps(columns))
    what = f"k, l and t of {rows:,} rows as they stand: processor time"
    return Figure(
        name="risk.processor", what=what, unit="s", value=got["processor_s"], beside=f"{got['wall_s']:.1f} s of wall time", details=got
    )


def _many(got: dict[str, Any], rows: int) -> list[Figure]:
    return [
        Figure(
            name="anonymise.many.wall", what=f"anonymise {rows:,} rows, Parquet", unit="s", value=got["wall_s"], target=90,
            beside=f"{got['processor_s']:.0f} s of processor time, {got['distinct']:,} distinct rows, loss {got['ncp']:.4f}", details=got,
        ),
        Figure(
            name="anonymise.many.memory", what=f"anonymise {rows:,} rows: memory", unit="MiB", value=got["peak_rss_bytes"] / 2**20, target=4096
        ),
    ]  # fmt: skip


if __name__ == "__main__":
    from rich.console import Console

    from bench.report import show

    given = os.environ.get("ENTREPOT_TEST_DATA", "")
    if not given:
        sys.exit("Set ENTREPOT_TEST_DATA to the folder of test data.")
    show(figures(Path(given), many=int(sys.argv[1]) if len(sys.argv) > 1 else 30_000_000), Console())
