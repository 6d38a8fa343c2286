"""The code keeps to the picture: layers point down, HTTP stays in the doors, models touch nothing."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

import entrepot
from entrepot.config import Settings

PACKAGE = Path(entrepot.__file__).parent
ROOT = PACKAGE.parents[1]
DOORS = {"web", "api", "sharing", "asgi", "cli", "client"}
HTTP = {"fastapi", "starlette", "uvicorn", "jinja2"}
INPUT_AND_OUTPUT = {
    "sqlalchemy",
    "duckdb",
    "obstore",
    "httpx",
    "socket",
    "subprocess",
    "sqlite3",
    "psycopg",
    "shutil",
    "tempfile",
    "urllib.request",
}


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_imports_point_down() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_below_the_doors_speaks_http() -> None:
    below = [p for p in PACKAGE.rglob("*.py") if p.relative_to(PACKAGE).parts[0] not in DOORS]
    found = {str(p.relative_to(PACKAGE)): HTTP & {name.partition(".")[0] for name in _imports(p)} for p in below}
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("model.py")), ids=lambda p: p.parent.name)
def test_a_model_touches_nothing_outside(path: Path) -> None:
    assert [name for name in _imports(path) if name in INPUT_AND_OUTPUT or name.partition(".")[0] in INPUT_AND_OUTPUT] == []
    called = [n.func.id for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
    assert {"open", "print", "input", "exec", "eval"}.isdisjoint(called)


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert [f.name for f in fields(Settings) if f"`{f.name}`" not in text and f"ENTREPOT_{f.name.upper()}" not in text] == []
