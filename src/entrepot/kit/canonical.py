"""One spelling for every value that is signed or hashed: canonical JSON (RFC 8785)."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import rfc8785

from entrepot.kit.errors import Invalid


def canonical_json(value: Any) -> bytes:
    """The RFC 8785 bytes of a JSON value; equal values give equal bytes.

    Raises:
        Invalid: The value has no canonical form (NaN, an integer beyond ±(2^53 − 1), an unknown type).
    """
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise Invalid(
            f"This value has no canonical JSON form: {error}", "Use strings, whole numbers up to 2^53 - 1, lists and objects."
        ) from None


def sha256_hex(data: bytes) -> str:
    """The SHA-256 digest in lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def digest(value: Any) -> str:
    """``sha256:…`` of the canonical JSON of a value."""
    return "sha256:" + sha256_hex(canonical_json(value))


def b64url(data: bytes) -> str:
    """Base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64url(text: str) -> bytes:
    """Bytes of a base64url text without padding; one spelling each, so that a signed text has no second form.

    Raises:
        Invalid: The text is not base64url.
    """
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        data = None
    if data is None or b64url(data) != text:
        raise Invalid("This is not base64url without padding.", "Copy the whole text, without spaces.")
    return data
