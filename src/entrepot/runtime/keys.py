"""The master key: encrypts the signing keys at rest."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from entrepot.config import Settings
from entrepot.kit import Conflict, Invalid, b64url, unb64url


class MasterKey:
    """Seals secrets with AES-256-GCM; what a secret is for is authenticated with it, so that none can be swapped."""

    def __init__(self, key: bytes) -> None:
        if len(key) != 32:
            raise Invalid(
                f"The master key has {len(key)} bytes; it needs 32.", "Make one with `entrepot init`, or 32 random bytes in base64url."
            )
        self._cipher = AESGCM(key)
        self._key = key

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose alone (HKDF-SHA256, RFC 5869); the same one each time."""
        return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose.encode()).derive(self._key)

    def seal(self, secret: bytes, purpose: str) -> bytes:
        """Nonce and ciphertext of a secret."""
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, secret, purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """The secret again.

        Raises:
            Conflict: It was sealed under another master key or for another purpose.
        """
        try:
            return self._cipher.decrypt(sealed[:12], sealed[12:], purpose.encode())
        except InvalidTag:
            raise Conflict(
                "A stored key does not open under this master key.", "Use the master key that belongs to these records."
            ) from None


def load_master_key(settings: Settings, *, create: bool = False) -> MasterKey:
    """The master key from the settings or its file.

    Args:
        create: Make the file (mode 0600) when there is none yet.

    Raises:
        Invalid: There is no key, or its file is open to others.
    """
    if settings.master_key:
        return MasterKey(_read(settings.master_key))
    path = settings.resolved_master_key_file
    if settings.data_path in path.parents:
        raise Invalid(
            f"The master key {path} lies inside the data folder, so a copy of the data would carry it.",
            "Move it elsewhere and set ENTREPOT_MASTER_KEY_FILE.",
        )
    if not path.exists():
        if not create:
            raise Invalid(f"There is no master key at {path}.", "Run `entrepot init`, or set ENTREPOT_MASTER_KEY_FILE.")
        _write_key(path)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise Invalid(f"The master key {path} can be read by others.", f"Run `chmod 600 {path}`.")
    return MasterKey(_read(path.read_text("ascii")))


def _read(text: str) -> bytes:
    # Also as `openssl rand -base64 32` prints it.
    return unb64url(text.strip().rstrip("=").replace("+", "-").replace("/", "_"))


def _write_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # Another process was faster; its key is the one.
        return
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(b64url(os.urandom(32)) + "\n")
        file.flush()
        os.fsync(file.fileno())
