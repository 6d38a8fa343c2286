"""What a notice has suspended does not come back under another title, and stays suspended for everybody who asks."""

from __future__ import annotations

import pytest

from entrepot import catalogue, flows, parties
from entrepot.catalogue import ListingState, ListingSuspended
from entrepot.kit import Conflict
from entrepot.runtime import ANONYMOUS
from support.notices import file_notice, take
from support.trading import Market

_TABLE = "\n".join(["station,day,level", *(f"S{n % 40:02},2026-{n % 12 + 1:02}-{n % 28 + 1:02},{n * 37 % 991}" for n in range(400))])


def _suspended(market: Market, listing_id: str) -> str:
    notice = file_notice(market, listing_id, harm="The addresses of witnesses are on offer.")
    with market.exchange.reading(market.owner) as session:
        assert catalogue.get(session, listing_id).state is ListingState.SUSPENDED
    return notice.id


def _reasons(market: Market, listing_id: str) -> list[str]:
    with market.exchange.reading(market.operator) as session:
        (found,) = [one for one in flows.waiting_listings(session) if one.listing.id == listing_id]
        return [reason["message"] for reason in found.reasons()]


def _told(market: Market) -> list[tuple[str, str]]:
    with market.exchange.reading(market.regulator) as session:
        return [(one.subject_id, one.facts["listing"]) for one in parties.inbox(session) if one.kind == "notice.offered_again"]


def test_the_same_file_under_another_title_waits_for_review_and_whoever_filed_the_notice_is_told(market: Market) -> None:
    held = market.publish().listing_id
    notice = _suspended(market, held)
    again = market.publish(title="Flowers of the coast").listing_id
    with market.exchange.reading(market.owner) as session:
        found = catalogue.get(session, again)
    assert (found.state, found.pending_number, found.version_number) == (ListingState.DRAFT, 1, 0)
    assert _reasons(market, again) == [f"The table is one of the listing {held}, which the notice {notice} has suspended."]
    assert _told(market) == [(notice, again)]
    with market.exchange.session(market.operator) as session:
        flows.approve_listing(session, again)
    with market.exchange.reading(market.owner) as session:
        assert catalogue.get(session, again).state is ListingState.LIVE


def test_largely_the_same_rows_in_another_order_and_file_are_known_again(market: Market) -> None:
    held = market.publish_tables(_TABLE)
    notice = _suspended(market, held)
    head, *rows = _TABLE.splitlines()
    again = market.publish_tables("\n".join([head, *reversed(rows[20:])]), title="Levels")
    assert _reasons(market, again) == [
        f"The table has largely the rows of one of the listing {held}, which the notice {notice} has suspended."
    ]
    other = market.publish_tables("place,height\n" + "\n".join(f"Q{n},{n * 7}" for n in range(300)), title="Heights")
    with market.exchange.reading(market.owner) as session:
        assert catalogue.get(session, other).state is ListingState.LIVE
    assert _told(market) == [(notice, again)]


def test_new_headings_are_no_disguise(market: Market) -> None:
    held = market.publish_tables(_TABLE)
    _suspended(market, held)
    _, *rows = _TABLE.splitlines()
    renamed = market.publish_tables("\n".join(["a,b,c", *reversed(rows[20:])]), title="Levels")
    other = market.publish_tables("a,b,c\n" + "\n".join(f"Q{n},{n * 7},{n % 3}" for n in range(300)), title="Heights")
    with market.exchange.reading(market.owner) as session:
        assert [catalogue.get(session, one).state for one in (renamed, other)] == [ListingState.DRAFT, ListingState.LIVE]


def test_a_new_version_of_the_held_listing_itself_is_the_way_to_put_it_right(market: Market) -> None:
    held = market.publish().listing_id
    _suspended(market, held)
    market.publish(listing_id=held)
    with market.exchange.reading(market.owner) as session:
        found = catalogue.get(session, held)
    assert (found.state, found.version_number, found.pending_number) == (ListingState.SUSPENDED, 2, None)
    assert _told(market) == []


def test_what_no_notice_holds_any_more_is_published_as_ever(market: Market) -> None:
    held = market.publish().listing_id
    notice = file_notice(market, held, harm="The addresses of witnesses are on offer.")
    take(market, market.regulator, "take_back", notice, "It was another product.")
    again = market.publish(title="Flowers of the coast").listing_id
    with market.exchange.reading(market.owner) as session:
        assert catalogue.get(session, again).state is ListingState.LIVE


def test_a_listing_that_a_notice_holds_is_not_withdrawn_and_goes_on_saying_so(market: Market) -> None:
    held = market.publish().listing_id
    notice = _suspended(market, held)
    with market.unhurt(), market.exchange.session(market.owner) as session, pytest.raises(Conflict, match=notice):
        catalogue.withdraw(session, held)
    with market.exchange.reading(ANONYMOUS) as session, pytest.raises(ListingSuspended):
        catalogue.get(session, held)
