"""A receipt proves its fact offline, and a receipt in which anything was changed does not."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot import parties, proof
from entrepot.config import Settings
from entrepot.kit import EntrepotError, Invalid, ManualClock, b64url, canonical_json, unb64url
from entrepot.parties import jws
from entrepot.proof.model import commit
from entrepot.proof.notes import KeyKind, Note, Signer, parse_note
from entrepot.proof.policy import Policy, parse_policy
from entrepot.proof.tlog_proof import parse_tlog_proof
from entrepot.runtime import SYSTEM, Exchange, load_master_key
from entrepot.store import migrate
from support.people import operator

FACT = {"agreement": "agr_1", "bytes": 12_345, "to": "Müller & Söhne", "nested": {"list": [1, "two", None, True]}}
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
WITNESS = Signer("witness.example", KeyKind.COSIGNATURE, b"w" * 32)


class Issued:
    """A receipt with what a reader trusts."""

    def __init__(self, document: dict[str, Any], vkeys: tuple[str, ...], keys: dict[str, dict[str, str]]) -> None:
        self.document, self.vkeys, self.keys = document, vkeys, keys

    def verify(self, document: dict[str, Any] | None = None, policy: Policy | None = None) -> proof.Verification:
        return proof.verify_receipt(document or self.document, log_vkeys=self.vkeys, organisation_keys=self.keys, policy=policy)


def issue(exchange: Exchange, *, signed: bool = True, before: int = 300, after: int = 40) -> Issued:
    operator(exchange)
    with exchange.session(SYSTEM) as session:
        for i in range(before):
            proof.record(session, "agreement.signed", {"i": i})
        own = parties.exchange_organisation(session)
        document = jws.assemble(FACT, [parties.sign(session, own.id, FACT)]) if signed else None
        entry = proof.record(session, "delivery.made", FACT, subject_id="agr_1", jws=document)
        for i in range(after):
            proof.record(session, "agreement.signed", {"i": i})
    proof.seal(exchange)
    with exchange.reading(SYSTEM) as session:
        return Issued(proof.prove(session, entry.id), proof.log_keys(session), parties.public_keys(session, own.id))


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Issued:
    chosen = Settings(data_dir=str(tmp_path_factory.mktemp("receipts") / "data"), workers=0)
    load_master_key(chosen, create=True)
    with Exchange(chosen, clock=ManualClock(AT)) as exchange:
        migrate.upgrade(exchange.database)
        return issue(exchange)


def cosigned(document: dict[str, Any]) -> dict[str, Any]:
    parsed = parse_tlog_proof(document["tlog_proof"])
    note = parse_note(parsed.checkpoint)
    line = WITNESS.sign(note.text, AT)
    return document | {"tlog_proof": document["tlog_proof"] + line.line}


POLICY = parse_policy(f"witness W {WITNESS.verifier.vkey}\nquorum W\n")


def test_a_receipt_of_either_store_verifies(exchange: Exchange) -> None:
    assert issue(exchange, before=2, after=1).verify().ok


def test_a_receipt_verifies_offline_step_by_step(issued: Issued) -> None:
    found = issued.verify()
    assert found.ok
    assert found.errors == ()
    assert [(step.name, step.passed) for step in found.steps] == [
        ("format", True), ("commitment", True), ("signature", True), ("log", True), ("witnesses", None)
    ]  # fmt: skip
    assert found.inclusion is not None
    assert (found.inclusion.index, found.inclusion.checkpoint.size, found.inclusion.checkpoint.origin) == (300, 341, "localhost/entrepot")
    assert list(found.signed_by) == list(issued.keys)
    found.require_ok()


def test_a_receipt_survives_being_written_to_a_file(issued: Issued) -> None:
    for text in (json.dumps(issued.document, indent=2), json.dumps(issued.document, ensure_ascii=False).encode()):
        assert issued.verify(proof.read_receipt(text)).ok


def test_the_proof_is_the_text_of_the_specification(issued: Issued) -> None:
    lines = issued.document["tlog_proof"].split("\n")
    assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 300"]
    blank = lines.index("")
    assert lines[blank + 1 : blank + 3] == ["localhost/entrepot", "341"]
    assert str(parse_tlog_proof(issued.document["tlog_proof"])) == issued.document["tlog_proof"]


def test_a_fact_that_is_not_signed_is_vouched_for_by_the_log_alone(exchange: Exchange) -> None:
    found = issue(exchange, signed=False, before=0, after=0).verify()
    assert found.ok
    assert found.signed_by == ()
    assert found.steps[2].passed is None


def test_a_signature_over_another_fact_is_not_recorded(exchange: Exchange) -> None:
    operator(exchange)
    with exchange.session(SYSTEM) as session:
        own = parties.exchange_organisation(session)
        other = jws.assemble({"other": 1}, [parties.sign(session, own.id, {"other": 1})])
        with pytest.raises(Invalid, match="over something else"):
            proof.record(session, "delivery.made", FACT, jws=other)


def _set(*path: str | int, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        target: Any = document
        for part in path[:-1]:
            target = target[part]
        target[path[-1]] = value(target[path[-1]]) if callable(value) else value

    return change


def _flip(text: str) -> str:
    return ("0" if text[0] != "0" else "1") + text[1:]


def _releaf(document: dict[str, Any]) -> None:
    """Rewrite fact and commitment so that they fit each other; only the log can tell."""
    document["fact"] = {"forged": True}
    leaf = json.loads(document["leaf"])
    leaf["commitment"] = commit(bytes.fromhex(document["salt"]), document["fact"])
    document["leaf"] = canonical_json(leaf).decode()
    del document["jws"]


FORGERIES: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "the format": (_set("format", value="entrepot-receipt/2"), "format"),
    "the kind": (_set("kind", value="delivery.refused"), "commitment"),
    "the fact": (_set("fact", "bytes", value=12_346), "commitment"),
    "the fact by an addition": (_set("fact", value=lambda fact: fact | {"more": 1}), "commitment"),
    "the salt": (_set("salt", value=_flip), "commitment"),
    "the spelling of the salt": (_set("salt", value=lambda salt: "A" + salt[1:].upper()), "commitment"),
    "the commitment": (_set("leaf", value=lambda leaf: leaf.replace('"commitment":"', '"commitment":"0', 1)), "commitment"),
    "the time": (_set("leaf", value=lambda leaf: leaf.replace("2026", "2025")), "log"),
    "the spelling of the leaf": (_set("leaf", value=lambda leaf: leaf.replace(",", ", ")), "commitment"),
    "fact and commitment together": (_releaf, "log"),
    "the signed payload": (_set("jws", "payload", value=b64url(b'{"a":1}')), "signature"),
    "the signature": (
        _set("jws", "signatures", 0, "signature", value=lambda s: b64url(bytes([unb64url(s)[0] ^ 1]) + unb64url(s)[1:])),
        "signature",
    ),
    "the protected header": (_set("jws", "signatures", 0, "protected", value=b64url(b'{"alg":"none"}')), "signature"),
    "the signatures by leaving them out": (_set("jws", "signatures", value=[]), "signature"),
    "the signature by an unprotected header": (lambda document: document["jws"]["signatures"][0].update(header={"kid": "x"}), "signature"),
    "the index": (_set("tlog_proof", value=lambda text: text.replace("index 300", "index 301")), "log"),
    "a hash of the proof": (_set("tlog_proof", value=lambda text: text.replace("\n", "\nAAAA", 2).replace("\nAAAA", "\n", 1)), "log"),
    "the proof by dropping a hash": (_set("tlog_proof", value=lambda text: "\n".join(text.split("\n")[:2] + text.split("\n")[3:])), "log"),
    "the size": (_set("tlog_proof", value=lambda text: text.replace("\n341\n", "\n340\n")), "log"),
    "the origin": (_set("tlog_proof", value=lambda text: text.replace("\nlocalhost/entrepot\n", "\nlocalhost/other\n")), "log"),
    "the log's second signature by leaving it out": (_set("tlog_proof", value=lambda text: "\n".join(text.split("\n")[:-2]) + "\n"), "log"),
    "the log keys": (_set("log", value=[Signer("localhost/entrepot", KeyKind.ED25519, b"x" * 32).verifier.vkey]), "format"),
    "the document by an unknown member": (lambda document: document.update(note="trust me"), "format"),
    "the document by a missing member": (lambda document: document.pop("salt"), "format"),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_a_forgery_is_found_in(issued: Issued, what: str) -> None:
    forge, where = FORGERIES[what]
    document = copy.deepcopy(issued.document)
    forge(document)
    found = issued.verify(document)
    assert not found.ok
    assert [step.name for step in found.steps if step.passed is False] == [where]
    with pytest.raises(Invalid):
        found.require_ok()


def test_any_byte_changed_in_what_is_hashed_or_signed_is_found(issued: Issued) -> None:
    document = cosigned(issued.document)
    original = canonical_json(document)
    assert issued.verify(document, POLICY).ok

    @settings(max_examples=600, deadline=None)
    @given(st.integers(0, len(original) - 1), st.integers(1, 255))
    def flip(place: int, mask: int) -> None:
        changed = bytearray(original)
        changed[place] ^= mask
        try:
            read = proof.read_receipt(bytes(changed))
            # A number or an escape may have two spellings; only a change of the value is a forgery.
            same = canonical_json(read) == original
        except EntrepotError:
            return
        if not same:
            assert not issued.verify(read, POLICY).ok

    flip()


def test_keys_of_another_log_do_not_verify(issued: Issued) -> None:
    other = Signer("localhost/entrepot", KeyKind.ED25519, b"x" * 32).verifier.vkey
    found = proof.verify_receipt(issued.document | {"log": [other]}, log_vkeys=[other], organisation_keys=issued.keys)
    assert found.errors == ("No key you trust signed this note.",)


def test_a_reader_may_rely_on_one_of_the_two_keys(issued: Issued) -> None:
    for vkey in issued.vkeys:
        assert proof.verify_receipt(issued.document, log_vkeys=[vkey], organisation_keys=issued.keys).ok


def test_without_any_log_key_nothing_can_be_checked(issued: Issued) -> None:
    with pytest.raises(Invalid, match="without a key"):
        proof.verify_receipt(issued.document, log_vkeys=[], organisation_keys=issued.keys)


def test_a_signer_who_is_not_trusted_is_named(issued: Issued) -> None:
    found = proof.verify_receipt(issued.document, log_vkeys=issued.vkeys, organisation_keys={})
    assert [step.name for step in found.steps if step.passed is False] == ["signature"]


def test_the_witness_quorum_is_asked_for_when_a_policy_is_given(issued: Issued) -> None:
    assert not issued.verify(policy=POLICY).ok
    found = issued.verify(cosigned(issued.document), POLICY)
    assert found.ok
    assert found.witnesses == ("W",)


def test_a_forged_cosignature_is_found(issued: Issued) -> None:
    good = parse_note(parse_tlog_proof(cosigned(issued.document)["tlog_proof"]).checkpoint)
    last = good.signatures[-1]
    forged = type(last)(last.name, last.key_id, last.data[:-1] + bytes([last.data[-1] ^ 1]))
    document = issued.document | {"tlog_proof": issued.document["tlog_proof"] + forged.line}
    assert str(Note(good.text, (*good.signatures[:-1], forged))) in document["tlog_proof"]
    assert issued.verify(document).ok, "without a policy the witness is a stranger"
    assert not issued.verify(document, POLICY).ok


def test_a_policy_for_another_log_is_not_met(issued: Issued) -> None:
    other = Signer("other.example", KeyKind.ED25519, b"x" * 32)
    policy = parse_policy(f"log {other.verifier.vkey}\nquorum none\n")
    assert issued.verify(policy=policy).errors == ("The witness policy does not name this log.",)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a":1,"a":2}', '{"a":{"b":1,"b":1}}', '{"a":NaN}', b"\xff", "[" * 100_000])
def test_what_two_readers_could_understand_differently_is_no_receipt(text: str | bytes) -> None:
    with pytest.raises(Invalid):
        proof.read_receipt(text)


@pytest.mark.parametrize("document", [{}, {"format": "entrepot-receipt/1"}, {"format": 1, "log": {}}])
def test_a_document_of_another_shape_fails_at_its_format(issued: Issued, document: dict[str, Any]) -> None:
    found = proof.verify_receipt(document, log_vkeys=issued.vkeys, organisation_keys={})
    assert found.steps[0].passed is False
    assert all(step.passed is None for step in found.steps[1:])
