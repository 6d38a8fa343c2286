"""The offline proof that an entry is in a log, as text (c2sp.org/tlog-proof)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from entrepot.kit import Invalid
from entrepot.proof import tree
from entrepot.proof.checkpoint import Checkpoint, b64, parse_checkpoint, parse_decimal, parse_hash, unb64
from entrepot.proof.notes import Verified, Verifier, parse_note, verify_note

HEADER = "c2sp.org/tlog-proof@v1"
MAX_HASHES = 63


@dataclass(frozen=True, slots=True, kw_only=True)
class TlogProof:
    """Where an entry stands, the hashes that lead to the root, and the signed checkpoint, verbatim.

    ``extra`` is carried along and proves nothing.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    def __str__(self) -> str:
        extra = [] if self.extra is None else [f"extra {b64(self.extra)}"]
        return "\n".join([HEADER, *extra, f"index {self.index}", *map(b64, self.hashes), "", self.checkpoint])


@dataclass(frozen=True, slots=True, kw_only=True)
class Inclusion:
    """An entry proven to be in a log, and who vouches for the tree."""

    index: int
    checkpoint: Checkpoint
    signers: tuple[Verified, ...]


def parse_tlog_proof(text: str) -> TlogProof:
    """Read a proof strictly.

    Raises:
        Invalid: It is not such a text.
    """
    head, separator, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if lines.pop(0) != HEADER or not separator or not lines:
        raise Invalid("This is not a log proof.", f"It begins with {HEADER} and holds a checkpoint below an empty line.")
    extra = unb64(lines.pop(0).removeprefix("extra ")) if lines[0].startswith("extra ") else None
    if not lines or not lines[0].startswith("index ") or len(lines) > MAX_HASHES + 1:
        raise Invalid("This log proof names no index, or has too many hashes.", "Fetch it again from the exchange.")
    index = parse_decimal(lines[0].removeprefix("index "), "leaf index")
    return TlogProof(index=index, hashes=tuple(map(parse_hash, lines[1:])), checkpoint=checkpoint, extra=extra)


def verify_inclusion(leaf: bytes, proof: str, *, log_keys: Sequence[Verifier]) -> Inclusion:
    """Check offline that a leaf is in the log that all of these keys sign for.

    Args:
        leaf: The bytes of the log entry.
        log_keys: Every key that must have signed; the log's Ed25519 key, and its ML-DSA-44 key for the time after quantum computers.

    Raises:
        Invalid: The proof is damaged, a signature is missing or wrong, or the leaf is not in the tree; the message says which.
    """
    parsed = parse_tlog_proof(proof)
    note = parse_note(parsed.checkpoint)
    signers = verify_note(note, log_keys)
    signed_by = {found.verifier for found in signers}
    missing = [key for key in log_keys if key not in signed_by]
    if missing:
        raise Invalid(
            f"The checkpoint lacks the signature by key {missing[0].key_id.hex()} of {missing[0].name}.",
            "Ask the exchange for a fresh proof, or give only the keys that you require.",
        )
    checkpoint = parse_checkpoint(note.text)
    if any(key.name != checkpoint.origin for key in log_keys):
        raise Invalid(f"The checkpoint is of the log {checkpoint.origin}, for which your keys do not speak.", "Use the keys of that log.")
    found = tree.verify_inclusion(tree.leaf_hash(leaf), index=parsed.index, size=checkpoint.size, proof=parsed.hashes, root=checkpoint.root)
    if not found:
        raise Invalid(
            f"The entry is not at position {parsed.index} of the log {checkpoint.origin} with {checkpoint.size} entries.",
            "The receipt or its proof has been changed; ask the exchange for the original.",
        )
    return Inclusion(index=parsed.index, checkpoint=checkpoint, signers=signers)
