"""Downloads over HTTP: whole, in ranges, resumed, and stopped in the middle when the agreement stops."""

from __future__ import annotations

import hashlib
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot import delivery
from entrepot.catalogue import Version
from entrepot.delivery import links
from entrepot.kit import ManualClock
from entrepot.runtime import SYSTEM
from entrepot.sharing import stream
from entrepot.sharing.ranges import Unsatisfiable, parse_range
from entrepot.trades import Agreement, AgreementState
from support import goods
from support.goods import Shop


@pytest.fixture
def flights(shop: Shop, files: Path) -> Version:
    """A version of one original of 31 MB; it is never read as a table here, so its Parquet twin is the small one."""
    big = shop.exchange.blobs.add_file(goods.flights_csv(files))
    small = goods.take_in(shop.exchange, goods.workers_csv(files))
    table = replace(
        small, name="flights", original_name="flights.csv", original_key=big.key, original_sha256=big.sha256, original_bytes=big.size
    )
    return shop.publish(table, title="Flights")


def _agreed(shop: Shop, version: Version) -> tuple[Agreement, delivery.Parcel, str]:
    agreement = shop.agree(version)
    with shop.exchange.session(shop.buyer) as session:
        parcel = delivery.deliver(session, agreement, version)
        (url,) = delivery.download_links(session, parcel).values()
    return agreement, parcel, url


def _reads(shop: Shop, agreement: Agreement, enough: Callable[[list[delivery.Read]], bool]) -> list[delivery.Read]:
    """The readings, once the server has recorded what it sent."""
    for _ in range(400):
        with shop.exchange.reading(SYSTEM) as session:
            found = delivery.reads(session, agreement.id)
        if enough(found):
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def test_a_download_is_the_published_file_and_is_recorded(shop: Shop, server: str, flights: Version, files: Path) -> None:
    agreement, parcel, url = _agreed(shop, flights)
    answer = httpx.get(url)
    assert answer.status_code == 200
    assert hashlib.sha256(answer.content).hexdigest() == parcel.files[0].sha256
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''flights.csv"
    assert answer.headers["etag"] == f'"{parcel.files[0].sha256}"'
    (read,) = _reads(shop, agreement, lambda found: any(read.completed_at for read in found))
    assert (read.bytes, read.sent, read.rows) == (parcel.bytes, parcel.bytes, parcel.rows)


def test_head_tells_the_size_and_sends_and_counts_nothing(shop: Shop, server: str, flights: Version) -> None:
    agreement, parcel, url = _agreed(shop, flights)
    answer = httpx.head(url)
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) == parcel.bytes
    assert answer.headers["accept-ranges"] == "bytes"
    with shop.exchange.reading(shop.buyer) as session:
        assert delivery.reads(session, agreement.id) == []


@pytest.mark.parametrize(
    ("asked", "span"),
    [
        ("bytes=0-99", (0, 100)),
        ("bytes=5000000-5000000", (5_000_000, 5_000_001)),
        ("bytes=-7", (-7, None)),
        ("bytes=31000000-", (31_000_000, None)),
    ],
)
def test_a_range_is_served_as_asked(
    shop: Shop, server: str, flights: Version, files: Path, asked: str, span: tuple[int, int | None]
) -> None:
    _, parcel, url = _agreed(shop, flights)
    expected = goods.flights_csv(files).read_bytes()[span[0] : span[1]]
    answer = httpx.get(url, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, expected)
    assert answer.headers["content-range"].endswith(f"/{parcel.bytes}")


def test_what_cannot_be_served_as_a_range_is_answered_by_the_book(shop: Shop, server: str, flights: Version) -> None:
    _, parcel, url = _agreed(shop, flights)
    behind = httpx.get(url, headers={"Range": f"bytes={parcel.bytes}-"})
    assert (behind.status_code, behind.headers["content-range"]) == (416, f"bytes */{parcel.bytes}")
    etag = f'"{parcel.files[0].sha256}"'
    assert httpx.get(url, headers={"If-None-Match": etag}).status_code == 304
    assert httpx.head(url, headers={"Range": "bytes=0-9"}).headers["content-length"] == "10"
    assert httpx.get(url, headers={"Range": "bytes=0-9", "If-Range": etag}).status_code == 206
    for ignored in (
        {"Range": "bytes=0-9", "If-Range": '"other"'},
        {"Range": "bytes=0-1,5-6"},
        {"Range": "lines=1-2"},
        {"Range": "bytes=9-5"},
    ):
        with httpx.stream("GET", url, headers=ignored) as answer:
            assert (answer.status_code, int(answer.headers["content-length"])) == (200, parcel.bytes)


