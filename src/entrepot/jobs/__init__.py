"""Work after the commit: outbox, leases, timers, backoff."""

from entrepot.jobs.model import HELD, Handler, Job, JobState, backoff, handler, resolve
from entrepot.jobs.repository import enqueue, finish, forget_done, give_up_killers, has_due, keep, lease_next, put_off, retry, stuck
from entrepot.jobs.worker import Worker

__all__ = [
    "HELD", "Handler", "Job", "JobState", "Worker", "backoff", "enqueue", "finish", "forget_done", "give_up_killers", "handler", "has_due",
    "keep", "lease_next", "put_off", "resolve", "retry", "stuck",
]  # fmt: skip
