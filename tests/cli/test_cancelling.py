"""Whoever cancels a command finds one line, exit code 130, and nothing that was not there before."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SLOW = ["people.csv", "--qi", "age,zip,height,born", "--automatic", "--k", "50", "--out", "fit.csv", "--save-hierarchies", "kept"]
COMMANDS = {
    "anonymise": ["anonymise", *SLOW],
    "anonymise --no-report": ["anonymise", *SLOW, "--no-report"],
    "attack": ["attack", "people.csv", "--against", "people.csv", "--qi", "age,zip,height,born", "--full"],
    "check": ["check", "people.csv"],
}


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    draw = random.Random(5)
    path = tmp_path_factory.mktemp("cancelled") / "people.csv"
    rows = [
        f"{draw.randint(18, 90)},{draw.randint(10000, 99999)},{draw.gauss(170, 10):.3f},{draw.randint(1930, 2005)}-{draw.randint(1, 12):02d}-11\n"
        for _ in range(250_000)
    ]
    path.write_text("age,zip,height,born\n" + "".join(rows))
    return path


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@contextmanager
def begun(line: list[str], folder: Path, scratch: Path) -> Iterator[subprocess.Popen[str]]:
    """A command as a terminal starts it; one that outlives its test is ended."""
    with subprocess.Popen(
        [sys.executable, "-c", "from entrepot.cli import main; main()", *line], cwd=folder, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"TMPDIR": str(scratch)},
    ) as running:  # fmt: skip
        try:
            yield running
        finally:
            running.kill()


@pytest.mark.parametrize("signal_sent", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "kill"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_cancelled_command_says_so_and_leaves_nothing(command: str, signal_sent: signal.Signals, table: Path, tmp_path: Path) -> None:
    scratch, folder = tmp_path / "scratch", tmp_path / "folder"
    scratch.mkdir()
    folder.mkdir()
    (folder / "people.csv").symlink_to(table)
    with begun(COMMANDS[command], folder, scratch) as running:
        # Its first scratch folder shows that it is at work; a moment later it is in the middle of it.
        while not files(scratch) and files(folder) == {"people.csv"} and running.poll() is None:
            time.sleep(0.01)
        time.sleep(0.3)
        running.send_signal(signal_sent)
        out, err = running.communicate(timeout=120)
    assert (running.returncode, out, err) == (130, "", "Cancelled; nothing was written.\n")
    assert files(folder) == {"people.csv"}
    assert files(scratch) == set()


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from entrepot.cli import main; main()", *arguments], cwd=folder, text=True, capture_output=True
    )


@pytest.mark.parametrize("option", ["--out", "--save-hierarchies"])
@pytest.mark.parametrize("report", ["--report", "--no-report"])
def test_a_folder_that_is_not_there_is_named_before_any_work_is_done(option: str, report: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("age,town\n" + "30,Ulm\n31,Bonn\n" * 20)
    done = run(tmp_path, "anonymise", "t.csv", "--qi", "age,town", "--automatic", report, option, "nowhere/new")
    assert done.returncode == 2
    assert "There is no folder nowhere to write new in." in done.stderr
    assert files(tmp_path) == {"t.csv"}


def test_a_refusal_leaves_no_folder_for_hierarchies(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("age,town\n" + "30,Ulm\n31,Bonn\n" * 20)
    done = run(tmp_path, "anonymise", "t.csv", "--qi", "age,town", "--automatic", "--k", "1000", "--save-hierarchies", "kept")
    assert done.returncode == 2
    assert files(tmp_path) == {"t.csv"}
