"""Halves of surrogate pairs where characters should be: named by line, and replaced where the owner asks for it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from entrepot.kit import Invalid
from entrepot.kit.words import counted

MENDED = "wtf-8"
"""The encoding that the owner names to have halves replaced: UTF-8 that may hold them, alone or in pairs."""
_LINE = 16 * 1024**2
_BYTES = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
# What is escaped itself and what is a whole pair is passed over, so that only halves fill the group.
_ESCAPES = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})",
)


def in_text(path: Path, *, shown: Path, byte: int) -> Invalid | None:
    """What to say of a text that is UTF-8 but for halves of surrogate pairs; None of other texts.

    Args:
        shown: The file to name.
        byte: The first byte that is no UTF-8.
    """
    with path.open("rb") as file:
        file.seek(byte)
        if not _BYTES.fullmatch(file.read(3)):
            return None
    count, first = 0, 0
    try:
        for number, line in _lines(path):
            line.decode("utf-8", "surrogatepass")
            if _BYTES.search(line):
                count, first = count + 1, first or number
    except UnicodeDecodeError:
        return None
    return Invalid(
        f"{shown.name}, line {first:,}: half of a surrogate pair, which is no character; {counted(count, 'line', 'holds', 'hold')} one.",
        f"Write the characters of these lines again, or have � put for each half with --encoding {MENDED}.",
        line=first,
        count=count,
    )


def in_json(path: Path) -> Invalid | None:
    r"""What to say of JSON that writes half of a surrogate pair, such as ``\ud800`` alone; None of other JSON."""
    found = [(number, sum(match[1] is not None for match in _ESCAPES.finditer(line))) for number, line in _lines(path) if b"\\u" in line]
    odd = [(number, count) for number, count in found if count]
    if not odd:
        return None
    total = sum(count for _, count in odd)
    return Invalid(
        f"{path.name}, line {odd[0][0]:,}: half of a surrogate pair, such as \\ud800 alone, which is no character; the file holds {total:,}.",
        "Write both halves of each such character, or \\ufffd where it is lost.",
        line=odd[0][0],
        count=total,
    )


def mended(text: str) -> str:
    """A text with pairs joined and � for each half alone."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def decoder(encoding: str) -> codecs.IncrementalDecoder:
    """A decoder of an encoding, or of UTF-8 that lets halves of pairs pass."""
    if encoding == MENDED:
        return codecs.getincrementaldecoder("utf-8")("surrogatepass")
    return codecs.getincrementaldecoder(encoding)()


def ends_in_half(text: str) -> bool:
    """Whether the second half of the last pair may still come."""
    return "\ud800" <= text[-1:] <= "\udbff"


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as file:
        yield from enumerate(iter(lambda: file.readline(_LINE), b""), start=1)
