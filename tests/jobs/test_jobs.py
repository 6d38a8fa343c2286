"""Later work: its effect and the record of it commit together, and a second worker is fenced."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from entrepot import jobs
from entrepot.jobs.tables import jobs as table
from entrepot.kit import Conflict, ManualClock, NotFound
from entrepot.runtime import SYSTEM, Exchange, Session

ran: list[str] = []


@jobs.handler("tests.note")
def note(session: Session, *, text: str) -> None:
    ran.append(text)
    if text == "broken":
        session.enqueue("tests.note", text="must not survive")
        raise RuntimeError("broken on purpose")


@pytest.fixture(autouse=True)
def _forget() -> None:
    ran.clear()


def _states(exchange: Exchange) -> list[str]:
    with exchange.reading() as session:
        return list(session.db.scalars(sa.select(table.c.state).order_by(table.c.id)))


def test_a_job_runs_after_the_commit_and_only_once(exchange: Exchange) -> None:
    with exchange.session(SYSTEM) as session:
        session.enqueue("tests.note", text="one")
    assert exchange.run_due_jobs() == 1
    assert exchange.run_due_jobs() == 0
    assert ran == ["one"]
    assert _states(exchange) == ["done"]


def test_a_rolled_back_session_queues_nothing(exchange: Exchange) -> None:
    def fail() -> None:
        with exchange.session(SYSTEM) as session:
            session.enqueue("tests.note", text="never")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert exchange.run_due_jobs() == 0


def test_a_timer_waits_for_its_moment(exchange: Exchange, clock: ManualClock) -> None:
    with exchange.session(SYSTEM) as session:
        session.enqueue("tests.note", after=timedelta(hours=72), text="later")
    assert exchange.run_due_jobs() == 0
    clock.advance(timedelta(hours=72))
    assert exchange.run_due_jobs() == 1


def test_the_same_key_queues_once(exchange: Exchange) -> None:
    for _ in range(2):
        with exchange.session(SYSTEM) as session:
            session.enqueue("tests.note", dedup_key="once", text="one")
    exchange.run_due_jobs()
    assert ran == ["one"]


def test_a_failed_job_leaves_no_effect_and_is_tried_on_with_backoff_while_the_doctor_names_it(
    exchange: Exchange, clock: ManualClock
) -> None:
    with exchange.session(SYSTEM) as session:
        session.enqueue("tests.note", text="broken")
    for attempt in range(1, 20):
        assert exchange.run_due_jobs() == 1
        assert exchange.run_due_jobs() == 0, "waits for its backoff"
        clock.advance(jobs.backoff(attempt))
    assert jobs.backoff(19) == timedelta(hours=1)
    assert _states(exchange) == ["queued"], "and the job it queued was rolled back each time"
    with exchange.session(SYSTEM) as session:
        (stuck,) = jobs.stuck(session.db, now=session.now)
        assert stuck["last_error"] == "RuntimeError: broken on purpose"
        assert jobs.retry(session.db, stuck["id"], now=session.now)


def test_a_job_that_ends_its_process_is_named_and_given_up(exchange: Exchange, clock: ManualClock) -> None:
    with exchange.session(SYSTEM) as session:
        session.enqueue("tests.note", text="killer")
    for _ in range(12):
        with exchange.database.transaction() as db:
            assert jobs.lease_next(db, now=clock.now()) is not None, "and then the process dies"
        clock.advance(timedelta(minutes=6))
    with exchange.reading(SYSTEM) as session:
        assert [j["attempts"] for j in jobs.stuck(session.db, now=session.now)] == [12]
    exchange.tidy_jobs()
    assert _states(exchange) == ["failed"]
    assert exchange.run_due_jobs() == 0


def test_a_job_that_nobody_runs_for_an_hour_is_named(exchange: Exchange, clock: ManualClock) -> None:
    with exchange.session(SYSTEM) as session:
        session.enqueue("tests.note", text="waits")
    clock.advance(timedelta(minutes=61))
    with exchange.reading(SYSTEM) as session:
        assert len(jobs.stuck(session.db, now=session.now)) == 1


def test_finished_jobs_are_forgotten_after_a_week(exchange: Exchange, clock: ManualClock) -> None:
    with exchange.session(SYSTEM) as session:
        session.enqueue("tests.note", text="one")
    exchange.run_due_jobs()
    clock.advance(timedelta(days=8))
    exchange.tidy_jobs()
    assert _states(exchange) == []


def test_a_worker_whose_lease_has_passed_on_changes_nothing(exchange: Exchange, clock: ManualClock) -> None:
    with exchange.session(SYSTEM) as session:
        session.enqueue("tests.note", text="slow")
    with exchange.database.transaction() as db:
        slow = jobs.lease_next(db, now=clock.now())
        assert jobs.lease_next(db, now=clock.now()) is None
    clock.advance(timedelta(minutes=6))
    assert slow is not None
    assert exchange.run_due_jobs() == 1
    with pytest.raises(Conflict), exchange.database.transaction() as db:
        jobs.finish(db, slow, now=clock.now())


def test_a_job_nobody_handles_is_kept_and_named(exchange: Exchange) -> None:
    with pytest.raises(NotFound):
        jobs.resolve("nowhere.at_all")
    with exchange.session(SYSTEM) as session:
        session.enqueue("nowhere.at_all")
    exchange.run_next_job()
    assert _states(exchange) == ["queued"]
