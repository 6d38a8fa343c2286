"""Signed notes (c2sp.org/signed-note) with the three kinds of key a log meets.

Kinds: Ed25519 over the note text (0x01), timestamped Ed25519 cosignatures (0x04) and timestamped ML-DSA-44 signatures (0x06), the
latter two as c2sp.org/tlog-cosignature defines them.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from entrepot.kit import Invalid
from entrepot.proof.checkpoint import b64, parse_checkpoint, unb64

MAX_NOTE = 256 * 1024
MAX_SIGNATURES = 64
_DASH = "\u2014 "


class KeyKind(IntEnum):
    """The signature type byte of a key."""

    ED25519 = 0x01
    COSIGNATURE = 0x04
    MLDSA44 = 0x06

    @property
    def is_timestamped(self) -> bool:
        """Whether its signatures begin with the time they were made."""
        return self is not KeyKind.ED25519


_PUBLIC_BYTES = {KeyKind.ED25519: 32, KeyKind.COSIGNATURE: 32, KeyKind.MLDSA44: 1312}


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line of a note."""

    name: str
    key_id: bytes
    data: bytes

    @property
    def line(self) -> str:
        """The line as it stands in a note, with its newline."""
        return f"{_DASH}{self.name} {b64(self.key_id + self.data)}\n"


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key under a name; two are the same key when name, kind and bytes agree."""

    name: str
    kind: KeyKind
    public_key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.public_key) != _PUBLIC_BYTES[self.kind]:
            raise Invalid(
                f"The key of {self.name} has {len(self.public_key)} bytes; its kind needs {_PUBLIC_BYTES[self.kind]}.",
                "Check that the key was copied whole.",
            )

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256(name, newline, kind, key)."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public_key).digest()[:4]

    @property
    def vkey(self) -> str:
        """``name+keyid+base64(kind ‖ key)``."""
        return f"{self.name}+{self.key_id.hex()}+{b64(bytes([self.kind]) + self.public_key)}"

    def matches(self, signature: Signature) -> bool:
        """Whether a signature line claims to be by this key."""
        return signature.name == self.name and signature.key_id == self.key_id

    def verify(self, text: str, signature: Signature) -> int | None:
        """Check one signature over a note text and give its time in POSIX seconds, None for a kind that carries none.

        Raises:
            Invalid: This key did not make the signature.
        """
        timestamp, raw = self._split(signature.data)
        message = signed_message(self.name, self.kind, text, timestamp)
        try:
            if self.kind is KeyKind.MLDSA44:
                MLDSA44PublicKey.from_public_bytes(self.public_key).verify(raw, message)
            else:
                Ed25519PublicKey.from_public_bytes(self.public_key).verify(raw, message)
        except (InvalidSignature, ValueError):
            raise Invalid(f"The signature by {self.name} is wrong.", "Do not trust this note; fetch it again from the log.") from None
        return timestamp if self.kind.is_timestamped else None

    def _split(self, data: bytes) -> tuple[int, bytes]:
        if not self.kind.is_timestamped:
            return 0, data
        timestamp = int.from_bytes(data[:8], "big")
        if len(data) < 9 or timestamp >= 2**63:
            raise Invalid(f"The signature by {self.name} carries no valid time.", "Do not trust this note; fetch it again from the log.")
        return timestamp, data[8:]


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key under a name: the 32-byte seed of an Ed25519 or ML-DSA-44 key."""

    name: str
    kind: KeyKind
    seed: bytes = field(repr=False)

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        if self.kind is KeyKind.MLDSA44:
            return Verifier(self.name, self.kind, MLDSA44PrivateKey.from_seed_bytes(self.seed).public_key().public_bytes_raw())
        return Verifier(self.name, self.kind, Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw())

    @property
    def skey(self) -> str:
        """``PRIVATE+KEY+name+keyid+base64(kind ‖ seed)``; a secret."""
        return f"PRIVATE+KEY+{self.name}+{self.verifier.key_id.hex()}+{b64(bytes([self.kind]) + self.seed)}"

    def sign(self, text: str, at: datetime) -> Signature:
        """Sign a note text; ``at`` goes into the signatures that carry a time."""
        timestamp = int(at.astimezone(UTC).timestamp())
        message = signed_message(self.name, self.kind, text, timestamp)
        if self.kind is KeyKind.MLDSA44:
            raw = MLDSA44PrivateKey.from_seed_bytes(self.seed).sign(message)
        else:
            raw = Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)
        prefix = timestamp.to_bytes(8, "big") if self.kind.is_timestamped else b""
        return Signature(self.name, self.verifier.key_id, prefix + raw)


