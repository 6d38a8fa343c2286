"""What a person consents to by the own link: kinds of data, recipient, purpose and time, in words whose digest the receipt names."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from entrepot import catalogue, consent, flows
from entrepot.asgi import create_app
from entrepot.consent import Act
from entrepot.flows import consent_questions, consented, people, person_view
from entrepot.flows.consent_questions import ConsentQuestion
from entrepot.kit import Conflict, sha256_hex
from entrepot.runtime import SYSTEM
from entrepot.trades import Agreement
from support.consenting import RESEARCH, PeopleMarket
from support.door import Door
from support.visitor import Visitor

ADULTS = "visitor,age,gender,minutes\n" + "".join(f"P{n % 12:03},{20 + n % 30},{'mf'[n % 2]},{n}\n" for n in range(48))
SAID: dict[str, Any] = {"consent": {"covers_everyone": True}}


def publish(market: PeopleMarket, **entries: Any) -> str:
    """Visits with ages on offer; the listing's id."""
    return market.market.publish_tables(ADULTS, **{"person_key": "visitor", "facts": SAID, "title": "Visits to a harbour"} | entries)


def asked(market: PeopleMarket, agreement: Agreement) -> people.Asked:
    """The use under an agreement."""
    return people.Asked(listing=agreement.listing_id, recipient=market.buyer_id, purposes=(RESEARCH,))


def question(market: PeopleMarket, person: str = "P001") -> ConsentQuestion:
    """What a person is asked about the one use there is."""
    (found,) = person_view.view(market.exchange, market.token(person)).purposes
    return found.question


def say(market: PeopleMarket, what: people.Asked, *, allow: bool = True, language: str = "en") -> consent.Recorded:
    """The answer of P001."""
    market.market.clock.advance(timedelta(minutes=1))
    with market.exchange.session() as session:
        return people.answer_as_person(session, market.token("P001"), allow=allow, asked=what, language=language)[0]


def test_a_yes_names_the_kinds_of_data_that_are_handed_over_the_recipient_the_purpose_and_its_end(market: PeopleMarket) -> None:
    agreement = market.agree(publish(market, offered={"columns": ["age", "minutes"]}))
    found = question(market)
    assert (found.categories, found.is_agreed, found.until) == (("age",), True, agreement.ends_at)
    for words in ("Quay Research", "Visits to a harbour", "academic research", "Kinds of data: age", f"{agreement.ends_at:%Y-%m-%d}"):
        assert words in found.texts["en"]
    assert "信息种类：年龄" in found.texts["zh"]
    act = say(market, asked(market, agreement))
    assert act.expires_at == agreement.ends_at
    market.market.seal()
    with market.exchange.reading() as session:
        receipt = people.receipt_as_person(session, market.token("P001"), act.id)
    processing = receipt["fact"]["pii_processing"]
    (purpose,) = processing["purposes"]
    assert purpose["pii_information"] == [{"pii_type": "pd:Age"}]
    assert purpose["recipient_third_parties"] == [market.buyer_id]
    assert receipt["fact"]["events"][0]["valid_until"].startswith(f"{agreement.ends_at:%Y-%m-%d}")
    assert processing["privacy_notice"] == f"sha256:{sha256_hex(processing['privacy_notice_text'].encode())}" == found.notice("en")


def test_a_question_names_the_columns_of_no_known_kind_that_go_with_the_kinds(market: PeopleMarket) -> None:
    table = "visitor,age,spend,loyalty tier\n" + "".join(f"P{n % 12:03},{20 + n % 30},{n * 3.5},{'abc'[n % 3]}\n" for n in range(48))
    agreement = market.agree(market.market.publish_tables(table, person_key="visitor", facts=SAID, title="Visits to a harbour"))
    found = question(market)
    assert found.columns == dict.fromkeys(("en", "zh"), ("Spend", "Loyalty tier"))
    assert "Kinds of data: age; and: Spend, Loyalty tier. " in found.texts["en"]
    assert "信息种类：年龄；以及：Spend、Loyalty tier。" in found.texts["zh"]
    for language in ("en", "zh"):
        assert found.others(language) in found.texts[language]
    app, link = create_app(market.exchange), market.token("P001")
    person = Visitor(app)
    for language, words in (("zh", "以及："), ("en", "and: ")):
        assert words + found.others(language) in person.go(f"/me/{link}?lang={language}").text.replace("以及： ", "以及：")
    (shown,) = Door(app).get(f"/api/v1/people/{link}").json()["purposes"]
    assert shown["question"]["others"] == found.others("en")
    act = say(market, asked(market, agreement))
    market.market.seal()
    with market.exchange.reading() as session:
        processing = people.receipt_as_person(session, link, act.id)["fact"]["pii_processing"]
    assert found.others("en") in processing["privacy_notice_text"]


def test_a_question_names_twenty_columns_and_counts_the_rest() -> None:
    names = [f"c{n}" for n in range(23)]
    assert consent_questions._others(names, "en").endswith("c19, and 3 more")
    assert consent_questions._others(names, "zh").endswith("c19等，另有3项")
    assert consent_questions._others(names[:20], "en").endswith(", c19")
    assert consent_questions._others([], "en") == ""


