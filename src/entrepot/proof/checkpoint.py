"""The tree head a log signs: origin, size and root (c2sp.org/tlog-checkpoint)."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from entrepot.kit import Invalid

MAX_SIZE = 2**63 - 1
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a log says of itself: so many leaves, hashing to this root."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The note text that is signed."""
        return "\n".join([self.origin, str(self.size), b64(self.root), *self.extensions]) + "\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a note text as a checkpoint; exactly one text stands for each checkpoint.

    Raises:
        Invalid: It is not the text of a checkpoint.
    """
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise Invalid("A checkpoint has an origin, a size and a root, each on a line of its own.", "Fetch the checkpoint again.")
    origin, size, root = lines[0], parse_decimal(lines[1], "tree size"), parse_hash(lines[2])
    return Checkpoint(origin=origin, size=size, root=root, extensions=tuple(lines[3:-1]))


def parse_decimal(text: str, what: str) -> int:
    """A decimal without sign or leading zeroes, up to 2^63 - 1.

    Raises:
        Invalid: It is written differently or too large.
    """
    if not _DECIMAL.fullmatch(text) or int(text) > MAX_SIZE:
        raise Invalid(f"{text[:40]!r} is not a {what}.", "Write it in decimal digits without leading zeroes.")
    return int(text)


def parse_hash(text: str) -> bytes:
    """A SHA-256 hash in base64.

    Raises:
        Invalid: It is not 32 bytes in base64.
    """
    value = unb64(text)
    if len(value) != 32:
        raise Invalid(f"A hash has 32 bytes, and this one has {len(value)}.", "Check that the text was copied whole.")
    return value


def b64(data: bytes) -> str:
    """Standard base64 with padding (RFC 4648, section 4)."""
    return base64.b64encode(data).decode("ascii")


def unb64(text: str) -> bytes:
    """Bytes of a base64 text; of the several spellings that decode alike only the canonical one is accepted.

    Raises:
        Invalid: The text is not canonical base64.
    """
    try:
        value = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        value = None
    if value is None or b64(value) != text:
        raise Invalid(f"{text[:20]!r} is not base64 text.", "Check that the value was copied whole.")
    return value
