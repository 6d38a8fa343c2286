"""What the metadata of pictures and recordings tells is named and never shown; whatever a file holds, it does no harm."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.flows.media import check_media
from entrepot.kit import Decision, Invalid
from entrepot.privacy.media import Content, look_at_media

# Written by Pillow: a picture of 8 by 8 points with EXIF, and XMP where the format takes it.
CASES = Path(__file__).parent / "cases"
EXIF = {"EXIF Artist", "EXIF CameraOwnerName", "EXIF BodySerialNumber", "EXIF GPSLatitude", "EXIF GPSLongitude"}
XMP = {"XMP dc:creator", "XMP aux:SerialNumber"}


def fields(path: Path) -> set[str]:
    media = look_at_media(path)
    assert media is not None
    return {field.name for field in media.fields}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gps.jpg", EXIF | XMP), ("gps.webp", EXIF | XMP), ("gps.png", EXIF | XMP | {"PNG Author"}), ("gps.avif", EXIF), ("gps.tiff", {"EXIF Artist"}),
        ("plain.jpg", set()), ("plain.png", set()),
    ],
)  # fmt: skip
def test_places_cameras_and_names_are_found_in_pictures(name: str, expected: set[str]) -> None:
    assert fields(CASES / name) == expected


def chunk(name: bytes, body: bytes, order: str = "<") -> bytes:
    return name + struct.pack(f"{order}I", len(body)) + body + b"\0" * (len(body) % 2)


def riff(kind: bytes, *chunks: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 4 + sum(map(len, chunks))) + kind + b"".join(chunks)


def seven(number: int) -> bytes:
    return bytes((number >> shift) & 0x7F for shift in (21, 14, 7, 0))


def id3(version: int, *frames: tuple[bytes, bytes]) -> bytes:
    sized = {2: lambda n: n.to_bytes(3, "big"), 3: lambda n: n.to_bytes(4, "big") + b"\0\0", 4: lambda n: seven(n) + b"\0\0"}[version]
    body = b"".join(name + sized(len(value) + 1) + b"\3" + value for name, value in frames)
    return b"ID3" + bytes([version, 0, 0]) + seven(len(body)) + body


def comments(*texts: bytes) -> bytes:
    return struct.pack("<I", 4) + b"made" + struct.pack("<I", len(texts)) + b"".join(struct.pack("<I", len(t)) + t for t in texts)


def box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + name + body


def iptc(dataset: int, value: bytes) -> bytes:
    return b"\x1c\x02" + bytes([dataset]) + struct.pack(">H", len(value)) + value


VORBIS = comments(b"ARTIST=Jane Doe", b"title=Song", b"location=52.5;13.4", b"composer=")
MADE: dict[str, tuple[bytes, set[str]]] = {
    "wav": (riff(b"WAVE", chunk(b"fmt ", b"\0" * 16), chunk(b"LIST", b"INFO" + chunk(b"IART", b"Jane\0\0") + chunk(b"INAM", b"Song")), chunk(b"data", b"\1\2\3")), {"RIFF IART"}),
    "bwf": (riff(b"WAVE", chunk(b"bext", b"\0" * 256 + b"Jane Doe".ljust(32, b"\0") + b"\0" * 300)), {"BWF Originator"}),
    "id3 in wav": (riff(b"WAVE", chunk(b"id3 ", id3(4, (b"TPE1", b"Jane Doe")))), {"ID3 TPE1"}),
    "mp3 2": (id3(2, (b"TP1", b"Jane Doe"), (b"TT2", b"Song")) + b"\xff\xfb\x90\0", {"ID3 TP1"}),
    "mp3 3": (id3(3, (b"TIT2", b"Song"), (b"TCOM", b"Jane Doe"), (b"TPE2", b"")) + b"\xff\xfb\x90\0", {"ID3 TCOM"}),
    "mp3 4": (id3(4, (b"TOWN", b"Jane Doe")) + b"\xff\xfb\x90\0", {"ID3 TOWN"}),
    "mp3 1": (b"\xff\xfb\x90\0" * 9 + b"TAG" + b"Song".ljust(30, b"\0") + b"Jane".ljust(30, b"\0") + b"\0" * 65, {"ID3v1 artist"}),
    "flac": (b"fLaC" + b"\0\0\0\x22" + b"\0" * 34 + b"\x84" + len(VORBIS).to_bytes(3, "big") + VORBIS, {"Vorbis ARTIST", "Vorbis LOCATION"}),
    "ogg": (b"OggS" + b"\0" * 24 + b"\x03vorbis" + VORBIS, {"Vorbis ARTIST", "Vorbis LOCATION"}),
    "m4a": (box(b"ftyp", b"M4A \0\0\0\0") + box(b"moov", box(b"udta", box(b"meta", b"\0" * 4 + box(b"ilst", box(b"\xa9ART", box(b"data", b"\0\0\0\1\0\0\0\0Jane")))) + box(b"\xa9xyz", b"\0\x12\x15\xc7+52.5+013.4/"))), {"MP4 ©ART", "MP4 ©xyz"}),
    "aiff": (b"FORM\0\0\0\x20AIFF" + chunk(b"AUTH", b"Jane Doe", ">"), {"AIFF AUTH"}),
    "iptc": (b"\xff\xd8\xff\xed" + struct.pack(">H", 2 + len(iptc(80, b"Jane Doe") + iptc(118, b"jane@example.org"))) + iptc(80, b"Jane Doe") + iptc(118, b"jane@example.org") + b"\xff\xda\0\0", {"IPTC By-line", "IPTC Contact"}),
    "gif": (b"GIF89a" + b"\0" * 20 + b'<x:xmpmeta><rdf:RDF Iptc4xmpCore:CiEmailWork="jane@example.org"></rdf:RDF>', {"XMP Iptc4xmpCore:CiEmailWork"}),
}  # fmt: skip


@pytest.mark.parametrize("kind", MADE)
def test_names_and_places_are_found_in_recordings_and_elsewhere(kind: str, tmp_path: Path) -> None:
    content, expected = MADE[kind]
    (tmp_path / "file").write_bytes(content)
    assert fields(tmp_path / "file") == expected


def test_a_report_names_fields_and_the_remedy_and_shows_no_value() -> None:
    report = check_media(CASES / "gps.jpg", shows=[Content.FACE])
    assert report is not None
    assert report.decision is Decision.BLOCK
    said = json.dumps(report.to_dict())
    assert "Jane" not in said
    assert "SN-0042" not in said
    found = {field["name"]: field["term"] for field in report.to_dict()["media"]["fields"]}
    assert found["EXIF GPSLatitude"] == "pd:GPSCoordinate"
    assert found["face"] == "ent-cn:FaceImage"
    assert any("exiftool" in finding.hint for finding in report.findings)


@pytest.mark.parametrize(
    ("shows", "decision"),
    [((), Decision.NEEDS_INFO), ((Content.NOBODY,), Decision.ALLOW), ((Content.FACE,), Decision.REVIEW)],
)
def test_what_a_clean_picture_shows_is_asked_and_decides(shows: tuple[Content, ...], decision: Decision) -> None:
    report = check_media(CASES / "plain.jpg", shows=shows)
    assert report is not None
    assert report.decision is decision


def test_nobody_and_somebody_contradict_each_other() -> None:
    with pytest.raises(Invalid, match="nobody and somebody"):
        check_media(CASES / "plain.jpg", shows=[Content.NOBODY, Content.VOICE])


def test_a_table_is_no_picture(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    assert check_media(tmp_path / "t.csv") is None


WHOLE = [*(path.read_bytes() for path in sorted(CASES.iterdir())), *(content for content, _ in MADE.values())]


@settings(max_examples=400, deadline=None)
@given(
    whole=st.sampled_from(WHOLE),
    cut=st.integers(12, 1200),
    changes=st.lists(st.tuples(st.integers(8, 1199), st.integers(0, 255)), max_size=12),
)
def test_malformed_files_are_read_as_far_as_they_can_be(
    whole: bytes, cut: int, changes: list[tuple[int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = bytearray(whole[:cut])
    for at, value in changes:
        if at < len(data):
            data[at] = value
    path = tmp_path_factory.getbasetemp() / "malformed"
    path.write_bytes(data)
    media = look_at_media(path)
    assert media is None or len(media.fields) <= 200


def test_directories_in_a_circle_end(tmp_path: Path) -> None:
    circle = struct.pack("<4sIHHHIII", b"II*\0", 8, 1, 0x8769, 4, 1, 8, 8)
    (tmp_path / "circle.tif").write_bytes(circle)
    assert fields(tmp_path / "circle.tif") == set()


def test_the_command_says_what_a_picture_tells_and_how_to_strip_it() -> None:
    from typer.testing import CliRunner

    from entrepot.cli.main import app

    said = CliRunner().invoke(app, ["check", str(CASES / "gps.jpg"), "--shows", "nobody"])
    assert said.exit_code == 2
    assert "EXIF GPSLatitude holds the place where it was taken" in " ".join(said.output.split())
    assert "exiftool" in said.output
    assert "Jane" not in said.output
