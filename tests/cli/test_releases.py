"""Releases made on the exchange as they are typed: anonymise there, publish with grade and report."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from cli.conftest import CommandLine
from entrepot.asgi import create_app
from entrepot.cli.on_exchange import asked_of
from entrepot.flows import MakingState
from entrepot.flows.tables import makings
from entrepot.privacy.anonymise import Plan, Presence
from entrepot.privacy.anonymise.profile import (
    closeness_text,
    diversity_text,
    parse_closeness,
    parse_diversity,
    parse_presence,
    presence_text,
)
from entrepot.runtime import Exchange
from support import trading
from support.pages import serving
from support.wages import write_wages

OWNER = ("--as", "harbour-statistics")
PLAN = ("anonymise", "wages.csv", "--qi", "age,region", "--automatic", "--k", "10", "--method", "global")


@pytest.fixture
def owner(begun: CommandLine) -> CommandLine:
    """An owner with a table of four hundred persons, each with an own wage, and its manifest."""
    write_wages(Path("wages.csv"))
    Path("wages.yaml").write_text(trading.manifest_text(file="wages.csv", title="Wages by age and region"), "utf-8")
    return begun


def test_a_release_made_on_the_exchange_is_published_with_its_grade(owner: CommandLine) -> None:
    made = owner(*PLAN, "--change", "wage=round:5000", "--on-exchange", *OWNER)
    assert made.code == 0
    assert "Grade 3" in made.err
    upload = made.out.strip()
    assert f"--upload {upload}" in made.err
    published = json.loads(owner.done("publish", "wages.yaml", "--upload", upload, "--json", *OWNER))
    table = published["tables"][0]
    assert (published["state"], table["grade"]) == ("live", 3)
    assert table["report_digest"].startswith("sha256:")
    assert not list(Path().glob("*.anonymous.csv")), "nothing is written here"


def test_what_stands_in_the_way_of_a_better_grade_is_said_and_published_with_it(owner: CommandLine) -> None:
    made = owner(*PLAN, "--on-exchange", *OWNER)
    assert "Grade 2" in made.err
    assert "(wage)" in made.err
    assert "→ " in made.err
    assert "grade 2 of 4" in owner.done("publish", "wages.yaml", "--upload", made.out.strip(), *OWNER)


def test_a_report_made_elsewhere_gives_no_grade_and_publishing_says_what_does(owner: CommandLine) -> None:
    owner.done(*PLAN, "--out", "fit.csv")
    Path("wages.yaml").write_text(trading.manifest_text(file="fit.csv", title="Wages by age and region"), "utf-8")
    said = owner("publish", "wages.yaml", *OWNER)
    assert "fit.csv has a report made elsewhere, which gives no grade here" in said.err
    assert "anonymise FILE --on-exchange" in said.err
    assert "of 4" not in said.out


@pytest.mark.parametrize("more", [("--out", "x.csv"), ("--no-report",), ("--presence", "wages.csv:0,0.5"), ("--population", "wages.csv")])
def test_what_only_this_machine_can_do_is_refused_before_anything_is_sent(owner: CommandLine, more: tuple[str, ...]) -> None:
    said = owner(*PLAN, "--on-exchange", *more, *OWNER)
    assert said.code == 2
    assert more[0] in said.err
    assert "leave it out, or --on-exchange" in said.err


def test_every_setting_of_a_plan_reaches_the_exchange() -> None:
    diversity = [parse_diversity(text) for text in ("2:ill", "entropy:1.5:ill", "recursive(3):2:ill")]
    closeness = [parse_closeness(text) for text in ("0.2:ill", "ordered:0.25:pay")]
    assert [parse_diversity(diversity_text(one)) for one in diversity] == diversity
    assert [parse_closeness(closeness_text(one)) for one in closeness] == closeness
    presence = Presence(column="ill", least=0.1, most=0.5)
    assert parse_presence(presence_text(presence)) == presence
    plan = Plan(k=7, quasi=("age",), drop=("name",), diversity=tuple(diversity), person="id", presence=presence, weights={"age": 2.0})
    asked = asked_of(plan, None, ("post=mask:2",))
    assert (asked["k"], asked["person"], asked["drop"], asked["change"]) == (7, "id", ["name"], {"post": "mask:2"})
    assert asked["l"][1] == "entropy:1.5:ill"
    assert (asked["presence"], asked["weight"]) == ("ill:0.1,0.5", {"age": 2.0})


def test_whoever_leaves_while_the_exchange_makes_a_release_is_told_how_to_come_back(
    entrepot: CommandLine, exchange: Exchange, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    market = trading.open_market(exchange, tmp_path / "goods")
    write_wages(Path("wages.csv"))
    with serving(create_app(exchange)) as url:
        monkeypatch.setenv("ENTREPOT_EXCHANGE", url)
        monkeypatch.setenv("ENTREPOT_API_KEY", trading.api_key(exchange, market.owner))
        making_id = _ordered_and_left(exchange)
        exchange.run_due_jobs()
        back = entrepot("release", making_id)
        assert (back.code, back.out.startswith("upl_"), "Grade" in back.err) == (0, True, True)
        another = _ordered_and_left(exchange)
        assert f"{another} is cancelled" in entrepot.done("release", another, "--cancel")
        assert entrepot("release", another).code == 2


def _ordered_and_left(exchange: Exchange) -> str:
    """Order a release over HTTP, which nobody makes yet, and press Ctrl-C; its id."""
    running = subprocess.Popen(
        [sys.executable, "-c", "from entrepot.cli import main; main()", *PLAN, "--on-exchange"], text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    waiting = sa.select(makings.c.id).where(makings.c.state == MakingState.WAITING)
    while (found := _first(exchange, waiting)) is None:
        assert running.poll() is None
        time.sleep(0.05)
    time.sleep(1)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (130, "")
    assert f"The exchange goes on with the release {found}." in err
    assert f"`entrepot release {found}`" in err.replace("\n", " ")
    return str(found)


def _first(exchange: Exchange, query: sa.Select[Any]) -> Any:
    with exchange.database.snapshot() as db:
        return db.scalar(query)
