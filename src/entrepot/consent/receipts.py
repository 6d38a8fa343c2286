"""Consent records and receipts in the fields of ISO/IEC TS 27560:2023, with terms of DPV 2.3, and how a receipt out of a bulk file is proved."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from entrepot.consent.model import ANYBODY, STATUS_TERMS, Recorded, Scope
from entrepot.kit import Invalid, canonical_json, rfc3339, sha256_hex
from entrepot.privacy.categories import CATEGORIES
from entrepot.proof import tree
from entrepot.proof.model import commit_bytes

SCHEMA = "ISO/IEC TS 27560:2023"
FORMAT = "entrepot-consent-receipt/1"
_KINDS = {
    "general": "dpv:Consent", "guardian": "ent-cn:GuardianConsent", "separate": "ent-cn:SeparateConsent", "written": "ent-cn:WrittenConsent",
}  # fmt: skip


def record(
    scope: Scope, *, record_id: str, subject: str, act: str, at: datetime, expires_at: datetime | None, by: str, parties: Mapping[str, Any],
    receipt_id: str = "", notice_text: str = "", link: int | None = None, after_no: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What is known about one act, as a consent record.

    Args:
        notice_text: The words that were shown, where the exchange showed them; ``privacy_notice`` is their digest.
        subject: The pseudonymous digest in hexadecimal.
        link: Which of the person's links it was said by, from 0; ``after_no`` the "no" by an earlier one that it follows.
        parties: Controller and recipient by id, each with name and country.
    """
    controller, recipient = scope.controller_id, scope.recipient_id
    purposes = [
        {
            "purpose": purpose, "lawful_basis": _KINDS[scope.kind.value],
            "pii_information": [{"pii_type": CATEGORIES[c].term} for c in scope.categories] or [{"pii_type": "dpv:PersonalData"}],
            "pii_controllers": [controller], "recipient_third_parties": [] if recipient == ANYBODY else [recipient],
            "service": scope.listing_id or "all", "withdrawal_method": "the person's link, at any time, as easily as giving",
            "jurisdiction": str(parties.get(controller, {}).get("country", "")),
        }
        for purpose in scope.purposes
    ]  # fmt: skip
    validity = None if expires_at is None else rfc3339(expires_at)
    event: dict[str, Any] = {
        "event_time": rfc3339(at), "event_type": STATUS_TERMS[act], "event_state": act, "entity_id": by, "valid_until": validity,
    }  # fmt: skip
    if link:
        event["personal_link"] = link
    if after_no:
        event["after_no_by_earlier_link"] = after_no
    return {
        "schema_version": SCHEMA, "record_id": record_id, "pii_principal_id": subject,
        "pii_processing": {
            "privacy_notice": scope.notice_digest, **({"privacy_notice_text": notice_text} if notice_text else {}), "purposes": purposes,
        },
        "party_identification": [
            {"party_id": party_id, "party_name": said["name"], "party_country": said["country"], "party_role": said["role"]}
            for party_id, said in sorted(parties.items())
        ],
        "events": [event],
    }  # fmt: skip


def of_act(act: Recorded, scope: Scope, parties: Mapping[str, Any], *, notice_text: str = "") -> dict[str, Any]:
    """The record of a stored act."""
    return record(
        scope,
        record_id=act.id,
        subject=act.subject.hex(),
        act=act.act.value,
        at=act.at,
        expires_at=act.expires_at,
        by=act.by,
        parties=parties,
        notice_text=notice_text,
        link=act.link,
        after_no=act.after_no,
    )


def verify_notice(fact: Mapping[str, Any]) -> str | None:
    """Check that the words in a record are those its notice names; what was found, or None where it holds no words.

    Raises:
        Invalid: They are others.
    """
    processing = fact.get("pii_processing")
    text = processing.get("privacy_notice_text") if isinstance(processing, Mapping) else None
    if not isinstance(processing, Mapping) or not isinstance(text, str):
        return None
    if processing.get("privacy_notice") != f"sha256:{sha256_hex(text.encode())}":
        raise Invalid("The words of the notice are not those that the consent names.", "Ask the exchange for the original.")
    return "The words that were shown are those that the consent names."


def told_of_link(fact: Mapping[str, Any]) -> str | None:
    """What a record says of a yes that follows a "no" by an earlier link of the person's; None where it says nothing of the kind."""
    events = fact.get("events")
    first = events[0] if isinstance(events, list) and events and isinstance(events[0], Mapping) else {}
    refused = first.get("after_no_by_earlier_link")
    if not isinstance(refused, str):
        return None
    return f"The yes came by a personal link that was made after the person's no ({refused[:60]}) by an earlier one."


def batch_salt(secret: bytes, position: int) -> bytes:
    """The salt of one row of a bulk file; who knows it knows nothing of the others."""
    return hmac.new(secret, position.to_bytes(8, "big"), hashlib.sha256).digest()


def leaf(salt: bytes, fact: bytes) -> bytes:
    """The leaf of a bulk file's tree that commits to one record."""
    return tree.leaf_hash(bytes.fromhex(commit_bytes(salt, fact)))


def verify_in_batch(document: Mapping[str, Any]) -> str:
    """Check that the record in a receipt is one of those its bulk file committed to; what was found, as a sentence.

    Raises:
        Invalid: It is not, or the receipt is malformed.
    """
    try:
        salt, path = bytes.fromhex(document["salt"]), [bytes.fromhex(hash_) for hash_ in document["path"]]
        position, said = int(document["position"]), document["batch"]["fact"]
        size, root = int(said["rows"]), bytes.fromhex(said["root"])
    except (KeyError, TypeError, ValueError):
        raise Invalid("The consent receipt is incomplete.", "Ask the exchange for the original.") from None
    found = tree.verify_inclusion(leaf(salt, canonical_json(document["fact"])), index=position, size=size, proof=path, root=root)
    if not found:
        raise Invalid("The record is not the one that the bulk file committed to.", "Ask the exchange for the original.")
    return f"The record is row {position + 1:,} of the {size:,} that were committed to together."