def test_a_download_that_breaks_off_resumes_and_counts_as_one_reading(shop: Shop, server: str, flights: Version, files: Path) -> None:
    agreement, parcel, url = _agreed(shop, flights)
    got = b""
    with httpx.stream("GET", url) as answer:
        for piece in answer.iter_raw():
            got += piece
            if len(got) > 10_000_000:
                break
    partly = _reads(shop, agreement, lambda found: len(found) == 1)
    assert partly[0].completed_at is None
    rest = httpx.get(url, headers={"Range": f"bytes={len(got)}-", "If-Range": answer.headers["etag"]})
    assert rest.status_code == 206
    assert got + rest.content == goods.flights_csv(files).read_bytes()
    (read,) = _reads(shop, agreement, lambda found: any(read.completed_at for read in found))
    assert (read.requests, read.bytes) == (2, parcel.bytes)


@pytest.mark.parametrize("end", [AgreementState.SUSPENDED, AgreementState.TERMINATED, "expiry", "revoked token"])
def test_the_bytes_stop_in_the_middle_when_the_agreement_stops(
    shop: Shop, server: str, flights: Version, clock: ManualClock, end: AgreementState | str
) -> None:
    agreement, parcel, url = _agreed(shop, flights)
    if end == "revoked token":
        url = _with_token(shop, parcel)
    got = 0
    with _slow(url) as wire:
        got += len(wire.recv(100_000))
        if end == "expiry":
            clock.advance(timedelta(days=30))
        elif isinstance(end, AgreementState):
            shop.move(agreement, end)
        else:
            with shop.exchange.session(shop.buyer) as session:
                delivery.revoke_token(session, delivery.list_tokens(session)[0].id)
        time.sleep(0.6)
        while piece := wire.recv(1_000_000):
            got += len(piece)
    assert 100_000 < got < parcel.bytes - 5_000_000
    (read,) = _reads(shop, agreement, lambda found: len(found) == 1 and found[0].requests == 1)
    assert read.completed_at is None
    refused = httpx.get(url)
    assert refused.status_code in (401, 403)
    assert refused.json()["message"]


def test_what_a_client_has_is_counted_while_it_leaves_the_rest_lying(
    shop: Shop, server: str, flights: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "STALLED_SECONDS", 0.1)
    agreement, parcel, url = _agreed(shop, flights)
    with _slow(url) as wire:
        got = len(wire.recv(100_000))
        (read,) = _reads(shop, agreement, lambda found: len(found) == 1)
        assert (read.requests, read.completed_at) == (1, None)
        assert got <= read.bytes < parcel.bytes


def _with_token(shop: Shop, parcel: delivery.Parcel) -> str:
    with shop.exchange.session(shop.buyer) as session:
        token, _ = delivery.create_token(session)
    exchange, file = shop.exchange, parcel.files[0]
    link = links.new_link(exchange.settings, parcel_id=parcel.id, file_id=file.id, now=exchange.clock.now(), token_id=token.id)
    return links.to_url(exchange.settings, exchange.master_key, link, file)


def _slow(url: str) -> socket.socket:
    """A connection that has asked for the file and takes its bytes only as the test reads them."""
    where = urlsplit(url)
    wire = socket.socket()
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    wire.connect((where.hostname, where.port))
    wire.sendall(f"GET {where.path}?{where.query} HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode())
    return wire


def test_an_address_expires_and_cannot_be_changed(shop: Shop, server: str, flights: Version, clock: ManualClock) -> None:
    _, parcel, url = _agreed(shop, flights)
    _, other, _ = _agreed(shop, flights)
    query = parse_qs(urlsplit(url).query, keep_blank_values=True)
    assert set(query) == {"read", "by", "expires", "X-Amz-Signature"}
    later = str(int(query["expires"][0]) + 3600)
    for forged in (
        url.replace(parcel.id, other.id), url.replace(query["expires"][0], later), url.replace(query["read"][0], "0" * 16),
        url[:-1] + ("0" if url[-1] != "0" else "1"), url.split("&X-Amz")[0], url.replace("expires=", "expires=x"),
    ):  # fmt: skip
        answer = httpx.get(forged)
        assert answer.status_code == 403
        assert answer.json()["errorCode"] == "PERMISSION_DENIED"
    assert httpx.head(url).status_code == 200
    clock.advance(timedelta(minutes=60))
    refused = httpx.get(url)
    assert (refused.status_code, refused.json()["error"]) == (403, "LinkInvalid")
    assert "expired" in refused.json()["message"]


@given(text=st.text(), size=st.integers(0, 50))
def test_any_text_is_a_range_or_none(text: str, size: int) -> None:
    try:
        found = parse_range(text, size)
    except Unsatisfiable:
        return
    assert found is None or 0 <= found[0] < found[1] <= size


@given(size=st.integers(1, 10_000), start=st.integers(0, 10_000), length=st.integers(1, 10_000))
def test_a_range_inside_the_file_is_that_range(size: int, start: int, length: int) -> None:
    if start < size:
        assert parse_range(f"bytes={start}-{start + length - 1}", size) == (start, min(size, start + length))
    else:
        with pytest.raises(Unsatisfiable):
            parse_range(f"bytes={start}-", size)
