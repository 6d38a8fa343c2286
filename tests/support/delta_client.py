"""The official Delta Sharing client, in an environment of its own because it pins older pandas and pyarrow."""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]
_LOCK = _ROOT / "requirements" / "delta-sharing-client.txt"
_FOLDER = _ROOT / ".venv-delta-sharing"

_PRELUDE = """
import json, os, sys
import delta_sharing
profile, arguments = sys.argv[1], json.loads(sys.argv[2])
client = delta_sharing.SharingClient(profile)

def say(value):
    print("RESULT " + json.dumps(value, default=str))

def rows(frame):
    return json.loads(frame.to_json(orient="values", date_format="iso", date_unit="us"))
"""


# The interpreter ends at once: a reader stopped early by a limit leaves threads that would abort an ordinary exit.
_END = """
sys.stdout.flush()
os._exit(0)
"""


def python() -> Path:
    """The interpreter that has the client; installed once, from a lock file with hashes."""
    found, ready = _FOLDER / "bin" / "python", _FOLDER / ".ready"
    _FOLDER.mkdir(exist_ok=True)
    with (_FOLDER / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists() or ready.stat().st_mtime < _LOCK.stat().st_mtime:
            if not found.exists():
                venv.create(_FOLDER, with_pip=False)
            uv, target = Path(sys.executable).with_name("uv"), ["--python", str(found)]
            install = [str(uv), "pip", "install", *target] if uv.exists() else [sys.executable, "-m", "pip", *target, "install"]
            subprocess.run([*install, "--quiet", "--require-hashes", "-r", str(_LOCK)], check=True)
            ready.touch()
    return found


def run(script: str, profile: Path, **arguments: Any) -> Any:
    """Run a script with the client; it has ``client``, ``profile``, ``arguments``, and says its result with ``say(value)``."""
    done = subprocess.run(
        [str(python()), "-c", _PRELUDE + script + _END, str(profile), json.dumps(arguments)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    return json.loads(said[-1].removeprefix("RESULT "))


def load(profile: Path, table: str, *loads: dict[str, Any]) -> list[Any]:
    """The rows of a table for each way of loading it, all in one process."""
    script = """
url = f"{profile}#{arguments['table']}"
say([rows(delta_sharing.load_as_pandas(url, **how)) for how in arguments["loads"]])
"""
    found: list[Any] = run(script, profile, table=table, loads=loads)
    return found
