"""Names from a file nobody knows yet cannot steer the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from entrepot.cli import context
from entrepot.cli.main import run

STEERING = "a\x1b[2Jge"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(context.chosen, "as_json", False)
    (tmp_path / "t.csv").write_text(
        f"{STEERING},town,e\u202email\n" + "".join(f"{20 + i % 30},Ulm,p{i}@example.org\n" for i in range(90)), "utf-8"
    )
    return tmp_path


@pytest.mark.parametrize(
    "command",
    [
        ["check", "t.csv"],
        ["anonymise", "t.csv", "--qi", f"{STEERING},town", "--automatic"],
        ["anonymise", "t.csv", "--qi", "nobody"],
        ["attack", "t.csv", "--against", "t.csv"],
    ],
    ids=["check", "anonymise", "error", "attack"],
)
def test_nothing_that_steers_a_terminal_is_printed(command: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    run(command)
    said = "".join(capfd.readouterr())
    assert "\ufffd" in said
    assert not {"\x1b", "\u202e"} & set(said)
