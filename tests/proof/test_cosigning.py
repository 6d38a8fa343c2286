"""Witnesses run by others cosign the log after it is sealed, and receipts carry their cosignatures."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from entrepot import proof
from entrepot.api.witness import BODY_LIMIT, create_witness_app
from entrepot.config import Settings
from entrepot.jobs.tables import jobs as queue
from entrepot.kit import ManualClock
from entrepot.proof import repository
from entrepot.proof.notes import parse_note
from entrepot.runtime import SYSTEM, Exchange, load_master_key

from .serving import serve


def record(exchange: Exchange, count: int = 1) -> list[str]:
    with exchange.session(SYSTEM) as session:
        return [proof.record(session, "agreement.signed", {"i": i}, subject_id="agr_1").id for i in range(count)]


def queued(exchange: Exchange) -> list[tuple[str, str | None]]:
    with exchange.reading() as session:
        query = sa.select(queue.c.state, queue.c.last_error).where(queue.c.name == "proof.collect_cosignatures").order_by(queue.c.id)
        return [(row.state, row.last_error) for row in session.db.execute(query)]


class Place:
    """An exchange with a running witness that its policy names."""

    def __init__(self, exchange: Exchange, app: FastAPI, vkeys: tuple[str, ...], policy: proof.Policy) -> None:
        self.exchange, self.app, self.vkeys, self.policy = exchange, app, vkeys, policy


@contextmanager
def place(settings: Settings, clock: ManualClock, tmp_path: Path, *, allowed: bool = True, with_log: bool = True) -> Iterator[Place]:
    load_master_key(settings, create=True)
    with Exchange(settings, clock=clock) as exchange, exchange.session(SYSTEM) as session:
        vkeys = proof.create_log(session)
    app = create_witness_app(tmp_path / "witness", vkeys if with_log else [], name="witness.example", clock=clock)
    with serve(app) as address:
        policy = tmp_path / "policy"
        lines = [f"witness W{i} {vkey} http://{address}/" for i, vkey in enumerate(app.state.witness.vkeys)]
        policy.write_text("\n".join([*lines, "group G all W0 W1", "quorum G"]) + "\n")
        chosen = dataclasses.replace(settings, witnesses=str(policy), allowed_hosts=address if allowed else "")
        with Exchange(chosen, clock=clock) as exchange:
            yield Place(exchange, app, vkeys, proof.load_policy(policy))


def test_a_sealed_checkpoint_is_cosigned_and_the_receipt_meets_the_policy(settings: Settings, clock: ManualClock, tmp_path: Path) -> None:
    with place(settings, clock, tmp_path) as here:
        for count in (3, 1, 300):
            entries = record(here.exchange, count)
            proof.seal(here.exchange)
            assert here.exchange.run_due_jobs() == 1
        with here.exchange.reading(SYSTEM) as session:
            document = proof.prove(session, entries[-1])
            published = parse_note(proof.checkpoint(session))
        assert {found.verifier.vkey for found in here.policy.cosigners(published)} == set(here.app.state.vkeys)
        found = proof.verify_receipt(document, log_vkeys=here.vkeys, organisation_keys={}, policy=here.policy)
        assert found.ok, found.errors
        assert found.witnesses == ("W0", "W1")


def test_a_receipt_prefers_a_checkpoint_that_meets_the_quorum(settings: Settings, clock: ManualClock, tmp_path: Path) -> None:
    with place(settings, clock, tmp_path) as here:
        (first,) = record(here.exchange)
        proof.seal(here.exchange)
        here.exchange.run_due_jobs()
        (second,) = record(here.exchange)
        proof.seal(here.exchange)
        with here.exchange.reading(SYSTEM) as session:
            older, newer = proof.prove(session, first), proof.prove(session, second)
        check = {"log_vkeys": here.vkeys, "organisation_keys": {}, "policy": here.policy}
        assert proof.verify_receipt(older, **check).ok  # type: ignore[arg-type]
        assert not proof.verify_receipt(newer, **check).ok, "not cosigned yet"  # type: ignore[arg-type]


def test_one_waiting_job_stands_for_all_checkpoints_until_it_runs(settings: Settings, clock: ManualClock, tmp_path: Path) -> None:
    with place(settings, clock, tmp_path) as here:
        for _ in range(3):
            record(here.exchange)
            proof.seal(here.exchange)
        assert queued(here.exchange) == [("queued", None)]
        here.exchange.run_due_jobs()
        with here.exchange.reading(SYSTEM) as session:
            assert len(repository.cosignature_lines(session.db, 3)) == 2


def test_a_visit_whose_answer_was_lost_is_made_good(settings: Settings, clock: ManualClock, tmp_path: Path) -> None:
    with place(settings, clock, tmp_path) as here:
        record(here.exchange, 5)
        proof.seal(here.exchange)
        with here.exchange.reading(SYSTEM) as session:
            note = proof.checkpoint(session)
        assert here.app.state.witness.add_checkpoint(f"old 0\n\n{note}".encode()).status == 200
        record(here.exchange, 5)
        proof.seal(here.exchange)
        here.exchange.run_due_jobs()
        with here.exchange.reading(SYSTEM) as session:
            assert len(repository.cosignature_lines(session.db, 10)) == 2


def test_running_the_job_again_has_no_second_effect(settings: Settings, clock: ManualClock, tmp_path: Path) -> None:
    with place(settings, clock, tmp_path) as here:
        record(here.exchange)
        proof.seal(here.exchange)
        url = here.policy.witnesses[0].url
        for _ in range(2):
            proof.collect_cosignatures(here.exchange, url=url)
        with here.exchange.reading(SYSTEM) as session:
            assert len(repository.cosignature_lines(session.db, 1)) == 2


def test_a_witness_on_a_private_address_is_not_called_unless_allowed(settings: Settings, clock: ManualClock, tmp_path: Path) -> None:
    with place(settings, clock, tmp_path, allowed=False) as here:
        record(here.exchange)
        proof.seal(here.exchange)
        here.exchange.run_due_jobs()
        ((state, error),) = queued(here.exchange)
    assert state == "queued"
    assert error is not None
    assert "private address" in error


def test_a_witness_that_refuses_is_asked_again_later(settings: Settings, clock: ManualClock, tmp_path: Path) -> None:
    with place(settings, clock, tmp_path, with_log=False) as here:
        record(here.exchange)
        proof.seal(here.exchange)
        assert here.exchange.run_due_jobs() == 1
        ((state, error),) = queued(here.exchange)
        assert state == "queued"
        assert error is not None
        assert "answered 404" in error
        clock.advance(timedelta(seconds=2))
        assert here.exchange.run_due_jobs() == 1


def test_without_a_policy_nobody_is_asked(exchange: Exchange) -> None:
    record(exchange)
    proof.seal(exchange)
    assert queued(exchange) == []


def test_the_witness_shows_its_keys_and_refuses_what_is_too_large(tmp_path: Path) -> None:
    app = create_witness_app(tmp_path / "w", [], name="witness.example")
    with serve(app) as address:
        assert httpx.get(f"http://{address}/").text.splitlines() == list(app.state.vkeys)
        answer = httpx.post(f"http://{address}/add-checkpoint", content=b"x" * (BODY_LIMIT + 1))
        assert answer.status_code == 413
        assert httpx.get(f"http://{address}/add-checkpoint").status_code == 405
        malformed = httpx.post(f"http://{address}/add-checkpoint", content=b"nonsense")
        assert (malformed.status_code, malformed.headers["content-type"]) == (400, "text/plain; charset=utf-8")


@pytest.mark.parametrize("text", ["", "nonsense\n"])
def test_a_broken_policy_does_not_stop_the_log_and_the_doctor_names_it(
    settings: Settings, clock: ManualClock, tmp_path: Path, text: str
) -> None:
    (tmp_path / "policy").write_text(text)
    load_master_key(settings, create=True)
    with Exchange(dataclasses.replace(settings, witnesses=str(tmp_path / "policy")), clock=clock) as exchange:
        (entry,) = record(exchange)
        assert proof.seal(exchange) == 1
        with exchange.reading(SYSTEM) as session:
            assert proof.prove(session, entry)["kind"] == "agreement.signed"
            (problem,) = proof.check_log(session)
    assert problem.startswith("No witness is asked to cosign")
