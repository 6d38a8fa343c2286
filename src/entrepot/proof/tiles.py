"""Paths and bytes of a tiled log: hash tiles and entry bundles (c2sp.org/tlog-tiles)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from entrepot.kit import Invalid

WIDTH = 256
HASH = 32
MAX_ENTRY = 2**16 - 1
MAX_LEVEL = 63
_LEVEL = re.compile(r"0|[1-9][0-9]?")
_NUMBER = re.compile(r"(?:x[0-9]{3}/)*[0-9]{3}")
_PARTIAL = re.compile(r"[1-9][0-9]{0,2}")


@dataclass(frozen=True, slots=True)
class TilePath:
    """Which tile: ``level`` None stands for a bundle of entries; ``width`` 256 is a full one."""

    level: int | None
    number: int
    width: int = WIDTH

    def __str__(self) -> str:
        level = "entries" if self.level is None else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{encode_number(self.number)}{partial}"

    @property
    def is_full(self) -> bool:
        """Whether it holds 256 hashes or entries and so never changes name."""
        return self.width == WIDTH


def encode_number(number: int) -> str:
    """``1234067`` as ``x001/x234/067``."""
    digits = str(number)
    digits = digits.rjust(-(-len(digits) // 3) * 3, "0")
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    return "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])


def parse_path(path: str) -> TilePath:
    """Read ``tile/<level or entries>/<number>[.p/<width>]``; each tile has exactly one path.

    Raises:
        Invalid: It names no tile.
    """
    head, _, rest = path.removeprefix("tile/").partition("/")
    number, dot, width = rest.partition(".p/")
    known = path.startswith("tile/") and (head == "entries" or (_LEVEL.fullmatch(head) and int(head) <= MAX_LEVEL))
    if not known or not _NUMBER.fullmatch(number) or (dot and not (_PARTIAL.fullmatch(width) and int(width) < WIDTH)):
        raise _no_path(path)
    value = int(number.replace("/", "").replace("x", ""))
    if encode_number(value) != number or value >= 2**55:
        raise _no_path(path)
    return TilePath(None if head == "entries" else int(head), value, int(width) if dot else WIDTH)


def width_at(level: int, number: int, size: int) -> int:
    """How many hashes a tile holds in a tree of ``size`` leaves; 0 when it is not there yet."""
    return max(0, min(WIDTH, (size >> (8 * level)) - number * WIDTH))


def tiles_of(size: int) -> list[TilePath]:
    """Every tile of a tree, full and partial, from the leaves up."""
    found = []
    for level in range(8):
        hashes = size >> (8 * level)
        found += [TilePath(level, number) for number in range(hashes // WIDTH)]
        if hashes % WIDTH:
            found.append(TilePath(level, hashes // WIDTH, hashes % WIDTH))
    return found


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """Entries one after the other, each behind its length in two bytes.

    Raises:
        Invalid: An entry is longer than 65,535 bytes.
    """
    parts = []
    for entry in entries:
        if len(entry) > MAX_ENTRY:
            raise Invalid(f"A log entry has {len(entry)} bytes; it may have {MAX_ENTRY}.", "Commit to a digest of the large part instead.")
        parts += [len(entry).to_bytes(2, "big"), entry]
    return b"".join(parts)


def decode_bundle(data: bytes) -> list[bytes]:
    """The entries of a bundle.

    Raises:
        Invalid: The bundle is cut off.
    """
    entries, at = [], 0
    while at < len(data):
        start, end = at + 2, at + 2 + int.from_bytes(data[at : at + 2], "big")
        if end > len(data) or start > len(data):
            raise Invalid("The bundle of entries is cut off.", "Fetch it again from the log.")
        entries.append(data[start:end])
        at = end
    return entries


def split_hashes(data: bytes) -> list[bytes]:
    """The hashes of a tile."""
    return [data[i : i + HASH] for i in range(0, len(data), HASH)]


def _no_path(path: str) -> Invalid:
    return Invalid(f"{path[:80]!r} names no tile.", "Use tile/<level>/<number> with the number in groups of three digits, as in x001/234.")
