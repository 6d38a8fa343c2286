"""Consent, over HTTP: what people say, tokens for single questions, personal links and requests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from entrepot.client.verbs import Verbs


class ConsentVerbs(Verbs):
    """Verbs of a client about what people say."""

    def consent(self, person: str, *, act: str = "given", **scope: Any) -> Any:
        """Record what a person said, or that you asked; ``scope`` names listing, recipient, purposes, categories, kind, notice and days."""
        return self.call("POST", "/consents", {"person": person, "act": act, **scope})

    def withdraw_consent(self, person: str, **scope: Any) -> Any:
        """Record that a person withdrew; the next delivery leaves the person out."""
        return self.call("POST", "/consents/withdrawals", {"person": person, **scope})

    def import_consents(self, upload_id: str, *, act: str = "given", column: str = "person", **scope: Any) -> Any:
        """Record the same for every person in an upload, all or nothing."""
        return self.call("POST", "/consents/imports", {"upload": upload_id, "act": act, "column": column, **scope})

    def consents(self, person: str | None = None) -> Any:
        """How many persons stand where, by scope; or what one person has said."""
        return self.call("GET", "/consents") if person is None else self.call("POST", "/consents/lookups", {"person": person})

    def consent_receipt(self, consent_id: str) -> Any:
        """The signed receipt of one act, for `entrepot verify`."""
        return self.call("GET", f"/consents/{consent_id}/receipt")

    def consent_token(self, person: str, *, agreement: str) -> Any:
        """A token for one question about a person, who said yes to you."""
        return self.call("POST", "/consents/tokens", {"person": person, "agreement": agreement})

    def personal_links(self, persons: Sequence[str]) -> Any:
        """The personal link of each person; pass each on to its person alone."""
        return self.call("POST", "/consents/links", {"persons": list(persons)})

    def revoke_personal_links(self, person: str | None = None) -> None:
        """End the link of one person, or of everybody."""
        self.call("POST", "/consents/links/revocation", {"person": person})

    def subject_requests(self, *, overdue: bool = False) -> Any:
        """Requests of people, the most urgent first; the overdue ones of every controller for operators."""
        return self.call("GET", "/subject-requests", query={"overdue": overdue})

    def answer_request(self, request_id: str, *, text: str, declined: bool = False) -> Any:
        """Answer a person's request."""
        return self.call("POST", f"/subject-requests/{request_id}/answer", {"text": text, "declined": declined})
