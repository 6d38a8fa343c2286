"""Receipts: one JSON document that proves a logged fact offline, with public keys only."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from entrepot.kit import EntrepotError, Invalid, b64url, canonical_json, parse_rfc3339, unb64url
from entrepot.parties import jws
from entrepot.proof.model import commit, leaf_text, load_object
from entrepot.proof.notes import Verifier, parse_note, parse_vkey
from entrepot.proof.policy import Policy
from entrepot.proof.tlog_proof import Inclusion, parse_tlog_proof, verify_inclusion

FORMAT = "entrepot-receipt/1"
_NEEDED = {"format": str, "kind": str, "fact": dict, "salt": str, "leaf": str, "tlog_proof": str, "log": list}
_CHANGED = "The receipt has been changed; ask the exchange for the original."


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was checked; ``passed`` is None where it did not apply or an earlier step had failed."""

    name: str
    passed: bool | None
    detail: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What became of a receipt, step by step.

    Attributes:
        signed_by: Key ids of the JWS signatures, empty for a fact that was not signed.
        inclusion: Position and checkpoint, once proven.
        witnesses: Names of the witnesses of the policy that cosigned.
    """

    steps: tuple[Step, ...]
    signed_by: tuple[str, ...] = ()
    inclusion: Inclusion | None = None
    witnesses: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether no step failed."""
        return all(step.passed is not False for step in self.steps)

    @property
    def errors(self) -> tuple[str, ...]:
        """The failed steps as sentences."""
        return tuple(step.detail for step in self.steps if step.passed is False)

    def require_ok(self) -> None:
        """Refuse a receipt that does not verify.

        Raises:
            Invalid: A step failed; the message is its finding.
        """
        for step in self.steps:
            if step.passed is False:
                raise Invalid(step.detail, step.hint, step=step.name)


def read_receipt(text: str | bytes) -> dict[str, Any]:
    """The document in a receipt file.

    Raises:
        Invalid: It is no JSON object in UTF-8, or names a member twice.
    """
    try:
        return load_object(text.decode("utf-8") if isinstance(text, bytes) else text)
    except UnicodeDecodeError:
        raise Invalid("The receipt is not UTF-8 text.", "Check that it is the right file.") from None


def verify_receipt(
    document: Mapping[str, Any],
    *,
    log_vkeys: Sequence[str],
    organisation_keys: Mapping[str, Mapping[str, Any]],
    policy: Policy | None = None,
) -> Verification:
    """Check a receipt offline; nothing in the document itself is trusted.

    Args:
        log_vkeys: The log's public keys from a source you trust; each of them must have signed.
        organisation_keys: JWK by key id of the exchange, from a source you trust; only needed for signed facts.
        policy: The witnesses you require; None to rely on the log alone.

    Raises:
        Invalid: One of the keys given is no public key, or none was given.
    """
    if not log_vkeys:
        raise Invalid("A receipt cannot be checked without a key of its log.", "Give the public keys that the exchange publishes.")
    return _Check(document, [parse_vkey(vkey) for vkey in log_vkeys], organisation_keys, policy).run()


