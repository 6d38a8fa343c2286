"""Releases made on the exchange as they are typed: anonymise there, publish with grade and report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.conftest import CommandLine
from entrepot.cli.on_exchange import asked_of
from entrepot.privacy.anonymise import Plan
from entrepot.privacy.anonymise.profile import closeness_text, diversity_text, parse_closeness, parse_diversity
from support import trading
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


@pytest.mark.parametrize("more", [("--out", "x.csv"), ("--no-report",), ("--weight", "age=2"), ("--population", "wages.csv")])
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
    plan = Plan(k=7, quasi=("age",), drop=("name",), diversity=tuple(diversity), person="id")
    asked = asked_of(plan, None, ("post=mask:2",))
    assert (asked["k"], asked["person"], asked["drop"], asked["change"]) == (7, "id", ["name"], {"post": "mask:2"})
    assert asked["l"][1] == "entropy:1.5:ill"
