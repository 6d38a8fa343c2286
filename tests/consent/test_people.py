"""A person behind a link, and those who hold data about the person: answers, questions, requests, and nobody else's business."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot import catalogue, consent
from entrepot.consent import Act, AskedTooSoon, requests
from entrepot.consent.links import Person, open_link, revoke
from entrepot.flows import people, person_view
from entrepot.kit import Conflict, NotFound, Refused
from entrepot.runtime import SYSTEM
from support.consenting import PERSONS, RESEARCH, PeopleMarket
from support.people import organisation


def test_a_link_is_the_person_until_it_is_revoked(market: PeopleMarket) -> None:
    token, other = market.token("P001"), market.token("P002")
    with market.exchange.session(SYSTEM) as session:
        assert open_link(session, token).subject == consent.subject(session, market.owner_id, "P001")
        revoke(session, market.owner_id, open_link(session, token).subject)
        with pytest.raises(NotFound):
            open_link(session, token)
        assert open_link(session, other)
    again = market.token("P001")
    assert again != token
    with market.exchange.session(SYSTEM) as session:
        revoke(session, market.owner_id)
        for gone in (token, other, again):
            with pytest.raises(NotFound):
                open_link(session, gone)


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t[:-1],
        lambda t: t.replace(".", "", 1),
        lambda t: "org_x." + t,
        lambda t: t.upper(),
        lambda t: "",
        lambda t: "..",
        lambda t: "ä.ö.ü",
    ],
)
def test_a_link_that_was_changed_opens_nothing(market: PeopleMarket, change: object) -> None:
    token = market.token("P001")
    with market.exchange.reading() as session, pytest.raises(NotFound):
        open_link(session, change(token))  # type: ignore[operator]


def test_a_link_of_one_person_says_nothing_about_another(market: PeopleMarket) -> None:
    said = market.say("P002", Act.GIVEN)
    with market.exchange.reading() as session, pytest.raises(NotFound):
        people.receipt_as_person(session, market.token("P001"), said.id)
    assert person_view.view(market.exchange, market.token("P001")).said == ()


def test_a_person_sees_who_used_what_and_stops_it(market: PeopleMarket) -> None:
    listing = market.publish()
    agreement = market.agree(listing)
    market.visitors(agreement)
    token = market.token("P001")
    seen = person_view.view(market.exchange, token)
    assert [(p.listing_id, p.included) for p in seen.products] == [(listing, True)]
    assert [(p.recipient_id, p.purpose, p.allowed) for p in seen.purposes] == [(market.buyer_id, RESEARCH, True)]
    assert [(u.recipient, u.purpose) for u in seen.used] == [("Quay Research", RESEARCH)]
    market.market.clock.advance(timedelta(minutes=1))
    with market.exchange.session() as session:
        asked = people.Asked(listing=listing, recipient=market.buyer_id, purposes=(RESEARCH,))
        people.answer_as_person(session, token, allow=False, asked=asked)
    market.market.clock.advance(timedelta(minutes=1))
    assert "P001" not in market.visitors(agreement)
    seen = person_view.view(market.exchange, token)
    assert [p.allowed for p in seen.purposes] == [False]
    assert len(seen.used) == 1, "the delivery that left the person out is not among those that used the data"
    assert [p.included for p in person_view.view(market.exchange, market.token("nobody")).products] == [False]


def test_what_was_handed_over_stays_told_when_a_new_version_leaves_the_person_out(market: PeopleMarket) -> None:
    listing = market.publish()
    market.visitors(market.agree(listing))
    market.market.clock.advance(timedelta(minutes=1))
    market.publish(listing_id=listing, persons=PERSONS[2:])
    seen = person_view.view(market.exchange, market.token("P001"))
    assert [p.included for p in seen.products] == [False]
    assert [(u.recipient, u.purpose) for u in seen.used] == [("Quay Research", RESEARCH)]
    assert person_view.view(market.exchange, market.token("nobody")).used == ()


def test_nobody_is_asked_again_within_ninety_days(market: PeopleMarket) -> None:
    market.say("P001", Act.ASKED, by=consent.CONTROLLER, purposes=["dpv:Marketing"])
    with pytest.raises(AskedTooSoon, match="2027-02-18"):
        market.say("P001", Act.ASKED, by=consent.CONTROLLER, purposes=["dpv:DirectMarketing"])
    market.say("P001", Act.ASKED, by=consent.CONTROLLER, purposes=[RESEARCH])
    market.market.clock.advance(timedelta(days=80))
    market.say("P001", Act.REFUSED, purposes=["dpv:Marketing"])
    market.market.clock.advance(timedelta(days=89))
    with pytest.raises(AskedTooSoon):
        market.say("P001", Act.ASKED, by=consent.CONTROLLER, purposes=["dpv:Marketing"])
    market.market.clock.advance(timedelta(days=1))
    market.say("P001", Act.ASKED, by=consent.CONTROLLER, purposes=["dpv:Marketing"])
    assert len(person_view.view(market.exchange, market.token("P001")).open_questions) == 2


def test_a_controller_cannot_say_yes_for_somebody_who_said_no(market: PeopleMarket) -> None:
    market.say("P001", Act.REFUSED)
    with market.market.unhurt(), pytest.raises(Refused, match="own link"):
        market.say("P001", Act.GIVEN, by=consent.CONTROLLER)
    market.say("P001", Act.GIVEN)
    market.say("P001", Act.GIVEN, by=consent.CONTROLLER)


@pytest.mark.parametrize(("country", "due"), [("DE", "2026-12-20"), ("CN", "2026-12-11"), ("US", "2027-01-05"), ("KE", "2026-12-20")])
def test_a_request_has_the_clock_of_its_law(market: PeopleMarket, country: str, due: str) -> None:
    controller = organisation(market.exchange, f"House of {country}", country=country).organisation_id or ""
    with market.exchange.session(SYSTEM) as session:
        made = requests.file(session, Person(controller_id=controller, subject=b"x" * 16), "copy")
    assert made.due_at.strftime("%Y-%m-%d") == due
    assert bool(made.assumption) == (country == "KE")


def test_deletion_stops_the_data_at_once_and_waits_for_its_answer(market: PeopleMarket) -> None:
    agreement = market.agree(market.publish())
    token = market.token("P004")
    with market.exchange.session() as session:
        filed = people.request_as_person(session, token, "deletion", "Please delete my visits.")
    assert "P004" not in market.visitors(agreement)
    with market.exchange.session() as session, pytest.raises(Conflict):
        people.request_as_person(session, token, "deletion")
    with market.exchange.session(market.market.stranger) as session, pytest.raises(NotFound):
        requests.answer(session, filed.id, text="done")
    market.market.clock.advance(timedelta(days=40))
    with market.exchange.reading(market.market.operator) as session:
        (late,) = requests.overdue(session)
        assert (late.id, late.message) == (filed.id, "")
    with market.exchange.session(market.market.owner) as session:
        assert requests.answer(session, filed.id, text="Deleted on our side.").state == "answered"
        with pytest.raises(Conflict):
            requests.answer(session, filed.id, text="Again.")
    with market.exchange.reading(market.market.operator) as session:
        assert requests.overdue(session) == []
    assert person_view.view(market.exchange, token).requests[0].answer == "Deleted on our side."


def test_one_controller_knows_nothing_of_the_persons_of_another(market: PeopleMarket) -> None:
    said = market.say("P001", Act.GIVEN)
    with market.exchange.reading(market.market.stranger) as session:
        assert people.look_up(session, "P001") == []
        with pytest.raises(NotFound):
            people.receipt_for(session, said.id)
        assert consent.subject(session, market.owner_id, "P001") != consent.subject(
            session, market.market.stranger.organisation_id or "", "P001"
        )
    listing = market.publish()
    with market.exchange.session(market.market.stranger) as session, pytest.raises(NotFound):
        people.say_for(session, "P001", Act.WITHDRAWN, people.Asked(listing=listing))


def test_the_epoch_changes_with_every_act_that_touches_the_listing(market: PeopleMarket) -> None:
    one, other = market.publish(), market.publish()

    def epochs() -> tuple[str, str]:
        with market.exchange.reading(SYSTEM) as session:
            return tuple(consent.epoch(session, market.owner_id, listing_id=listing) for listing in (one, other))  # type: ignore[return-value]

    first = epochs()
    market.say("P001", Act.GIVEN, listing_id=one, expires_at=market.exchange.clock.now() + timedelta(days=1))
    second = epochs()
    assert (second[0] != first[0], second[1] == first[1]) == (True, True)
    market.market.clock.advance(timedelta(days=2))
    third = epochs()
    assert (third[0] != second[0], third[1] == second[1]) == (True, True)
    market.say("P001", Act.OBJECTED)
    assert all(a != b for a, b in zip(third, epochs(), strict=True))


def test_coverage_counts_who_is_covered_and_who_is_against(market: PeopleMarket) -> None:
    listing = market.publish(consent="required")
    use = consent.Use(
        controller_id=market.owner_id, listing_id=listing, recipient_id=market.buyer_id, purpose=RESEARCH, mode=consent.ConsentMode.REQUIRED
    )
    market.import_rows("person\nP001\nP002\nP003\nX1\n", recipient_id=market.buyer_id, purposes=[RESEARCH], kind="written")
    market.say("P003", Act.WITHDRAWN)
    with market.exchange.reading(SYSTEM) as session:
        table = catalogue.current_version(session, listing).tables[0]
        looked = consent.PersonTable(parquet_key=table.parquet_key, parquet_sha256=table.parquet_sha256, column="visitor")
        found, standing = consent.coverage(session, use, [looked]), consent.standing(session, use)
    assert (found.persons, found.covered, found.withdrawn_present, found.keyless_rows) == (12, 2, 1, 0)
    assert standing == consent.Standing(kind=consent.Kind.WRITTEN, names_recipient=True)
