"""What a person says by the own link counts before what a controller recorded; consents that stand, and how each is ended."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from entrepot import consent
from entrepot.asgi import create_app
from entrepot.consent import Act
from entrepot.flows import people, person_view
from entrepot.kit import NotFound
from entrepot.runtime import SYSTEM, Exchange
from support.asking import open_desk
from support.consenting import RESEARCH, PeopleMarket
from support.door import Door
from support.visitor import Visitor


def test_a_shorter_yes_of_the_person_replaces_what_the_controller_recorded(market: PeopleMarket) -> None:
    for person in ("P001", "P002"):
        market.say(person, Act.GIVEN, by=consent.CONTROLLER)
    listing = market.publish(consent="required")
    agreement = market.agree(listing)
    with market.exchange.session() as session:
        asked = people.Asked(listing=listing, recipient=market.buyer_id, purposes=(RESEARCH,), days=30)
        people.answer_as_person(session, market.token("P001"), allow=True, asked=asked)
    assert market.visitors(agreement) == ["P001", "P002"] * 2
    market.market.clock.advance(timedelta(days=31))
    assert market.visitors(agreement) == ["P002"] * 2
    market.say("P001", Act.GIVEN, by=consent.CONTROLLER)
    market.say("P001", Act.GIVEN, by=consent.CONTROLLER, recipient_id=market.buyer_id, purposes=[RESEARCH])
    assert market.visitors(agreement) == ["P002"] * 2, "a controller does not lengthen what a person limited"
    with market.exchange.session() as session:
        people.answer_as_person(session, market.token("P001"), allow=True, asked=asked)
    assert market.visitors(agreement) == ["P001", "P002"] * 2


def test_an_own_yes_to_something_else_leaves_the_rest_as_it_was(market: PeopleMarket) -> None:
    market.say("P001", Act.GIVEN, by=consent.CONTROLLER)
    market.say("P001", Act.GIVEN, purposes=["dpv:Marketing"], expires_at=market.exchange.clock.now() + timedelta(days=1))
    agreement = market.agree(market.publish(consent="required"))
    market.market.clock.advance(timedelta(days=2))
    assert market.visitors(agreement) == ["P001"] * 2


def test_a_consent_to_one_question_releases_no_rows_and_ends_no_other_consent(exchange: Exchange, tmp_path: Path) -> None:
    desk = open_desk(exchange, tmp_path / "goods")
    listing = desk.publish(consent="required")
    agreement = desk.agree(listing)
    use = consent.Use(
        controller_id=desk.owner_id, listing_id=listing, recipient_id=agreement.buyer_id, purpose=agreement.purpose,
        mode=consent.ConsentMode.REQUIRED,
    )  # fmt: skip
    desk.token(agreement, "L001")
    with exchange.reading(SYSTEM) as session:
        assert not consent.gives_anybody(session, use)
        assert consent.standing(session, use) is None
        before = consent.epoch(session, desk.owner_id)
        said = consent.history(session, desk.owner_id, consent.subject(session, desk.owner_id, "L001"))
    assert [act.status(act.at) for act, _ in said] == ["given_once"]
    assert consent.is_held_back([act for act, _ in said], {act.scope_id: scope for act, scope in said}, use, said[0][0].at)
    with exchange.session(desk.market.owner) as session:
        people.say_for(session, "L001", Act.GIVEN, people.Asked())
    desk.token(agreement, "L001")
    desk.market.clock.advance(timedelta(days=1))
    with exchange.reading(SYSTEM) as session:
        assert consent.gives_anybody(session, use), "the token has run out and takes nothing with it"
        assert consent.epoch(session, desk.owner_id) != before
    page = Visitor(create_app(exchange)).go(f"/me/{desk.link('L001')}").text
    assert "Allowed, for one question" in page or "Has run out" in page


def test_every_consent_that_stands_is_shown_with_who_recorded_it_and_stopped_by_one_click(market: PeopleMarket) -> None:
    market.say("P001", Act.GIVEN, by=consent.CONTROLLER, purposes=["dpv:Marketing", RESEARCH])
    market.say("P001", Act.GIVEN, purposes=["dpv:FraudPreventionAndDetection"])
    market.publish(consent="required")
    token = market.token("P001")
    visitor = Visitor(create_app(market.exchange))
    page = visitor.go(f"/me/{token}").text
    assert "Consents that stand" in page
    assert "Nobody has an agreement about data about you" in page
    chinese = Visitor(create_app(market.exchange), language="zh").go(f"/me/{token}").text
    assert "仍然有效的同意" in chinese
    assert [(a.by, s.purposes) for a, s in _standing(market)] == [
        (consent.PERSON, ("dpv:FraudPreventionAndDetection",)), (consent.CONTROLLER, (RESEARCH, "dpv:Marketing")),
    ]  # fmt: skip
    visitor.send("Stop", button=("do", "end"))
    assert [s.purposes for _, s in _standing(market)] == [(RESEARCH, "dpv:Marketing")]
    visitor.send("Stop", button=("do", "end"))
    assert _standing(market) == []
    assert "Consents that stand" not in visitor.go(f"/me/{token}").text


def test_programs_stop_a_consent_by_its_id_and_nobody_elses(market: PeopleMarket) -> None:
    market.say("P001", Act.GIVEN, by=consent.CONTROLLER, purposes=[RESEARCH], categories=["health"])
    other = market.say("P002", Act.GIVEN, by=consent.CONTROLLER)
    door = Door(create_app(market.exchange))
    address = f"/api/v1/people/{market.token('P001')}"
    (standing,) = door.get(address).json()["standing"]
    assert standing["by"] == consent.CONTROLLER
    wrong = door.post(f"{address}/answers", json={"allow": True, "consent": standing["id"]})
    assert (wrong.status_code, wrong.json()["error"]) == (422, "Invalid")
    assert door.post(f"{address}/answers", json={"allow": False, "consent": other.id}).status_code == 404
    ended = door.post(f"{address}/answers", json={"allow": False, "consent": standing["id"]})
    assert (ended.status_code, ended.json()["act"], ended.json()["scope"]["purposes"]) == (201, "withdrawn", [RESEARCH])
    assert ended.json()["scope"]["categories"] == [], "a no is to the use, whatever kinds of data"
    assert door.get(address).json()["standing"] == []
    with market.exchange.session() as session, pytest.raises(NotFound):
        people.stop_as_person(session, market.token("P001"), "cns_none")


def test_what_another_word_ended_or_replaced_does_not_stand(market: PeopleMarket) -> None:
    market.say("P001", Act.GIVEN, by=consent.CONTROLLER, purposes=[RESEARCH])
    market.say("P001", Act.GIVEN, by=consent.CONTROLLER, purposes=["dpv:Marketing"])
    market.say("P001", Act.GIVEN, expires_at=market.exchange.clock.now() + timedelta(days=9))
    assert [(a.by, s.purposes) for a, s in _standing(market)] == [(consent.PERSON, ("dpv:Purpose",))]
    market.market.clock.advance(timedelta(days=10))
    assert _standing(market) == []
    market.say("P001", Act.WITHDRAWN)
    market.say("P001", Act.GIVEN, purposes=[RESEARCH])
    assert [s.purposes for _, s in _standing(market)] == [(RESEARCH,)]


def _standing(market: PeopleMarket) -> list[tuple[consent.Recorded, consent.Scope]]:
    return list(person_view.view(market.exchange, market.token("P001")).standing)
