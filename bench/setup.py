"""How long a newcomer waits: set-up on a warm package cache, the demo after it, and the answer of `entrepot --help`."""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMMAND = Path(sys.executable).parent / "entrepot"


def help_seconds(repeats: int = 15) -> tuple[list[float], list[float], float]:
    """Seconds of `entrepot --help`, and of a Python that does nothing, in turns; and the processor seconds of the former."""
    ours, bare, processor = [], [], []
    for _ in range(repeats + 1):
        before = _children()
        ours.append(_run([str(COMMAND), "--help"]))
        processor.append(_children() - before)
        bare.append(_run([sys.executable, "-c", "pass"]))
    return ours[1:], bare[1:], statistics.median(processor[1:])  # The first ones warm the caches.


def demo_seconds(repeats: int = 1) -> list[float]:
    """Seconds of the whole demo, on the environment that is there already."""
    return [_run([str(COMMAND), "demo"], cwd=ROOT) for _ in range(repeats)]


def setup_seconds() -> dict[str, float]:
    """Seconds of the set-up that `make demo` does, by step, in a fresh clone of the newest commit; packages come from the warm cache."""
    base = Path(sys.base_prefix) / "bin" / "python3"
    found = {}
    with tempfile.TemporaryDirectory(prefix="entrepot-bench-") as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        for step, target in (("setup", "setup"), ("delta_sharing_client", ".venv-delta-sharing/.ready")):
            found[step] = _run(["make", "--no-print-directory", f"PYTHON={base}", target], cwd=clone)
        found["help"] = _run([str(clone / ".venv/bin/entrepot"), "--help"])
    return found


def has_make() -> bool:
    """Whether make and git are here, which the set-up needs."""
    return bool(shutil.which("make") and shutil.which("git"))


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _run(command: list[str], cwd: Path | None = None) -> float:
    # The variables of a virtual environment or of another make would lead the inner one astray.
    environment = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, env=environment)
    took = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {(done.stdout + done.stderr)[-2000:]}")
    return took
