"""Every setting, command, error, delivery method and decision is documented, and every link leads somewhere."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import typer.main

from entrepot.cli.main import app
from entrepot.config import PREFIX, Settings
from entrepot.delivery.methods import METHODS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]  # a group has commands


def script(name: str) -> Any:
    """A module of the folder of scripts."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", sorted(script("make_docs").PAGES))
def test_a_generated_page_follows_from_the_code(page: str) -> None:
    assert (DOCS / page).read_text("utf-8") == script("make_docs").PAGES[page](), f"docs/{page} is stale; run `make docs`"


@pytest.mark.parametrize("page", ["anonymise.md", "grades.md"])
def test_python_of_the_privacy_pages_runs_as_written(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hierarchies").mkdir()
    (tmp_path / "hierarchies" / "age.csv").write_text("".join(f"{age};{age // 10 * 10}s;*\n" for age in range(20, 60)))
    rows = [f"{20 + i % 40},{('flu', 'gout', 'cough')[i % 3]}" for i in range(400)]
    (tmp_path / "patients.csv").write_text("\n".join(["age,diagnosis", *rows]) + "\n")
    monkeypatch.chdir(tmp_path)
    code = re.findall(r"^```python\n(.*?)^```", (DOCS / page).read_text("utf-8"), re.M | re.S)
    assert code
    for one in code:
        exec(one, {})  # what the page tells readers to run
    assert (tmp_path / "fit.csv").read_text().startswith("age,diagnosis\n")


def test_every_link_leads_somewhere() -> None:
    assert script("check_docs").broken_links() == []


def test_every_setting_is_documented() -> None:
    text = (DOCS / "settings.md").read_text("utf-8")
    assert [f.name for f in fields(Settings) if f"`{PREFIX}{f.name.upper()}`" not in text] == []


def test_no_document_names_a_setting_that_is_not_there() -> None:
    known = {PREFIX + f.name.upper() for f in fields(Settings)}
    # These are read by the command line alone, or by tests.
    known |= {
        f"{PREFIX}{name}"
        for name in ("CONFIG", "API_KEY", "EXCHANGE", "AS", "S3_", "PSEUDONYM_KEY", "TEST_DATA", "TEST_POSTGRES", "LEDGER_SEED")
    }
    named = {(page.name, name) for page in PAGES for name in re.findall(rf"{PREFIX}[A-Z0-9_]+", page.read_text("utf-8"))}
    assert sorted((page, name) for page, name in named if name not in known) == []


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_documented(name: str) -> None:
    assert COMMANDS[name].help
    assert f"### {name}\n" in (DOCS / "cli.md").read_text("utf-8")


def test_no_document_names_a_command_that_is_not_there() -> None:
    named = {
        (page.name, word) for page in PAGES for word in re.findall(r"(?:`|^    |^)entrepot ([a-z][a-z-]+)", page.read_text("utf-8"), re.M)
    }
    assert sorted((page, word) for page, word in named if word not in COMMANDS) == []


@pytest.mark.parametrize("name", sorted(METHODS))
def test_every_delivery_method_is_documented(name: str) -> None:
    assert f"## `{name}`" in (DOCS / "delivery-methods.md").read_text("utf-8")


def test_every_decision_has_its_parts_and_its_line() -> None:
    pages = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    index = (DOCS / "decisions" / "README.md").read_text("utf-8")
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        text = page.read_text("utf-8")
        assert page.name in index
        for part in ("Context", "Decision", "Consequences", "Alternatives"):
            assert f"**{part}.**" in text, page.name


def test_every_document_is_in_the_index() -> None:
    index = (DOCS / "README.md").read_text("utf-8")
    linked = set(re.findall(r"\]\((\w[\w/.-]*\.md)\)", index + (ROOT / "README.md").read_text("utf-8").replace("docs/", "")))
    assert [page.name for page in DOCS.glob("*.md") if page.name not in {*linked, "README.md"}] == []
