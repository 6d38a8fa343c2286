"""Asking witnesses to cosign the newest checkpoint (c2sp.org/tlog-witness), after it has been committed."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import sqlalchemy as sa

from entrepot import jobs
from entrepot.jobs.tables import jobs as queue
from entrepot.kit import Conflict, Invalid
from entrepot.proof import repository
from entrepot.proof.checkpoint import b64, parse_decimal
from entrepot.proof.model import SealedCheckpoint
from entrepot.proof.notes import Note, Signature, Verifier, parse_note, parse_signatures, verify_note
from entrepot.proof.policy import Policy, load_policy
from entrepot.proof.tree import TiledTree
from entrepot.runtime import SYSTEM, Exchange, Session, outgoing

log = logging.getLogger("entrepot.proof")
JOB = "proof.collect_cosignatures"
SIZE_TYPE = "text/x.tlog.size"
_ANSWER_LIMIT = 64 * 1024


@dataclass(frozen=True, slots=True)
class _Submission:
    checkpoint: SealedCheckpoint
    old: int
    proof: list[bytes]

    @property
    def body(self) -> bytes:
        lines = [f"old {self.old}", *map(b64, self.proof), "", self.checkpoint.note]
        return "\n".join(lines).encode()


def policy_of(session: Session) -> Policy | None:
    """The witness policy the settings name, None without one.

    Raises:
        Invalid: The file is missing or no policy.
    """
    return load_policy(session.settings.witnesses) if session.settings.witnesses else None


def usable_policy(session: Session) -> Policy | None:
    """The witness policy, or None where it is broken: sealing and proving go on without it, and the doctor names it."""
    try:
        return policy_of(session)
    except Invalid as error:
        log.error("the witness policy is ignored: %s", error.message)
        return None


def request_cosignatures(session: Session) -> None:
    """Queue one job per witness; a job that still waits will see the newest checkpoint, so it is not queued twice."""
    policy = usable_policy(session)
    if policy is None:
        return
    free = sa.or_(queue.c.leased_until.is_(None), queue.c.leased_until < session.now)
    waiting = sa.select(queue.c.arguments).where(queue.c.name == JOB, queue.c.state == jobs.JobState.QUEUED, free)
    queued = {arguments["url"] for arguments in session.db.scalars(waiting)}
    for url in dict.fromkeys(witness.url for witness in policy.witnesses if witness.url):
        if url not in queued:
            session.enqueue(JOB, url=url)


@jobs.handler(JOB, outbound=True)
def collect_cosignatures(exchange: Exchange, *, url: str) -> None:
    """Submit the newest checkpoint to the witness at an address and keep its cosignatures.

    Raises:
        Conflict: The witness refused, or knows another history of this log.
        Invalid: The witness answered something else than its cosignature.
    """
    with exchange.reading(SYSTEM) as session:
        policy = policy_of(session)
        verifiers = [witness.verifier for witness in policy.witnesses if witness.url == url] if policy else []
        newest = repository.newest_checkpoint(session.db)
        known = [repository.cosigned_size(session.db, verifier.name, verifier.key_id) for verifier in verifiers]
        if not verifiers or newest is None or newest.size == 0 or min(known) == newest.size:
            return
        submission = _submission(session, newest, old=max(known))
    answer = _send(exchange, url, submission)
    if answer.status == 409 and answer.content_type == SIZE_TYPE:
        # The witness has seen another size, for instance because our last visit broke off before its answer arrived.
        old = parse_decimal(answer.text.removesuffix("\n"), "tree size")
        with exchange.reading(SYSTEM) as session:
            submission = _submission(session, newest, old=_plausible(url, old, newest))
        answer = _send(exchange, url, submission)
    if answer.status != 200:
        raise Conflict(
            f"The witness at {url} answered {answer.status} to the checkpoint of {newest.size} entries: {answer.text[:200]}",
            "Ask the witness's operator whether it knows this log's keys.",
        )
    _keep(exchange, newest, _good_signatures(newest, answer.text, verifiers))


def cosigned_note(session: Session, checkpoint: SealedCheckpoint) -> str:
    """A checkpoint with the cosignatures that have come in."""
    return checkpoint.note + "".join(repository.cosignature_lines(session.db, checkpoint.size))


def _submission(session: Session, newest: SealedCheckpoint, *, old: int) -> _Submission:
    tree = TiledTree(newest.size, lambda level, number: repository.read_tile(session.db, level, number))
    return _Submission(newest, old, tree.consistency_proof(old))


def _send(exchange: Exchange, url: str, submission: _Submission) -> outgoing.Answer:
    return outgoing.post(
        exchange.settings,
        url.rstrip("/") + "/add-checkpoint",
        submission.body,
        content_type="text/plain; charset=utf-8",
        limit=_ANSWER_LIMIT,
    )


def _plausible(url: str, old: int, newest: SealedCheckpoint) -> int:
    if old > newest.size:
        raise Conflict(
            f"The witness at {url} has seen {old} entries of this log, which has {newest.size}.",
            "If a newer checkpoint exists it is asked again; otherwise these records are older than what was published.",
        )
    return old


def _good_signatures(newest: SealedCheckpoint, lines: str, verifiers: list[Verifier]) -> list[Signature]:
    if not lines.endswith("\n"):
        raise Invalid("The witness's answer is cut off.", "It is asked again.")
    signatures = parse_signatures(lines[:-1].split("\n"))
    note = Note(parse_note(newest.note).text, signatures)
    verified = {found.verifier for found in verify_note(note, verifiers) if found.timestamp}
    good: dict[tuple[str, bytes], Signature] = {}
    for signature in signatures:
        if any(verifier.matches(signature) for verifier in verified):
            good.setdefault((signature.name, signature.key_id), signature)
    return list(good.values())


def _keep(exchange: Exchange, newest: SealedCheckpoint, signatures: list[Signature]) -> None:
    with exchange.session(SYSTEM) as session:
        for signature in signatures:
            repository.add_cosignature(session.db, newest.size, signature, at=session.now)
