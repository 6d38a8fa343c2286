"""What waits for the operator's review: new versions, and what the rules hold and now leave to a person, each with the reasons."""

from __future__ import annotations

import pytest

from entrepot import catalogue, flows
from entrepot.catalogue import ListingState
from entrepot.kit import Decision, Refused
from entrepot.runtime import SYSTEM
from support.packs import installable
from support.trading import Market


def _install(market: Market, severity: str) -> None:
    with market.exchange.session(market.operator) as session:
        flows.install_pack(session, *installable(severity))
    market.exchange.run_due_jobs()


def _waiting(market: Market) -> list[flows.Waiting]:
    with market.exchange.reading(market.operator) as session:
        return flows.waiting_listings(session)


def test_what_the_rules_hold_and_leave_to_a_person_waits_for_review_with_the_reasons(market: Market) -> None:
    listing = market.publish().listing_id
    _install(market, "block")
    assert _waiting(market) == []  # What is forbidden nobody can let pass.
    _install(market, "review")
    (found,) = _waiting(market)
    assert (found.listing.id, found.is_held, found.decision) == (listing, True, Decision.REVIEW)
    assert [(one["rule"], one["message"]) for one in found.reasons("zh")] == [("OWN-LOOK", "不行。")]
    with market.exchange.session(market.operator) as session:
        assert flows.approve_listing(session, listing).state is ListingState.LIVE
    assert _waiting(market) == []


def test_a_new_version_waits_once_though_the_rules_hold_the_old_one(market: Market) -> None:
    listing = market.publish().listing_id
    _install(market, "block")
    _install(market, "review")
    market.publish(listing_id=listing)
    (found,) = _waiting(market)
    assert (found.listing.pending_number, found.is_held, found.decision) == (2, False, Decision.REVIEW)
    assert found.reasons()[0]["citation"]
    with market.exchange.session(market.operator) as session:
        assert flows.approve_listing(session, listing).state is ListingState.LIVE


def test_a_withdrawn_listing_waits_for_nobody_and_only_operators_see_what_waits(market: Market) -> None:
    listing = market.publish().listing_id
    _install(market, "block")
    _install(market, "review")
    with pytest.raises(Refused), market.exchange.reading(market.owner) as session:
        flows.waiting_listings(session)
    with market.exchange.session(market.owner) as session:
        catalogue.withdraw(session, listing)
    assert _waiting(market) == []


def test_a_listing_that_cannot_be_judged_hides_no_other_from_the_operator(market: Market) -> None:
    broken, whole = market.publish().listing_id, market.publish().listing_id
    _install(market, "block")
    _install(market, "review")
    with market.exchange.session(market.owner) as session:
        flows.answer_listing(session, broken, {"source.authorised": True})
    with market.exchange.session(SYSTEM) as session:
        # Words of another release among the answers, such as a half-restored backup leaves them.
        session.db.exec_driver_sql("UPDATE fact_answers SET source = 'hearsay'")
    found = {one.listing.id: one for one in _waiting(market)}
    assert set(found) == {broken, whole}
    assert (found[broken].decision, found[broken].reasons()) == (None, [])
    assert found[whole].reasons()
