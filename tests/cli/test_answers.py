"""How answers look: JSON where it is asked for, help that is quick, and every mistake as fact and next step."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from cli.conftest import CommandLine
from entrepot.cli.main import app

BUYER = ("--as", "quay-research")
OWNER = ("--as", "harbour-statistics")
NAMES = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]  # a group has commands


@pytest.mark.parametrize(
    "line",
    [
        ["search", "iris"], ["listing", "iris"], ["negotiations", *BUYER], ["negotiation", "last", *BUYER], ["agreements", *BUYER],
        ["agreement", "last", *BUYER], ["balance", *OWNER], ["statement", *OWNER], ["inbox", *OWNER], ["receipts", "last", *BUYER],
        ["receipt", "last", *BUYER], ["receipt", "last", "--out", "r.json", *BUYER], ["trust"], ["doctor"], ["checkpoint"],
        ["invoice", "last", *BUYER], ["backup", "b.tar"], ["upgrade"], ["share-profile", *BUYER], ["rotate-key", *BUYER],
        ["api-key", "a key", *BUYER], ["organisation", "Third", "--roles", "buyer"], ["check", "iris.csv"], ["draft", "iris.csv", "--out", "d.yaml"],
        ["invite", "someone@example.org", "--to", "quay-research", "--roles", "buyer"], ["publish", "iris.yaml", *OWNER],
        ["payout", "harbour-statistics", "10.00 EUR", "--reference", "out-1"], ["request", "iris", "--purpose", "AcademicResearch", *BUYER],
    ],
    ids=lambda line: line[0],
)  # fmt: skip
def test_answers_are_json_where_it_is_asked_for(traded: CommandLine, line: list[str]) -> None:
    said = traded(*line, "--json")
    assert said.code == 0, said.out + said.err
    assert said.json


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (["listing", "nothing of the kind"], "NotFound"),
        (["listing", "lst_00000000000000000000000000"], "NotFound"),
        (["request", "iris", "--purpose", "Marketing", *BUYER], "Refused"),
        (["request", "iris", "--purpose", "Nonsense", *BUYER], "Invalid"),
        (["request", "iris", "--purpose", "AcademicResearch", "--method", "pigeon", *BUYER], "Invalid"),
        (["request", "iris", "--purpose", "AcademicResearch"], "Invalid"),
        (["request", "iris", "--purpose", "AcademicResearch", *OWNER], "Refused"),
        (["publish", "iris.yaml", *BUYER], "Refused"),
        (["publish", "iris.yaml", "--as", "nobody"], "NotFound"),
        (["publish", "iris.csv", *OWNER], "Invalid"),
        (["publish", "broken.yaml", *OWNER], "Invalid"),
        (["publish", "lonely.yaml", *OWNER], "NotFound"),
        (["accept", "last", *BUYER], "NotFound"),
        (["deliver", "last", *BUYER], "NotFound"),
        (["agreement", "agr_00000000000000000000000000", *BUYER], "NotFound"),
        (["deposit", "quay-research", "much", "--reference", "x"], "Invalid"),
        (["deposit", "quay-research", "1.00 EUR", "--reference", "x", *BUYER], "Refused"),
        (["payout", "quay-research", "9999.00 EUR", "--reference", "y"], "BalanceTooLow"),
        (["export", "iris", "--form", "papyrus"], "Invalid"),
        (["verify", "iris.csv", "--trust", "iris.yaml"], "Invalid"),
        (["trust", "--out", "no/such/folder.json"], "FileTrouble"),
        (["backup", "no/such/folder.tar"], "FileTrouble"),
        (["restore", "iris.csv"], "Conflict"),
        (["restore", "iris.csv", "--data", "elsewhere"], "Invalid"),
        (["search", "iris", "--data", "elsewhere"], "NotFound"),
        (["search", "iris", "--exchange", "http://127.0.0.1:9"], "Unreachable"),
        (["search", "iris", "--exchange", "nonsense"], "Invalid"),
        (["check", "missing.csv"], "NotFound"),
        (["anonymise", "iris.csv", "--qi", "Species", "--qi", "Sepal.Width"], "Usage"),
        (["ruling", "neg_nobody", *BUYER], "NotFound"),
        (["answer", "last", "use.purposes", *BUYER], "Invalid"),
        (["answer", "last", "use.automated_decision=perhaps", *BUYER], "Invalid"),
        (["answer", "last", "asset.under_14=perhaps", *BUYER], "Invalid"),
        (["install-rules", "iris.yaml"], "Invalid"),
        (["uninstall-rules", "none"], "NotFound"),
        (["let-pass", "rul_none", "--reason", "x"], "NotFound"),
        (["refuse-ruling", "rul_none", "--reason", "x"], "NotFound"),
        (["check", "iris.csv", "--shows", "face"], "Invalid"),
        (["check", "iris.csv", "--shows", "cats"], "Invalid"),
        (["check", "iris.csv", "--manifest", "missing.yaml"], "Invalid"),
        (["draft", "missing.csv"], "Usage"),
        (["serve", "--port", "99999999"], "Conflict"),
        (["init"], "Conflict"),
        (["deliver"], "Usage"),
        (["serach"], "Usage"),
        (["search", "--limit", "many"], "Usage"),
        (["search", "--as"], "Usage"),
        (["invoice", "last", "--form", "papyrus", *BUYER], "Invalid"),
        (["offer", "last", *BUYER], "Invalid"),
        (["offer", "last", "--changes", "iris.csv", *BUYER], "Invalid"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_a_mistake_is_shown_as_fact_and_next_step(begun: CommandLine, line: list[str], word: str) -> None:
    Path("broken.yaml").write_text("title: [", "utf-8")
    Path("lonely.yaml").write_text(Path("iris.yaml").read_text("utf-8").replace("iris.csv", "gone.csv"), "utf-8")
    said = begun(*line)
    assert said.code == 2, said.out + said.err
    assert said.err.startswith(word), said.err
    assert "\n→ " in said.err
    assert "Traceback" not in said.err
    shown = begun("--json", *line)
    assert shown.code == 2
    assert shown.json["error"] == word
    assert shown.json["message"]
    assert shown.json["hint"]


def test_a_balance_that_is_too_low_signs_nothing(begun: CommandLine) -> None:
    begun.done("payout", "quay-research", "90.00 EUR", "--reference", "out-1")
    begun.done("request", "iris", "--purpose", "AcademicResearch", *BUYER)
    said = begun("accept", "last", *BUYER)
    assert said.code == 2
    assert said.err.startswith("BalanceTooLow")
    assert begun("--json", "agreements", *BUYER).json == {"agreements": []}


def test_a_database_that_does_not_answer_is_said_plainly(entrepot: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("psycopg")
    monkeypatch.setenv("ENTREPOT_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    said = entrepot("search", "iris")
    assert said.code == 2
    assert said.err.startswith("RecordsUnreachable")


def test_looking_around_without_an_exchange_leaves_nothing_behind(entrepot: CommandLine, tmp_path: Path) -> None:
    assert entrepot("search", "iris").code == 2
    assert list(tmp_path.iterdir()) == []


def test_options_of_all_commands_stand_before_or_after(begun: CommandLine) -> None:
    before = begun("--json", "--as", "quay-research", "balance")
    after = begun("balance", "--as=quay-research", "--json")
    assert before.json == after.json


def test_help_groups_the_commands_and_fits_the_terminal(entrepot: CommandLine) -> None:
    said = entrepot.done("--help")
    for heading in ("Start here", "Run an exchange", "Publish and find", "Trade", "Prove", "People"):
        assert f"\n{heading}\n" in said
    assert "\nCommands\n" not in said
    assert max(map(len, said.splitlines())) <= 100
    assert entrepot().out == said


@pytest.mark.parametrize("name", NAMES)
def test_every_command_explains_itself(entrepot: CommandLine, name: str) -> None:
    said = entrepot.done(name, "--help")
    assert said.startswith(f"Usage: entrepot {name}") or f"{name} [OPTIONS]" in said.splitlines()[0]
    assert max(map(len, said.splitlines())) <= 100


def test_help_loads_nothing_heavy() -> None:
    heavy = ("rich", "pydantic", "duckdb", "pyarrow", "numpy", "sqlalchemy", "fastapi", "httpx", "cryptography")
    code = f"""
import json, sys
from entrepot.cli.main import run
run(["--help"])
print(json.dumps(sorted({set(heavy)!r} & set(sys.modules))))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == []
