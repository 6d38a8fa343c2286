"""Each tile has exactly one path, and bundles read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.kit import Invalid
from entrepot.proof.tiles import TilePath, decode_bundle, encode_bundle, encode_number, parse_path, width_at


@pytest.mark.parametrize(("number", "text"), [(0, "000"), (67, "067"), (999, "999"), (1000, "x001/000"), (1234067, "x001/x234/067")])
def test_a_number_is_written_in_groups_of_three_digits(number: int, text: str) -> None:
    assert encode_number(number) == text


@given(st.none() | st.integers(0, 63), st.integers(0, 2**55 - 1), st.integers(1, 256))
def test_a_path_reads_back(level: int | None, number: int, width: int) -> None:
    path = TilePath(level, number, width)
    assert parse_path(str(path)) == path


@pytest.mark.parametrize(
    "path",
    [
        "", "tile", "tile/", "tile/0", "tile/0/", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/00/000", "tile/64/000", "tile/-1/000",
        "tile/x/000", "tile/0/x000/000", "tile/0/001/000", "tile/0/x001", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01",
        "tile/0/000.p/", "tile/0/000.p", "tile/0/000/", "tile//000", "tile/0/000.p/1/", "tile/0/\u0660\u0660\u0660", "tile/entries/1",
        "tile/entries/000.p/999", "TILE/0/000", "0/000", "tile/0/000\n", "tile/0/000.p/1\n", "tile/0/x999/x999/x999/x999/x999/x999/999",
        "tile/0/../000", "tile/0/000.p/1.p/1",
    ],
)  # fmt: skip
def test_any_other_spelling_is_refused(path: str) -> None:
    with pytest.raises(Invalid):
        parse_path(path)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_reads_back(entries: list[bytes]) -> None:
    assert decode_bundle(encode_bundle(entries)) == entries


def test_a_bundle_is_length_prefixed_in_two_bytes() -> None:
    assert encode_bundle([b"ab", b""]) == b"\x00\x02ab\x00\x00"


def test_an_entry_too_long_for_its_prefix_is_refused() -> None:
    assert len(encode_bundle([b"x" * 65535])) == 65537
    with pytest.raises(Invalid, match="65536 bytes"):
        encode_bundle([b"x" * 65536])


@pytest.mark.parametrize("data", [b"\x00", b"\x00\x02a", b"\x00\x01a\x00"])
def test_a_bundle_cut_off_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid):
        decode_bundle(data)


def test_the_width_of_a_tile_follows_from_the_size() -> None:
    assert [width_at(0, 0, 255), width_at(0, 0, 256), width_at(0, 1, 256), width_at(1, 0, 256), width_at(1, 0, 70_000)] == [
        255,
        256,
        0,
        1,
        256,
    ]
