"""Notes read as the specification says: unknown keys say nothing, a wrong signature of a known key spoils the note."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.kit import Invalid
from entrepot.proof.checkpoint import Checkpoint, b64, parse_checkpoint, unb64
from entrepot.proof.notes import KeyKind, Note, Signer, Verifier, parse_note, parse_skey, parse_vkey, sign_note, signed_message, verify_note

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
TEXT = Checkpoint(origin="example.com/log", size=7, root=bytes(32)).text
# Example and key of the package golang.org/x/mod/sumdb/note.
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# Examples and keys of c2sp.org/tlog-cosignature: a log's signature and a witness's, checked with the key ids they show.
C2SP_NOTE = (
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "\u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)


def signer(name: str = "example.com/log", kind: KeyKind = KeyKind.ED25519, seed: int = 1) -> Signer:
    return Signer(name, kind, bytes([seed]) * 32)


ALL = [signer(kind=kind, seed=number) for number, kind in enumerate(KeyKind, 1)]


def test_gos_own_example_verifies() -> None:
    verifier = parse_vkey(GO_VKEY)
    (found,) = verify_note(parse_note(GO_NOTE), [verifier])
    assert (found.verifier, found.timestamp) == (verifier, None)
    assert verifier.vkey == GO_VKEY
    assert str(parse_note(GO_NOTE)) == GO_NOTE


def test_the_specifications_example_reads_to_the_byte() -> None:
    note = parse_note(C2SP_NOTE)
    assert str(note) == C2SP_NOTE
    assert parse_checkpoint(note.text).size == 20852163
    assert parse_checkpoint(note.text).text == note.text
    assert int.from_bytes(note.signatures[1].data[:8], "big") == 1679315147


def test_a_cosignature_signs_the_time_and_the_whole_text() -> None:
    message = signed_message("witness.example.com/w1", KeyKind.COSIGNATURE, parse_note(C2SP_NOTE).text, 1679315147)
    assert message.startswith(b"cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\nCsUY")
    assert message.endswith(b"q2I=\n")


def test_an_ml_dsa_signature_covers_the_structure_of_the_specification() -> None:
    message = signed_message("w", KeyKind.MLDSA44, TEXT, 258)
    assert message == b"subtree/v1\n\0" + b"\x01w" + bytes(6) + b"\x01\x02" + b"\x0fexample.com/log" + bytes(8) + bytes(
        7
    ) + b"\x07" + bytes(32)


def test_openssl_made_ed25519_signatures_verify(tmp_path: Path) -> None:
    verifier = signer().verifier
    note = parse_note(sign_note(TEXT, [signer()], at=AT))
    spki = bytes.fromhex("302a300506032b6570032100") + verifier.public_key
    (tmp_path / "key").write_bytes(spki)
    (tmp_path / "text").write_text(note.text)
    (tmp_path / "sig").write_bytes(note.signatures[0].data)
    command = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", "key", "-in", "text", "-sigfile", "sig"]
    assert b"Verified Successfully" in subprocess.run(command, cwd=str(tmp_path), capture_output=True, check=True).stdout


@pytest.mark.parametrize("kind", list(KeyKind))
def test_keys_of_each_kind_sign_and_read_back(kind: KeyKind) -> None:
    key = signer(kind=kind)
    assert parse_skey(key.skey) == key
    assert parse_vkey(key.verifier.vkey) == key.verifier
    (found,) = verify_note(parse_note(sign_note(TEXT, [key], at=AT)), [key.verifier])
    assert found.timestamp == (None if kind is KeyKind.ED25519 else int(AT.timestamp()))


def test_a_secret_does_not_show_when_it_is_printed() -> None:
    assert "\\x01\\x01" not in repr(signer())
    assert "seed" not in repr(signer())


def test_signatures_by_unknown_keys_are_passed_over() -> None:
    note = parse_note(sign_note(TEXT, [*ALL, signer("stranger", seed=9)], at=AT))
    assert [found.verifier for found in verify_note(note, [ALL[2].verifier])] == [ALL[2].verifier]
    with pytest.raises(Invalid, match="No key you trust"):
        verify_note(note, [signer("stranger", seed=8).verifier])


def test_the_same_name_with_another_key_is_an_unknown_key() -> None:
    note = parse_note(sign_note(TEXT, [signer(), signer(seed=9)], at=AT))
    assert len(verify_note(note, [signer().verifier])) == 1


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(ALL), st.data())
def test_any_bit_changed_in_text_or_signature_of_a_known_key_spoils_the_note(key: Signer, data: st.DataObject) -> None:
    note = parse_note(sign_note(TEXT, [*ALL], at=AT))
    place = ALL.index(key)
    old = note.signatures[place]
    at = data.draw(st.integers(0, len(old.data) * 8 - 1))
    changed = bytearray(old.data)
    changed[at // 8] ^= 1 << at % 8
    forged = Note(note.text, tuple(type(s)(s.name, s.key_id, bytes(changed)) if s is old else s for s in note.signatures))
    with pytest.raises(Invalid):
        verify_note(forged, [k.verifier for k in ALL])
    with pytest.raises(Invalid):
        verify_note(Note(note.text.replace("7", "8", 1), note.signatures), [key.verifier])


def test_a_cosignature_does_not_pass_for_another_time() -> None:
    cosigner = ALL[1]
    line = cosigner.sign(TEXT, AT)
    later = type(line)(line.name, line.key_id, (int(AT.timestamp()) + 1).to_bytes(8, "big") + line.data[8:])
    with pytest.raises(Invalid):
        cosigner.verifier.verify(TEXT, later)


def test_an_ml_dsa_signature_binds_the_name_of_the_key() -> None:
    made = ALL[2].sign(TEXT, AT)
    other = Verifier("another.example", KeyKind.MLDSA44, ALL[2].verifier.public_key)
    with pytest.raises(Invalid):
        other.verify(TEXT, made)


@pytest.mark.parametrize(
    "text",
    [
        "", "\n\n", "text\n", "text\n\n", "text\n\n\u2014 name\n", "text\n\n\u2014 name AAAAAAAA", "text\n\n\u2014 name AAAAAA==\n",
        "text\n\n- name AAAAAAAA\n", "text\n\n\u2014 na+me AAAAAAAA\n", "text\n\n\u2014  AAAAAAAA\n", "text\n\n\u2014 name AAAAAAAB=\n",
        "text\n\n\u2014 name AAAAAAAA\n\n", "te\txt\n\n\u2014 name AAAAAAAA\n", "te\rxt\n\n\u2014 name AAAAAAAA\n",
        "text\n\n\u2014 name AAAAAAB=\n", "text\n\n\u2014 name AAAA AAAA\n", "text\n\n" + "\u2014 name AAAAAAAA\n" * 65, "x" * 300_000,
    ],
)  # fmt: skip
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_note(text)


def test_bytes_that_are_not_utf_8_are_no_note() -> None:
    with pytest.raises(Invalid):
        parse_note(b"te\xffxt\n\n\xe2\x80\x94 name AAAAAAAA\n")


def test_the_text_reaches_to_the_last_empty_line() -> None:
    assert parse_note("a\n\nb\n\n\u2014 name AAAAAAAA\n").text == "a\n\nb\n"


@pytest.mark.parametrize(
    "vkey",
    [
        "", "name", GO_VKEY + "A", GO_VKEY[:-4], GO_VKEY.replace("c74f", "c74e"), GO_VKEY.replace("c74f", "C74F"),
        GO_VKEY.replace("Peter", "Pe ter"), "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "n+00000000+Ag==",
    ],
)  # fmt: skip
def test_a_damaged_public_key_is_refused(vkey: str) -> None:
    with pytest.raises(Invalid):
        parse_vkey(vkey)


@pytest.mark.parametrize("skey", ["", "PRIVATE+KEY+a+00000000+AQ==", ALL[0].skey[:-1], ALL[0].skey.replace("example", "exbmple"), GO_VKEY])
def test_a_damaged_private_key_is_refused_without_showing_it(skey: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_skey(skey)
    assert not skey or skey[-20:] not in refused.value.message


@pytest.mark.parametrize(
    "text",
    [
        "", "o\n1\n", f"o\n01\n{b64(bytes(32))}\n", f"o\n-1\n{b64(bytes(32))}\n", f"o\n1\n{b64(bytes(31))}\n", f"\n1\n{b64(bytes(32))}\n",
        f"o\n1\n{b64(bytes(32))}", f"o\n1\n{b64(bytes(32))}\n\n", f"o\n9223372036854775808\n{b64(bytes(32))}\n",
        f"o\n\u0661\n{b64(bytes(32))}\n", f"o\n1\n{b64(bytes(32))[:-2]}B=\n",
    ],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_checkpoint(text)


def test_extension_lines_are_kept() -> None:
    text = TEXT + "more\n"
    assert parse_checkpoint(text).extensions == ("more",)
    assert parse_checkpoint(text).text == text


@given(st.binary(max_size=50))
def test_each_base64_value_has_one_spelling(data: bytes) -> None:
    assert unb64(b64(data)) == data
    with pytest.raises(Invalid):
        unb64(b64(data) + "\n")
