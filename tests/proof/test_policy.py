"""A policy file says which witnesses must have cosigned."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from entrepot.kit import Invalid
from entrepot.proof.checkpoint import Checkpoint
from entrepot.proof.notes import KeyKind, Signer, Verifier, parse_note, sign_note
from entrepot.proof.policy import load_policy, parse_policy

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
TEXT = Checkpoint(origin="example.com/log", size=7, root=bytes(32)).text
LOG = Signer("example.com/log", KeyKind.ED25519, b"l" * 32)
NAMES = ["X1", "X2", "X3", "Y1", "Y2", "Y3"]
SIGNERS = {
    name: Signer(f"{name.lower()}.example", KeyKind.MLDSA44 if name == "Y3" else KeyKind.COSIGNATURE, name.encode() * 16) for name in NAMES
}
LINES = [
    "# The example of the specification.", "", f"log {LOG.verifier.vkey}", "",
    *(f"  witness\t{name}  {SIGNERS[name].verifier.vkey} https://{name.lower()}.example/" for name in NAMES[:3]),
    "group X-witnesses 2 X1 X2 X3",
    *(f"witness {name} {SIGNERS[name].verifier.vkey}" for name in NAMES[3:]),
    "group Y-witnesses any Y1 Y2 Y3", "group X-and-Y all X-witnesses Y-witnesses", "quorum X-and-Y ",
]  # fmt: skip
POLICY = "\n".join(LINES) + "\n"


def verifiers(*names: str) -> set[Verifier]:
    return {SIGNERS[name].verifier for name in names}


@pytest.mark.parametrize("names", [("X1", "X2", "Y1"), ("X1", "X3", "Y3"), NAMES])
def test_the_quorum_of_the_specification_is_met(names: tuple[str, ...]) -> None:
    assert parse_policy(POLICY).is_met(verifiers(*names))


@pytest.mark.parametrize("names", [(), ("X1", "Y1"), ("X1", "X2", "X3"), ("Y1", "Y2", "Y3")])
def test_and_by_fewer_it_is_not(names: tuple[str, ...]) -> None:
    assert not parse_policy(POLICY).is_met(verifiers(*names))


def test_witnesses_keep_their_addresses() -> None:
    policy = parse_policy(POLICY.encode())
    assert [(witness.name, witness.url) for witness in policy.witnesses][2:4] == [("X3", "https://x3.example/"), ("Y1", "")]
    assert [log.name for log in policy.logs] == ["example.com/log"]


def test_without_a_quorum_nobody_is_needed() -> None:
    assert parse_policy("quorum none").is_met([])


def test_one_witness_may_be_the_quorum() -> None:
    policy = parse_policy(f"witness W {SIGNERS['X1'].verifier.vkey}\nquorum W")
    assert policy.is_met(verifiers("X1"))
    assert not policy.is_met([])


def test_cosigners_are_those_whose_signatures_stand_below_the_checkpoint() -> None:
    note = parse_note(sign_note(TEXT, [LOG, SIGNERS["X2"], SIGNERS["Y3"]], at=AT))
    policy = parse_policy(POLICY)
    assert {found.verifier for found in policy.cosigners(note)} == verifiers("X2", "Y3")
    assert policy.cosigners(parse_note(sign_note(TEXT, [LOG], at=AT))) == ()


def test_a_cosignature_without_a_time_does_not_count() -> None:
    note = parse_note(sign_note(TEXT, [LOG, SIGNERS["Y3"]], at=datetime.fromtimestamp(0, UTC)))
    assert parse_policy(POLICY).cosigners(note) == ()


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("", "no quorum line"), ("quorum Z", "names Z"), ("quorum X1\nquorum X1", "one too many"), ("quorum", "no complete"),
        ("group none any X1\nquorum none", "is taken"), ("group X1 any X2\nquorum none", "is taken"), ("group G 3 X1 X2\nquorum G", "asks for 3"),
        ("group G 0 X1\nquorum G", "asks for 0"), ("group G 01 X1\nquorum G", "asks for 01"), ("group G any\nquorum none", "no complete"),
        ("group G any X1 X1\nquorum G", "is a member already"), ("group G any X1\ngroup H any X1\nquorum G", "is a member already"),
        ("group G any none\nquorum G", "names none"), ("frob X\nquorum none", "no complete"), ("quorum none\r", "control character"),
        (f"witness X9 {SIGNERS['X1'].verifier.vkey}\nquorum none", "repeats a key"), (f"witness L {LOG.verifier.vkey}\nquorum none", "does not fit"),
        (f"log {SIGNERS['Y1'].verifier.vkey}\nquorum none", "does not fit"), ("log bad\nquorum none", "not a public key"),
    ],
)  # fmt: skip
def test_a_line_that_breaks_a_rule_is_refused(line: str, what: str) -> None:
    known = "\n".join(f"witness {name} {SIGNERS[name].verifier.vkey}" for name in ("X1", "X2"))
    with pytest.raises(Invalid, match=what):
        parse_policy(f"{known}\n{line}")


def test_names_may_be_any_bytes() -> None:
    assert parse_policy(b"# caf\xe9\nwitness \xff " + SIGNERS["X1"].verifier.vkey.encode() + b"\nquorum \xff\n").is_met(verifiers("X1"))


def test_a_missing_policy_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="nowhere"):
        load_policy(f"{tmp_path}/nowhere")
