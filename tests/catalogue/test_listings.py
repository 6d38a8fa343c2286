"""Listings: who may put them on offer, who sees them, and that what was published never changes."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import sqlalchemy as sa

from entrepot import catalogue, parties
from entrepot.catalogue import ListingState, repository
from entrepot.kit import Conflict, Decision, Invalid, NotFound, Refused, digest
from entrepot.runtime import ANONYMOUS, SYSTEM, Actor, Exchange, Role
from support import listings, people


@pytest.fixture
def owner(exchange: Exchange) -> Actor:
    return people.organisation(exchange, "Harbour Data")


def test_what_the_checks_allow_is_on_offer_at_once_for_everybody(exchange: Exchange, owner: Actor) -> None:
    listing = listings.publish(exchange, owner)
    assert (listing.state, listing.version_number, listing.pending_number) == (ListingState.LIVE, 1, None)
    with exchange.reading(ANONYMOUS) as session:
        assert catalogue.get(session, listing.id) == listing
        version = catalogue.current_version(session, listing.id)
        assert catalogue.get_version(session, version.id) == version
    assert version.manifest.title == "Flights from New York"
    assert version.tables == (listings.table(),)
    assert version.rows == 336_776


def test_the_digest_of_a_version_is_taken_over_the_very_bytes_that_are_kept(exchange: Exchange, owner: Actor) -> None:
    listing = listings.publish(exchange, owner, columns={"carrier": {"title": "航空公司", "unit": "code"}}, contact="a@example.org")
    with exchange.reading() as session:
        version = catalogue.current_version(session, listing.id)
        kept = session.db.scalar(sa.text("SELECT content FROM listing_versions"))
    assert version.digest == digest(json.loads(kept))
    assert repository.content(version) == kept.encode()
    assert repository.digest(replace(version, quality=version.quality + 1)) != version.digest


def test_what_needs_review_waits_as_a_draft_that_only_owner_and_operator_see(exchange: Exchange, owner: Actor) -> None:
    listing = listings.publish(exchange, owner, decision=Decision.REVIEW)
    assert (listing.state, listing.version_number, listing.pending_number) == (ListingState.DRAFT, 0, 1)
    operator, stranger = people.operator(exchange), people.organisation(exchange, "Stranger")
    for actor in (ANONYMOUS, stranger):
        with exchange.reading(actor) as session:
            with pytest.raises(NotFound):
                catalogue.get(session, listing.id)
            with pytest.raises(NotFound):
                catalogue.current_version(session, listing.id, 1)
            assert catalogue.search(session, "flights").hits == ()
    for actor in (owner, operator):
        with exchange.reading(actor) as session:
            assert catalogue.current_version(session, listing.id).number == 1


def test_an_operator_approves_and_the_owner_is_told(exchange: Exchange, owner: Actor) -> None:
    listing = listings.publish(exchange, owner, decision=Decision.NEEDS_INFO)
    operator = people.operator(exchange)
    with exchange.session(owner) as session, pytest.raises(Refused):
        catalogue.approve(session, listing.id)
    with exchange.session(operator) as session:
        assert [waiting.id for waiting in catalogue.waiting(session)] == [listing.id]
        assert catalogue.approve(session, listing.id).state is ListingState.LIVE
        assert catalogue.waiting(session) == []
        with pytest.raises(Conflict):
            catalogue.approve(session, listing.id)
    with exchange.reading(owner) as session:
        assert [line.kind for line in parties.inbox(session)] == ["listing.approved"]
        assert catalogue.search(session, "flights").total == 1


def test_a_new_version_that_waits_leaves_the_old_one_on_offer(exchange: Exchange, owner: Actor) -> None:
    listing = listings.publish(exchange, owner)
    newer = listings.publish(exchange, owner, title="Flights, revised", decision=Decision.REVIEW, listing_id=listing.id)
    assert (newer.version_number, newer.pending_number, newer.state) == (1, 2, ListingState.LIVE)
    with exchange.reading() as session:
        assert catalogue.current_version(session, listing.id).manifest.title == "Flights from New York"
        with pytest.raises(NotFound):
            catalogue.current_version(session, listing.id, 2)
    with exchange.session(people.operator(exchange)) as session:
        rejected = catalogue.reject(session, listing.id, reason="The preview shows names.")
        assert (rejected.version_number, rejected.pending_number, rejected.reason) == (1, None, "The preview shows names.")
    third = listings.publish(exchange, owner, title="Flights, third", listing_id=listing.id)
    assert (third.version_number, third.reason) == (3, "")


def test_a_new_version_takes_the_place_of_the_old_one(exchange: Exchange, owner: Actor) -> None:
    listing = listings.publish(exchange, owner)
    listings.publish(exchange, owner, title="Ships in Hamburg", outcome="Counts ships.", listing_id=listing.id)
    with exchange.reading() as session:
        assert catalogue.current_version(session, listing.id).number == 2
        with pytest.raises(NotFound):
            catalogue.current_version(session, listing.id, 1)
        assert catalogue.search(session, "ships").total == 1
        assert catalogue.search(session, "york").total == 0
    with exchange.reading(owner) as session:
        assert catalogue.current_version(session, listing.id, 1).manifest.title == "Flights from New York"


def test_what_the_checks_block_is_not_published(exchange: Exchange, owner: Actor) -> None:
    with pytest.raises(Refused, match="block"):
        listings.publish(exchange, owner, decision=Decision.BLOCK)
    with exchange.reading(owner) as session:
        assert catalogue.list_for(session, owner.organisation_id or "") == []


def test_only_an_owner_publishes_and_only_for_itself(exchange: Exchange, owner: Actor) -> None:
    buyer = people.organisation(exchange, "Buyer", Role.BUYER)
    with pytest.raises(Refused):
        listings.publish(exchange, buyer)
    with exchange.session(buyer) as session, pytest.raises(NotFound):
        listings.add(session, owner.organisation_id or "")
    with exchange.session(replace(owner, scopes=frozenset())) as session, pytest.raises(Refused):
        listings.add(session, owner.organisation_id or "")
    listing, rival = listings.publish(exchange, owner), people.organisation(exchange, "Rival")
    with pytest.raises(NotFound):
        listings.publish(exchange, rival, listing_id=listing.id)


def test_a_private_listing_is_seen_by_owner_and_operator_only(exchange: Exchange, owner: Actor) -> None:
    listing = listings.publish(exchange, owner, visibility="private")
    with exchange.reading(ANONYMOUS) as session:
        assert catalogue.search(session, "flights").total == 0
        with pytest.raises(NotFound):
            catalogue.get(session, listing.id)
    with exchange.reading(owner) as session:
        assert catalogue.get(session, listing.id).state is ListingState.LIVE
    opened = listings.publish(exchange, owner, listing_id=listing.id)
    assert opened.is_open
    with exchange.reading(ANONYMOUS) as session:
        assert catalogue.search(session, "flights").total == 1


def test_only_the_version_on_offer_is_shown_to_those_invited(exchange: Exchange, owner: Actor) -> None:
    guest = people.organisation(exchange, "Guest House")
    listing = listings.publish(exchange, owner, visibility="private", invited=["guest-house"])
    listings.publish(exchange, owner, visibility="private", invited=["guest-house"], listing_id=listing.id)
    with exchange.reading(guest) as session:
        assert catalogue.current_version(session, listing.id).number == 2
        with pytest.raises(NotFound):
            catalogue.current_version(session, listing.id, 1)
    with exchange.session(people.operator(exchange)) as session:
        catalogue.suspend(session, listing.id, reason="for the test")
    with exchange.reading(guest) as session, pytest.raises(NotFound):
        catalogue.get(session, listing.id)


def test_an_invitation_to_a_public_listing_is_refused() -> None:
    with pytest.raises(Invalid, match="invited"):
        listings.manifest(invited=["guest-house"])


def test_a_suspended_listing_comes_back_and_a_withdrawn_one_does_not(exchange: Exchange, owner: Actor) -> None:
    listing, operator = listings.publish(exchange, owner), people.operator(exchange)
    with exchange.session(owner) as session, pytest.raises(Refused):
        catalogue.suspend(session, listing.id, reason="I say so")
    with exchange.session(operator) as session:
        with pytest.raises(Invalid):
            catalogue.suspend(session, listing.id, reason="  ")
        catalogue.suspend(session, listing.id, reason="A rights holder objects.")
        assert catalogue.search(session, "flights").total == 0
        with pytest.raises(Conflict):
            catalogue.suspend(session, listing.id, reason="again")
    with exchange.reading(ANONYMOUS) as session, pytest.raises(NotFound):
        catalogue.get(session, listing.id)
    newer = listings.publish(exchange, owner, listing_id=listing.id)
    assert (newer.state, newer.reason) == (ListingState.SUSPENDED, "A rights holder objects."), "publishing again lifts no suspension"
    with exchange.session(operator) as session:
        catalogue.reinstate(session, listing.id)
        assert catalogue.search(session, "flights").total == 1
        with pytest.raises(Conflict):
            catalogue.reinstate(session, listing.id)
        with pytest.raises(NotFound):
            catalogue.withdraw(session, listing.id)
    with exchange.session(owner) as session:
        assert catalogue.withdraw(session, listing.id, reason="Sold").state is ListingState.WITHDRAWN
        with pytest.raises(Conflict):
            catalogue.withdraw(session, listing.id)
    with pytest.raises(Conflict):
        listings.publish(exchange, owner, listing_id=listing.id)
    with exchange.reading(owner) as session:
        assert [line.kind for line in parties.inbox(session)] == ["listing.reinstated", "listing.suspended"]


def test_of_two_changes_at_the_same_moment_one_wins(exchange: Exchange, owner: Actor) -> None:
    listing = listings.publish(exchange, owner)
    with exchange.session(SYSTEM) as session:
        seen = catalogue.get(session, listing.id)
        catalogue.suspend(session, listing.id, reason="first")
        assert not repository.change(session.db, seen, now=session.now, state=ListingState.WITHDRAWN)


def test_a_checked_agreement_reads_its_version_whatever_became_of_the_listing(exchange: Exchange, owner: Actor) -> None:
    listing = listings.publish(exchange, owner)
    with exchange.reading() as session:
        version = catalogue.current_version(session, listing.id)
    with exchange.session(owner) as session:
        catalogue.withdraw(session, listing.id)
    with exchange.reading(people.organisation(exchange, "Buyer", Role.BUYER)) as session:
        with pytest.raises(NotFound):
            catalogue.get_version(session, version.id)
        assert catalogue.agreed_version(session, version.id) == version
        with pytest.raises(NotFound):
            catalogue.agreed_version(session, "ver_nothing")


def test_the_owner_lists_its_own_in_every_state_and_nobody_else_does(exchange: Exchange, owner: Actor) -> None:
    first, second = listings.publish(exchange, owner), listings.publish(exchange, owner, decision=Decision.REVIEW)
    listings.publish(exchange, people.organisation(exchange, "Other"))
    assert owner.organisation_id is not None
    for actor in (owner, people.operator(exchange)):
        with exchange.reading(actor) as session:
            assert [found.id for found in catalogue.list_for(session, owner.organisation_id)] == [second.id, first.id]
            assert [found.id for found in catalogue.list_for(session, owner.organisation_id, after=second.id)] == [first.id]
    with exchange.reading(ANONYMOUS) as session, pytest.raises(NotFound):
        catalogue.list_for(session, owner.organisation_id)


@pytest.mark.parametrize("statement", ["UPDATE listing_versions SET content = '{}'", "DELETE FROM listing_versions"])
def test_the_store_itself_refuses_to_change_a_published_version(exchange: Exchange, owner: Actor, statement: str) -> None:
    listings.publish(exchange, owner)
    with pytest.raises(sa.exc.DBAPIError, match="never changes"), exchange.database.transaction() as db:
        db.exec_driver_sql(statement)


def test_a_listing_without_table_columns_or_preview_is_refused(exchange: Exchange, owner: Actor) -> None:
    assert owner.organisation_id is not None
    with exchange.session(owner) as session:
        for tables in ([], [replace(listings.table(), columns=())], [listings.table(), listings.table()]):
            with pytest.raises(Invalid):
                listings.add(session, owner.organisation_id, tables)
        with pytest.raises(Invalid, match="preview"):
            catalogue.add(session, owner.organisation_id, listings.manifest(), [listings.table()])
        private = catalogue.add(session, owner.organisation_id, listings.manifest(visibility="private"), [listings.table()])
        assert private.state is ListingState.LIVE
        far = listings.add(session, owner.organisation_id, [], file=None, location="s3://bucket/rows.parquet")
        assert catalogue.current_version(session, far.id).manifest.location == "s3://bucket/rows.parquet"


def _publish_and_fail(exchange: Exchange, owner: Actor) -> None:
    with exchange.session(owner) as session:
        listings.add(session, owner.organisation_id or "")
        assert catalogue.search(session, "flights").total == 1
        raise RuntimeError


def test_a_session_that_fails_leaves_neither_listing_nor_search_entry(exchange: Exchange, owner: Actor) -> None:
    with pytest.raises(RuntimeError):
        _publish_and_fail(exchange, owner)
    with exchange.reading(owner) as session:
        assert catalogue.search(session, "flights").total == 0
        assert catalogue.list_for(session, owner.organisation_id or "") == []


def test_quality_counts_filled_cells_and_what_is_described() -> None:
    poor = catalogue.quality(listings.manifest(), [listings.table()])
    rich = catalogue.quality(
        listings.manifest(description="Long", keywords=["a"], contact="a@example.org", licence="CC0-1.0", source="b", frequency="never"),
        [listings.table()],
    )
    assert 0 < poor < rich <= 100
