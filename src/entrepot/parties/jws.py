"""Signatures that anyone can check: JWS General JSON (RFC 7515, section 7.2.1) over canonical JSON, EdDSA (RFC 8037)."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from entrepot.kit import Invalid, Refused, b64url, canonical_json

ALGORITHMS = ["EdDSA", "Ed25519"]
# RFC 9864 renames EdDSA with this curve to Ed25519; verifiers in the field still expect the older name.
warnings.filterwarnings("ignore", message="EdDSA is deprecated", module="joserfc")


class SignatureInvalid(Refused):
    """A signature does not fit its payload, its key or its signer."""


def sign(payload: Any, key: OKPKey, *, kid: str, typ: str) -> dict[str, str]:
    """One signature object (``protected``, ``signature``) over the canonical JSON of a payload."""
    signed: Any = jws.serialize_json(
        [{"protected": {"alg": "EdDSA", "kid": kid, "typ": typ}}], canonical_json(payload), key, algorithms=ALGORITHMS
    )
    member = signed["signatures"][0]
    return {"protected": member["protected"], "signature": member["signature"]}


def assemble(payload: Any, signatures: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """The JWS General JSON of a payload and the signatures over it."""
    return {"payload": b64url(canonical_json(payload)), "signatures": [dict(s) for s in signatures]}


def verify(document: Mapping[str, Any], public_keys: Mapping[str, Mapping[str, Any]]) -> tuple[Any, list[str]]:
    """The payload and the key ids of a JWS whose every signature is good.

    Args:
        public_keys: JWK by key id, from a source the reader trusts.

    Raises:
        SignatureInvalid: A signature is wrong, or its key is not among the public keys.
        Invalid: The document is no JWS General JSON, or its payload is not canonical JSON.
    """
    kids: list[str] = []

    def find(member: Any) -> OKPKey:
        kid = str(member.headers().get("kid", ""))
        if kid not in public_keys:
            raise SignatureInvalid(
                f"The signing key {kid!r} is not among the known keys.", "Fetch the signer's public keys from a source you trust."
            )
        kids.append(kid)
        return OKPKey.import_key(dict(public_keys[kid]))

    if not isinstance(document.get("payload"), str) or not isinstance(document.get("signatures"), list) or not document["signatures"]:
        raise Invalid("This is no JWS in General JSON form.", "It needs a payload and at least one signature (RFC 7515, section 7.2.1).")
    try:
        found = jws.deserialize_json({"payload": document["payload"], "signatures": document["signatures"]}, find, algorithms=ALGORITHMS)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise SignatureInvalid(
            f"A signature does not verify: {type(error).__name__}.", "The document was changed, or signed with another key."
        ) from None
    return _canonical(bytes(found.payload)), kids


def _canonical(data: bytes) -> Any:
    try:
        payload = json.loads(data)
    except ValueError:
        raise Invalid("The signed payload is not JSON.", "Ask the signer for the document again.") from None
    if canonical_json(payload) != data:
        raise Invalid("The signed payload is not canonical JSON (RFC 8785).", "Ask the signer for the document again.")
    return payload
