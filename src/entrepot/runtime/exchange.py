"""One exchange: its settings, records, engine, objects, keys and workers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import timedelta
from functools import cached_property, partial
from types import TracebackType

from entrepot import jobs
from entrepot.blobs import BlobStore, open_blobs
from entrepot.config import Settings
from entrepot.engine import DuckEngine, open_engine
from entrepot.kit import Clock, EntrepotError, SystemClock
from entrepot.runtime.keys import MasterKey, load_master_key
from entrepot.runtime.model import ANONYMOUS, SYSTEM, Actor
from entrepot.runtime.session import Session
from entrepot.store import Database

log = logging.getLogger("entrepot.runtime")
Ticker = tuple[Callable[[Settings], float], Callable[["Exchange"], object]]
_tickers: list[Ticker] = []
_SCRATCH_SECONDS = 24 * 3600.0
_TIDY_SECONDS = 600.0


def ticker(seconds: Callable[[Settings], float]) -> Callable[[Callable[[Exchange], object]], Callable[[Exchange], object]]:
    """Register work that every worker repeats, such as sealing the log; ``seconds`` reads the pace from the settings."""

    def register(function: Callable[[Exchange], object]) -> Callable[[Exchange], object]:
        _tickers.append((seconds, function))
        return function

    return register


class Exchange:
    """Opens what the settings name, lazily; sessions come from here."""

    def __init__(self, settings: Settings, *, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self.database = Database(settings.resolved_database_url)
        self._workers: list[jobs.Worker] = []
        self._closing = threading.Event()

    @cached_property
    def engine(self) -> DuckEngine:
        """The table engine."""
        return open_engine(self.settings)

    @cached_property
    def blobs(self) -> BlobStore:
        """The objects."""
        return open_blobs(self.settings)

    @cached_property
    def master_key(self) -> MasterKey:
        """What opens the signing keys."""
        return load_master_key(self.settings)

    @contextmanager
    def session(self, actor: Actor = ANONYMOUS) -> Iterator[Session]:
        """A read-write session: commits at its end; any exception leaves nothing behind."""
        with ExitStack() as stack, ExitStack() as over:
            with self.database.transaction() as db:
                session = Session(self, db, actor, stack)
                over.callback(session.run_afterwards)
                yield session
            session.run_after_commit()

    @contextmanager
    def reading(self, actor: Actor = ANONYMOUS) -> Iterator[Session]:
        """A read-only session over one consistent state; holds up no writer."""
        with ExitStack() as stack, ExitStack() as over, self.database.snapshot() as db:
            session = Session(self, db, actor, stack)
            over.callback(session.run_afterwards)
            yield session

    @property
    def has_workers(self) -> bool:
        """Whether job workers run in this process."""
        return bool(self._workers)

    @property
    def is_closing(self) -> bool:
        """Whether the workers are being stopped; slow work then ends, for another process to take it up."""
        return self._closing.is_set()

    def run_next_job(self, *, slow: bool | None = None) -> bool:
        """Run one due job, here and now; False when none is due.

        Args:
            slow: Only a slow one, or only another; without it, either.
        """
        with self.database.snapshot() as db:
            if not jobs.has_due(db, now=self.clock.now(), slow=slow):
                return False
        with self.database.transaction() as db:
            job = jobs.lease_next(db, now=self.clock.now(), slow=slow)
        if job is None:
            return False
        try:
            self._run(job)
        except Exception as error:
            level = logging.WARNING if isinstance(error, EntrepotError) else logging.ERROR
            log.log(level, "job %s %s failed: %s", job.name, job.id, error, exc_info=not isinstance(error, EntrepotError))
            with self.database.transaction() as db:
                jobs.put_off(db, job, now=self.clock.now(), error=f"{type(error).__name__}: {error}")
        return True

    def run_due_jobs(self) -> int:
        """Run jobs until none is due; how many ran."""
        count = 0
        while self.run_next_job():
            count += 1
        return count

    def tidy_jobs(self) -> None:
        """Forget finished jobs after a week, stop handing out those that end their process, and sweep what killed ones left behind."""
        self.blobs.sweep_scratch(older_than=_SCRATCH_SECONDS)
        with self.database.transaction() as db:
            jobs.forget_done(db, before=self.clock.now() - timedelta(days=7))
            jobs.give_up_killers(db, now=self.clock.now())

    def start_workers(self) -> None:
        """Start the job workers the settings ask for, and one more for slow jobs; the first one also runs the tickers."""
        for index in range(self.settings.workers):
            tickers = [(seconds(self.settings), _named(function, self)) for seconds, function in _tickers] if index == 0 else []
            if index == 0:
                tickers.append((_TIDY_SECONDS, self.tidy_jobs))
            self._start(jobs.Worker(partial(self.run_next_job, slow=False), tickers))
        if self.settings.workers:
            self._start(jobs.Worker(partial(self.run_next_job, slow=True), name="entrepot-slow-worker"))

    def _start(self, worker: jobs.Worker) -> None:
        worker.start()
        self._workers.append(worker)

    def wake_workers(self) -> None:
        """Tell the workers that something has been committed."""
        for worker in self._workers:
            worker.wake()

    def tick(self) -> None:
        """Run every ticker once, here and now."""
        for _, function in _tickers:
            function(self)

    def close(self) -> None:
        """Stop the workers and close what is open."""
        self._closing.set()
        for worker in self._workers:
            worker.stop()
        self._workers.clear()
        if "engine" in self.__dict__:
            self.engine.close()
        self.database.close()

    def __enter__(self) -> Exchange:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _run(self, job: jobs.Job) -> None:
        handler = jobs.resolve(job.name)
        if handler.outbound:
            with self._holding(job) if handler.slow else nullcontext():
                handler.run(self, **job.arguments)
            with self.database.transaction() as db:
                jobs.finish(db, job, now=self.clock.now())
            return
        with self.session(SYSTEM) as session:
            # First the record, then the effect: a second worker stops here before it has done anything.
            jobs.finish(session.db, job, now=session.now)
            handler.run(session, **job.arguments)

    @contextmanager
    def _holding(self, job: jobs.Job) -> Iterator[None]:
        """Renew the lease from a thread of its own, so that slow work stays with its worker as long as that lives."""
        over = threading.Event()

        def renew() -> None:
            while not over.wait(jobs.HELD.total_seconds() / 4):
                try:
                    with self.database.transaction() as db:
                        jobs.keep(db, job, now=self.clock.now())
                except Exception:  # The store may be away for a moment; the lease outlives three missed renewals.
                    log.exception("the lease of job %s was not renewed", job.id)

        with self.database.transaction() as db:
            jobs.keep(db, job, now=self.clock.now())
        thread = threading.Thread(target=renew, name="entrepot-lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def _named(function: Callable[[Exchange], object], exchange: Exchange) -> Callable[[], object]:
    def tick() -> object:
        return function(exchange)

    tick.__name__ = function.__name__
    return tick
