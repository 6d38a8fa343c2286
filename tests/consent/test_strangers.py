"""Keys that stand in no table are recorded and counted as that; a no that stops a whole delivery is shown as that."""

from __future__ import annotations

import pytest

from entrepot import flows
from entrepot.asgi import create_app
from entrepot.compliance import NotCompliant
from entrepot.consent import Act
from entrepot.flows import people, person_view, strangers
from support.consenting import PeopleMarket
from support.pages import member
from support.trading import RESEARCH
from support.visitor import Visitor


def _imported(market: PeopleMarket, *keys: str) -> int | None:
    path = market.market.folder / "people.csv"
    path.write_text("\n".join(["person", *keys]) + "\n", "utf-8")
    upload = flows.add_upload(market.exchange, market.market.owner, path, name=path.name)
    return people.import_people(market.exchange, market.market.owner, upload.id, act=Act.WITHDRAWN, asked=people.Asked()).unknown


def _is_stranger(market: PeopleMarket, key: str) -> bool | None:
    with market.exchange.reading(market.market.owner) as session:
        return strangers.is_stranger(session, key)


def test_keys_that_stand_in_no_table_are_counted_and_recorded(market: PeopleMarket) -> None:
    assert _is_stranger(market, "P001") is True, "nothing is on offer yet"
    market.publish()
    assert [_is_stranger(market, key) for key in ("P001", " P001 ", "p001", "nobody-here")] == [False, False, True, True]
    assert _imported(market, "P001", "p002", "nobody-here", "P001x") == 3
    with market.exchange.reading(market.market.owner) as session:
        assert [act.act for act, _ in people.look_up(session, "nobody-here")] == [Act.WITHDRAWN]


def test_somebody_in_a_version_that_is_still_handed_over_is_no_stranger(market: PeopleMarket) -> None:
    listing = market.publish()
    market.agree(listing)
    market.publish(listing_id=listing, persons=("P005", "P006"))
    assert [_is_stranger(market, key) for key in ("P001", "P005", "X1")] == [False, False, True]


def test_a_large_table_without_an_index_is_not_read_for_it(market: PeopleMarket, monkeypatch: pytest.MonkeyPatch) -> None:
    market.publish()
    monkeypatch.setattr(strangers, "_SOON", 3)
    assert [_is_stranger(market, key) for key in ("P001", "nobody-here")] == [None, None]
    person_view.view(market.exchange, market.token("P001"))
    assert [_is_stranger(market, key) for key in ("P001", "nobody-here")] == [False, True], "the page has made the index"


def test_where_nobody_is_left_out_a_no_stops_the_whole_delivery_and_the_page_says_so(market: PeopleMarket) -> None:
    listing = market.publish(consent="none")
    agreement = market.agree(listing)
    token = market.token("P001")
    with market.exchange.session() as session:
        asked = people.Asked(listing=listing, recipient=market.buyer_id, purposes=(RESEARCH,))
        people.answer_as_person(session, token, allow=False, asked=asked)
    with pytest.raises(NotCompliant):
        market.visitors(agreement)
    (seen,) = person_view.view(market.exchange, token).purposes
    assert (seen.allowed, seen.refused) == (False, True)
    assert [(one.allowed, one.refused) for one in person_view.view(market.exchange, market.token("P002")).purposes] == [(True, False)]
    assert "Nothing is handed over while your no stands" in Visitor(create_app(market.exchange)).go(f"/me/{token}").text
    assert "在您拒绝期间不提供任何数据" in Visitor(create_app(market.exchange), "zh").go(f"/me/{token}").text


def test_the_controllers_page_says_that_a_key_stands_in_no_table(market: PeopleMarket) -> None:
    market.publish()
    owner = Visitor(create_app(market.exchange)).sign_in(member(market.exchange, market.market.owner, "owner@example.org").email)
    owner.go("/people")
    assert "stands in none of your tables" in owner.send("Make a link", person="nobody-here").text
    assert "stands in none of your tables" not in owner.send("Make a link", person="P001").text
