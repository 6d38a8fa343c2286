"""The Merkle tree of a log (RFC 6962 with SHA-256): append, prove from tiles, verify."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

from entrepot.kit import Conflict, Invalid
from entrepot.proof.tiles import WIDTH, split_hashes

EMPTY_ROOT = hashlib.sha256(b"").digest()
TileSource = Callable[[int, int], bytes]
"""Gives the hashes of a tile by level and number, at least as many as the tree in question has there."""


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 ‖ data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over subtrees of equal size, of which the last may be incomplete.

    Raises:
        Invalid: There is no subtree; an empty tree has ``EMPTY_ROOT``.
    """
    row = list(hashes)
    if not row:
        raise Invalid("An empty list of subtrees has no root.", "Use EMPTY_ROOT for a tree without leaves.")
    # Pairing neighbours row by row and passing an odd last one upwards gives RFC 6962's split at the largest power of two.
    while len(row) > 1:
        odd = row[-1:] if len(row) % 2 else []
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)] + odd
    return row[0]


class RightEdge:
    """The right edge of a growing tree: one open tile per level, which is all that appending needs.

    Args:
        size: Leaves in the tree so far.
        source: Where the open tiles are read.
    """

    def __init__(self, size: int = 0, source: TileSource | None = None) -> None:
        self.size = size
        self.changed: dict[tuple[int, int], bytes] = {}
        self._open: list[list[bytes]] = []
        self._grown: set[int] = set()
        for level in range((size.bit_length() + 7) // 8):
            width = (size >> (8 * level)) % WIDTH
            hashes = split_hashes(source(level, size >> (8 * level + 8)))[:width] if width and source else []
            if len(hashes) != width:
                raise Conflict(f"The log's tile {level}/{size >> (8 * level + 8)} is incomplete.", "Run `entrepot doctor` on this log.")
            self._open.append(hashes)

    def extend(self, hashes: Iterable[bytes]) -> None:
        """Append leaf hashes; tiles that fill up move their root one level up."""
        for value in hashes:
            self._push(0, value)
            self.size += 1

    def take_changed(self) -> dict[tuple[int, int], bytes]:
        """The tiles by level and number that filled up or grew since the last call, with all their hashes."""
        taken, self.changed = self.changed, {}
        grown, self._grown = self._grown, set()
        for level in sorted(grown):
            if hashes := self._open[level]:
                taken[level, self.size >> (8 * level + 8)] = b"".join(hashes)
        return taken

    def root(self) -> bytes:
        """The root of the tree as it stands."""
        ragged: list[bytes] = []
        for hashes in self._open:
            if hashes or ragged:
                ragged = [root_of([*hashes, *ragged])]
        return ragged[0] if ragged else EMPTY_ROOT

    def _push(self, level: int, value: bytes) -> None:
        if level == len(self._open):
            self._open.append([])
        tile = self._open[level]
        tile.append(value)
        self._grown.add(level)
        if len(tile) == WIDTH:
            # ``size`` still counts without the leaf being appended, so the tile that fills up is the one it names.
            self.changed[level, self.size >> (8 * level + 8)] = b"".join(tile)
            self._open[level] = []
            self._push(level + 1, root_of(tile))


class TiledTree:
    """A tree of a given size over stored tiles; reads and hashes each tile at most once, so several proofs cost little more than one."""

    def __init__(self, size: int, source: TileSource) -> None:
        self.size = size
        self._source = source
        self._tiles: dict[tuple[int, int], list[list[bytes]]] = {}

    def root(self) -> bytes:
        """The root of the tree."""
        return self._range(0, self.size) if self.size else EMPTY_ROOT

    def inclusion_proof(self, index: int) -> list[bytes]:
        """The hashes from the leaf's sibling up to the root's child (RFC 6962, section 2.1.1).

        Raises:
            Invalid: The tree has no such leaf.
        """
        if not 0 <= index < self.size:
            raise Invalid(f"A tree of {self.size} leaves has no leaf {index}.", "Use an index below the size of the checkpoint.")
        proof, low, high = [], 0, self.size
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                proof.append(self._range(middle, high))
                high = middle
            else:
                proof.append(self._range(low, middle))
                low = middle
        return proof[::-1]

    def consistency_proof(self, old: int) -> list[bytes]:
        """The hashes that show the first ``old`` leaves unchanged (RFC 6962, section 2.1.2); none are needed for 0 and for all.

        Raises:
            Invalid: The tree is smaller than ``old``.
        """
        if not 0 <= old <= self.size:
            raise Invalid(f"A tree of {self.size} leaves never had {old}.", "Use a size up to that of the checkpoint.")
        proof: list[bytes] = []
        low, high, whole = 0, self.size, True
        while 0 < old < high:
            middle = low + _split(high - low)
            if old <= middle:
                proof.append(self._range(middle, high))
                high = middle
            else:
                proof.append(self._range(low, middle))
                low, whole = middle, False
        if not whole:
            proof.append(self._range(low, high))
        return proof[::-1]

    def _range(self, low: int, high: int) -> bytes:
        count = high - low
        if count & (count - 1) == 0:
            return self._perfect(low, count)
        middle = low + _split(count)
        return node_hash(self._perfect(low, middle - low), self._range(middle, high))

    def _perfect(self, low: int, count: int) -> bytes:
        level, inside = divmod(count.bit_length() - 1, 8)
        number, offset = divmod(low >> (8 * level), WIDTH)
        row = self._tile(level, number)[inside]
        if offset >> inside >= len(row):
            raise Conflict(f"The log's tile {level}/{number} is incomplete.", "Run `entrepot doctor` on this log.")
        return row[offset >> inside]

    def _tile(self, level: int, number: int) -> list[list[bytes]]:
        """The complete subtrees within a tile by their height, from its hashes up to the root of a full tile."""
        if (level, number) not in self._tiles:
            rows = [split_hashes(self._source(level, number))]
            for _ in range(8):
                below = rows[-1]
                rows.append([node_hash(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)])
            self._tiles[level, number] = rows
        return self._tiles[level, number]


def verify_inclusion(leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether a leaf hash stands at ``index`` in the tree of that size and root (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, current = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node % 2 or node == last:
            current = node_hash(sibling, current)
            while not node % 2 and node:
                node, last = node >> 1, last >> 1
        else:
            current = node_hash(current, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and current == root


def verify_consistency(*, old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of ``size`` leaves begins with the tree of ``old_size`` (RFC 9162, section 2.1.4.2)."""
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT and (size > 0 or root == EMPTY_ROOT)
    if old_size == size:
        return not proof and old_root == root
    if not 0 < old_size < size or not proof:
        return False
    # An old tree that is a perfect subtree is its own first proof node.
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    node, last = old_size - 1, size - 1
    while node % 2:
        node, last = node >> 1, last >> 1
    old, new = path[0], path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node % 2 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not node % 2 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and old == old_root and new == root


def _split(count: int) -> int:
    """The largest power of two below ``count``."""
    return 1 << ((count - 1).bit_length() - 1)
