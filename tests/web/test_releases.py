"""Owners make releases on the pages: anonymised, counted, and stopped half way."""

from __future__ import annotations

import re

from entrepot import flows
from support.harbour import Harbour
from support.visitor import Sight, Visitor


def test_an_owner_anonymises_a_file_and_publishes_it_with_its_grade(owner: Visitor, visitor: Visitor, harbour: Harbour) -> None:
    owner.go("/publish")
    lines = [f"p{i}@mail.example,{20 + i % 40},{('male', 'female')[i % 2]},{10_000 + i % 7}" for i in range(400)]
    file = {"file": ("members.csv", "\n".join(["email,age,gender,postcode", *lines]).encode(), "text/csv")}
    owner.send("Check this file", files=file)
    owner.follow("Anonymise it")
    proposed = owner.here.form("Anonymise it")
    assert "email" in proposed.values["drop"]
    assert "age" in proposed.values["quasi"]
    nothing = owner.send("Anonymise it", quasi=[])
    assert (nothing.status, "No column is chosen" in nothing.text) == (422, True)
    wrong = owner.send("Anonymise it", quasi=["age"], drop=["email"], k="10", method="global", l="two of gender")
    assert (wrong.status, "is not what “Different values that each group must show (l)” takes" in wrong.text) == (422, True)
    owner.send("Anonymise it", quasi=["age", "gender", "postcode"], drop=[], k="10", method="global", l="")
    named = _made(owner, harbour)
    assert "the release would name persons" in named.text
    assert "Leave them out (“Leave this out” email); or change them (“Changes to other columns, one a line” email=pseudonym" in named.text
    assert "--drop" not in named.text
    assert named.form("Anonymise it").values["k"] == ["10"], "the form is shown as it was sent"
    owner.send(
        "Anonymise it", quasi=["age", "gender", "postcode"], drop=["email"], k="10", method="global", suppress="5%", l="",
        hierarchies="gender\nmale;*\nfemale;*",
    )  # fmt: skip
    made = _made(owner, harbour)
    assert "This is the anonymised version." in made.text
    assert "Grade 3 of 4" in made.text
    shown = owner.send("Publish", outcome="See who joined.", plan="free")
    assert shown.status == 200, shown.text
    listing = shown.address.partition("?")[0]
    visitor.go(listing)
    visitor.follow("Grade 3 of 4")
    assert "risk measured and acceptable" in visitor.here.text
    assert "Other releases." in visitor.here.text
    assert "mail.example" not in visitor.here.text
    assert "重标识风险已测量且可接受" in visitor.go(f"{listing}/report?lang=zh").text
    assert visitor.go(f"/listings/{harbour.ids['listing']}/report").status == 404


def test_an_owner_publishes_counts_instead_of_rows(owner: Visitor, visitor: Visitor, harbour: Harbour) -> None:
    owner.go("/publish")
    lines = [f"p{i}@mail.example,{('male', 'female')[i % 2]},{10_000 + i % 7},{100 + i % 50}" for i in range(400)]
    file = {"file": ("members.csv", "\n".join(["email,gender,postcode,paid", *lines]).encode(), "text/csv")}
    owner.send("Check this file", files=file)
    owner.follow("Publish counts instead")
    nothing = owner.send("Make the counts", by=[])
    assert (nothing.status, "No column is chosen" in nothing.text) == (422, True)
    owner.send("Make the counts", by=["gender"], mean=["paid"], minimum="11", base="5", totals="yes")
    made = _made(owner, harbour)
    assert "These are the cells." in made.text
    assert "Grade 4 of 4" in made.text
    shown = owner.send("Publish", outcome="See how many joined.", plan="free")
    assert shown.status == 200, shown.text
    visitor.go(shown.address.partition("?")[0])
    visitor.follow("Grade 4 of 4")
    assert "Totals from elsewhere." in visitor.here.text


def _made(owner: Visitor, harbour: Harbour) -> Sight:
    """The page on which the one who waits sees what became of a release."""
    assert "It waits for its turn." in owner.here.text
    address = owner.here.address
    harbour.exchange.run_due_jobs()
    return owner.go(address)


def test_an_owner_stops_a_release_and_has_the_form_again(owner: Visitor, harbour: Harbour) -> None:
    owner.go("/publish")
    lines = [f"{20 + i % 40},{('male', 'female')[i % 2]},{10_000 + i % 7}" for i in range(400)]
    owner.send("Check this file", files={"file": ("members.csv", "\n".join(["age,gender,postcode", *lines]).encode(), "text/csv")})
    owner.follow("Anonymise it")
    waiting = owner.send("Anonymise it", quasi=["age", "gender", "postcode"], k="7")
    assert "A release is being made" in waiting.text
    assert "正在排队等候。" in owner.go(f"{waiting.address}?lang=zh").text
    owner.go(f"{waiting.address}?lang=en")
    stopped = owner.send("Stop it")
    assert "Stopped; nothing of it is kept." in stopped.text
    assert stopped.form("Anonymise it").values["k"] == ["7"]
    harbour.exchange.run_due_jobs()
    with harbour.exchange.reading(harbour.owner.actor) as session:
        assert flows.get_making(session, waiting.address.rpartition("/")[2]).made_id is None


def test_the_form_for_a_large_file_says_what_it_was_judged_by_and_keeps_rare_settings_closed(owner: Visitor) -> None:
    owner.go("/publish")
    lines = [f"p{i}@mail.example,{20 + i % 40},{('male', 'female')[i % 2]},a note that takes some room" for i in range(60_000)]
    owner.send("Check this file", files={"file": ("members.csv", "\n".join(["email,age,gender,note", *lines]).encode(), "text/csv")})
    shown = owner.follow("Anonymise it")
    assert re.search(r"its columns were judged by its first [1-5]\d,\d{3} rows", shown.text)
    proposed = shown.form("Anonymise it")
    assert (proposed.values["drop"], proposed.values["quasi"]) == (["email"], ["age", "gender"])
    assert "<details><summary>More settings" in shown.html
    wrong = owner.send("Anonymise it", t="far")
    assert "<details open><summary>More settings" in wrong.html
    assert "judged by" in owner.go(shown.address.replace("/anonymise", "/aggregate")).text
