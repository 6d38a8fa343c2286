"""Questions about persons in a browser without scripts: asked, answered, listed, and refused."""

from __future__ import annotations

from support.harbour import Harbour
from support.visitor import Visitor


def test_a_question_is_asked_on_the_page_of_the_agreement_and_listed_there(buyer: Visitor, harbour: Harbour) -> None:
    page, token = f"/agreements/{harbour.ids['lookup']}", harbour.token("L002")
    assert "of 1,000 in 24 hours" in buyer.go(page).text
    asked = buyer.send("Claimed value", person="L002", token=token, **{"about-0": "C", "about-1": "7", "about-1-is": ">="})
    assert (asked.status, "Everything you claimed is so" in asked.text) == (200, True)
    assert "licence_class, points" in asked.text
    assert "L002" not in asked.html
    again = buyer.send("Claimed value", person="L002", token=token, **{"about-0": "C"})
    assert (again.status, "no consent token that is good" in again.text) == (403, True)
    assert token not in again.html
    assert again.form("Claimed value").values["about-0"] == ["C"]
    wrong = buyer.send("Claimed value", person="L002", token=harbour.token("L002"), **{"about-0": "", "about-1": "many"})
    assert (wrong.status, "compares it with" in wrong.text) == (422, True)
    assert "您问过的问题" in buyer.go(f"{page}?lang=zh").text


def test_only_the_buyer_sees_the_form_and_the_operator_sees_who_was_refused(
    buyer: Visitor, owner: Visitor, operator: Visitor, harbour: Harbour
) -> None:
    page = f"/agreements/{harbour.ids['lookup']}"
    for visitor in (owner, operator):
        assert "Claimed value" not in visitor.go(page).text
        assert "What you have asked" not in visitor.here.text
    buyer.go(page)
    assert buyer.send("Claimed value", person="L001", token="x", **{"about-0": "B"}).status == 403
    assert "Refused for their tokens" in operator.go("/operator").text
