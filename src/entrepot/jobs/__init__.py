"""Work after the commit: outbox, leases, timers, backoff."""

from entrepot.jobs.model import Handler, Job, JobState, backoff, handler, resolve
from entrepot.jobs.repository import enqueue, finish, forget_done, give_up_killers, has_due, lease_next, put_off, retry, stuck
from entrepot.jobs.worker import Worker

__all__ = [
    "Handler", "Job", "JobState", "Worker", "backoff", "enqueue", "finish", "forget_done", "give_up_killers", "handler", "has_due",
    "lease_next", "put_off", "resolve", "retry", "stuck",
]  # fmt: skip
