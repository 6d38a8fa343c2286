"""A witness remembers what it cosigned, and refuses everything but growth."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from entrepot.kit import Invalid, ManualClock
from entrepot.proof.checkpoint import Checkpoint, b64
from entrepot.proof.notes import KeyKind, Note, Signer, parse_note, parse_signatures, parse_vkey, sign_note, verify_note
from entrepot.proof.tree import EMPTY_ROOT, RightEdge, TiledTree, leaf_hash
from entrepot.proof.witness import Witness, WitnessAnswer, open_witness

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
ORIGIN = "example.com/log"
LOG = [Signer(ORIGIN, KeyKind.ED25519, b"l" * 32), Signer(ORIGIN, KeyKind.MLDSA44, b"m" * 32)]
edge = RightEdge()
edge.extend(leaf_hash(b"entry %d" % i) for i in range(600))
TILES = edge.take_changed()


def tree(size: int) -> TiledTree:
    return TiledTree(size, lambda level, number: TILES.get((level, number), b""))


def note(size: int, *, root: bytes | None = None, signers: list[Signer] = LOG, origin: str = ORIGIN) -> str:
    return sign_note(Checkpoint(origin=origin, size=size, root=root or tree(size).root()).text, signers, at=AT)


def body(old: int, size: int, *, proof: list[bytes] | None = None, text: str | None = None) -> bytes:
    hashes = (tree(size).consistency_proof(old) if 0 < old <= size else []) if proof is None else proof
    return "\n".join([f"old {old}", *map(b64, hashes), "", text or note(size)]).encode()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(AT)


@pytest.fixture
def witness(tmp_path: Path, clock: ManualClock) -> Witness:
    return open_witness(tmp_path / "w", [key.verifier.vkey for key in LOG], name="witness.example/w1", clock=clock)


def cosigned(witness: Witness, answer: WitnessAnswer, text: str) -> list[int | None]:
    assert answer.status == 200, answer.body
    signatures = parse_signatures(answer.body.removesuffix("\n").split("\n"))
    found = verify_note(Note(parse_note(text).text, signatures), [parse_vkey(vkey) for vkey in witness.vkeys])
    assert [item.verifier.kind for item in found] == [KeyKind.COSIGNATURE, KeyKind.MLDSA44]
    return [item.timestamp for item in found]


def test_growth_is_cosigned_with_both_keys_and_the_time(witness: Witness, clock: ManualClock) -> None:
    old = 0
    for size in (0, 1, 2, 255, 256, 257, 257, 600):
        clock.advance(timedelta(seconds=1))
        assert cosigned(witness, witness.add_checkpoint(body(old, size)), note(size)) == [int(clock.now().timestamp())] * 2
        old = size
    assert parse_note(witness.latest(ORIGIN) or "").text == parse_note(note(600)).text


def test_what_was_cosigned_is_remembered_after_a_restart(witness: Witness, tmp_path: Path) -> None:
    witness.add_checkpoint(body(0, 300))
    again = open_witness(tmp_path / "w", [key.verifier.vkey for key in LOG])
    assert again.vkeys == witness.vkeys
    assert again.add_checkpoint(body(0, 400)) == WitnessAnswer(409, "300\n", "text/x.tlog.size")
    assert again.add_checkpoint(body(300, 400)).status == 200


def test_another_old_size_is_answered_with_the_one_that_is_known(witness: Witness) -> None:
    assert witness.add_checkpoint(body(5, 10)) == WitnessAnswer(409, "0\n", "text/x.tlog.size")
    witness.add_checkpoint(body(0, 10))
    assert witness.add_checkpoint(body(0, 10)) == WitnessAnswer(409, "10\n", "text/x.tlog.size")
    assert witness.add_checkpoint(body(3, 5)) == WitnessAnswer(409, "10\n", "text/x.tlog.size")


def test_another_tree_of_the_same_size_is_a_conflict(witness: Witness) -> None:
    witness.add_checkpoint(body(0, 10))
    answer = witness.add_checkpoint(body(10, 10, text=note(10, root=b"x" * 32)))
    assert (answer.status, answer.content_type) == (409, "text/plain; charset=utf-8")
    assert witness.add_checkpoint(body(10, 10)).status == 200


def test_an_empty_tree_has_one_root_only(witness: Witness) -> None:
    assert witness.add_checkpoint(body(0, 0, text=note(0, root=b"x" * 32))).status == 409
    assert witness.add_checkpoint(body(0, 0, text=note(0, root=EMPTY_ROOT))).status == 200


def test_a_rewritten_history_is_not_cosigned(witness: Witness) -> None:
    witness.add_checkpoint(body(0, 10))
    assert witness.add_checkpoint(body(10, 20, text=note(20, root=b"x" * 32))).status == 422
    assert witness.add_checkpoint(body(10, 20, proof=[])).status == 422
    assert witness.add_checkpoint(body(10, 20, proof=[*tree(20).consistency_proof(10), b"x" * 32])).status == 422
    assert witness.add_checkpoint(body(10, 10, proof=[b"x" * 32])).status == 422
    assert witness.add_checkpoint(body(10, 20)).status == 200


def test_a_proof_from_nothing_is_empty(witness: Witness) -> None:
    assert witness.add_checkpoint(body(0, 10, proof=[b"x" * 32])).status == 422


def test_an_old_size_above_the_new_one_is_malformed(witness: Witness) -> None:
    assert witness.add_checkpoint(body(11, 10)).status == 400


def test_a_log_nobody_named_is_not_found(witness: Witness) -> None:
    stranger = Signer("stranger.example", KeyKind.ED25519, b"s" * 32)
    assert witness.add_checkpoint(body(0, 5, text=note(5, signers=[stranger], origin="stranger.example"))).status == 404


def test_a_checkpoint_that_the_log_has_not_signed_is_forbidden(witness: Witness) -> None:
    impostor = Signer(ORIGIN, KeyKind.ED25519, b"s" * 32)
    assert witness.add_checkpoint(body(0, 5, text=note(5, signers=[impostor]))).status == 403
    good = parse_note(note(5))
    broken = type(good.signatures[0])(ORIGIN, good.signatures[0].key_id, b"x" * 64)
    assert witness.add_checkpoint(body(0, 5, text=str(Note(good.text, (broken, good.signatures[1]))))).status == 403
    assert witness.add_checkpoint(body(0, 5, text=note(5, signers=[impostor, LOG[0]]))).status == 200


@pytest.mark.parametrize(
    "request_body",
    [
        b"", b"old 0\n", b"old 0\n\n", b"old 0\n\nnonsense\n", b"old 00\n\n" + note(5).encode(), b"old -1\n\n" + note(5).encode(),
        b"OLD 0\n\n" + note(5).encode(), note(5).encode(), b"old 0\nAAAA\n\n" + note(5).encode(), b"old 0\n" + note(5).encode(),
        b"old 0\n" + b"\n".join([b64(b"x" * 32).encode()] * 64) + b"\n\n" + note(5).encode(), b"\xff" + body(0, 5), body(0, 5)[:-1],
        b"old 0\r\n\r\n" + note(5).encode(), b"old 9223372036854775808\n\n" + note(5).encode(),
    ],
)  # fmt: skip
def test_what_is_no_request_is_malformed(witness: Witness, request_body: bytes) -> None:
    assert witness.add_checkpoint(request_body).status == 400


def test_of_requests_that_race_from_one_size_one_wins(witness: Witness) -> None:
    witness.add_checkpoint(body(0, 10))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda size: witness.add_checkpoint(body(10, size)), range(11, 27)))
    won = [size for size, answer in zip(range(11, 27), answers, strict=True) if answer.status == 200]
    assert len(won) == 1
    assert {answer.body for answer in answers if answer.status != 200} == {f"{won[0]}\n"}


def test_keys_are_made_once_and_only_the_owner_reads_them(witness: Witness, tmp_path: Path) -> None:
    path = tmp_path / "w" / "witness.key"
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with pytest.raises(Invalid, match="read by others"):
        open_witness(tmp_path / "w", [])
    path.chmod(0o600)
    with pytest.raises(Invalid, match="is called witness"):
        open_witness(tmp_path / "w", [], name="another")


def test_a_new_witness_needs_a_name_and_keys_of_logs(tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        open_witness(tmp_path / "a", [])
    with pytest.raises(Invalid):
        open_witness(tmp_path / "b", ["nonsense"], name="w")
    with pytest.raises(Invalid, match="witness's key"):
        open_witness(tmp_path / "c", [Signer("w", KeyKind.COSIGNATURE, b"w" * 32).verifier.vkey], name="w")
