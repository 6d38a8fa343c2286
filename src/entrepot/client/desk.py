"""The verbs of the regulator desk: notices, government access, complaints without a name, refused uses."""

from __future__ import annotations

from typing import Any

from entrepot.client.verbs import Verbs


class DeskVerbs(Verbs):
    """What ``Client`` can do at the regulator desk."""

    def notices(self, *, only_open: bool = False) -> Any:
        """Notices you filed or that address you; what is still to be done, the first due at the head."""
        return self.call("GET", "/notices", query={"open": only_open})

    def notice(self, notice_id: str) -> Any:
        """One notice with its clock and its history."""
        return self.call("GET", f"/notices/{notice_id}")

    def file_notice(self, **notice: Any) -> Any:
        """Serve a notice (regulators, operators); the entries are those of the API."""
        return self.call("POST", "/notices", notice)

    def notice_step(self, notice_id: str, step: str, **what: Any) -> Any:
        """Take a step, such as ``acknowledge``, ``plan``, ``submit``, ``retest``, ``report``, ``counter`` or ``take_back``."""
        return self.call("POST", f"/notices/{notice_id}/steps", {"do": step, **what})

    def access_requests(self) -> Any:
        """Requests for government access that you may see."""
        return self.call("GET", "/access")

    def access_request(self, access_id: str) -> Any:
        """One request for government access."""
        return self.call("GET", f"/access/{access_id}")

    def ask_access(self, **ask: Any) -> Any:
        """Ask for access (regulators); the entries are those of the API."""
        return self.call("POST", "/access", ask)

    def decide_access(self, access_id: str, *, approve: bool, reason: str) -> Any:
        """Approve or refuse a request for access (operators)."""
        return self.call("POST", f"/access/{access_id}/decision", {"approve": approve, "reason": reason})

    def look(self, access_id: str) -> Any:
        """Look, as approved: counts, digests and proofs."""
        return self.call("POST", f"/access/{access_id}/looks")

    def complain(self, about: str, text: str, *, listing: str = "") -> Any:
        """Complain without a name; the receipt code is in this answer only."""
        return self.call("POST", "/complaints", {"about": about, "text": text, "listing": listing})

    def read_complaint(self, code: str) -> Any:
        """Read a complaint and its answers with its receipt code."""
        return self.call("POST", "/complaints/reading", {"code": code})

    def add_to_complaint(self, code: str, text: str) -> Any:
        """Add to a complaint with its receipt code."""
        return self.call("POST", "/complaints/additions", {"code": code, "text": text})

    def complaints(self) -> Any:
        """Complaints, those that wait for an answer first (operators)."""
        return self.call("GET", "/complaints")

    def answer_complaint(self, complaint_id: str, text: str, *, close: bool = False) -> Any:
        """Answer a complaint (operators)."""
        return self.call("POST", f"/complaints/{complaint_id}/answers", {"text": text, "close": close})

    def refusals(self) -> Any:
        """How often uses that nobody may have were refused."""
        return self.call("GET", "/refusals")

    def suspend_listing(self, listing_id: str, *, reason: str, imminent_harm: bool = False) -> Any:
        """Take a listing off until further notice, where harm is imminent (operators)."""
        return self.call("POST", f"/listings/{listing_id}/suspension", {"reason": reason, "imminent_harm": imminent_harm})

    def reinstate_listing(self, listing_id: str) -> Any:
        """Put a suspended listing back on offer (operators)."""
        return self.call("DELETE", f"/listings/{listing_id}/suspension")
