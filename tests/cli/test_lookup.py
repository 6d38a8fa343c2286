"""A question as it is typed: published, agreed on, answered with match or no match, and refused the second time."""

from __future__ import annotations

from pathlib import Path

from cli.conftest import CommandLine

BUYER = ("--as", "quay-research")
OWNER = ("--as", "harbour-statistics")
MANIFEST = """\
title: Register of driving licences
outcome: Tells whether somebody may drive what they say.
file: licences.csv
person_key: holder
facts: {asset.under_14: false}
lookup: {columns: [licence_class, points]}
auto_approve: true
terms: {purposes: [ResearchAndDevelopment]}
price: free
"""


def test_a_question_is_typed_with_its_token(entrepot: CommandLine) -> None:
    Path("licences.csv").write_text("holder,licence_class,points\nL001,B,0\nL002,C,7\nL003,B,12\n", "utf-8")
    Path("licences.yaml").write_text(MANIFEST, "utf-8")
    entrepot.done("init", "--name", "Harbour Exchange")
    entrepot.done("organisation", "Harbour Statistics", "--roles", "owner")
    entrepot.done("organisation", "Quay Research", "--roles", "buyer")
    entrepot.done("publish", "licences.yaml", *OWNER)
    entrepot.done("request", "licences", "--purpose", "AcademicResearch", "--method", "lookup", *BUYER)
    entrepot.done("answer", "last", "use.prohibited=none", *BUYER)
    entrepot.done("accept", "last", *BUYER)
    agreement = entrepot("agreements", "--json", *BUYER).json["agreements"][0]["id"]
    token = entrepot.done("consent", "token", "L001", "--agreement", agreement, *OWNER).strip()
    asked = ("lookup", "last", 'licence_class="B"', "points<=3", "--person", "L001", "--token", token, *BUYER)
    assert entrepot.done(*asked).startswith("match\n")
    assert "TokenRefused" in entrepot(*asked).err
    listed = entrepot.done("lookups", "last", *BUYER)
    assert "match" in listed
    assert "licence_class, points" in listed
    assert "999 more questions may be asked now" in listed
    assert "L001" not in entrepot("lookups", "last", "--json", *BUYER).out
    assert "is no question" in entrepot("lookup", "last", "nonsense", "--person", "L001", *BUYER).err
