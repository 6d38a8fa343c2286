"""The daily judging of all listings: one that cannot be written leaves the others judged, and is seen and tried until it can."""

from __future__ import annotations

from entrepot import catalogue, flows, jobs, parties
from entrepot.catalogue import ListingState
from entrepot.runtime import SYSTEM
from support.packs import installable
from support.trading import Market

_BROKEN = {
    "sqlite": [
        "CREATE TRIGGER broken BEFORE INSERT ON rulings WHEN NEW.subject_id = '{id}' BEGIN SELECT RAISE(ABORT, 'disk trouble'); END"
    ],
    "postgresql": [
        "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.subject_id = '{id}' THEN RAISE EXCEPTION 'disk trouble'; "
        "END IF; RETURN NEW; END $$",
        "CREATE TRIGGER broken BEFORE INSERT ON rulings FOR EACH ROW EXECUTE FUNCTION broken()",
    ],
}
_MENDED = {"sqlite": "DROP TRIGGER broken", "postgresql": "DROP TRIGGER broken ON rulings"}


def _states(market: Market, listing_ids: list[str]) -> list[ListingState]:
    with market.exchange.reading(SYSTEM) as session:
        return [catalogue.get(session, one).state for one in listing_ids]


def test_a_listing_that_cannot_be_written_leaves_the_others_judged_and_its_job_is_seen_and_tried_until_it_can(market: Market) -> None:
    listings = [market.publish().listing_id for _ in range(3)]
    with market.exchange.database.transaction() as db:
        for statement in _BROKEN[db.dialect.name]:
            db.exec_driver_sql(statement.format(id=listings[1]))
    with market.exchange.session(market.operator) as session:
        flows.install_pack(session, *installable("block"))
    market.exchange.run_due_jobs()
    live, off = ListingState.LIVE, ListingState.SUSPENDED
    assert _states(market, listings) == [off, live, off]
    market.wait(hours=1)
    market.wait(hours=1)
    with market.exchange.reading(SYSTEM) as session:
        (stuck,) = jobs.stuck(session.db, now=session.now)
    assert (stuck["name"], "disk trouble" in stuck["last_error"]) == ("flows.judge_listing", True)
    with market.exchange.database.transaction() as db:
        db.exec_driver_sql(_MENDED[db.dialect.name])
    market.wait(hours=2)
    assert _states(market, listings) == [off, off, off]
    with market.exchange.reading(market.owner) as session:
        told = sorted(event.subject_id for event in parties.inbox(session) if event.kind == "listing.suspended")
    assert told == sorted(listings)
