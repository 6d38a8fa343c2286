"""Any sequence of steps by anybody keeps the laws of the desk; a crash or a race leaves nothing half."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings, strategies

from entrepot import catalogue, notices, parties, proof
from entrepot.kit import EntrepotError, ManualClock
from entrepot.notices import ENDED, NEXT, OFF, NoticeKind, NoticeState
from entrepot.runtime import SYSTEM, Exchange, load_master_key
from support.notices import DIGEST, agreement_state, file_notice, hand_in, listing_state, look, retest, take
from support.trading import Market, broken_laws, open_market
from support.world import fresh_settings

VERBS = {
    "acknowledge": (), "file_plan": ("a plan",), "accept_plan": (), "submit": ({"F1": (DIGEST, "")},), "begin_retest": ("Third House",),
    "counter": ("no",), "answer_counter": ("yes",), "name_suit": ("a court",), "take_back": ("settled",),
    "record_leniency": ("harm_removed", "a note"), "pass": (), "fail": (),
}  # fmt: skip
ROLES = ("owner", "regulator", "operator", "buyer", "stranger")


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    """One market for all examples, each with a listing of its own."""
    made = fresh_settings(tmp_path_factory.mktemp("laws"))
    load_master_key(made, create=True)
    with Exchange(made, clock=ManualClock(datetime(2026, 11, 20, 9, tzinfo=UTC))) as exchange:
        yield open_market(exchange, tmp_path_factory.mktemp("goods"))


_steps = strategies.one_of(
    strategies.tuples(strategies.sampled_from(ROLES[:3]), strategies.sampled_from(sorted(VERBS))),
    strategies.tuples(strategies.sampled_from(ROLES), strategies.sampled_from(sorted(VERBS))),
    strategies.tuples(strategies.just("time"), strategies.sampled_from(["1", "8", "16"])),
)


@given(kind=strategies.sampled_from(NoticeKind), harm=strategies.booleans(), steps=strategies.lists(_steps, max_size=14))
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_sequence_of_steps_keeps_the_laws(lived_in: Market, kind: NoticeKind, harm: bool, steps: list[tuple[str, str]]) -> None:
    market = lived_in
    listing = _new_data(market)
    agreement = market.agree(listing)
    by = market.regulator if kind in (NoticeKind.RECTIFICATION, NoticeKind.ANTITRUST) else market.operator
    notice = file_notice(market, listing, by=by, kind=kind, harm="now" if harm else "")
    for who, what in steps:
        with suppress(EntrepotError):
            if who == "time":
                market.wait(days=int(what))
            elif what in ("pass", "fail"):
                take(market, getattr(market, who), "report_retest", notice, {"F1": what == "pass"}, report=DIGEST)
            else:
                take(market, getattr(market, who), what, notice, *VERBS[what])
        now = look(market, notice)
        assert (listing_state(market, listing) == "suspended") == (now.state in OFF)
        assert (agreement_state(market, agreement) == "suspended") == (now.state in OFF)
        assert now.state is not NoticeState.EXPIRED
    with market.exchange.reading(market.operator) as session:
        history = notices.history(session, notice.id)
        logged = proof.history(session, notice.id)
    assert [one.number for one in history] == list(range(look(market, notice).revision + 1))
    assert len(logged) == len(history)
    assert all(one.before == one.after or one.after in NEXT[one.before] for one in history)
    assert [one.after for one in history if one.before in ENDED] == []
    assert broken_laws(market.exchange) == []


def test_every_state_leads_to_an_end_and_only_ends_lead_nowhere() -> None:
    for state in NoticeState:
        reached, waiting = {state}, [state]
        while waiting:
            new = NEXT[waiting.pop()] - reached
            reached |= new
            waiting += new
        assert reached & ENDED
        assert bool(NEXT[state]) == (state not in ENDED)


def _new_data(market: Market) -> str:
    """A listing of data like no other: what a notice holds does not come back under another title."""
    return market.publish_tables("code,place\n" + "".join(f"{uuid4()},{uuid4()}\n" for _ in range(30)))


class _Killed(BaseException):
    pass


def _statements(market: Market, kill_at: int) -> Iterator[None]:
    """Die before the statement of this number that writes."""
    count = 0

    def before(connection: object, cursor: object, statement: str, *_: object) -> None:
        nonlocal count
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            count += 1
            if count == kill_at:
                raise _Killed

    sa.event.listen(market.exchange.database.engine, "before_cursor_execute", before)
    yield
    sa.event.remove(market.exchange.database.engine, "before_cursor_execute", before)


def test_a_crash_between_any_two_statements_leaves_nothing_half(market: Market) -> None:
    listing = market.publish(price="free").listing_id
    agreements = [market.agree(listing) for _ in range(2)]
    notice = file_notice(market, listing)
    market.clock.advance(notice.due_at - market.clock.now())
    kills = 0
    while look(market, notice).state == "received":
        kills += 1
        deadly = _statements(market, kills)
        next(deadly)
        with suppress(_Killed):
            market.exchange.run_due_jobs()
        next(deadly, None)
        states = [look(market, notice).state.value, listing_state(market, listing), *(agreement_state(market, one) for one in agreements)]
        assert states in (["received", "live", "active", "active"], ["suspended"] * 4)
        with market.exchange.database.transaction() as db:  # The lease of the dead worker has run out.
            db.exec_driver_sql("UPDATE jobs SET leased_until = NULL WHERE state = 'queued'")
    assert kills > 15
    with market.exchange.reading(SYSTEM) as session:
        assert len(notices.history(session, notice.id)) == 3
    hand_in(market, notice)
    take(market, market.regulator, "begin_retest", notice, "Third House")
    for kill_at in range(1, 12):
        deadly = _statements(market, kill_at)
        next(deadly)
        with suppress(_Killed), market.unhurt():
            take(market, market.regulator, "report_retest", notice, {"F1": True}, report=DIGEST)
        next(deadly, None)
        assert look(market, notice).state == "suspended_retest"
    take(market, market.regulator, "report_retest", notice, {"F1": True}, report=DIGEST)
    assert [agreement_state(market, one) for one in agreements] == ["active", "active"]


def test_an_agreement_signed_while_the_clock_ends_is_frozen_or_not_signed(market: Market) -> None:
    for _ in range(3):
        listing = _new_data(market)
        asked = [market.request(listing) for _ in range(4)]
        notice = file_notice(market, listing)
        market.clock.advance(notice.due_at - market.clock.now())
        signed = []

        def sign(signed: list[object] = signed, asked: list[object] = asked) -> None:
            for one in asked:
                with suppress(EntrepotError):
                    signed.append(market.accept(one))  # type: ignore[arg-type]  # what was asked for above

        worker = threading.Thread(target=sign)
        worker.start()
        market.exchange.run_due_jobs()
        worker.join()
        market.seal()
        assert listing_state(market, listing) == "suspended"
        assert {agreement_state(market, one) for one in signed} <= {"suspended"}


def test_notices_on_one_listing_that_end_together_bring_it_back(market: Market) -> None:
    listing = market.publish(price="free").listing_id
    agreement = market.agree(listing)
    both = [file_notice(market, listing, harm="now", document_number=f"2026-{number}") for number in (17, 18)]
    barrier = threading.Barrier(2)

    def settle(notice: notices.Notice) -> None:
        barrier.wait()
        take(market, market.regulator, "take_back", notice, "settled")

    workers = [threading.Thread(target=settle, args=(one,)) for one in both]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert (listing_state(market, listing), agreement_state(market, agreement)) == ("live", "active")


def test_a_suspended_listing_is_not_found_by_searching_and_comes_back(market: Market) -> None:
    listing = market.publish().listing_id
    notice = file_notice(market, listing, harm="now")

    def found() -> int:
        with market.exchange.reading(market.buyer) as session:
            return catalogue.search(session, "iris").total

    assert found() == 0
    hand_in(market, notice)
    retest(market, notice, passed=True)
    assert found() == 1
    with market.exchange.reading(market.owner) as session:
        kinds = [line.kind for line in parties.inbox(session)]
    assert kinds[0] == "notice.reinstated"


def test_records_of_an_earlier_release_keep_what_operators_had_suspended(tmp_path: Path) -> None:
    from alembic import command

    from entrepot.store import migrate

    made = fresh_settings(tmp_path)
    load_master_key(made, create=True)
    with Exchange(made, clock=ManualClock(datetime(2026, 11, 20, 9, tzinfo=UTC))) as exchange:
        market = open_market(exchange, tmp_path / "goods")
        listing = market.publish().listing_id
        with exchange.session(market.operator) as session:
            catalogue.suspend(session, listing, reason="a complaint")
        with exchange.database.engine.connect() as connection:
            config = migrate._config()
            config.attributes["connection"] = connection
            command.downgrade(config, "0002")
            connection.commit()
        migrate.upgrade(exchange.database)
        with exchange.session(market.operator) as session:
            assert catalogue.reinstate(session, listing).state == "live"


def test_the_doctor_names_what_a_notice_suspends_and_nothing_holds(market: Market) -> None:
    listing, clean = market.publish(price="free").listing_id, market.publish().listing_id
    market.agree(listing)
    file_notice(market, listing, harm="now")
    ticking = file_notice(market, clean)
    assert broken_laws(market.exchange) == []
    with market.exchange.database.transaction() as db:
        db.exec_driver_sql("DELETE FROM listing_holds")
        db.exec_driver_sql("UPDATE agreements SET state = 'active'")
    market.clock.advance(ticking.due_at - market.clock.now())
    market.clock.advance(timedelta(hours=1))
    said = [message for law, message in broken_laws(market.exchange) if law.startswith("what a notice")]
    assert [
        words in message for words, message in zip(("nothing was suspended", "nothing holds", "agreement runs"), said, strict=True)
    ] == [True] * 3
    with market.exchange.session(SYSTEM) as session:
        catalogue.place(session, clean, holder="ntc_nobody", reason="", freezes=True)
    assert any("suspends nothing" in message for _, message in broken_laws(market.exchange))