@dataclass(frozen=True, slots=True)
class Note:
    """A text (ending in a newline) and the signature lines below it; nothing is verified yet."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(signature.line for signature in self.signatures)


@dataclass(frozen=True, slots=True)
class Verified:
    """A key that signed, and when where its kind tells."""

    verifier: Verifier
    timestamp: int | None


def new_signer(name: str, kind: KeyKind) -> Signer:
    """A fresh key."""
    check_name(name)
    return Signer(name, kind, os.urandom(32))


def check_name(name: str) -> None:
    """Refuse a key name that a note cannot carry.

    Raises:
        Invalid: The name is empty or holds a space, a control character or a plus.
    """
    if not name or "+" in name or any(c.isspace() or ord(c) < 0x20 for c in name):
        raise Invalid(f"{name!r} cannot name a key.", "Use a host and path without scheme, spaces or plus signs.")


def parse_vkey(text: str) -> Verifier:
    """Read a public key as operators exchange it.

    Raises:
        Invalid: It is damaged, or of a kind this release does not know.
    """
    match = re.fullmatch(r"([^+]+)\+([0-9a-f]{8})\+(\S+)", text)
    if not match:
        raise Invalid(f"{text[:60]!r} is not a public key.", "Write it as name+keyid+base64, as the log or witness publishes it.")
    verifier = Verifier(match[1], *_kind_and_key(match[3]))
    if verifier.key_id.hex() != match[2]:
        raise Invalid(f"The public key of {match[1]} does not match its key id {match[2]}.", "Check that the key was copied whole.")
    return verifier


def parse_skey(text: str) -> Signer:
    """Read a private key.

    Raises:
        Invalid: It is damaged, or of a kind this release does not know.
    """
    match = re.fullmatch(r"PRIVATE\+KEY\+([^+]+)\+([0-9a-f]{8})\+(\S+)", text)
    if not match:
        raise Invalid("This is not a private key.", "Write it as PRIVATE+KEY+name+keyid+base64.")
    check_name(match[1])
    kind, seed = _kind_and_key(match[3])
    if len(seed) != 32:
        raise Invalid(f"The private key of {match[1]} has {len(seed)} bytes; it needs 32.", "Check that the key was copied whole.")
    signer = Signer(match[1], kind, seed)
    if signer.verifier.key_id.hex() != match[2]:
        raise Invalid(f"The private key of {match[1]} does not match its key id {match[2]}.", "Check that the key was copied whole.")
    return signer


def parse_note(text: str | bytes) -> Note:
    """Read a note strictly; what it says counts only after ``verify_note``.

    Raises:
        Invalid: It is not a signed note, or larger than a note may be.
    """
    if isinstance(text, bytes):
        text = _decode(text)
    if len(text) > MAX_NOTE or any(ord(c) < 0x20 and c != "\n" for c in text):
        raise Invalid("This is not a signed note: it is too long or holds control characters.", "Fetch it again from its source.")
    body, separator, below = text.rpartition("\n\n")
    lines = below.split("\n")
    if not separator or not body or len(lines) < 2 or lines.pop():
        raise Invalid("This is not a signed note: it needs a text, an empty line and signature lines.", "Fetch it again from its source.")
    return Note(body + "\n", parse_signatures(lines))


def parse_signatures(lines: Sequence[str]) -> tuple[Signature, ...]:
    """Read signature lines, without their newlines.

    Raises:
        Invalid: A line is not a signature line, or there are too many.
    """
    if len(lines) > MAX_SIGNATURES:
        raise Invalid(f"The note carries {len(lines)} signatures; at most {MAX_SIGNATURES} are read.", "Remove those you do not need.")
    return tuple(_signature(line) for line in lines)


def sign_note(text: str, signers: Sequence[Signer], *, at: datetime) -> str:
    """A note with one signature line per key."""
    return str(Note(text, tuple(signer.sign(text, at) for signer in signers)))


def verify_note(note: Note, verifiers: Sequence[Verifier]) -> tuple[Verified, ...]:
    """The known keys that signed; signatures by unknown keys say nothing and are passed over.

    Raises:
        Invalid: A signature that claims to be by a known key is wrong, or no known key signed.
    """
    found: dict[Verifier, Verified] = {}
    for signature in note.signatures:
        for verifier in verifiers:
            if verifier.matches(signature):
                found.setdefault(verifier, Verified(verifier, verifier.verify(note.text, signature)))
    if not found:
        raise Invalid("No key you trust signed this note.", "Compare the keys you use with those that the log publishes.")
    return tuple(found.values())


def signed_message(name: str, kind: KeyKind, text: str, timestamp: int) -> bytes:
    """The bytes a key of this kind signs for a note text.

    Raises:
        Invalid: The kind signs checkpoints only, and the text is none.
    """
    if kind is KeyKind.ED25519:
        return text.encode()
    if kind is KeyKind.COSIGNATURE:
        return f"cosignature/v1\ntime {timestamp}\n{text}".encode()
    checkpoint = parse_checkpoint(text)
    return b"".join(
        [
            b"subtree/v1\n\0", _opaque(name), timestamp.to_bytes(8, "big"), _opaque(checkpoint.origin),
            (0).to_bytes(8, "big"), checkpoint.size.to_bytes(8, "big"), checkpoint.root,
        ]
    )  # fmt: skip


def _opaque(text: str) -> bytes:
    data = text.encode()
    if not 1 <= len(data) <= 255:
        raise Invalid(f"The name {text[:40]!r} has {len(data)} bytes; 1 to 255 can be signed.", "Use a shorter origin or key name.")
    return bytes([len(data)]) + data


def _signature(line: str) -> Signature:
    name, separator, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not separator:
        raise Invalid(f"{line[:40]!r} is not a signature line.", "Fetch the note again from its source.")
    check_name(name)
    data = unb64(encoded)
    if len(data) < 5:
        raise Invalid(f"The signature line of {name} is too short.", "Fetch the note again from its source.")
    return Signature(name, data[:4], data[4:])


def _kind_and_key(encoded: str) -> tuple[KeyKind, bytes]:
    data = unb64(encoded)
    if not data or data[0] not in KeyKind._value2member_map_:
        raise Invalid("The key is of a kind this release does not know.", "Known are Ed25519 (1), cosignature/v1 (4) and ML-DSA-44 (6).")
    return KeyKind(data[0]), data[1:]


def _decode(data: bytes) -> str:
    if len(data) > MAX_NOTE:
        raise Invalid(f"A note of {len(data)} bytes is too long.", f"At most {MAX_NOTE} bytes are read.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid("This is not a signed note: it is not UTF-8 text.", "Fetch it again from its source.") from None
