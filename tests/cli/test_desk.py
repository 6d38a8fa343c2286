"""The regulator desk as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.conftest import CommandLine
from support import trading

OWNER, REGULATOR = ("--as", "harbour-statistics"), ("--as", "data-authority")
NOTICE = """
kind: rectification
document_number: 2026-17
listings: [{listing}]
due: 2999-01-01
public: yes
findings:
- code: F1
  basis: PIPL 2021, art. 6
  text: Reads the contact list without need.
  fields: [phone]
"""


@pytest.fixture
def shop(entrepot: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CommandLine:
    """An exchange with a regulator, and an owner with a listing, whose id is in a file."""
    monkeypatch.setenv("ENTREPOT_DATA_DIR", "shop")
    trading.iris_csv(tmp_path)
    Path("iris.yaml").write_text(trading.manifest_text(), "utf-8")
    entrepot.done("init")
    entrepot.done("organisation", "Harbour Statistics", "--roles", "owner")
    entrepot.done("organisation", "Data Authority", "--roles", "regulator")
    listing = json.loads(entrepot.done("publish", "iris.yaml", "--json", *OWNER))["id"]
    Path("listing").write_text(listing, "utf-8")
    Path("notice.yaml").write_text(NOTICE.format(listing=listing), "utf-8")
    return entrepot


def test_a_notice_is_filed_answered_tested_and_closed(shop: CommandLine) -> None:
    made = json.loads(shop.done("notices", "file", "notice.yaml", "--json", *REGULATOR))
    notice = made["id"]
    assert (made["clock"], made["findings"][0]["fields"], made["is_public"]) == ("given", ["phone"], True)
    assert notice in shop.done("notices", "list", *OWNER)
    assert "you may: plan" in shop.done("notices", "acknowledge", "last", *OWNER)
    shop.done("notices", "plan", "last", "The column goes.", *OWNER)
    shop.done("notices", "accept-plan", notice, "--text", "fine", *REGULATOR)
    assert "submitted" in shop.done("notices", "submit", notice, "F1=iris.csv", *OWNER)
    shop.done("notices", "retest", notice, "Third House", *REGULATOR)
    assert "retest_failed" in shop.done("notices", "report", notice, "iris.yaml", "--failed", "F1", *REGULATOR)
    shop.done("notices", "leniency", notice, "harm_removed", "recalled within a day", *OWNER)
    shop.done("notices", "counter", notice, "It was never read.", *OWNER)
    shop.done("notices", "answer", notice, "It was.", *REGULATOR)
    shop.done("notices", "submit", notice, "F1=iris.csv", *OWNER)
    shop.done("notices", "retest", notice, "Third House", *REGULATOR)
    assert "is closed" in shop.done("notices", "report", notice, "iris.yaml", *REGULATOR)
    assert notice in shop.done("notices", "show", "last", *REGULATOR)
    shown = shop.done("notices", "show", notice, *OWNER)
    assert "F1 (PIPL 2021, art. 6), passed" in shown
    assert "nothing is open" in shop.done("notices", "list", *OWNER)
    assert shop("notices", "suit", notice, "a court", *REGULATOR).code == 2
    assert shop("notices", "take-back", notice, "why not", *REGULATOR).code == 2
    assert json.loads(shop.done("--json", "notices", "list", "--all", *OWNER))[0]["state"] == "closed"


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("due: 2999", "due_date: 2999", "line 4: 'due_date' is no entry here."), ("due: 2999", "deadline: 2999", "The fields here are kind"),
        ("  basis:", "  basics:", "line 8: 'basics' is no entry here."), ("public: yes", "harn: now", "Did you mean harm?"),
    ],
)  # fmt: skip
def test_an_entry_that_no_notice_has_is_named_by_its_line(shop: CommandLine, right: str, wrong: str, said: str) -> None:
    Path("wrong.yaml").write_text(Path("notice.yaml").read_text("utf-8").replace(right, wrong).lstrip("\n"), "utf-8")
    done = shop("notices", "file", "wrong.yaml", *REGULATOR)
    assert done.code == 2
    assert said in " ".join((done.out + done.err).split())
    assert "nothing is open" in shop.done("notices", "list", *OWNER)


def test_a_notice_says_until_when_the_owner_is_heard_and_the_inbox_says_why_something_happened(shop: CommandLine) -> None:
    text = Path("notice.yaml").read_text("utf-8").replace("2999-01-01", "2020-01-17")
    Path("late.yaml").write_text(text, "utf-8")
    made = json.loads(shop.done("notices", "file", "late.yaml", "--json", *REGULATOR))
    assert (made["due_at"][:10], made["suspends_at"] > made["due_at"]) == ("2020-01-17", True)
    assert "the owner is heard until" in shop.done("notices", "show", made["id"], *OWNER)
    listing = Path("listing").read_text("utf-8")
    shop.done("suspend-listing", listing, "--reason", "It shows where children are.", "--imminent-harm")
    assert "It shows where children are." in shop.done("inbox", *OWNER)


def test_an_authority_asks_is_let_in_and_looks(shop: CommandLine) -> None:
    listing = Path("listing").read_text("utf-8")
    period = ("--since", "2020-01-01T00:00:00Z", "--until", "2999-01-01T00:00:00Z")
    from datetime import UTC, datetime, timedelta

    soon = (datetime.now(UTC) + timedelta(days=5)).isoformat()
    made = json.loads(
        shop.done("access", "ask", listing, "--basis", "NDSR 2025, art. 50", *period, "--expires", soon, "--json", *REGULATOR)
    )
    assert shop("access", "look", made["id"], *REGULATOR).code == 2
    assert "is approved" in shop.done("access", "approve", made["id"], "--reason", "the basis fits")
    assert "deliveries" in shop.done("access", "look", made["id"], *REGULATOR)
    shop.done("access", "look", made["id"], "--to", "answer.json", *REGULATOR)
    assert json.loads(Path("answer.json").read_text("utf-8"))["figures"]["deliveries"] == 0
    assert made["id"] in shop.done("access", "list", *OWNER)
    assert "is approved" in shop.done("access", "show", made["id"], *OWNER)
    assert shop("access", "refuse", made["id"], "--reason", "too late").code == 2


def test_a_complaint_needs_no_name(shop: CommandLine) -> None:
    sent = shop.done("complaints", "send", "personal_data", "My name is in it.", "--listing", Path("listing").read_text("utf-8"))
    code = sent.split()[-1]
    (waiting,) = json.loads(shop.done("complaints", "list", "--json"))
    assert "operator: Which row?" in shop.done("complaints", "answer", waiting["id"], "Which row?")
    assert "complainant: The third." in shop.done("complaints", "add", code, "The third.")
    assert "is closed" in shop.done("complaints", "answer", waiting["id"], "Gone.", "--close")
    assert "operator: Gone." in shop.done("complaints", "read", code)
    assert "none yet" in shop.done("refusals")


def test_a_group_explains_itself(shop: CommandLine) -> None:
    assert "take-back" in shop("notices").out + shop("notices", "--help").out
    assert "notices plan [OPTIONS] {NOTICE} {TEXT}" in shop.done("notices", "plan", "--help")
    assert shop("notices", "dance").code == 2
