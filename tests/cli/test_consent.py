"""Consent as it is typed: one person, a file, a link, a receipt that verifies, an answer."""

from __future__ import annotations

from pathlib import Path

from cli.conftest import CommandLine


def test_consent_is_typed_from_a_file_to_a_receipt(entrepot: CommandLine, tmp_path: Path) -> None:
    entrepot.done("init", "--name", "Harbour Exchange")
    entrepot.done("organisation", "Harbour Statistics", "--roles", "owner")
    Path("people.csv").write_text("person\nP1\nP2\nP1\n", "utf-8")
    assert "2 persons recorded (1 repeated, 0 kept back)" in entrepot.done("consent", "import", "people.csv")
    assert "2 given" in entrepot.done("consent", "show")
    said = entrepot("consent", "withdraw", "P2", "--purpose", "Marketing", "--json").json
    assert "withdrawn: dpv:Marketing" in entrepot.done("consent", "show", "P2")
    entrepot.done("trust", "--out", "trust.json")
    entrepot.done("consent", "receipt", said["id"], "--out", "receipt.json")
    assert "The document holds." in entrepot.done("verify", "receipt.json")
    given = entrepot("consent", "show", "P1", "--json").json["said"][0]
    entrepot.done("consent", "receipt", given["id"], "--out", "row.json")
    assert "row 2 of the 2" in entrepot.done("verify", "row.json")
    assert "/me/org_" in entrepot.done("consent", "links", "P1")
    assert "less than 90 days ago" in entrepot("consent", "ask", "P2", "--purpose", "Marketing").err
    assert "nobody has asked" in entrepot.done("consent", "requests")
    bad = entrepot("consent", "import", "people.csv", "--column", "name")
    assert (bad.code, "no column" in bad.err) == (2, True)
