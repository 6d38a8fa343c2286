"""The laws of the log, for the doctor: what it shows the public follows from what was recorded."""

from __future__ import annotations

from collections.abc import Iterator

from entrepot.kit import EntrepotError
from entrepot.proof import cosigning, keys, repository
from entrepot.proof.checkpoint import Checkpoint
from entrepot.proof.model import Entry, SealedCheckpoint, commit, leaf_text
from entrepot.proof.notes import KeyKind, Verifier, parse_note, verify_note
from entrepot.proof.tiles import tiles_of
from entrepot.proof.tree import RightEdge, leaf_hash
from entrepot.runtime import Session


def check_log(session: Session) -> list[str]:
    """Rebuild the whole log from its entries and compare; each problem is a sentence, and none is good news."""
    newest = repository.newest_checkpoint(session.db)
    if newest is None:
        return []
    return [*_check_entries(session, newest), *_check_signatures(session, newest), *_check_policy(session)]


def _check_entries(session: Session, newest: SealedCheckpoint) -> Iterator[str]:
    edge, count = RightEdge(), 0
    checkpoints = repository.all_checkpoints(session.db)
    expected: SealedCheckpoint | None = next(checkpoints, None)
    for entry in repository.sealed_entries(session.db):
        while expected is not None and expected.size == count:
            yield from _check_root(edge, expected)
            expected = next(checkpoints, None)
        yield from _check_entry(entry, count)
        edge.extend([leaf_hash(entry.leaf.encode())])
        count += 1
        if count % 4096 == 0:
            yield from _check_tiles(session, edge.take_changed(), size=count, newest=newest)
    while expected is not None and expected.size == count:
        yield from _check_root(edge, expected)
        expected = next(checkpoints, None)
    yield from _check_tiles(session, edge.take_changed(), size=count, newest=newest)
    if expected is not None or count != newest.size:
        yield f"The log has {count} sealed entries, and its newest checkpoint speaks of {newest.size}; restore the records from a backup."


def _check_entry(entry: Entry, position: int) -> Iterator[str]:
    if entry.seq != position:
        yield f"The entry {entry.id} stands at position {entry.seq}, where {position} is next; an entry is missing or doubled."
    if entry.leaf != leaf_text(kind=entry.kind, commitment=entry.commitment, at=entry.at):
        yield f"The log line of the entry {entry.id} does not say what the entry says."
    if entry.salt is not None and entry.fact is not None and commit(entry.salt, entry.fact) != entry.commitment:
        yield f"The stored fact of the entry {entry.id} is not the one that was logged."


def _check_root(edge: RightEdge, checkpoint: SealedCheckpoint) -> Iterator[str]:
    if edge.root() != checkpoint.root:
        yield f"The entries do not hash to the checkpoint of {checkpoint.size} entries; the log's history has been changed."


def _check_tiles(session: Session, changed: dict[tuple[int, int], bytes], *, size: int, newest: SealedCheckpoint) -> Iterator[str]:
    for (level, number), hashes in sorted(changed.items()):
        stored = repository.read_tile(session.db, level, number)
        if stored[: len(hashes)] != hashes or (size == newest.size and stored != hashes):
            yield f"The tile {level}/{number} does not hold the hashes of the entries."
    if size == newest.size:
        missing = [
            tile for tile in tiles_of(size) if tile.level is not None and not repository.read_tile(session.db, tile.level, tile.number)
        ]
        yield from (f"The {tile} is missing." for tile in missing)


def _check_signatures(session: Session, newest: SealedCheckpoint) -> Iterator[str]:
    verifiers = keys.verifiers(session)
    ed25519 = [verifier for verifier in verifiers if verifier.kind is KeyKind.ED25519]
    for checkpoint in repository.all_checkpoints(session.db):
        # Every checkpoint is checked with the fast key, the newest with all of them.
        yield from _check_note(checkpoint, verifiers if checkpoint.size == newest.size else ed25519)


def _check_policy(session: Session) -> Iterator[str]:
    try:
        cosigning.policy_of(session)
    except EntrepotError as error:
        yield f"No witness is asked to cosign: {error.message}"


def _check_note(checkpoint: SealedCheckpoint, verifiers: list[Verifier] | tuple[Verifier, ...]) -> Iterator[str]:
    try:
        note = parse_note(checkpoint.note)
        signed = verify_note(note, verifiers)
    except EntrepotError as error:
        yield f"The checkpoint of {checkpoint.size} entries does not verify: {error.message}"
        return
    expected = Checkpoint(origin=verifiers[0].name, size=checkpoint.size, root=checkpoint.root).text
    if note.text != expected or len(signed) != len(verifiers):
        yield f"The signed text of the checkpoint of {checkpoint.size} entries is not its stored size and root, or lacks a signature."
