"""Tell pictures and recordings by their first bytes, and look at their metadata within bounds."""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

from entrepot.privacy.media import pictures, sound
from entrepot.privacy.media.model import Field, Media

_MOST_FIELDS = 200
_Reader = Callable[[bytes], Iterator[Field]]
_BRANDS = {
    b"heic": "heic",
    b"heix": "heic",
    b"heif": "heic",
    b"mif1": "heic",
    b"msf1": "heic",
    b"hevc": "heic",
    b"avif": "avif",
    b"avis": "avif",
}
_READERS: dict[str, tuple[str, _Reader]] = {
    "jpeg": ("picture", pictures.from_jpeg), "png": ("picture", pictures.from_png), "webp": ("picture", pictures.from_webp), "tiff": ("picture", pictures.from_tiff),
    "gif": ("picture", pictures.by_search), "heic": ("picture", pictures.by_search), "avif": ("picture", pictures.by_search), "wav": ("sound", sound.from_wav),
    "aiff": ("sound", sound.from_aiff), "mp3": ("sound", sound.from_mp3), "flac": ("sound", sound.from_flac), "ogg": ("sound", sound.from_ogg), "m4a": ("sound", sound.from_mp4),
    "mp4": ("video", sound.from_mp4),
}  # fmt: skip


def look_at_media(path: Path) -> Media | None:
    """What the metadata of a picture or a recording tells about persons; None for a file that is neither.

    Fields are named, never shown. A malformed file gives what could be read of it.
    """
    with path.open("rb") as file:
        head = file.read(64)
        name = _format(head)
        if not name:
            return None
        kind, read = _READERS[name]
        # Slices of a mapped file are bytes, and it knows ``find``: nothing else of bytes is asked of it.
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            fields, whole = _read(read, cast("bytes", data))
    notes = () if whole else (f"The metadata is malformed; {len(fields)} fields were read before that.",)
    return Media(kind=kind, format=name, bytes=path.stat().st_size, fields=fields, notes=notes)


def _read(read: _Reader, data: bytes) -> tuple[tuple[Field, ...], bool]:
    found: dict[Field, None] = {}
    try:
        for field in read(data):
            found[field] = None
            if len(found) >= _MOST_FIELDS:
                break
    except (IndexError, ValueError, OverflowError):
        # Lengths and offsets are whatever the file says.
        return tuple(found), False
    return tuple(found), True


def _format(head: bytes) -> str:
    if head.startswith(b"RIFF"):
        return {b"WEBP": "webp", b"WAVE": "wav"}.get(head[8:12], "")
    if head[:3] == b"\0\0\0" and head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "m4a" if head[8:11] in (b"M4A", b"M4B") else "mp4")
    if head.startswith(b"FORM") and head[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    for magic, name in (
        (b"\xff\xd8\xff", "jpeg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"II*\0", "tiff"), (b"MM\0*", "tiff"), (b"GIF87a", "gif"), (b"GIF89a", "gif"),
        (b"ID3\x02", "mp3"), (b"ID3\x03", "mp3"), (b"ID3\x04", "mp3"), (b"fLaC", "flac"), (b"OggS", "ogg"),
    ):  # fmt: skip
        if head.startswith(magic):
            return name
    return "mp3" if len(head) > 2 and head[0] == 0xFF and head[1] in (0xFB, 0xF3, 0xF2, 0xFA) else ""
