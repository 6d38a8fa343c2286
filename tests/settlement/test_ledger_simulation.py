"""A simulator with a fake clock and crashes at any statement: the ledger agrees with the reference, from every seed.

A failing run prints its seed; ``ENTREPOT_LEDGER_SEED=1234 pytest tests/settlement/test_ledger_simulation.py`` repeats it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from entrepot import settlement
from entrepot.kit import ManualClock
from entrepot.runtime import SYSTEM, Exchange
from entrepot.settlement import repository
from entrepot.settlement.tables import transfers as table
from settlement.reference_ledger import ReferenceLedger
from settlement.simulation import Draw, some_accounts
from support import people

GIVEN = os.environ.get("ENTREPOT_LEDGER_SEED")
SEEDS = [int(GIVEN)] if GIVEN else [1, 2]


class Crash(BaseException):
    """The power goes; nobody catches this to clean up."""


class PowerCut:
    """Cuts the power before a chosen statement, the commit included."""

    def __init__(self, engine: sa.Engine) -> None:
        self.left: int | None = None
        sa.event.listen(engine, "before_cursor_execute", self._statement)
        sa.event.listen(engine, "commit", self._commit)

    @contextmanager
    def after(self, statements: int | None) -> Iterator[None]:
        self.left = statements
        try:
            yield
        finally:
            self.left = None

    def _statement(self, *_: Any) -> None:
        self._count()

    def _commit(self, _: Any) -> None:
        self._count()

    def _count(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                raise Crash


class Run:
    """One seed's life of the ledger beside the reference."""

    def __init__(self, exchange: Exchange, clock: ManualClock, seed: int) -> None:
        self.exchange, self.clock, self.rng = exchange, clock, Random(seed)
        owners = [people.organisation(exchange, name).organisation_id or "" for name in ("One", "Two")]
        self.accounts = some_accounts(owners)
        with exchange.session(SYSTEM) as session:
            for account in self.accounts:
                repository.insert_account(session.db, account)
        self.reference = ReferenceLedger(self.accounts)
        self.draw = Draw(self.rng, self.accounts)
        self.cut = PowerCut(exchange.database.engine)
        self.crashes = 0

    def step(self) -> None:
        if self.rng.random() < 0.15:
            self.clock.advance(timedelta(minutes=self.rng.choice([1, 4, 20, 60])))
        if self.rng.random() < 0.1:
            self._work()
        else:
            self._post()
        self._compare()

    def _post(self) -> None:
        batch = self.draw.batch(self.clock.now())
        if self.rng.random() < 0.3:
            try:
                with self.cut.after(self.rng.randrange(12)), self.exchange.session(SYSTEM) as session:
                    results = settlement.post(session, batch)
            except Crash:
                self.crashes += 1
                self._compare()
                if self.rng.random() < 0.5:
                    return
            else:
                assert results == self.reference.post(batch, self.clock.now())
                return
        with self.exchange.session(SYSTEM) as session:
            results = settlement.post(session, batch)
        assert results == self.reference.post(batch, self.clock.now())

    def _work(self) -> None:
        """Expire what is due; a crash leaves the job to its lease, which runs out after minutes."""
        try:
            with self.cut.after(self.rng.randrange(30)):
                self.exchange.run_due_jobs()
        except Crash:
            self.crashes += 1
        self.clock.advance(timedelta(minutes=6))
        self.exchange.run_due_jobs()
        self.reference.expire_due(self.clock.now())

    def _compare(self) -> None:
        with self.exchange.reading(SYSTEM) as session:
            stored = {a.id: a for owner in {a.organisation_id for a in self.accounts} for a in settlement.accounts(session, owner)}
            assert session.db.scalar(sa.select(sa.func.count()).select_from(table)) == len(self.reference.posted)
        for id_, account in stored.items():
            sums = self.reference.sums(id_)
            found = (account.debits_pending, account.debits_posted, account.credits_pending, account.credits_posted)
            assert found == (sums.dr_pending, sums.dr_posted, sums.cr_pending, sums.cr_posted)

    def check_laws(self) -> None:
        with self.exchange.reading(SYSTEM) as session:
            assert [p for p in settlement.check_books(session) if p.law != "what expires falls back"] == []


def _live(exchange: Exchange, clock: ManualClock, seed: int, steps: int) -> Run:
    run = Run(exchange, clock, seed)
    for number in range(steps):
        try:
            run.step()
            if number % 20 == 19:
                run.check_laws()
        except AssertionError as error:
            raise AssertionError(f"seed {seed}, step {number}: {error}") from error
    run.check_laws()
    return run


@pytest.mark.parametrize("seed", SEEDS)
def test_the_ledger_agrees_with_the_reference_through_crashes(exchange: Exchange, clock: ManualClock, seed: int) -> None:
    run = _live(exchange, clock, seed, steps=40)
    assert GIVEN or run.crashes > 3, "the power was cut"


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 200))
def test_the_ledger_agrees_with_the_reference_for_long(exchange: Exchange, clock: ManualClock, seed: int) -> None:
    _live(exchange, clock, seed, steps=400)