class _Check:
    def __init__(
        self,
        document: Mapping[str, Any],
        log_keys: list[Verifier],
        organisation_keys: Mapping[str, Mapping[str, Any]],
        policy: Policy | None,
    ) -> None:
        self.document, self.log_keys, self.organisation_keys, self.policy = document, log_keys, organisation_keys, policy
        self.signed_by: tuple[str, ...] = ()
        self.inclusion: Inclusion | None = None
        self.witnesses: tuple[str, ...] = ()

    def run(self) -> Verification:
        todo: list[tuple[str, Callable[[], str | None], str]] = [
            ("format", self._format, ""),
            ("commitment", self._commitment, ""),
            ("signature", self._signature, "The fact carries no signature of its own; the log alone vouches for it."),
            ("log", self._log, ""),
            ("witnesses", self._witnesses, "No witness policy was given; the log alone vouches for the tree."),
        ]
        steps: list[Step] = []
        for name, check, otherwise in todo:
            if any(step.passed is False for step in steps):
                steps.append(Step(name, None, "Not checked, since an earlier step failed."))
                continue
            try:
                detail = check()
                steps.append(Step(name, None if detail is None else True, otherwise if detail is None else detail))
            except EntrepotError as error:
                steps.append(Step(name, False, error.message, error.hint))
        return Verification(steps=tuple(steps), signed_by=self.signed_by, inclusion=self.inclusion, witnesses=self.witnesses)

    def _format(self) -> str:
        document = self.document
        if document.get("format") != FORMAT:
            raise Invalid(f"This is no receipt of the form {FORMAT}.", "Check that it is the right file.")
        wrong = [name for name, kind in _NEEDED.items() if not isinstance(document.get(name), kind)]
        unknown = sorted(set(document) - set(_NEEDED) - {"jws"})
        if wrong or unknown:
            raise Invalid(f"The receipt's member {(wrong + unknown)[0]!r} is missing, malformed or unknown.", _CHANGED)
        listed = [parse_vkey(vkey) for vkey in document["log"] if isinstance(vkey, str)]
        if len(listed) != len(document["log"]) or any(key not in listed for key in self.log_keys):
            raise Invalid("The receipt names other log keys than those you trust.", "Compare your keys with those the exchange publishes.")
        return f"A receipt of the form {FORMAT}."

    def _commitment(self) -> str:
        document = self.document
        if not re.fullmatch(r"[0-9a-f]{64}", document["salt"]):
            raise Invalid("The receipt's salt is not 32 bytes in hexadecimal.", _CHANGED)
        leaf = load_object(document["leaf"])
        if set(leaf) != {"kind", "commitment", "at"} or not all(isinstance(value, str) for value in leaf.values()):
            raise Invalid("The log entry in the receipt does not consist of kind, commitment and time.", _CHANGED)
        if leaf["kind"] != document["kind"]:
            raise Invalid(f"The receipt says {document['kind']!r}, and the log entry {leaf['kind']!r}.", _CHANGED)
        if leaf["commitment"] != commit(bytes.fromhex(document["salt"]), document["fact"]):
            raise Invalid("The fact in the receipt is not the one that was logged.", _CHANGED)
        at = parse_rfc3339(leaf["at"])
        if leaf_text(kind=leaf["kind"], commitment=leaf["commitment"], at=at) != document["leaf"]:
            raise Invalid("The log entry in the receipt is not in its canonical form.", _CHANGED)
        return f"The fact is the one recorded as {leaf['kind']} at {leaf['at']}."

    def _signature(self) -> str | None:
        if "jws" not in self.document:
            return None
        signed = self.document["jws"]
        _require_canonical(signed)
        payload, kids = jws.verify(signed, self.organisation_keys)
        if canonical_json(payload) != canonical_json(self.document["fact"]):
            raise Invalid("The signature in the receipt is over another fact.", _CHANGED)
        self.signed_by = tuple(kids)
        return f"The fact is signed with {', '.join(kids)}."

    def _log(self) -> str:
        found = verify_inclusion(self.document["leaf"].encode(), self.document["tlog_proof"], log_keys=self.log_keys)
        self.inclusion = found
        return f"The fact is entry {found.index} of {found.checkpoint.size} in the log {found.checkpoint.origin}, which signed for it."

    def _witnesses(self) -> str | None:
        if self.policy is None:
            return None
        note = parse_note(parse_tlog_proof(self.document["tlog_proof"]).checkpoint)
        trusted = [log.verifier for log in self.policy.logs]
        if trusted and not any(key in trusted for key in self.log_keys):
            raise Invalid("The witness policy does not name this log.", "Use the policy that belongs to this exchange.")
        verifiers = {found.verifier for found in self.policy.cosigners(note)}
        self.witnesses = tuple(witness.name for witness in self.policy.witnesses if witness.verifier in verifiers)
        if not self.policy.is_met(verifiers):
            raise Invalid(
                f"The quorum {self.policy.quorum} of the witness policy is not met; {', '.join(self.witnesses) or 'nobody'} cosigned.",
                "Ask the exchange for a fresh receipt once its witnesses have cosigned.",
            )
        return f"The witnesses' quorum is met: {', '.join(self.witnesses) or 'none is asked for'}."


def _require_canonical(signed: Any) -> None:
    """Of the several spellings that decode to the same signature, accept the one that was issued."""
    members = signed.get("signatures") if isinstance(signed, Mapping) else None
    if not isinstance(members, list) or set(signed) != {"payload", "signatures"}:
        raise Invalid("The receipt's signature is no JWS in General JSON form.", _CHANGED)
    for member in [{"payload": signed["payload"]}, *members]:
        if not isinstance(member, Mapping) or set(member) not in ({"payload"}, {"protected", "signature"}):
            raise Invalid("The receipt's signature is no JWS in General JSON form.", _CHANGED)
        for text in member.values():
            if not isinstance(text, str) or b64url(unb64url(text)) != text:
                raise Invalid("The receipt's signature is not canonical base64url text.", _CHANGED)
