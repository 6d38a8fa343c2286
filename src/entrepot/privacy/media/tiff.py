"""The directories of TIFF, which EXIF uses too (CIPA DC-008, TIFF 6.0): which personal fields are there and hold anything."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from entrepot.privacy.media.model import Field

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 129: 1}
_FOLDERS = {0x8769: "exif", 0x8825: "gps"}
_FIELDS: dict[str, dict[int, tuple[str, str]]] = {
    "image": {
        0x013B: ("Artist", "name"), 0x8298: ("Copyright", "name"), 0x013C: ("HostComputer", "device_id"), 0xC62F: ("CameraSerialNumber", "device_id"),
        0x9C9D: ("XPAuthor", "name"),
    },
    "exif": {
        0xA430: ("CameraOwnerName", "name"), 0xA431: ("BodySerialNumber", "device_id"), 0xA435: ("LensSerialNumber", "device_id"), 0xA437: ("Photographer", "name"),
        0xA438: ("ImageEditor", "name"),
    },
    "gps": {2: ("GPSLatitude", "taken_at"), 4: ("GPSLongitude", "taken_at"), 0x14: ("GPSDestLatitude", "taken_at"), 0x16: ("GPSDestLongitude", "taken_at")},
}  # fmt: skip
_BLOCKS = {0x02BC: "xmp", 0x83BB: "iptc"}
_MOST_FOLDERS = 16
_MOST_ENTRIES = 1_000


def personal_fields(data: bytes) -> Iterator[Field]:
    """The personal fields of a TIFF structure; one that is cut off or points nowhere gives what can be read of it."""
    for folder, tag, value in _entries(data):
        known = _FIELDS[folder].get(tag)
        if known and any(value.strip(b"\0 ")):
            yield Field(name=f"EXIF {known[0]}", category_id=known[1])


def blocks(data: bytes) -> Iterator[tuple[str, bytes]]:
    """What else a TIFF structure holds whole: ``xmp`` and ``iptc``."""
    for folder, tag, value in _entries(data):
        if folder == "image" and tag in _BLOCKS:
            yield _BLOCKS[tag], value


def _entries(data: bytes) -> Iterator[tuple[str, int, bytes]]:
    """Folder, tag and bytes of every entry; a folder is read once, so that circles end."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    if order is None or len(data) < 8:
        return
    waiting = [("image", struct.unpack_from(f"{order}I", data, 4)[0])]
    seen: set[int] = set()
    while waiting and len(seen) < _MOST_FOLDERS:
        folder, at = waiting.pop(0)
        if at in seen or not 8 <= at <= len(data) - 2:
            continue
        seen.add(at)
        count = min(struct.unpack_from(f"{order}H", data, at)[0], _MOST_ENTRIES, (len(data) - at - 2) // 12)
        for entry in range(count):
            tag, kind, values, offset = struct.unpack_from(f"{order}HHII", data, at + 2 + 12 * entry)
            if folder == "image" and tag in _FOLDERS:
                waiting.append((_FOLDERS[tag], offset))
            size = _SIZES.get(kind, 0) * values
            start = at + 2 + 12 * entry + 8 if size <= 4 else offset
            yield folder, tag, data[start : start + size] if start + size <= len(data) else b""
        after = at + 2 + 12 * count
        if folder == "image" and after + 4 <= len(data):
            waiting.append(("image", struct.unpack_from(f"{order}I", data, after)[0]))
