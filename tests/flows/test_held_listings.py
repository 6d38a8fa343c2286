"""What the rules forbid goes off offer, and comes back when they allow it again or a person lets it pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from entrepot import catalogue, compliance, flows, parties
from entrepot.catalogue import ListingState
from entrepot.compliance import FactsMissing
from entrepot.config import Settings
from entrepot.flows.rulebook import judge_when_due
from entrepot.kit import Conflict, Decision, Refused
from entrepot.runtime import SYSTEM
from entrepot.runtime.exchange import _tickers
from support.rulebook import ANSWERS, CHINA, PACKS, REVIEWED, REVIEWED_VECTORS, answer, install, listing_pack, state
from support.trading import Market


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """An exchange that asks every pack."""
    return replace(settings, rule_packs=PACKS)


def judging(market: Market) -> int:
    """How often everything was to be judged again."""
    with market.exchange.database.snapshot() as db:
        return int(db.exec_driver_sql("SELECT count(*) FROM jobs WHERE name = 'flows.judge_again'").scalar_one())


def test_a_pack_that_forbids_what_is_on_offer_takes_it_off_and_gives_it_back(market: Market) -> None:
    listing = market.publish().listing_id
    forbidding = REVIEWED.replace("gate: contract", "gate: listing").replace("severity: review", "severity: block")
    install(market, forbidding, REVIEWED_VECTORS.replace("gate: contract", "gate: listing").replace("expect: review", "expect: block"))
    market.exchange.run_due_jobs()
    assert state(market, listing) is ListingState.SUSPENDED
    with market.exchange.reading(market.owner) as session:
        assert "looked at by a person" in catalogue.get(session, listing).reason
    with market.exchange.session(market.operator) as session:
        flows.uninstall_pack(session, "own")
    market.exchange.run_due_jobs()
    assert state(market, listing) is ListingState.LIVE


def test_an_exchange_that_is_restarted_every_night_judges_every_day(market: Market) -> None:
    paces = {function: seconds for seconds, function in _tickers}
    assert paces[judge_when_due](market.exchange.settings) <= 3600, "a timer counts from the start of the process"
    listing = market.publish().listing_id
    market.clock.advance(timedelta(days=1))
    for _ in range(3):
        judge_when_due(market.exchange)
    assert judging(market) == 1
    market.exchange.run_due_jobs()
    assert state(market, listing) is ListingState.LIVE


def test_other_packs_in_the_settings_are_asked_about_what_is_live_without_waiting_for_the_day(market: Market) -> None:
    market.exchange.settings = replace(market.exchange.settings, rule_packs="house")
    listing = market.publish(facts=CHINA).listing_id
    judge_when_due(market.exchange)
    assert judging(market) == 0
    market.exchange.settings = replace(market.exchange.settings, rule_packs=PACKS)
    for _ in range(3):
        judge_when_due(market.exchange)
    assert judging(market) == 1
    market.exchange.run_due_jobs()
    with market.exchange.reading(SYSTEM) as session:
        newest = compliance.rulings(session, listing)[0]
        assert newest.packs_digest == compliance.packs_digest(compliance.in_force(session))
        assert newest.decision is Decision.NEEDS_INFO
    judge_when_due(market.exchange)
    assert judging(market) == 1


def test_a_pack_that_there_is_not_is_a_finding_of_the_doctor(market: Market) -> None:
    market.exchange.settings = replace(market.exchange.settings, rule_packs="house,typo")
    found = [law for law in flows.examine(market.exchange).laws if not law.holds]
    ((message, hint),) = found[0].problems
    assert "'typo'" in message
    assert "ENTREPOT_RULE_PACKS" in hint


def test_an_answer_that_makes_a_listing_forbidden_takes_it_off_and_only_one_that_allows_it_gives_it_back(market: Market) -> None:
    listing = market.publish(facts=CHINA).listing_id
    with market.exchange.session(market.owner) as session:
        flows.answer_listing(session, listing, ANSWERS)
    assert answer(market, listing, asset__barred_content=True) is Decision.BLOCK
    assert state(market, listing) is ListingState.SUSPENDED
    assert answer(market, listing, asset__barred_content=None) is Decision.NEEDS_INFO
    assert state(market, listing) is ListingState.SUSPENDED
    with market.unhurt(), pytest.raises(FactsMissing), market.exchange.session(market.operator) as session:
        flows.approve_listing(session, listing)
    with market.unhurt(), pytest.raises(Conflict, match="held by the rules"), market.exchange.session(market.operator) as session:
        catalogue.reinstate(session, listing)
    assert answer(market, listing, asset__barred_content=False) is Decision.ALLOW
    assert state(market, listing) is ListingState.LIVE
    assert answer(market, listing, asset__barred_content=None) is Decision.NEEDS_INFO
    assert state(market, listing) is ListingState.LIVE
    with market.exchange.reading(market.owner) as session:
        told = [event.kind for event in parties.inbox(session)]
    assert (told.count("listing.suspended"), told.count("listing.reinstated")) == (1, 1)


def test_what_is_forbidden_and_was_left_on_offer_is_taken_off_when_it_is_judged_again(market: Market) -> None:
    listing = market.publish(facts=CHINA).listing_id
    with market.exchange.session(market.owner) as session:
        flows.answer_listing(session, listing, ANSWERS)
    answer(market, listing, asset__barred_content=True)
    with market.exchange.session(SYSTEM) as session:
        catalogue.lift(session, listing, holder="rules")
    assert state(market, listing) is ListingState.LIVE
    with market.exchange.session(SYSTEM) as session:
        session.enqueue("flows.judge_again", after_id="")
    market.exchange.run_due_jobs()
    assert state(market, listing) is ListingState.SUSPENDED


def test_what_was_held_and_is_now_left_to_a_person_comes_back_when_the_person_lets_it_pass(market: Market) -> None:
    listing = market.publish().listing_id
    for severity in ("block", "review"):
        install(market, *listing_pack("[offer.public, eq, false]", severity))
        market.exchange.run_due_jobs()
        assert state(market, listing) is ListingState.SUSPENDED
    with market.unhurt(), pytest.raises(Refused), market.exchange.session(market.owner) as session:
        flows.approve_listing(session, listing)
    with market.exchange.session(market.operator) as session:
        assert flows.approve_listing(session, listing).state is ListingState.LIVE
    with market.exchange.session(SYSTEM) as session:
        session.enqueue("flows.judge_again", after_id="")
    market.exchange.run_due_jobs()
    assert state(market, listing) is ListingState.LIVE
    install(market, *listing_pack("[offer.public, eq, false]", "block"))
    market.exchange.run_due_jobs()
    assert state(market, listing) is ListingState.SUSPENDED


def test_a_new_version_that_the_rules_allow_gives_a_held_listing_back(market: Market) -> None:
    listing = market.publish(facts=CHINA).listing_id
    with market.exchange.session(market.owner) as session:
        flows.answer_listing(session, listing, ANSWERS)
    install(market, *listing_pack("[offer.public, eq, false]", "block"))
    market.exchange.run_due_jobs()
    assert state(market, listing) is ListingState.SUSPENDED
    market.publish(listing_id=listing, facts=CHINA, visibility="private", invited=["a-buyer"])
    assert state(market, listing) is ListingState.LIVE


def test_a_listing_that_cannot_be_judged_does_not_keep_the_others_from_it_and_its_own_job_says_so(market: Market) -> None:
    broken, whole = market.publish().listing_id, market.publish().listing_id
    answer(market, broken, source__authorised=True)
    with market.exchange.session(SYSTEM) as session:
        # Words of another release among the answers, such as a half-restored backup leaves them.
        session.db.execute(sa.text("UPDATE fact_answers SET source = 'hearsay' WHERE subject_id = :id"), {"id": broken})
    install(market, *listing_pack("[offer.public, eq, false]", "block"))
    market.exchange.run_due_jobs()
    assert (state(market, broken), state(market, whole)) == (ListingState.LIVE, ListingState.SUSPENDED)
    with market.exchange.database.snapshot() as db:
        waiting = db.exec_driver_sql("SELECT name FROM jobs WHERE last_error IS NOT NULL").scalars().all()
    assert waiting == ["flows.judge_listing"]
