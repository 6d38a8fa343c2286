"""A seed that follows from what is attacked, so that nobody can draw until the result pleases."""

from __future__ import annotations

from hashlib import sha256

import numpy as np

from entrepot.privacy.attacks.frame import Encoded, Frame, Ints

_BITS = 48
"""Few enough for every reader of JSON."""


def content_seed(original: Frame, release: Frame) -> int:
    """The seed of a table and its release; the order of rows and columns and the form of the files change nothing."""
    said = sha256(f"{_content(original)}:{_content(release)}".encode()).digest()
    return int.from_bytes(said[: _BITS // 8], "big")


def _content(table: Frame) -> int:
    row = np.zeros(table.size, np.uint64)
    for name in sorted(table.columns):
        row += _hashed(name, table.columns[name])
    # Mixed once more (the finaliser of SplitMix64), since sums of sums would not tell which values stand in one row.
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        row = (row ^ (row >> np.uint64(shift))) * np.uint64(factor)
    row ^= row >> np.uint64(31)
    return int((row * table.weight.astype(np.uint64)).sum(dtype=np.uint64))


def _hashed(name: str, column: Encoded) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    codes: Ints = column.codes
    each = [int.from_bytes(sha256(f"{name}\x1f{label}".encode("utf-8", "surrogatepass")).digest()[:8], "big") for label in column.labels]
    found: np.ndarray[tuple[int], np.dtype[np.uint64]] = np.array(each, np.uint64)[codes]
    return found
