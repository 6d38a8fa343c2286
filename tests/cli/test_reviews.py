"""What waits for the operator's review, as it is typed: listed with the reasons, and approved."""

from __future__ import annotations

from pathlib import Path

from cli.conftest import CommandLine
from support.packs import installable


def test_what_the_rules_hold_and_leave_to_a_person_is_listed_with_the_reasons_and_approved(begun: CommandLine) -> None:
    for severity in ("block", "review"):
        for name, text in zip(("own.yaml", "own.vectors.yaml"), installable(severity), strict=True):
            Path(name).write_text(text, "utf-8")
        begun.done("install-rules", "own.yaml")
    said = begun.done("reviews")
    assert "held by the rules, which leave it to a person" in said
    assert "No. [The Law" in said
    assert "不行。" in begun.done("reviews", "--language", "zh")
    (found,) = begun("reviews", "--json").json["listings"]
    assert (found["held"], found["decision"], found["reasons"][0]["rule"]) == (True, "review", "OWN-LOOK")
    assert "is live" in begun.done("approve", found["id"])
    assert "nothing waits" in begun.done("reviews")
