"""Find the metadata in WAV, AIFF, MP3, FLAC, Ogg and MP4 files."""

from __future__ import annotations

from collections.abc import Iterator

from entrepot.privacy.media.model import Field
from entrepot.privacy.media.packets import from_xmp, xmp_of
from entrepot.privacy.media.pictures import riff_chunks

_INFO = {b"IART": "name", b"IENG": "name", b"ITCH": "name", b"ICOP": "name", b"ICMS": "name", b"IWRI": "name", b"ISTR": "name"}
_FRAMES = {
    b"TPE1": "name", b"TPE2": "name", b"TPE3": "name", b"TPE4": "name", b"TCOM": "name", b"TEXT": "name", b"TOPE": "name", b"TOLY": "name", b"TOWN": "name", b"TENC": "name",
    b"TCOP": "name", b"OWNE": "name", b"TP1": "name", b"TP2": "name", b"TP3": "name", b"TP4": "name", b"TCM": "name", b"TXT": "name", b"TEN": "name",
}  # fmt: skip
_COMMENTS = {
    "artist": "name", "albumartist": "name", "performer": "name", "composer": "name", "author": "name", "conductor": "name", "lyricist": "name", "copyright": "name",
    "contact": "email", "encoded-by": "name", "encodedby": "name", "location": "taken_at", "geo_location": "taken_at",
}  # fmt: skip
_ATOMS = {b"\xa9ART": "name", b"aART": "name", b"\xa9wrt": "name", b"\xa9aut": "name", b"\xa9cpy": "name", b"cprt": "name", b"ownr": "name", b"apID": "account",
          b"\xa9xyz": "taken_at", b"loci": "taken_at"}  # fmt: skip
_FOLDERS = {b"moov": 0, b"udta": 0, b"ilst": 0, b"trak": 0, b"meta": 4}
_DEEPEST = 8
_MOST_COMMENTS = 10_000
_TAG = 128


def from_wav(data: bytes) -> Iterator[Field]:
    """The chunks ``LIST INFO``, ``bext`` (EBU Tech 3285), ``id3`` and XMP."""
    for kind, body in riff_chunks(data):
        if kind == b"LIST" and body.startswith(b"INFO"):
            for name, value in riff_chunks(b"\0" * 8 + body):
                if name in _INFO and value.strip(b"\0 "):
                    yield Field(name=f"RIFF {name.decode('ascii')}", category_id=_INFO[name])
        elif kind == b"bext" and body[256:288].strip(b"\0 "):
            yield Field(name="BWF Originator", category_id="name")
        elif kind.lower() == b"id3 ":
            yield from from_id3(body)
        elif kind == b"_PMX":
            yield from from_xmp(body)


def from_aiff(data: bytes) -> Iterator[Field]:
    """The chunks ``AUTH``, ``(c) `` and ``ID3``."""
    at = 12
    while at + 8 <= len(data):
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "big")
        body = data[at + 8 : at + 8 + size]
        if kind in (b"AUTH", b"(c) ") and body.strip(b"\0 "):
            yield Field(name=f"AIFF {kind.decode('ascii').strip()}", category_id="name")
        elif kind == b"ID3 ":
            yield from from_id3(body)
        at += 8 + size + size % 2


def from_mp3(data: bytes) -> Iterator[Field]:
    """ID3 version 2 at the beginning, version 1 in the last 128 bytes."""
    yield from from_id3(data)
    tag = data[-_TAG:]
    if tag.startswith(b"TAG") and tag[33:63].strip(b"\0 "):
        yield Field(name="ID3v1 artist", category_id="name")


def from_id3(data: bytes) -> Iterator[Field]:
    """Text frames of ID3 versions 2.2 to 2.4."""
    if data[:3] != b"ID3" or len(data) < 10:
        return
    version, end, at = data[3], min(len(data), 10 + _seven(data[6:10])), 10
    if data[5] & 0x40:
        at += _seven(data[10:14]) if version == 4 else 4 + int.from_bytes(data[10:14], "big")
    head, width = (6, 3) if version == 2 else (10, 4)
    while at + head <= end and data[at]:
        name, length = data[at : at + width], data[at + width : at + 2 * width]
        size = _seven(length) if version == 4 else int.from_bytes(length, "big")
        body = data[at + head : min(at + head + size, end)]
        # The first byte says how the text is written.
        if name in _FRAMES and body[1:].strip(b"\0 \xff\xfe"):
            yield Field(name=f"ID3 {name.decode('ascii')}", category_id=_FRAMES[name])
        at += head + size


def _seven(data: bytes) -> int:
    """A number written in the lower seven bits of each byte."""
    number = 0
    for byte in data:
        number = number << 7 | byte & 0x7F
    return number


def from_flac(data: bytes) -> Iterator[Field]:
    """The block of comments (RFC 9639)."""
    at, last = 4, False
    while not last and at + 4 <= len(data):
        last, kind, size = bool(data[at] & 0x80), data[at] & 0x7F, int.from_bytes(data[at + 1 : at + 4], "big")
        if kind == 4:
            yield from from_comments(data[at + 4 : at + 4 + size])
        at += 4 + size


def from_ogg(data: bytes) -> Iterator[Field]:
    """The header of comments of Vorbis and Opus, as far as its first page holds it."""
    for mark in (b"\x03vorbis", b"OpusTags"):
        at = data.find(mark, 0, 2**20)
        if at >= 0:
            yield from from_comments(data[at + len(mark) : at + len(mark) + 2**20])


def from_comments(data: bytes) -> Iterator[Field]:
    """Vorbis comments: a vendor, a count, and texts of the form ``NAME=value``."""
    at = 8 + int.from_bytes(data[:4], "little")
    for _ in range(min(int.from_bytes(data[at - 4 : at], "little"), _MOST_COMMENTS)):
        size = int.from_bytes(data[at : at + 4], "little")
        name, _, value = data[at + 4 : at + 4 + size].partition(b"=")
        known = _COMMENTS.get(name.decode("ascii", "replace").lower())
        if known and value.strip():
            yield Field(name=f"Vorbis {name.decode('ascii').upper()}", category_id=known)
        at += 4 + size
        if at >= len(data):
            return


def from_mp4(data: bytes) -> Iterator[Field]:
    """The boxes of ``moov/udta`` and ``ilst`` (ISO 14496-12), and XMP."""
    yield from _boxes(data, 0, len(data), 0)
    yield from from_xmp(xmp_of(data))


def _boxes(data: bytes, at: int, end: int, depth: int) -> Iterator[Field]:
    while at + 8 <= end and depth <= _DEEPEST:
        size, kind, head = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        size = end - at if size == 0 else size
        if size < head:
            return
        if kind in _FOLDERS:
            yield from _boxes(data, at + head + _FOLDERS[kind], min(at + size, end), depth + 1)
        elif kind in _ATOMS and data[at + head : at + min(size, 2**20)].strip(b"\0 "):
            yield Field(name=f"MP4 {kind.decode('latin-1')}", category_id=_ATOMS[kind])
        at += size
