"""Whoever has withdrawn is in no later delivery; whoever must consent is in none before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot import delivery, flows
from entrepot.consent import Act
from entrepot.delivery.model import ParcelOutdated
from entrepot.flows import people
from support.consenting import PERSONS, RESEARCH, PeopleMarket, open_address


def test_nobody_is_left_out_while_nobody_objects(market: PeopleMarket) -> None:
    agreement = market.agree(market.publish())
    assert market.visitors(agreement) == [*PERSONS, *PERSONS]


def test_a_withdrawal_takes_a_person_out_of_the_next_delivery_and_keeps_the_order_of_the_others(market: PeopleMarket) -> None:
    agreement = market.agree(market.publish())
    market.visitors(agreement)
    market.say("P003", Act.WITHDRAWN)
    left = [p for p in PERSONS if p != "P003"]
    assert market.visitors(agreement) == left * 2
    market.say("P003", Act.GIVEN)
    assert market.visitors(agreement) == [*PERSONS, *PERSONS]


def test_with_required_consent_only_those_are_delivered_who_gave_it(market: PeopleMarket) -> None:
    agreement = market.agree(market.publish(consent="required"))
    assert market.visitors(agreement) == []
    market.say("P001", Act.GIVEN, recipient_id=market.buyer_id, purposes=[RESEARCH])
    market.say("P002", Act.GIVEN, recipient_id=market.buyer_id, purposes=["dpv:Marketing"])
    market.say("P004", Act.GIVEN, recipient_id=market.owner_id, purposes=[RESEARCH])
    market.say("P005", Act.GIVEN, purposes=["dpv:ResearchAndDevelopment"])
    assert market.visitors(agreement) == ["P001", "P005"] * 2


def test_whose_rows_stay_out_is_decided_before_the_buyer_asks(market: PeopleMarket) -> None:
    agreement = market.agree(market.publish(consent="required"))
    assert _decided(market) == set()
    market.exchange.run_due_jobs()
    signed = _decided(market)
    assert len(signed) == 1
    path = market.market.folder / "people.csv"
    path.write_text("person\n" + "\n".join(PERSONS[:3]) + "\n", "utf-8")
    upload = flows.add_upload(market.exchange, market.market.owner, path, name="people.csv")
    people.import_people(market.exchange, market.market.owner, upload.id, act=Act.GIVEN, asked=people.Asked())
    market.exchange.run_due_jobs()
    assert _decided(market) == signed
    assert market.visitors(agreement) == [*PERSONS[:3], *PERSONS[:3]]


def _decided(market: PeopleMarket) -> set[str]:
    return set(market.exchange.blobs.keys("consent/held/"))


def test_a_consent_that_runs_out_takes_its_person_out(market: PeopleMarket) -> None:
    agreement = market.agree(market.publish(consent="required"))
    ends = market.exchange.clock.now() + timedelta(days=2)
    market.say("P001", Act.GIVEN, expires_at=ends)
    market.say("P002", Act.GIVEN)
    assert market.visitors(agreement) == ["P001", "P002"] * 2
    market.market.clock.advance(timedelta(days=3))
    assert market.visitors(agreement) == ["P002"] * 2


def test_a_link_to_a_superseded_delivery_stops_working(market: PeopleMarket) -> None:
    agreement = market.agree(market.publish())
    parcel = market.market.deliver(agreement).parcel
    market.say("P003", Act.WITHDRAWN, purposes=["dpv:Marketing"])
    with market.exchange.reading(market.market.buyer) as session:
        (url,) = delivery.download_links(session, parcel).values()
    assert open_address(market.exchange, url).file.id == parcel.files[0].id
    market.say("P004", Act.WITHDRAWN)
    with pytest.raises(ParcelOutdated):
        open_address(market.exchange, url)


def test_a_download_under_way_is_cut_when_somebody_in_it_withdraws(market: PeopleMarket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entrepot.delivery.files.GATE_SECONDS", 0.0)
    monkeypatch.setattr("entrepot.delivery.files.CHUNK", 64)
    agreement = market.agree(market.publish())
    parcel = market.market.deliver(agreement).parcel
    with market.exchange.reading(market.market.buyer) as session:
        (url,) = delivery.download_links(session, parcel).values()
    pieces = open_address(market.exchange, url).chunks(0, parcel.bytes)
    assert next(pieces)
    market.say("P009", Act.WITHDRAWN)
    with pytest.raises(ParcelOutdated):
        next(pieces)
