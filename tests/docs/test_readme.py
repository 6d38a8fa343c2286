"""The README's tour is walked as a newcomer would, in an empty folder: every command runs and shows what the text says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from support import goods

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.xdist_group("readme")

EXPECTED = {
    "entrepot sample": "workers.csv",
    "entrepot check": "allow",
    "entrepot init": "First login",
    "entrepot deposit": "now has 100.00 EUR",
    "entrepot publish": "61,395 rows",
    "entrepot publish workers-protected.yaml": "grade 3 of 4",
    "entrepot anonymise workers.csv --automatic --k 10 --method global --change earnings=round:5 --out": "Grade 3",
    "entrepot attack": "Untreated columns (earnings)",
    "entrepot search": "1 found",
    "entrepot listing": "You pay 49.00 EUR once.",
    "entrepot request": "is offered",
    "entrepot accept last": "escrow of 49.00 EUR: held",
    "entrepot deliver": "as in the receipt",
    "entrepot accept-delivery": "escrow of 49.00 EUR: released",
    "entrepot balance": "47.77 EUR",
    "entrepot receipts": "delivery.made",
    "entrepot verify": "The document holds.",
    "entrepot doctor": "✓ debits equal credits",
    "entrepot backup": "objects",
    "entrepot rules list": "HOUSE-NO-MINORS",
    "entrepot rules explain": "Ways out",
    "entrepot agreements": "Delta Research ← Harbour Statistics",
}
"""What a command of the tour must print, by how its line begins."""


def blocks(kind: str) -> list[str]:
    """Lines of the README's fenced blocks of this kind, in order."""
    text = (ROOT / "README.md").read_text("utf-8")
    return [line for block in re.findall(rf"^```{kind}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE) for line in block.splitlines() if line]


def run(script: str, folder: Path, environment: dict[str, str]) -> str:
    """Run a line of the README with the project's own command first in the path."""
    done = subprocess.run(["bash", "-c", f"set -e\n{script}"], cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def check(line: str, said: str) -> None:
    """Whether a command of the tour printed what it must."""
    for begins, word in EXPECTED.items():
        if line == begins or line.startswith(begins + " "):
            assert word in said, f"{line}\n{said}"


@contextmanager
def serving(folder: Path, environment: dict[str, str], address: str) -> Iterator[None]:
    """`entrepot serve`, as the README says."""
    with subprocess.Popen(
        ["entrepot", "serve"], cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            for _ in range(1200):
                try:
                    httpx.get(address)
                    break
                except httpx.TransportError:
                    assert server.poll() is None, "the server did not start"
                    time.sleep(0.1)
            yield
        finally:
            server.terminate()


def test_the_tour_runs_from_the_first_command_to_the_last_page(tmp_path: Path) -> None:
    port = goods.free_port()
    address = f"http://127.0.0.1:{port}"
    outside = {name: value for name, value in os.environ.items() if not name.startswith("ENTREPOT_")}
    environment = outside | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "ENTREPOT_PORT": str(port)}
    environment |= {"ENTREPOT_PUBLIC_URL": address}
    said = {}
    for line in blocks("sh"):
        assert shlex.split(line)[0] in ("entrepot", "cmp")
        said[line] = run(line, tmp_path, environment)
        check(line, said[line])
    login = re.search(rf"{address}/join/\S+", "".join(said.values()))
    assert login is not None
    with serving(tmp_path, environment, address):
        walk_the_pages(address, login.group())
        script = "\n".join(blocks("sh served")).replace("http://127.0.0.1:8320", address)
        found = run(script, tmp_path, environment)
        assert EXPECTED["entrepot agreements"] in found
        assert EXPECTED["entrepot receipts"] in found


def walk_the_pages(address: str, login: str) -> None:
    """Open every address that the README's table names, the listing, and the operator's first login."""
    text = (ROOT / "README.md").read_text("utf-8")
    named = re.findall(r"<http://127\.0\.0\.1:8320(/[^>]*)>", text)
    assert len(named) >= 5
    with httpx.Client(base_url=address, headers={"accept": "text/html"}, follow_redirects=True) as visitor:
        for path in named:
            answer = visitor.get(path)
            assert answer.status_code == 200, path
            assert answer.headers["content-type"].startswith("text/html"), path
        found = visitor.get("/?q=earnings").text
        assert "US workers" in found
        listings = {visitor.get(path).text for path in re.findall(r"/listings/lst_\w+", found)}
        assert any("49.00" in listing for listing in listings)
        assert any("19.00" in listing for listing in listings), "the release is on offer too"
        assert "password" in visitor.get(login).text.lower()


def test_the_two_commands_of_the_readme_are_targets_of_make() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"^    make (\w+)", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
