"""The public log over HTTP: formats, types and caching as c2sp.org/tlog-tiles asks for them."""

from __future__ import annotations

import gzip

import pytest
from fastapi import FastAPI

from entrepot import proof
from entrepot.api.errors import add_handlers
from entrepot.api.log import router
from entrepot.proof.checkpoint import parse_checkpoint
from entrepot.proof.notes import parse_note, parse_vkey, verify_note
from entrepot.proof.tiles import decode_bundle
from entrepot.proof.tree import TiledTree, leaf_hash
from entrepot.runtime import SYSTEM, Exchange
from support.door import Door

SIZE = 300
NO_TILES = {
    "another spelling": [
        "0/0", "00/000", "64/000", "-1/000", "0/000.p/0", "0/000.p/256", "0/000.p/007", "0/x000/000", "entries/000/", "a/000", "",
        "0/000%0A", "0/000.p/1%0A", "0/%D9%A0%D9%A0%D9%A0", "0/x999/x999/x999/x999/x999/x999/999", "0/..%2F000", "9999999999999999999999/000",
    ],
    "not grown so far": [
        "0/001", "0/001.p/45", "0/002.p/1", "1/000", "1/000.p/2", "2/000.p/1", "entries/001", "entries/002.p/1", "0/x001/000", "63/000",
    ],
}  # fmt: skip


@pytest.fixture
def client(exchange: Exchange) -> Door:
    app = FastAPI()
    app.state.exchange = exchange
    app.include_router(router)
    add_handlers(app)
    return Door(app, headers={"accept-encoding": "identity"})


@pytest.fixture
def filled(exchange: Exchange, client: Door) -> Door:
    with exchange.session(SYSTEM) as session:
        for i in range(SIZE):
            proof.record(session, "agreement.signed", {"i": i}, subject_id="agr_1")
    proof.seal(exchange)
    return client


def test_before_there_is_a_log_nothing_is_found(client: Door) -> None:
    for path in ("/log/checkpoint", "/log/tile/0/000", "/log/tile/entries/000.p/1"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert answer.json()["error"] == "NotFound"


def test_an_empty_log_has_a_signed_checkpoint_and_no_tiles(exchange: Exchange, client: Door) -> None:
    with exchange.session(SYSTEM) as session:
        vkeys = proof.create_log(session)
    note = parse_note(client.get("/log/checkpoint").content)
    assert len(verify_note(note, [parse_vkey(vkey) for vkey in vkeys])) == 2
    assert parse_checkpoint(note.text).size == 0
    assert client.get("/log/tile/0/000.p/1").status_code == 404


def test_the_checkpoint_is_text_that_is_not_cached(filled: Door) -> None:
    answer = filled.get("/log/checkpoint")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert parse_checkpoint(parse_note(answer.content).text).size == SIZE


def test_tiles_and_bundles_rebuild_the_root(filled: Door) -> None:
    root = parse_checkpoint(parse_note(filled.get("/log/checkpoint").content).text).root
    paths = {(0, 0): "0/000", (0, 1): "0/001.p/44", (1, 0): "1/000.p/1"}
    tiles = {key: filled.get(f"/log/tile/{path}").content for key, path in paths.items()}
    assert TiledTree(SIZE, lambda level, number: tiles[level, number]).root() == root
    entries = [entry for path in ("000", "001.p/44") for entry in decode_bundle(filled.get(f"/log/tile/entries/{path}").content)]
    assert b"".join(map(leaf_hash, entries)) == tiles[0, 0] + tiles[0, 1]


def test_a_full_tile_is_cached_for_ever_and_a_narrow_one_for_a_day(filled: Door) -> None:
    full, narrow = filled.get("/log/tile/0/000"), filled.get("/log/tile/0/000.p/7")
    assert full.headers["content-type"] == narrow.headers["content-type"] == "application/octet-stream"
    assert full.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert narrow.headers["cache-control"] == "public, max-age=86400"
    assert narrow.content == full.content[: 7 * 32]


def test_bundles_are_compressed_for_those_who_ask(filled: Door) -> None:
    plain = filled.get("/log/tile/entries/000")
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == "accept-encoding"
    with filled.stream("GET", "/log/tile/entries/000", headers={"accept-encoding": "gzip, br"}) as packed:
        raw = b"".join(packed.iter_raw())
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == plain.content
    assert "content-encoding" not in filled.get("/log/tile/entries/000", headers={"accept-encoding": "gzip;q=0"}).headers


@pytest.mark.parametrize("what", ["another spelling", "not grown so far"])
def test_what_names_no_tile_of_the_log_is_not_found(filled: Door, what: str) -> None:
    for path in NO_TILES[what]:
        answer = filled.get(f"/log/tile/{path}")
        assert answer.status_code == 404, path
        assert set(answer.json()) >= {"error", "message", "hint"}


def test_what_is_recorded_but_not_sealed_is_not_shown(exchange: Exchange, filled: Door) -> None:
    with exchange.session(SYSTEM) as session:
        proof.record(session, "agreement.signed", {"i": SIZE})
    assert filled.get("/log/tile/entries/001.p/45").status_code == 404


def test_nobody_can_write(filled: Door) -> None:
    assert filled.post("/log/checkpoint").status_code == 405
    assert filled.put("/log/tile/0/000").status_code == 405
