"""Metadata that pictures of many formats carry alike: XMP (ISO 16684-1) and IPTC-IIM 4.2."""

from __future__ import annotations

import re
from collections.abc import Iterator

from entrepot.privacy.media.model import Field

_XMP: dict[bytes, str] = {
    b"exif:GPSLatitude": "taken_at", b"exif:GPSLongitude": "taken_at", b"dc:creator": "name", b"dc:rights": "name", b"xmpRights:Owner": "name", b"aux:OwnerName": "name",
    b"aux:SerialNumber": "device_id", b"aux:LensSerialNumber": "device_id", b"exifEX:CameraOwnerName": "name", b"exifEX:BodySerialNumber": "device_id",
    b"exifEX:LensSerialNumber": "device_id", b"Iptc4xmpExt:PersonInImage": "name", b"Iptc4xmpExt:PersonInImageWDetails": "name", b"Iptc4xmpCore:CiEmailWork": "email",
    b"Iptc4xmpCore:CiTelWork": "phone", b"Iptc4xmpCore:CiAdrExtadr": "address", b"photoshop:Credit": "name", b"photoshop:CaptionWriter": "name", b"mwg-rs:Name": "name",
    b"MPReg:PersonDisplayName": "name", b"MPReg:PersonEmailDigest": "email", b"plus:ModelReleaseID": "person_number", b"Iptc4xmpExt:LocationCreated": "taken_at",
}  # fmt: skip
_IPTC = {
    80: ("By-line", "name"),
    110: ("Credit", "name"),
    116: ("CopyrightNotice", "name"),
    118: ("Contact", "name"),
    122: ("Writer-Editor", "name"),
}
_APPLICATION = 2
_MOST = 2**20
_FARTHEST = 64 * 2**20
_XMP_START = (b"<x:xmpmeta", b"<x:xapmeta", b"<rdf:RDF")


def from_xmp(data: bytes) -> Iterator[Field]:
    """Personal properties that hold something; looked for as text, because a parser of XML can be made to run out of memory."""
    # Written in UTF-16, every other byte is empty.
    text = data[:_MOST].replace(b"\0", b"")
    for name, category in _XMP.items():
        attribute = re.search(re.escape(name) + rb"\s*=\s*[\"'][^\"'\s]", text)
        element = re.search(re.escape(name) + rb"(\s[^<>]{0,500})?>(\s|<[^<>]{0,500}>){0,50}[^<\s]", text)
        if attribute or (element and _is_inside(text, name, element.end())):
            yield Field(name=f"XMP {name.decode()}", category_id=category)


def _is_inside(text: bytes, name: bytes, at: int) -> bool:
    """Whether the element is still open where text was found, so that what follows an empty one does not count."""
    closing = text.find(b"</" + name + b">", text.find(name))
    return closing == -1 or at <= closing


def xmp_of(data: bytes, at: int = 0) -> bytes:
    """The first XMP packet in some bytes, looked for in 64 MiB of them; empty where there is none."""
    starts = [found for mark in _XMP_START if (found := data.find(mark, at, at + _FARTHEST)) >= 0]
    if not starts:
        return b""
    end = data.find(b"</rdf:RDF>", min(starts), min(starts) + _MOST)
    return data[min(starts) : end if end >= 0 else min(starts) + _MOST]


def from_iptc(data: bytes) -> Iterator[Field]:
    """Personal datasets of the application record; what comes before the first marker, as in Photoshop's resources, is skipped."""
    at = data.find(b"\x1c\x02")
    while at >= 0 and at + 5 <= len(data) and data[at] == 0x1C:
        record, dataset, size = data[at + 1], data[at + 2], int.from_bytes(data[at + 3 : at + 5], "big")
        if size >= 0x8000:
            return
        value = data[at + 5 : at + 5 + size]
        if record == _APPLICATION and dataset in _IPTC and value.strip(b"\0 "):
            yield Field(name=f"IPTC {_IPTC[dataset][0]}", category_id=_IPTC[dataset][1])
        at += 5 + size
