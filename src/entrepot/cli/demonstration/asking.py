"""The demo's part on look-ups: a register that is asked and never handed over, with a token of the person for each question."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from entrepot.kit import EntrepotError

if TYPE_CHECKING:
    from collections.abc import Callable

    from entrepot.client import Client

PERSON = "L001"
_ROWS = ("L001,B,0", "L002,B,6", "L003,C,3", "L004,A,12")
_MANIFEST = """\
title: {en: "Register of driving licences (four invented ones)", zh: "驾驶证登记册（四条虚构记录）"}
outcome: {en: "Tells whether somebody may drive what they say.", zh: "核实某人是否具有其所称的驾驶资格。"}
file: register.csv
person_key: holder
lookup: {columns: [licence_class, points]}
auto_approve: true
countries: [US]
facts: {us.california: true, us.data_broker: false, asset.under_14: false}
terms: {purposes: [ResearchAndDevelopment], duration_days: 365}
price: free
"""
_QUESTION: list[dict[str, Any]] = [
    {"column": "licence_class", "operator": "=", "value": "B"},
    {"column": "points", "operator": "<=", "value": 3},
]


def write_register(folder: Path) -> Path:
    """Write the register and its manifest; the manifest's path."""
    (folder / "register.csv").write_text("\n".join(("holder,licence_class,points", *_ROWS, "")), "utf-8")
    manifest = folder / "register.yaml"
    manifest.write_text(_MANIFEST, "utf-8")
    return manifest


def ask_once(owner: Client, buyer: Client, person: Client, agreement: str, step: Callable[[str, str], None]) -> str | None:
    """Have a person allow one question, ask it, and fail to ask another with the same token; what differs, or None."""
    link = owner.personal_links([PERSON])["links"][0].rpartition("/")[2]
    token = person.call("POST", f"/people/{link}/tokens", {"agreement": agreement})["token"]
    step("token", "a person allows one question on the own page, without an account, and hands the token to the buyer")
    answer = buyer.look_up(agreement, person=PERSON, token=token, question=_QUESTION)
    if answer["answer"] != "match":
        return f"the register answers {answer['answer']} to what is so"
    try:
        again = buyer.look_up(agreement, person=PERSON, token=token, question=_QUESTION)
        return f"the token was good a second time: {again}"
    except EntrepotError as refused:
        if type(refused).__name__ != "TokenRefused":
            return f"the second question was refused for another reason: {refused.message}"
    step("ask", f"class B and at most 3 points? match, and no value leaves; the same token again is refused; receipt {answer['receipt']}")
    return _seen(buyer, person, link, agreement, step)


def _seen(buyer: Client, person: Client, link: str, agreement: str, step: Callable[[str, str], None]) -> str | None:
    shown, listed = person.call("GET", f"/people/{link}")["questions"], buyer.lookups(agreement)["questions"]
    if [(one["recipient"], one["answer"]) for one in shown] != [("Delta Research", "match")] or len(listed) != 1:
        return f"the person's page shows {shown}, and the buyer's list {listed}"
    step("person", f"the person's page shows who asked, what for and the answer; the buyer's list shows {', '.join(listed[0]['columns'])}")
    return None
