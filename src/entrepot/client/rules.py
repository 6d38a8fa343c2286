"""The rules, over HTTP: what they say of a listing or a trade, answers to what they ask, packs, and what a person lets pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from entrepot.client.verbs import Verbs


class RuleVerbs(Verbs):
    """Verbs of a client about rules."""

    def ruling(self, subject_id: str, *, language: str = "en") -> Any:
        """What the rules say of a listing of yours or of a trade: findings with article and remedy, questions, duties."""
        return self.call("GET", f"/{_kind(subject_id)}/{subject_id}/ruling", query={"language": language})

    def answer(self, subject_id: str, facts: Mapping[str, Any], *, language: str = "en") -> Any:
        """Answer what the rules ask about a listing or a trade; what they say then comes back."""
        return self.call("PUT", f"/{_kind(subject_id)}/{subject_id}/facts", {"facts": dict(facts)}, query={"language": language})

    def before_publishing(self, manifest: str, sketched: Mapping[str, Any], *, listing_id: str = "", language: str = "en") -> Any:
        """What the rules would say of publishing a table under a manifest; the sketch holds names, kinds and counts, and no value."""
        body = {"manifest": manifest, "listing": listing_id, **sketched}
        return self.call("POST", "/rules/before-publishing", body, query={"language": language})

    def rule_packs(self) -> Any:
        """The packs in force."""
        return self.call("GET", "/rules/packs")

    def rule_pack_text(self, pack_id: str) -> str:
        """The YAML text of a pack that was installed on the exchange."""
        return str(self.call("GET", f"/rules/packs/{pack_id}")["text"])

    def install_rules(self, pack: str, vectors: str, *, replace: bool = False, files: tuple[str, str] = ("", "")) -> Any:
        """Put a pack in force, as YAML texts (operators).

        Args:
            replace: It is meant to take the place of one of the program's.
            files: What the pack and its vectors are called, so that problems name them.
        """
        named = {"pack_file": files[0], "vectors_file": files[1]} if any(files) else {}
        return self.call("POST", "/rules/packs", {"pack": pack, "vectors": vectors, "replace": replace, **named})

    def uninstall_rules(self, pack_id: str) -> None:
        """Take an installed pack out of force (operators)."""
        self.call("DELETE", f"/rules/packs/{pack_id}")

    def rules_what_if(self, pack: str) -> Any:
        """Which decisions a draft would change (operators)."""
        return self.call("POST", "/rules/what-if", {"pack": pack, "vectors": ""})

    def begin_trial(self, pack: str) -> Any:
        """Have a job try a draft on everything that is live (operators)."""
        return self.call("POST", "/rules/trials", {"pack": pack})

    def trial(self, trial_id: str) -> Any:
        """A trial and, once the job is done, what it found (operators)."""
        return self.call("GET", f"/rules/trials/{trial_id}")

    def rulings_waiting(self, *, language: str = "en") -> Any:
        """The newest ruling on each case that the rules leave to a person, and why (operators)."""
        return self.call("GET", "/rulings/waiting", query={"language": language})

    def let_pass(self, ruling_id: str, *, reason: str) -> Any:
        """Let a case pass that the rules leave to a person (operators)."""
        return self.call("POST", f"/rulings/{ruling_id}/approval", {"reason": reason})

    def refuse_ruling(self, ruling_id: str, *, reason: str) -> Any:
        """Refuse a case that the rules leave to a person (operators)."""
        return self.call("POST", f"/rulings/{ruling_id}/refusal", {"reason": reason})

    def operations(self, *, language: str = "en") -> Any:
        """What your organisation has to answer or to put right, and its register of operations."""
        return self.call("GET", "/operations", query={"language": language})

    def enter_operation(self, kind: str, facts: Mapping[str, Any], *, language: str = "en") -> Any:
        """Enter something that you do, such as an incident; what the rules say comes back."""
        return self.call("POST", "/operations", {"kind": kind, "facts": dict(facts)}, query={"language": language})

    def operation(self, operation_id: str, *, language: str = "en") -> Any:
        """What the rules say of an operation today."""
        return self.call("GET", f"/operations/{operation_id}", query={"language": language})

    def answer_operation(self, operation_id: str, facts: Mapping[str, Any], *, language: str = "en") -> Any:
        """Answer what the rules ask about an operation of yours."""
        return self.call("PUT", f"/operations/{operation_id}/facts", {"facts": dict(facts)}, query={"language": language})


def _kind(subject_id: str) -> str:
    return "negotiations" if subject_id.startswith("neg_") else "listings"
