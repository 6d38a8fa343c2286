"""The sealer: gives recorded facts their place in the tree and signs the new checkpoint."""

from __future__ import annotations

from entrepot.kit import Conflict
from entrepot.proof import cosigning, keys, repository
from entrepot.proof.checkpoint import Checkpoint
from entrepot.proof.model import SealedCheckpoint
from entrepot.proof.notes import sign_note
from entrepot.proof.tree import RightEdge, leaf_hash
from entrepot.runtime import SYSTEM, Exchange, Session, ticker

BATCH = 4096


@ticker(lambda settings: settings.seal_seconds)
def seal(exchange: Exchange) -> int:
    """Seal what has been recorded since the last time, in batches; how many entries that were."""
    total = 0
    while _has_work(exchange):
        with exchange.session(SYSTEM) as session:
            count = seal_batch(session, limit=BATCH)
        total += count
        if count < BATCH:
            break
    return total


def seal_batch(session: Session, *, limit: int) -> int:
    """Give up to ``limit`` waiting entries their positions and sign the tree that holds them, in this transaction.

    Positions are given here alone, so that a slow transaction cannot slip into a sealed tree. One sealer works at a time; while
    another does, 0 is returned.

    Raises:
        Conflict: The stored tiles do not belong to the newest checkpoint.
    """
    if not repository.try_lock(session.db):
        return 0
    keys.create_log(session)
    newest = repository.newest_checkpoint(session.db)
    assert newest is not None
    leaves = repository.assign_positions(session.db, first=newest.size, limit=limit)
    if leaves:
        _grow(session, newest, leaves)
        cosigning.request_cosignatures(session)
    return len(leaves)


def _grow(session: Session, newest: SealedCheckpoint, leaves: list[str]) -> None:
    edge = RightEdge(newest.size, lambda level, number: repository.read_tile(session.db, level, number))
    if edge.root() != newest.root:
        raise Conflict(
            f"The log's tiles do not hash to its newest checkpoint of {newest.size} entries.",
            "Stop sealing and run `entrepot doctor`; restore the records from a backup.",
        )
    edge.extend(leaf_hash(leaf.encode()) for leaf in leaves)
    repository.write_tiles(session.db, edge.take_changed())
    signers = keys.signers(session)
    text = Checkpoint(origin=signers[0].name, size=edge.size, root=edge.root()).text
    # A clock that was set back must not make the new tree look older than the one before.
    at = max(session.now, newest.at)
    note = sign_note(text, signers, at=at)
    repository.add_checkpoint(session.db, SealedCheckpoint(size=edge.size, root=edge.root(), note=note, at=at))


def _has_work(exchange: Exchange) -> bool:
    with exchange.reading(SYSTEM) as session:
        return repository.has_unsealed(session.db)
