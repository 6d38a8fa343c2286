"""Verify a receipt or a signed agreement offline, with public keys only."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from entrepot import consent, parties, proof, trades
from entrepot.flows.prove import TRUST_FORMAT
from entrepot.kit import EntrepotError, Invalid


def verify_document(document: bytes, trusted: bytes, policy: str | None = None) -> dict[str, Any]:
    """Check every claim a document makes, step by step.

    Args:
        document: A receipt, or an agreement in JWS General JSON.
        trusted: Public keys as ``flows.trust`` gives them, from a source the reader trusts.
        policy: A witness policy (C2SP tlog-policy) that the log's checkpoint must satisfy.

    Raises:
        Invalid: The document or the trust file is of no kind we know.
    """
    keys = _read(trusted, "trust file")
    if keys.get("format") != TRUST_FORMAT:
        raise Invalid("The trust file is not of the form that `entrepot trust` writes.", "Fetch it again from a source you trust.")
    organisation_keys = {key["kid"]: key for key in keys["keys"]}
    value = proof.read_receipt(document)
    if "signatures" in value:
        return _agreement(value, organisation_keys)
    witnesses = proof.parse_policy(policy) if policy else None
    if value.get("format") == consent.FORMAT:
        return _consent(value, keys["log"], organisation_keys, witnesses)
    return _receipt(value, keys["log"], organisation_keys, witnesses)


def _receipt(value: dict[str, Any], log: list[str], keys: dict[str, Any], policy: proof.Policy | None) -> dict[str, Any]:
    found = proof.verify_receipt(value, log_vkeys=log, organisation_keys=keys, policy=policy)
    steps = [{"name": s.name, "passed": s.passed, "detail": s.detail} for s in found.steps]
    steps += _notice(value.get("fact")) + _link(value.get("fact"))
    return {
        "holds": found.ok and all(step["passed"] is not False for step in steps),
        "kind": value.get("kind"),
        "steps": steps,
        "fact": value.get("fact"),
    }


def _consent(value: dict[str, Any], log: list[str], keys: dict[str, Any], policy: proof.Policy | None) -> dict[str, Any]:
    """A consent out of a bulk file: the record's signature, its place among the rows, and the receipt of the file itself."""
    batch = value.get("batch")
    proved = _receipt(batch if isinstance(batch, dict) else {}, log, keys, policy)
    steps = [
        _tried("signature", lambda: _signed(value, keys)), _tried("row", lambda: consent.verify_in_batch(value)), *proved["steps"],
    ]  # fmt: skip
    return {"holds": all(step["passed"] is not False for step in steps), "kind": "consent", "steps": steps, "fact": value.get("fact")}


def _signed(value: dict[str, Any], keys: dict[str, Any]) -> str:
    signed = value.get("jws")
    payload, kids = parties.jws.verify(signed if isinstance(signed, dict) else {}, keys)
    if payload != value.get("fact"):
        raise Invalid("The signature is over another record.", "Ask the exchange for the original.")
    return f"The record is signed with {', '.join(kids)}."


def _notice(fact: Any) -> list[dict[str, Any]]:
    """What a person was shown, where the fact is a consent that holds these words."""
    try:
        detail = consent.verify_notice(fact) if isinstance(fact, dict) else None
    except EntrepotError as error:
        return [{"name": "notice", "passed": False, "detail": error.message}]
    return [] if detail is None else [{"name": "notice", "passed": True, "detail": detail}]


def _link(fact: Any) -> list[dict[str, Any]]:
    """That a yes follows a "no" by an earlier personal link, where the fact says so: true, and for the reader to weigh."""
    detail = consent.told_of_link(fact) if isinstance(fact, dict) else None
    return [] if detail is None else [{"name": "link", "passed": None, "detail": detail}]


def _tried(name: str, check: Callable[[], str]) -> dict[str, Any]:
    try:
        return {"name": name, "passed": True, "detail": check()}
    except EntrepotError as error:
        return {"name": name, "passed": False, "detail": error.message}


def _agreement(value: dict[str, Any], keys: dict[str, Any]) -> dict[str, Any]:
    try:
        payload = trades.verify(value, keys)
    except EntrepotError as error:
        return {
            "holds": False,
            "kind": "agreement",
            "steps": [{"name": "signatures", "passed": False, "detail": error.message}],
            "fact": None,
        }
    names = " and ".join(f"{party['name']} ({role})" for role, party in payload["parties"].items())
    return {
        "holds": True,
        "kind": "agreement",
        "steps": [{"name": "signatures", "passed": True, "detail": f"signed by {names}"}],
        "fact": payload,
    }


def _read(data: bytes, what: str) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, UnicodeDecodeError):
        raise Invalid(f"The {what} is not JSON.", "Check that it is the right file.") from None
    if not isinstance(value, dict):
        raise Invalid(f"The {what} is not a JSON object.", "Check that it is the right file.")
    return value
