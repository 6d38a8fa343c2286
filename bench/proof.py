"""How fast the log is: appends to the bare tree, proofs and their verification, and recording and sealing on each store.

Run it alone with ``python bench/proof.py [entries]``; it makes its records in a temporary folder and, where PostgreSQL is
installed, a server of its own with fsync on.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from entrepot import proof
from entrepot.config import Settings
from entrepot.proof.tree import RightEdge, TiledTree, leaf_hash, verify_inclusion
from entrepot.runtime import SYSTEM, Exchange, load_master_key
from entrepot.store import migrate
from support import postgres

PROOFS = 1_000
GROUP = 100


def run(entries: int = 20_000, *, tree_entries: int = 200_000) -> dict[str, float]:
    """The figures by name: rates per second, times in microseconds.

    Args:
        entries: Facts recorded and sealed on each store, a hundred in each transaction.
        tree_entries: Leaves appended to the bare tree.
    """
    figures = tree_figures(tree_entries)
    with tempfile.TemporaryDirectory(prefix="entrepot-bench-") as folder:
        figures |= store_figures(Path(folder), "", "sqlite", entries)
        if postgres.find_binaries() is not None:
            with postgres.server(durable=True) as url:
                figures |= store_figures(Path(folder) / "pg", url, "postgresql", entries)
    return figures


def tree_figures(entries: int) -> dict[str, float]:
    """Appending to the tree, proving from tiles and verifying, in memory."""
    edge, figures = RightEdge(), {}
    lines = [b'{"at":"2026-11-20T09:00:00.000000Z","commitment":"%064x","kind":"agreement.signed"}' % i for i in range(entries)]
    with _clock(figures, "tree_appends_per_second", entries):
        edge.extend(map(leaf_hash, lines))
        tiles, root = edge.take_changed(), edge.root()
    indexes = range(0, entries, max(1, entries // PROOFS))
    proofs = {}
    with _clock(figures, "first_inclusion_proof_microseconds", len(indexes), per_item=True):
        for index in indexes:
            proofs[index] = TiledTree(entries, lambda level, number: tiles[level, number]).inclusion_proof(index)
    shared = TiledTree(entries, lambda level, number: tiles[level, number])
    shared.inclusion_proof(0)
    near = range(min(entries, 256))
    with _clock(figures, "next_inclusion_proof_microseconds", len(near), per_item=True):
        for index in near:
            shared.inclusion_proof(index)
    hashes = {index: leaf_hash(lines[index]) for index in indexes}
    with _clock(figures, "inclusion_verification_microseconds", len(indexes), per_item=True):
        good = [verify_inclusion(hashes[i], index=i, size=entries, proof=proofs[i], root=root) for i in indexes]
    assert all(good)
    return figures


def store_figures(folder: Path, url: str, store: str, entries: int) -> dict[str, float]:
    """Recording, sealing and issuing receipts on one store."""
    settings, figures = Settings(data_dir=str(folder / "data"), database_url=url, workers=0), {}
    load_master_key(settings, create=True)
    with Exchange(settings) as exchange:
        migrate.upgrade(exchange.database)
        began = time.perf_counter()
        with _clock(figures, f"{store}_records_per_second", entries):
            for first in range(0, entries, GROUP):
                with exchange.session(SYSTEM) as session:
                    for i in range(first, min(first + GROUP, entries)):
                        proof.record(session, "agreement.signed", {"i": i}, subject_id="agr_1")
        with _clock(figures, f"{store}_sealed_per_second", entries):
            assert proof.seal(exchange) == entries
        figures[f"{store}_recorded_and_sealed_per_second"] = entries / (time.perf_counter() - began)
        with exchange.reading(SYSTEM) as session:
            ids = [entry.id for entry in proof.history(session, "agr_1")[:: max(1, entries // PROOFS)]]
            with _clock(figures, f"{store}_receipt_microseconds", len(ids), per_item=True):
                for entry_id in ids:
                    proof.prove(session, entry_id)
            with _clock(figures, f"{store}_checked_per_second", entries):
                assert proof.check_log(session) == []
    return figures


@contextmanager
def _clock(figures: dict[str, float], name: str, count: int, *, per_item: bool = False) -> Iterator[None]:
    began = time.perf_counter()
    yield
    took = time.perf_counter() - began
    figures[name] = took / count * 1e6 if per_item else count / took


if __name__ == "__main__":
    found = run(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
    print(json.dumps({name: round(value, 1) for name, value in found.items()}, indent=2))
