"""The command line in this process, on folders of its own."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from entrepot.cli import context
from entrepot.cli.main import run
from support import trading


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The answer of a command in ``--json`` mode."""
        return json.loads(self.out)


class CommandLine:
    """Runs commands as a user types them."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *args: str) -> Said:
        """Run one command, whatever comes of it."""
        context.chosen.data = context.chosen.exchange = context.chosen.acting = None
        context.chosen.as_json = False
        self._capsys.readouterr()
        code = run(list(args))
        caught = self._capsys.readouterr()
        return Said(code=code, out=caught.out, err=caught.err)

    def done(self, *args: str) -> str:
        """Run one command that must succeed; what it printed."""
        said = self(*args)
        assert said.code == 0, f"{args} ended with {said.code}: {said.err or said.out}"
        return said.out


@pytest.fixture
def entrepot(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CommandLine:
    """The command line, in an empty folder and without settings from outside."""
    for name in [name for name in os.environ if name.startswith("ENTREPOT_") and not name.startswith("ENTREPOT_TEST")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)
    return CommandLine(capsys)


def _typed(folder: Path, *lines: list[str]) -> None:
    before = Path.cwd()
    os.chdir(folder)
    try:
        for line in lines:
            context.chosen.acting = None
            assert run(line) == 0
    finally:
        os.chdir(before)


@pytest.fixture(scope="session")
def _begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a begun exchange, two organisations, money and a listing; copied for each test."""
    folder = tmp_path_factory.mktemp("begun")
    trading.iris_csv(folder)
    (folder / "iris.yaml").write_text(trading.manifest_text(), "utf-8")
    _typed(
        folder,
        ["init", "--name", "Harbour Exchange"],
        ["organisation", "Harbour Statistics", "--roles", "owner"],
        ["organisation", "Quay Research", "--roles", "buyer"],
        ["deposit", "quay-research", "100.00 EUR", "--reference", "bank-1"],
        ["publish", "iris.yaml", "--as", "harbour-statistics"],
    )
    return folder


@pytest.fixture
def begun(entrepot: CommandLine, _begun: Path, tmp_path: Path) -> CommandLine:
    """The command line where an owner has put the irises on offer and a buyer has 100.00 EUR."""
    shutil.copytree(_begun, tmp_path, dirs_exist_ok=True)
    return entrepot


@pytest.fixture(scope="session")
def _traded(_begun: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same after a whole trade; copied for each test."""
    folder = tmp_path_factory.mktemp("traded")
    shutil.copytree(_begun, folder, dirs_exist_ok=True)
    _typed(
        folder,
        ["request", "iris", "--purpose", "AcademicResearch", "--as", "quay-research"],
        ["accept", "last", "--as", "quay-research"],
        ["deliver", "last", "--to", "received", "--as", "quay-research"],
        ["accept-delivery", "last", "--as", "quay-research"],
    )
    return folder


@pytest.fixture
def traded(entrepot: CommandLine, _traded: Path, tmp_path: Path) -> CommandLine:
    """The command line after a whole trade."""
    shutil.copytree(_traded, tmp_path, dirs_exist_ok=True)
    return entrepot
