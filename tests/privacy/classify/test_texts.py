"""Texts that speak of persons: who and what in them is found, what is not, and how many cells it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from entrepot.privacy import Assessment, Kind
from entrepot.privacy.detectors.prose import names_a_patient, names_somebody
from entrepot.privacy.detectors.text import has_iban, has_international_phone, has_ip

Classified = Callable[[dict[str, Any]], Assessment]
SENTENCES = [
    "Hans Meyer was seen with asthma and sent home", "Peter Brown lives at 12 Elm Street Springfield", "Julia Becker was told to rest for a week",
    "Anna Schmidt has had a cold since Monday", "Klaus Weber came back with the same pain",
]  # fmt: skip
NOTHING = ["nothing to report of this visit", "all is well since the last one", "was told to come back in a week"]


@pytest.mark.parametrize(
    ("texts", "category"),
    [
        (SENTENCES, "name"),
        ([f"Patient Julia Becker called from +49 170 1234567 about the bill {i}" for i in range(40)], "phone"),
        ([f"Rückruf erbeten unter Tel. 030 1234{i:04}" for i in range(40)], "phone"),
        (["please pay to DE89 3704 0044 0532 0130 00 by Friday"], "iban"),
        (["please pay to DE89370400440532013000 PAID"], "iban"),
        ([f"logged in from 203.0.113.{i + 1} at noon" for i in range(40)], "ip_address"),
        ([f"logged in from 2001:db8::{i + 1:x}:1 at noon" for i in range(40)], "ip_address"),
        ([f"Mr Hans Meyer came with his wife {i}" for i in range(40)], "name"),
        (["Frau Brzozowska kam heute wieder", "Mme Lefèvre est venue hier soir", "seen by Dr. Oduya on the ward"], "name"),
        (["王先生要求退款并投诉", "李女士已处理完毕"], "name"),
        (["患者张伟因高血压入院治疗", "患者李娜，女，因咳嗽就诊"], "name"),
    ],
)
def test_persons_are_found_in_half_of_the_texts(classified: Classified, texts: list[str], category: str) -> None:
    cells = [text for i in range(120) for text in (texts[i % len(texts)], NOTHING[i % 3])]
    (finding,) = classified({"remarks": cells}).findings
    assert (finding.category.id, finding.kind) == (category, Kind.DIRECT)
    assert [(cell.matched, cell.examined) for cell in finding.cells if cell.detector == "in-text"] == [(120, 240)]


@pytest.mark.parametrize(
    "text", ["she lives at 12 Elm Street with a dog", "er wohnt in der Hauptstraße 5 hinten", "il habite 12 rue de la Paix depuis"]
)
def test_where_somebody_lives_is_found_in_texts(classified: Classified, text: str) -> None:
    told = classified({"remarks": [text, *NOTHING] * 10, "gender": ["f", "m"] * 20})
    assert told.findings[0].category.id == "address"


def test_cells_are_counted_by_rows_and_not_by_distinct_texts(classified: Classified) -> None:
    (finding,) = classified({"remarks": [SENTENCES[0]] * 10 + [SENTENCES[1]] * 5 + NOTHING * 100}).findings
    assert [(cell.detector, cell.matched, cell.examined) for cell in finding.cells] == [("in-text", 15, 315)]
    assert "Meyer" not in str(finding.to_dict())


@pytest.mark.parametrize(
    "texts",
    [
        ["The Adventures of the Lost Ark", "A Study in Modern Painting and Design", "Will Patient Care Improve Next Year"],
        ["update to version 10.2.3.44 failed on node", "Mozilla/5.0 (X11; Linux) Gecko/20.1.0.1 Firefox", "it began at 12:30:45 and ended at 13:10:00"],
        ["the meeting is at Martin Luther King Boulevard", "near Lincoln Center in New York City", "flew from San Jose to Saint Paul Minnesota"],
        ["患者高热三天未退", "患者黄疸，皮肤黄染", "客户应付款未付"],
        ["part number 1234 5678 costs 20", "order of 12 Large Boxes by Monday", "call me on extension 12 tomorrow"],
    ],
)  # fmt: skip
def test_texts_that_speak_of_nobody_raise_no_alarm(classified: Classified, texts: list[str]) -> None:
    assert classified({"remarks": texts * 40}).findings == ()


def test_few_labels_are_no_texts_about_persons(classified: Classified) -> None:
    assert classified({"v": ["Married, spouse absent now", "Never married before this", "Lives with own children"] * 40}).findings == ()


def test_an_address_that_is_called_after_somebody_stays_an_address(classified: Classified) -> None:
    values = [f"Peter Brown and Julia Becker Memorial Building {i}" for i in range(40)]
    assert classified({"home address": values, "gender": ["f", "m"] * 20}).findings[0].category.id == "address"


@pytest.mark.parametrize(
    "text",
    [
        "talked to Maria Jose Quandt about it",
        "spoke with John A. Smith yesterday",
        "john smith came in late today",
        "HANS MEYER CAME IN LATE",
    ],
)
def test_names_are_found_with_initials_and_without_capitals(text: str) -> None:
    assert names_somebody(text)


def test_what_is_no_such_number_is_not_one() -> None:
    assert not has_iban("please pay to DE89 3704 0044 0532 0130 01 by Friday")
    assert not has_international_phone("the result was +12 345 678 higher")
    assert not has_ip("section 1.2.3.4 says so")
    assert not has_ip("release 4.3.2.1.")
    assert not names_a_patient("患者马上，来院")
