"""Facts are recorded privately, sealed in order, proven, and may be forgotten; the log itself stays."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from entrepot import proof
from entrepot.kit import Conflict, Invalid, ManualClock, NotFound, canonical_json, rfc3339
from entrepot.proof import repository, sealer
from entrepot.proof.checkpoint import parse_checkpoint
from entrepot.proof.keys import signers
from entrepot.proof.notes import Signature, parse_note
from entrepot.proof.tables import checkpoints, cosignatures, keys, leaves, tiles
from entrepot.proof.tiles import decode_bundle, parse_path
from entrepot.runtime import SYSTEM, Exchange

from . import naive

FACT = {"agreement": "agr_1", "buyer": "Müller & Söhne", "price": {"amount": 1250, "currency": "EUR"}}


def record(exchange: Exchange, count: int = 1, **fact: object) -> list[proof.Entry]:
    with exchange.session(SYSTEM) as session:
        return [proof.record(session, "agreement.signed", {**FACT, "number": i, **fact}, subject_id="agr_1") for i in range(count)]


def log(exchange: Exchange) -> tuple[int, bytes]:
    with exchange.reading() as session:
        found = parse_checkpoint(parse_note(proof.checkpoint(session)).text)
    return found.size, found.root


def published_leaves(exchange: Exchange) -> list[bytes]:
    with exchange.reading() as session:
        return list(session.db.scalars(sa.select(leaves.c.leaf).where(leaves.c.seq.is_not(None)).order_by(leaves.c.seq)))


def test_a_leaf_holds_kind_commitment_and_time_and_nothing_else(exchange: Exchange, clock: ManualClock) -> None:
    (entry,) = record(exchange)
    assert entry.salt is not None
    fact = {**FACT, "number": 0}
    commitment = hashlib.sha256(entry.salt + canonical_json(fact)).hexdigest()
    assert json.loads(entry.leaf) == {"kind": "agreement.signed", "commitment": commitment, "at": rfc3339(clock.now())}
    assert entry.leaf.encode() == canonical_json(json.loads(entry.leaf))


def test_equal_facts_have_different_commitments(exchange: Exchange) -> None:
    (first,), (second,) = record(exchange), record(exchange)
    assert first.commitment != second.commitment


def test_an_entry_reads_back_as_it_was_recorded(exchange: Exchange) -> None:
    (entry,) = record(exchange)
    with exchange.reading() as session:
        assert proof.get(session, entry.id) == entry
        assert proof.history(session, "agr_1") == [entry]
        assert proof.history(session, "agr_2") == []
        with pytest.raises(NotFound):
            proof.get(session, "ent_none")


@pytest.mark.parametrize("kind", ["", "signed", "Agreement.signed", "agreement.signed by Ann", "a." + "b" * 60, "a..b", "1.a"])
def test_a_kind_that_is_no_plain_name_is_refused(exchange: Exchange, kind: str) -> None:
    with pytest.raises(Invalid), exchange.session(SYSTEM) as session:
        proof.record(session, kind, FACT)


def record_and_fail(exchange: Exchange) -> None:
    with exchange.session(SYSTEM) as session:
        proof.record(session, "agreement.signed", FACT, subject_id="agr_1")
        raise RuntimeError


def test_a_rolled_back_session_records_nothing(exchange: Exchange) -> None:
    with pytest.raises(RuntimeError):
        record_and_fail(exchange)
    assert proof.seal(exchange) == 0


def test_sealing_gives_positions_in_order_and_signs_the_tree(exchange: Exchange) -> None:
    entries = record(exchange, 300)
    assert proof.seal(exchange) == 300
    with exchange.reading() as session:
        sealed = proof.history(session, "agr_1")
    assert [entry.seq for entry in sealed] == list(range(300))
    assert [entry.id for entry in sealed] == [entry.id for entry in entries]
    assert log(exchange) == (300, naive.root([entry.leaf.encode() for entry in entries]))


def test_sealing_in_many_steps_gives_the_tree_of_all_entries(exchange: Exchange, clock: ManualClock) -> None:
    everything: list[bytes] = []
    for count in (1, 1, 254, 1, 260, 3):
        everything += [entry.leaf.encode() for entry in record(exchange, count)]
        clock.advance(timedelta(seconds=1))
        assert proof.seal(exchange) == count
        assert log(exchange) == (len(everything), naive.root(everything))
    with exchange.reading() as session:
        assert proof.check_log(session) == []


def test_sealing_without_anything_new_writes_nothing(exchange: Exchange) -> None:
    record(exchange)
    proof.seal(exchange)
    before = log(exchange)
    assert proof.seal(exchange) == 0
    assert log(exchange) == before


def test_batches_seal_one_after_the_other(exchange: Exchange) -> None:
    record(exchange, 10)
    sizes = []
    for _ in range(5):
        with exchange.session(SYSTEM) as session:
            sizes.append(sealer.seal_batch(session, limit=4))
    assert sizes == [4, 4, 2, 0, 0]
    with exchange.reading() as session:
        assert proof.check_log(session) == []


def test_the_sealer_runs_with_the_tickers(exchange: Exchange) -> None:
    record(exchange)
    exchange.tick()
    assert log(exchange)[0] == 1


def test_sealers_and_recorders_at_once_leave_one_clean_log(exchange: Exchange) -> None:
    def work(number: int) -> int:
        sealed = 0
        for _ in range(5):
            record(exchange, 3, worker=number)
            sealed += proof.seal(exchange)
        return sealed

    with ThreadPoolExecutor(4) as pool:
        sealed = sum(pool.map(work, range(4)))
    assert sealed + proof.seal(exchange) == 60 == log(exchange)[0]
    with exchange.reading() as session:
        assert proof.check_log(session) == []


def test_a_second_sealer_on_postgresql_leaves_the_work_to_the_first(exchange: Exchange) -> None:
    record(exchange, 2)
    with exchange.session(SYSTEM) as first:
        assert sealer.seal_batch(first, limit=10) == 2
        # On SQLite the second session would wait for the write lock of the first.
        if exchange.database.dialect == "postgresql":
            with exchange.session(SYSTEM) as second:
                assert sealer.seal_batch(second, limit=10) == 0


def test_creating_the_log_twice_keeps_its_keys(exchange: Exchange) -> None:
    with exchange.session(SYSTEM) as session:
        first = proof.create_log(session)
    with exchange.session(SYSTEM) as session:
        assert proof.create_log(session) == first == proof.log_keys(session)
    assert [vkey.split("+")[0] for vkey in first] == ["localhost/entrepot"] * 2
    assert log(exchange) == (0, hashlib.sha256(b"").digest())


def test_the_private_keys_are_stored_sealed(exchange: Exchange) -> None:
    with exchange.session(SYSTEM) as session:
        proof.create_log(session)
        opened = [signer.seed for signer in signers(session)]
        stored = list(session.db.scalars(sa.select(keys.c.sealed_seed)))
    assert all(seed not in sealed for seed in opened for sealed in stored)


def test_before_there_is_a_log_its_keys_and_checkpoint_are_not_found(exchange: Exchange) -> None:
    with exchange.reading() as session:
        with pytest.raises(NotFound):
            proof.log_keys(session)
        with pytest.raises(NotFound):
            proof.checkpoint(session)
        assert proof.check_log(session) == []


def test_an_entry_is_proven_only_once_it_is_sealed(exchange: Exchange) -> None:
    (entry,) = record(exchange)
    with exchange.reading() as session, pytest.raises(Conflict, match="not sealed yet"):
        proof.prove(session, entry.id)
    proof.seal(exchange)
    with exchange.reading() as session:
        document = proof.prove(session, entry.id)
        vkeys = proof.log_keys(session)
    assert proof.verify_receipt(document, log_vkeys=vkeys, organisation_keys={}).ok


def test_erasing_forgets_the_content_and_keeps_the_tree(exchange: Exchange) -> None:
    entries = record(exchange, 3)
    proof.seal(exchange)
    before = log(exchange)
    with exchange.session(SYSTEM) as session:
        proof.erase(session, entries[1].id)
        with pytest.raises(NotFound):
            proof.erase(session, "ent_none")
    with exchange.reading() as session:
        erased = proof.get(session, entries[1].id)
        assert (erased.fact, erased.salt, erased.jws) == (None, None, None)
        assert erased.leaf == entries[1].leaf
        with pytest.raises(Conflict, match="has been erased"):
            proof.prove(session, entries[1].id)
        assert proof.check_log(session) == []
    assert log(exchange) == before


def test_content_may_be_erased_before_the_entry_is_sealed(exchange: Exchange) -> None:
    (entry,) = record(exchange)
    with exchange.session(SYSTEM) as session:
        proof.erase(session, entry.id)
    assert proof.seal(exchange) == 1


REWRITES = {
    "an entry's kind": sa.update(leaves).values(kind="other.kind"),
    "an entry's commitment": sa.update(leaves).values(commitment="0" * 64),
    "an entry's log line": sa.update(leaves).values(leaf="{}"),
    "an entry's time": sa.update(leaves).values(at=sa.literal_column("'2020-01-01 00:00:00'")),
    "an entry's subject": sa.update(leaves).values(subject_id=None),
    "an entry's position": sa.update(leaves).values(seq=leaves.c.seq + 10),
    "an entry's position taken away": sa.update(leaves).values(seq=None),
    "an entry's fact": sa.update(leaves).values(fact="{}"),
    "an entry's salt alone": sa.update(leaves).values(salt=None),
    "all entries": sa.delete(leaves),
    "a tile's hashes": sa.update(tiles).values(hashes=b"\0" * 64),
    "a tile's width": sa.update(tiles).values(hashes=b""),
    "a tile's place": sa.update(tiles).values(number=tiles.c.number + 7),
    "all tiles": sa.delete(tiles),
    "a checkpoint": sa.update(checkpoints).values(note="other"),
    "all checkpoints": sa.delete(checkpoints),
    "a cosignature": sa.update(cosignatures).values(line="other"),
    "all cosignatures": sa.delete(cosignatures),
}


@pytest.mark.parametrize("what", REWRITES)
def test_the_database_refuses_to_change(exchange: Exchange, clock: ManualClock, what: str) -> None:
    record(exchange, 2)
    proof.seal(exchange)
    with exchange.session(SYSTEM) as session:
        repository.add_cosignature(session.db, 2, Signature("w", b"1234", b"x"), at=clock.now())
    with pytest.raises(sa.exc.IntegrityError), exchange.session(SYSTEM) as session:
        session.db.execute(REWRITES[what])


def test_the_database_refuses_an_entry_with_a_position_and_a_tree_that_shrinks(exchange: Exchange, clock: ManualClock) -> None:
    record(exchange, 2)
    proof.seal(exchange)
    values = {"id": "ent_x", "kind": "a.b", "commitment": "0", "at": clock.now(), "leaf": "{}"}
    with pytest.raises(sa.exc.IntegrityError), exchange.session(SYSTEM) as session:
        session.db.execute(sa.insert(leaves).values(seq=1000, **values))
    older = {"size": 1, "root": b"", "note": "", "at": clock.now()}
    with pytest.raises(sa.exc.IntegrityError), exchange.session(SYSTEM) as session:
        session.db.execute(sa.insert(checkpoints).values(older))


def test_replacing_a_row_does_not_get_past_the_triggers(exchange: Exchange) -> None:
    if exchange.database.dialect != "sqlite":
        with pytest.raises(sa.exc.IntegrityError), exchange.session(SYSTEM) as session:
            session.db.exec_driver_sql("TRUNCATE proof_leaves CASCADE")
        return
    (entry,) = record(exchange)
    with pytest.raises(sa.exc.IntegrityError), exchange.session(SYSTEM) as session:
        session.db.exec_driver_sql("INSERT OR REPLACE INTO proof_leaves SELECT * FROM proof_leaves WHERE id = ?", (entry.id,))


def test_tiles_and_bundles_are_what_the_entries_say(exchange: Exchange) -> None:
    entries = record(exchange, 300)
    proof.seal(exchange)
    lines = [entry.leaf.encode() for entry in entries]
    with exchange.reading() as session:
        full = proof.read_tile(session, parse_path("tile/0/000"))
        assert full == b"".join(naive.root([line]) for line in lines[:256])
        assert proof.read_tile(session, parse_path("tile/0/000.p/7")) == full[: 7 * 32]
        assert proof.read_tile(session, parse_path("tile/1/000.p/1")) == naive.root(lines[:256])
        assert decode_bundle(proof.read_tile(session, parse_path("tile/entries/000"))) == lines[:256]
        assert decode_bundle(proof.read_tile(session, parse_path("tile/entries/001.p/44"))) == lines[256:]
        for missing in ("tile/0/001", "tile/0/001.p/45", "tile/1/000", "tile/1/001.p/1", "tile/2/000.p/1", "tile/entries/001"):
            with pytest.raises(NotFound):
                proof.read_tile(session, parse_path(missing))


def test_a_clock_that_was_set_back_does_not_make_the_log_look_older(exchange: Exchange, clock: ManualClock) -> None:
    with exchange.session(SYSTEM) as session:
        proof.create_log(session)
    record(exchange)
    created = clock.now()
    clock.advance(-timedelta(days=1))
    assert proof.seal(exchange) == 1
    with exchange.reading() as session:
        newest = repository.newest_checkpoint(session.db)
    assert newest is not None
    assert newest.at == created
