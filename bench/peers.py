"""Others' tools on the same tables in the same run: anjana anonymises, pycanon measures k, l and t; each in an environment of its own.

Run it alone with ``python -m bench.peers``. A run that takes longer than its limit is ended and marked as cut.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.report import Figure

ROOT = Path(__file__).resolve().parents[1]
PYTHON = ROOT / ".venv-bench-peers/bin/python"
LIMIT_S = 600
_READ = """
import json, sys
import pandas
table, folder, quasi, sensitive = pandas.read_csv(sys.argv[1], sep=";", dtype=str), sys.argv[2], json.loads(sys.argv[3]), sys.argv[4]
"""
_ANJANA = """
from anjana.anonymity import k_anonymity
levels = {name: dict(pandas.read_csv(f"{folder}/{name}.csv", sep=";", header=None, dtype=str)) for name in quasi}
made = k_anonymity(table, [], quasi, 5, 2, levels)
covered = {name: {} for name in quasi}
for name in quasi:
    rows = list(zip(*[levels[name][level] for level in sorted(levels[name])]))
    for row in rows:
        for value in set(row):
            covered[name][value] = covered[name].get(value, 0) + 1
    levels[name] = max(len(rows) - 1, 1)
loss = sum((made[name].map(covered[name]) - 1).sum() / levels[name] for name in quasi) + (len(table) - len(made)) * len(quasi)
print(json.dumps({"ncp": loss / (len(table) * len(quasi)), "suppressed": len(table) - len(made)}))
"""
_PYCANON = """
from pycanon.anonymity import k_anonymity, l_diversity, t_closeness
print(json.dumps({"k": int(k_anonymity(table, quasi)), "l": int(l_diversity(table, quasi, [sensitive])), "t": float(t_closeness(table, quasi, [sensitive]))}))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a tool printed and the processor time of its whole process; nothing printed where it was cut."""

    processor_s: float
    found: dict[str, Any]

    @property
    def cut(self) -> bool:
        """Whether its time was up before it was done."""
        return not self.found


def install() -> None:
    """Make the environment of the tools, unless it is there."""
    subprocess.run(["make", "--no-print-directory", ".venv-bench-peers/.ready"], cwd=ROOT, check=True, env=_environment())


def run(code: str, table: Path, hierarchies: Path, quasi: list[str], *, sensitive: str, limit_s: float = LIMIT_S) -> Run:
    """Run one tool on a table, for so many seconds at most."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [str(PYTHON), "-c", _READ + code, str(table), str(hierarchies), json.dumps(quasi), sensitive]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=limit_s, env=_environment())
        found = json.loads(done.stdout.splitlines()[-1])
    except subprocess.TimeoutExpired:
        found = {}
    except subprocess.CalledProcessError as error:
        raise RuntimeError(f"the tool ended with {error.returncode}: {error.stderr[-1000:]}") from None
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Run(processor_s=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, found=found)


def _environment() -> dict[str, str]:
    return {
        name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    }


def figures(data: Path, *, rows: int = 1_000_000, limit_s: float = LIMIT_S) -> list[Figure]:
    """Both tools on adult and on rows made of it."""
    from bench.anonymise import make_rows

    install()
    adult = data / "privacy/adult"
    with (adult / "adult.csv").open(encoding="utf-8") as file:
        quasi = file.readline().strip().split(";")
    with tempfile.TemporaryDirectory(prefix="entrepot-bench-") as folder:
        large = Path(folder) / "rows.csv"
        make_rows(adult / "adult.csv", rows, large)
        found = []
        for name, table in (("adult", adult / "adult.csv"), (f"{rows:,} rows of adult", large)):
            given = run(_ANJANA, table, adult / "hierarchies", quasi, sensitive="", limit_s=limit_s)
            found.append(_figure(f"peers.anjana.{table.stem}", f"anjana, k = 5, ≤ 2 %, {name}", given, limit_s))
            given = run(_PYCANON, table, adult / "hierarchies", quasi[:-1], sensitive=quasi[-1], limit_s=limit_s)
            found.append(_figure(f"peers.pycanon.{table.stem}", f"pycanon, k, l and t, {name}", given, limit_s))
    return found


def _figure(name: str, what: str, run: Run, limit_s: float) -> Figure:
    beside = f"cut after {limit_s:.0f} s" if run.cut else ", ".join(f"{key} {value:.4g}" for key, value in run.found.items())
    return Figure(
        name=name, what=f"{what}: processor time", value=run.processor_s, unit="s", beside=beside, details={"cut": run.cut, **run.found}
    )


if __name__ == "__main__":
    from rich.console import Console

    from bench.report import show

    given = os.environ.get("ENTREPOT_TEST_DATA", "")
    if not given:
        sys.exit("Set ENTREPOT_TEST_DATA to the folder of test data.")
    show(figures(Path(given)), Console())
