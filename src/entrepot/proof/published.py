"""What the log publishes besides its checkpoint: hash tiles and bundles of entries."""

from __future__ import annotations

from entrepot.kit import NotFound
from entrepot.proof import repository
from entrepot.proof.tiles import HASH, TilePath, encode_bundle, width_at
from entrepot.runtime import Session


def read_tile(session: Session, path: TilePath) -> bytes:
    """The hashes of a tile, full or partial.

    Raises:
        NotFound: The log has not grown so far.
    """
    if path.level is None:
        return read_bundle(session, path)
    _require_grown(session, path, path.level)
    # A narrower tile is the beginning of the same tile grown wider, so one row serves all of them.
    return repository.read_tile(session.db, path.level, path.number)[: path.width * HASH]


def read_bundle(session: Session, path: TilePath) -> bytes:
    """The entries of a bundle, full or partial.

    Raises:
        NotFound: The log has not grown so far.
    """
    _require_grown(session, path, 0)
    return encode_bundle(repository.read_bundle(session.db, path.number, path.width))


def _require_grown(session: Session, path: TilePath, level: int) -> None:
    newest = repository.newest_checkpoint(session.db)
    if newest is None or width_at(level, path.number, newest.size) < path.width:
        raise NotFound(f"The log has no {path} yet.", "Read the checkpoint first; its size tells which tiles there are.")