def test_the_receipt_proves_the_words_that_were_shown_and_no_others(market: PeopleMarket) -> None:
    act = say(market, asked(market, market.agree(publish(market))), language="zh")
    market.market.seal()
    with market.exchange.reading(SYSTEM) as session:
        receipt = people.receipt_as_person(session, market.token("P001"), act.id)
        trusted = json.dumps(flows.trust(session)).encode()
    found = flows.verify_document(json.dumps(receipt).encode(), trusted)
    assert (found["holds"], found["steps"][-1]["name"]) == (True, "notice")
    receipt["fact"]["pii_processing"]["privacy_notice_text"] += "!"
    found = flows.verify_document(json.dumps(receipt).encode(), trusted)
    assert (found["holds"], found["steps"][-1]["passed"]) == (False, False)


def test_a_no_stands_against_every_use_it_was_about_and_a_yes_takes_it_back(market: PeopleMarket) -> None:
    agreement = market.agree(publish(market, consent="required"))
    use = asked(market, agreement)

    def allowed() -> bool:
        (found,) = person_view.view(market.exchange, market.token("P001")).purposes
        with market.exchange.reading(SYSTEM) as session:
            version = catalogue.current_version(session, agreement.listing_id)
            is_given = consent.gives_anybody(session, consented._use(session, version, agreement, consent.ConsentMode.REQUIRED))
        assert is_given == found.allowed
        return found.allowed

    assert not allowed()
    given = say(market, use)
    assert allowed()
    said = say(market, use, allow=False)
    with market.exchange.reading(SYSTEM) as session:
        scopes = consent.service.scopes_by_id(session, market.owner_id)
    assert (scopes[said.scope_id].scope.categories, scopes[given.scope_id].scope.categories) == ((), ("age", "gender"))
    assert not allowed()
    say(market, use)
    assert allowed()
    market.market.clock.advance(timedelta(days=366))
    market.market.exchange.run_due_jobs()
    assert not [one for one in person_view.view(market.exchange, market.token("P001")).purposes if one.allowed]


def test_without_an_agreed_end_a_consent_holds_a_year_and_a_person_may_choose_less(market: PeopleMarket) -> None:
    agreement = market.agree(publish(market, terms={"purposes": ["ResearchAndDevelopment"]}))
    found = question(market)
    assert (found.is_agreed, found.until) == (False, market.exchange.clock.now() + timedelta(days=365))
    assert "after 12 months" in found.texts["en"]
    use = asked(market, agreement)
    assert (say(market, use).expires_at or found.until) - market.exchange.clock.now() == timedelta(days=365)
    shorter = people.Asked(listing=use.listing, recipient=use.recipient, purposes=use.purposes, days=30)
    assert (say(market, shorter).expires_at or found.until) - market.exchange.clock.now() == timedelta(days=30)


def test_an_answer_to_other_words_than_those_that_stand_is_refused(market: PeopleMarket) -> None:
    agreement = market.agree(publish(market))
    use = asked(market, agreement)
    notice = question(market).notice("zh")
    read = people.Asked(listing=use.listing, recipient=use.recipient, purposes=use.purposes, notice=notice)
    with market.exchange.reading() as session:
        said = say(market, read)
        scope = consent.service.scopes_by_id(session, market.owner_id)
    assert said.act is Act.GIVEN
    assert scope is not None
    other = people.Asked(listing=use.listing, recipient=use.recipient, purposes=use.purposes, notice="sha256:" + "0" * 64)
    with market.market.unhurt(), pytest.raises(Conflict, match="another one by now"), market.exchange.session() as session:
        people.answer_as_person(session, market.token("P001"), allow=True, asked=other)


def test_what_a_controller_asks_is_asked_in_full_until_it_is_answered(market: PeopleMarket) -> None:
    listing = publish(market)
    with market.exchange.session(market.market.owner) as session:
        scope = consent.make_scope(
            market.owner_id, listing_id=listing, recipient_id=market.buyer_id, purposes=["dpv:Marketing"], categories=["gender"]
        )
        subject = consent.subject(session, market.owner_id, "P001")
        consent.say(session, subject, Act.ASKED, scope, by=consent.CONTROLLER, expires_at=session.now + timedelta(days=60))
    (found,) = person_view.view(market.exchange, market.token("P001")).open_questions
    assert (found.categories, found.until - market.exchange.clock.now()) == (("gender",), timedelta(days=60))
    say(market, people.Asked(listing=listing, recipient=market.buyer_id, purposes=("dpv:Marketing",)))
    assert person_view.view(market.exchange, market.token("P001")).open_questions == ()


def test_page_and_api_ask_with_kinds_recipient_purpose_and_time_in_both_languages(market: PeopleMarket) -> None:
    agreement = market.agree(publish(market))
    app = create_app(market.exchange)
    page = f"/me/{market.token('P001')}"
    person = Visitor(app)
    for language, words in (("zh", ("信息种类：", "年龄", "允许至")), ("en", ("Kinds of data:", "age", "Allow until"))):
        text = person.go(f"{page}?lang={language}").text
        assert all(word in text for word in words), language
    assert "is allowed" in person.send("Visits to a harbour", button=("do", "allow"), days="30").text
    door, link = Door(app), f"/api/v1/people/{market.token('P002')}"
    (shown,) = door.get(link).json()["purposes"]
    body = {"allow": True, "listing": agreement.listing_id, "recipient": market.buyer_id, "purpose": RESEARCH}
    made = door.post(f"{link}/answers?language=zh", json=body | {"notice": shown["question"]["notice"]}).json()
    assert (made["scope"]["categories"], made["scope"]["notice"]) == (shown["question"]["categories"], shown["question"]["notice"])
    assert made["expires_at"] == shown["question"]["until"]
    assert door.post(f"{link}/answers", json=body | {"notice": "sha256:0"}).status_code == 409
    assert door.post(f"{link}/answers", json=body | {"allow": False}).json()["scope"]["categories"] == []
