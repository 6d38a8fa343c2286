"""Find the metadata in JPEG, PNG, WebP, TIFF, GIF, HEIC and AVIF files."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from entrepot.privacy.media.model import Field
from entrepot.privacy.media.packets import from_iptc, from_xmp, xmp_of
from entrepot.privacy.media.tiff import blocks, personal_fields

Bytes = bytes
_MOST = 2**20
_TEXTS = {b"author": "name", b"artist": "name", b"copyright": "name", b"creator": "name", b"source": "device_id"}
_MOST_PACKETS = 8


def from_jpeg(data: Bytes) -> Iterator[Field]:
    """Application segments before the picture's own data: EXIF, XMP, Photoshop's resources."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, size = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xDA or size < 2:
            return
        body = data[at + 4 : at + 2 + size]
        if marker == 0xE1 and body.startswith(b"Exif\0"):
            yield from from_tiff(body[6:])
        elif marker == 0xE1:
            yield from from_xmp(xmp_of(body))
        elif marker == 0xED:
            yield from from_iptc(body)
        at += 2 + size


def from_tiff(data: Bytes) -> Iterator[Field]:
    """A TIFF file, or the EXIF of another format."""
    yield from personal_fields(data)
    for name, block in blocks(data):
        yield from from_xmp(block) if name == "xmp" else from_iptc(block)


def from_png(data: Bytes) -> Iterator[Field]:
    """The chunks ``eXIf``, ``tEXt``, ``zTXt`` and ``iTXt``."""
    at = 8
    while at + 12 <= len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + min(size, 16 * _MOST)]
        if kind == b"eXIf":
            yield from from_tiff(body)
        elif kind in (b"tEXt", b"zTXt", b"iTXt"):
            yield from _from_text(kind, body)
        at += 12 + size


def _from_text(kind: bytes, body: bytes) -> Iterator[Field]:
    keyword, _, rest = body.partition(b"\0")
    if kind == b"iTXt":
        packed, rest = rest[:1] == b"\1", rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    else:
        packed, rest = kind == b"zTXt", rest[1:] if kind == b"zTXt" else rest
    text = _unpacked(rest) if packed else rest
    known = _TEXTS.get(keyword.lower())
    if known and text.strip():
        yield Field(name=f"PNG {keyword.decode('latin-1')}", category_id=known)
    if keyword == b"XML:com.adobe.xmp":
        yield from from_xmp(text)


def _unpacked(data: bytes) -> bytes:
    """At most a megabyte of it, however much it would unpack to."""
    try:
        return zlib.decompressobj().decompress(data, _MOST)
    except zlib.error:
        return b""


def from_webp(data: Bytes) -> Iterator[Field]:
    """The chunks ``EXIF`` and ``XMP`` of a RIFF file."""
    for kind, body in riff_chunks(data):
        if kind == b"EXIF":
            yield from from_tiff(body.removeprefix(b"Exif\0\0"))
        elif kind == b"XMP ":
            yield from from_xmp(body)


def riff_chunks(data: Bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and body of each chunk of a RIFF file; bodies of more than 16 MiB are cut."""
    at = 12
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], data[at + 8 : at + 8 + min(size, 16 * _MOST)]
        at += 8 + size + size % 2


def by_search(data: Bytes) -> Iterator[Field]:
    """EXIF and XMP wherever they stand, for formats whose boxes may put them anywhere: HEIC, AVIF, GIF."""
    at = -1
    for _ in range(_MOST_PACKETS):
        at = data.find(b"Exif\0\0", at + 1)
        if at < 0:
            break
        yield from from_tiff(data[at + 6 : at + 6 + _MOST])
    yield from from_xmp(xmp_of(data))
