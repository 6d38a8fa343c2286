"""The daily judging of listings and duties: one that cannot be written leaves the others judged, and is seen and tried until it can."""

from __future__ import annotations

from entrepot import catalogue, compliance, flows, jobs, parties
from entrepot.catalogue import ListingState
from entrepot.flows import reviews
from entrepot.runtime import SYSTEM
from support.packs import installable
from support.trading import Market, organisation_of

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


def _break(market: Market, subject_id: str) -> None:
    """From now on no ruling on this subject can be written."""
    with market.exchange.database.transaction() as db:
        for statement in _BROKEN[db.dialect.name]:
            db.exec_driver_sql(statement.format(id=subject_id))


def _mend(market: Market) -> None:
    with market.exchange.database.transaction() as db:
        db.exec_driver_sql(_MENDED[db.dialect.name])


def _stuck(market: Market) -> str:
    """The one job that fails for this reason, hours later."""
    market.wait(hours=1)
    market.wait(hours=1)
    with market.exchange.reading(SYSTEM) as session:
        (stuck,) = jobs.stuck(session.db, now=session.now)
    assert "disk trouble" in stuck["last_error"]
    return str(stuck["name"])


def _states(market: Market, listing_ids: list[str]) -> list[ListingState]:
    with market.exchange.reading(SYSTEM) as session:
        return [catalogue.get(session, one).state for one in listing_ids]


def test_a_listing_that_cannot_be_written_leaves_the_others_judged_and_its_job_is_seen_and_tried_until_it_can(market: Market) -> None:
    listings = [market.publish().listing_id for _ in range(3)]
    _break(market, listings[1])
    with market.exchange.session(market.operator) as session:
        flows.install_pack(session, *installable("block"))
    market.exchange.run_due_jobs()
    live, off = ListingState.LIVE, ListingState.SUSPENDED
    assert _states(market, listings) == [off, live, off]
    assert _stuck(market) == "flows.judge_listing"
    _mend(market)
    market.wait(hours=2)
    assert _states(market, listings) == [off, off, off]
    with market.exchange.reading(market.owner) as session:
        told = sorted(event.subject_id for event in parties.inbox(session) if event.kind == "listing.suspended")
    assert told == sorted(listings)


def test_a_duty_that_cannot_be_written_leaves_the_others_reviewed_and_its_job_is_seen_and_tried_until_it_can(market: Market) -> None:
    exchange = organisation_of(market.operator)
    duties = [f"{exchange}.{name}" for name in ("review", "ranking", "prices")]
    _break(market, duties[0])
    reviews.review_daily(market.exchange)
    market.exchange.run_due_jobs()
    assert _reviewed(market, duties) == [False, True, True]
    assert _stuck(market) == "flows.review_duty"
    _mend(market)
    market.wait(hours=2)
    assert _reviewed(market, duties) == [True, True, True]


def _reviewed(market: Market, duties: list[str]) -> list[bool]:
    with market.exchange.reading(SYSTEM) as session:
        return [bool(compliance.rulings(session, one)) for one in duties]
