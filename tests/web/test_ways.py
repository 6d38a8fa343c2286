"""The links that do a fix, followed in a browser without scripts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from entrepot import catalogue
from entrepot.asgi import create_app
from entrepot.config import Settings
from entrepot.kit import Decision
from entrepot.runtime import Exchange
from support.pages import member
from support.rulebook import ANSWERS, answer
from support.trading import Market, open_market
from support.visitor import Visitor

PATIENTS = "name,phone,age,city,illness\n" + "".join(
    f"Person {n},1380013{8000 + n},{20 + n % 40},{('Hamburg', 'Bremen', 'Kiel')[n % 3]},{('asthma', 'diabetes')[n % 2]}\n"
    for n in range(200)
)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """An exchange that asks the law of China."""
    return replace(settings, rule_packs="house,cn")


@pytest.fixture
def market(exchange: Exchange, tmp_path: Path) -> Market:
    """A market, and an owner who can sign in."""
    made = open_market(exchange, tmp_path / "goods")
    member(exchange, made.owner, "owner@house.example")
    return made


@pytest.fixture
def owner(market: Market) -> Visitor:
    """The owner in a browser."""
    return Visitor(create_app(market.exchange)).sign_in("owner@house.example")


def _file(text: str) -> dict[str, tuple[str, bytes]]:
    return {"file": ("patients.csv", text.encode())}


def test_a_finding_leads_to_the_form_that_leaves_its_column_out(owner: Visitor) -> None:
    owner.go("/publish")
    assert "What helps:" in owner.send("Check this file", files=_file(PATIENTS)).text
    dropping = next(address for address, words in owner.here.reader.links if words == "Leave the columns out" and "drop=phone" in address)
    assert owner.go(dropping).form("Leave this out").values["drop"].count("phone") == 1
    assert "phone" not in owner.here.form("Leave this out").values["quasi"]


def test_a_fix_that_needs_the_file_again_goes_on_where_it_was_meant_to(owner: Visitor, market: Market) -> None:
    listing = market.publish(facts={"asset": {"subjects_in": ["CN"]}}).listing_id
    owner.go(f"/publish?then=anonymise&listing={listing}&drop=age")
    form = owner.send("Check this file", files=_file(PATIENTS)).form("Leave this out")
    assert "/anonymise?" in owner.here.address
    assert form.values["listing"] == [listing]
    assert "age" in form.values["drop"]
    assert "age" not in form.values["quasi"]


def test_an_answer_that_a_rule_fails_on_is_asked_again(owner: Visitor, market: Market) -> None:
    listing = market.publish(facts={"asset": {"subjects_in": ["CN"]}}).listing_id
    page = f"/listings/{listing}/rules"
    owner.go(page)
    owner.send("Your answers are kept", **{"asset.barred_content": "yes"})
    owner.go(page)
    owner.follow("Enter the document")
    assert "asset.barred_content" in owner.here.form("Your answers are kept").names
    assert "回答问题" in owner.go(f"{page}?lang=zh").text


def test_whether_children_are_among_the_persons_is_a_question_that_puts_the_listing_on_offer(owner: Visitor, market: Market) -> None:
    listing = market.publish_tables("visitor,minutes\nP1,7\nP2,9\n", person_key="visitor")
    owner.go(f"/listings/{listing}/rules")
    assert owner.here.form("Your answers are kept").names >= {"asset.under_14", "asset.subjects_in"}
    owner.send("Your answers are kept", **{"asset.under_14": "no", "asset.subjects_in": "DE"})
    with market.exchange.reading(market.owner) as session:
        assert catalogue.get(session, listing).state is catalogue.ListingState.LIVE


def test_people_are_asked_for_consent_with_the_use_filled_in(owner: Visitor, market: Market) -> None:
    listing = market.publish().listing_id
    owner.go(f"/people?listing={listing}&purpose=dpv%3AAcademicResearch&purpose=none#ask")
    asked = owner.here.form("Ask, and make the personal link").values
    assert (asked["listing"], asked["purpose"]) == ([listing], ["dpv:AcademicResearch"])
    sent = owner.send("Ask, and make the personal link", person="P1")
    assert "The personal link is ready." in sent.text


def test_a_page_names_the_column_that_shows_children_in_the_readers_language(owner: Visitor) -> None:
    pupils = "pupil,age,score\n" + "".join(f"{n},{8 + n % 10},{60 + n % 40}\n" for n in range(40))
    owner.go("/publish")
    owner.send("Check this file", files={"file": ("pupils.csv", pupils.encode())})
    shown = owner.send("Publish", outcome="See how they do.", plan="free").text
    assert "the column age of the table pupils holds ages below 14, in 24 of 40 rows (60.0%)" in shown
    owner.go("/publish?lang=zh")
    owner.send("检查此文件", files={"file": ("pupils.csv", pupils.encode())})
    assert (
        "表“pupils”的字段“age”含有不满十四周岁的年龄，共 40 行中有 24 行（60.0%）" in owner.send("发布", outcome="成绩", plan="free").text
    )


def test_the_page_of_a_listing_says_what_the_rules_say_today_in_the_readers_language(owner: Visitor, market: Market) -> None:
    listing = market.publish(facts={"asset": {"subjects_in": ["CN"]}}).listing_id
    open_page = owner.go(f"/listings/{listing}?lang=zh").text
    assert "判断之前需要知道" in open_page
    assert f"entrepot answer {listing} source.kinds=" in open_page
    assert "This has to be known first" not in open_page
    assert answer(market, listing, **ANSWERS) is Decision.ALLOW
    settled = owner.go(f"/listings/{listing}?lang=zh").text
    assert "判断之前需要知道" not in settled
    assert "source.kinds" not in settled
