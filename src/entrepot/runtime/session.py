"""One request's transaction, actor, engine and clock."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import duckdb
from sqlalchemy.engine import Connection

from entrepot import jobs
from entrepot.blobs import BlobStore
from entrepot.config import Settings
from entrepot.runtime.keys import MasterKey
from entrepot.runtime.model import SYSTEM, Actor

if TYPE_CHECKING:
    from entrepot.runtime.exchange import Exchange


class Session:
    """Everything a verb may touch; commits once, at its end, or leaves nothing behind.

    Attributes:
        db: The transaction on the records.
        actor: Who acts.
        now: The moment the session began; one session sees one time.
    """

    def __init__(self, exchange: Exchange, db: Connection, actor: Actor, stack: ExitStack) -> None:
        self.exchange = exchange
        self.db = db
        self.actor = actor
        self.now: datetime = exchange.clock.now()
        self._stack = stack
        self._after_commit: list[Callable[[], None]] = []
        self._afterwards: list[Callable[[], None]] = []

    @property
    def settings(self) -> Settings:
        """The operator's choices."""
        return self.exchange.settings

    @property
    def blobs(self) -> BlobStore:
        """The objects."""
        return self.exchange.blobs

    @property
    def master_key(self) -> MasterKey:
        """What opens the signing keys."""
        return self.exchange.master_key

    @cached_property
    def engine(self) -> duckdb.DuckDBPyConnection:
        """A cursor of the table engine, closed with the session."""
        cursor = self.exchange.engine.cursor()
        self._stack.callback(cursor.close)
        return cursor

    def by_exchange(self) -> Session:
        """The same transaction with the exchange itself acting, for what follows from a decision whose maker has been checked."""
        acting = copy.copy(self)
        acting.actor = SYSTEM
        return acting

    def enqueue(
        self, name: str, *, after: timedelta | None = None, at: datetime | None = None, dedup_key: str | None = None, **arguments: Any
    ) -> None:
        """Queue later work with this transaction: now, ``after`` a while, or ``at`` a moment."""
        due = at or self.now + (after or timedelta())
        jobs.enqueue(self.db, name, arguments, now=self.now, due_at=due, dedup_key=dedup_key)
        self.after_commit(self.exchange.wake_workers)

    @contextmanager
    def part(self) -> Iterator[None]:
        """A part of the transaction that fails alone: what it wrote and queued is undone, and the transaction goes on."""
        before = list(self._after_commit)
        try:
            with self.db.begin_nested():
                yield
        except BaseException:
            self._after_commit[:] = before
            raise

    def after_commit(self, action: Callable[[], None]) -> None:
        """Do this once the transaction is durable; a crash may lose it, so only wake-ups and clean-ups belong here."""
        if action not in self._after_commit:
            self._after_commit.append(action)

    def run_after_commit(self) -> None:
        """Called by the exchange when the transaction is durable."""
        for action in self._after_commit:
            action()

    def afterwards(self, action: Callable[[], None]) -> None:
        """Do this when the transaction is over, however it ended; for what has to be known of a refusal, which leaves nothing else behind."""
        self._afterwards.append(action)

    def run_afterwards(self) -> None:
        """Called by the exchange when the transaction is over."""
        for action in self._afterwards:
            action()
