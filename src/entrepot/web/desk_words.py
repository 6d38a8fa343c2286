"""The regulator desk's words as people read them."""

from __future__ import annotations

from collections.abc import Mapping

from entrepot.web.languages import Language


def _(text: str) -> str:
    # Marks a message for the translators; it is translated where it is shown.
    return text


STATES: Mapping[str, str] = {
    "received": _("Received"), "acknowledged": _("Acknowledged"), "plan_filed": _("Plan filed"), "submitted": _("Evidence handed in"),
    "retest": _("Re-test under way"), "retest_failed": _("Re-test failed"), "suspended_submitted": _("Suspended, evidence handed in"),
    "suspended_retest": _("Suspended, re-test under way"), "closed": _("Closed"), "reinstated": _("On offer again"),
    "taken_back": _("Taken back by its author"), "approved": _("Approved"), "refused": _("Refused"), "ended": _("Ended"),
    "waiting": _("Waits for an answer"), "answered": _("Answered"),
}  # fmt: skip
TONES: Mapping[str, str] = {
    "received": "wait", "acknowledged": "wait", "plan_filed": "wait", "submitted": "wait", "retest": "wait", "retest_failed": "bad",
    "suspended_submitted": "warn", "suspended_retest": "warn", "closed": "good", "reinstated": "good", "taken_back": "still",
    "approved": "good", "refused": "bad", "ended": "still", "waiting": "wait", "answered": "good",
}  # fmt: skip
INBOX: Mapping[str, str] = {
    "agreement.suspended": _("An agreement is held back: %(reason)s"), "agreement.active": _("An agreement goes on: %(reason)s"),
    "agreement.fulfilled": _("An agreement is fulfilled: %(reason)s"), "agreement.terminated": _("An agreement has ended: %(reason)s"),
    "agreement.expired": _("An agreement has run out: %(reason)s"), "agreement.refunded": _("An agreement is paid back: %(reason)s"),
    "notice.received": _("Notice %(number)s has arrived; it is due on %(due)s, and its clock suspends what it names."),
    "notice.acknowledged": _("Notice %(number)s was acknowledged."), "notice.plan_filed": _("A plan was filed for notice %(number)s."),
    "notice.plan_accepted": _("The plan for notice %(number)s is accepted."),
    "notice.submitted": _("Evidence was handed in for notice %(number)s."), "notice.retest": _("The re-test for notice %(number)s has begun."),
    "notice.retest_failed": _("The re-test for notice %(number)s failed."), "notice.closed": _("Notice %(number)s is closed."),
    "notice.countered": _("A counter-statement was made to notice %(number)s."),
    "notice.answered": _("The counter-statement to notice %(number)s is answered."),
    "notice.suit": _("A complaint or suit is named for notice %(number)s."), "notice.taken_back": _("Notice %(number)s is taken back."),
    "notice.suspended": _("Notice %(number)s has suspended what it names; its agreements are frozen."),
    "notice.offered_again": _("What notice %(number)s has suspended is offered again under another title, and waits for the operator's review: %(listing)s."),
    "notice.reinstated": _("What notice %(number)s had suspended is on offer again, and its agreements go on."),
    "access.asked": _("%(authority)s asks for access; decide on it."), "access.approved": _("Your request for access is approved: %(reason)s"),
    "access.refused": _("Your request for access is refused: %(reason)s"),
    "access.told": _("%(authority)s has asked for access to what the exchange knows of a listing or agreement of yours."),
    "complaint.received": _("A complaint without a name has come in."),
}  # fmt: skip
PLACES: Mapping[str, str] = {"ntc_": "/notices", "acr_": "/access", "cmp_": "/complaints", "opr_": "/duties"}
NOTES: Mapping[str, str] = {
    "filed": _("The notice is served, and its clock runs."), "step": _("Done; the other side is told."),
    "asked": _("The request is with the operator."), "decided": _("Decided; whoever asked is told."),
    "complaint_answered": _("The answer can be read with the receipt code."),
}  # fmt: skip
KINDS: Mapping[str, str] = {
    "rectification": _("Rectification"), "antitrust": _("Competition"), "exchange": _("House rules"), "ip": _("Intellectual property"),
}  # fmt: skip
STEPS: Mapping[str, str] = {
    "file": _("Served"), "acknowledge": _("Acknowledge"), "plan": _("File the plan"), "accept_plan": _("Accept the plan"),
    "submit": _("Hand in evidence"), "retest": _("Begin the re-test"), "report": _("Report the re-test"), "pass": _("Re-test passed"),
    "fail": _("Re-test failed"), "counter": _("Make a counter-statement"), "answer": _("Answer the counter-statement"),
    "suit": _("Name a complaint or suit"), "leniency": _("Record a fact in the owner's favour"), "expire": _("The clock ended"),
    "suspend": _("Listings suspended"), "take_back": _("Take the notice back"), "unsued": _("No suit in time"),
}  # fmt: skip
LENIENCY: Mapping[str, str] = {
    "harm_removed": _("Removed or lessened the harm by itself"), "minor_corrected": _("Minor, put right in time, no harm done"),
    "first_minor_corrected": _("First time, little harm, put right in time"),
}  # fmt: skip
ASKED: Mapping[str, str] = {
    "figures": _("Counts of agreements, deliveries, rows and bytes"), "digests": _("Digests of versions, agreements and deliveries"),
    "log": _("Entries of the log with their proofs"), "security": _("Who received what and when, where security is at stake"),
}  # fmt: skip
ABOUT: Mapping[str, str] = {
    "personal_data": _("Data about me or others"), "children": _("Children"), "prohibited_use": _("A use nobody may have"),
    "wrong_data": _("Data that is wrong"), "conduct": _("How somebody behaves"), "other": _("Something else"),
}  # fmt: skip
PROHIBITED: Mapping[str, str] = {
    "covert_profiling": _("Covert profiling"), "dissent_surveillance": _("Surveillance of dissent"), "re_identification": _("Re-identification"),
    "raw_identity_lookup": _("Raw look-up of identity or phone"), "under_14": _("Rows about children under 14"), "score_pricing": _("Prices by a person's score"), "child_profiling": _("Profiling of children"),
}  # fmt: skip
GATES: Mapping[str, str] = {
    "listing": _("Publishing"), "contract": _("Signing"), "delivery": _("Delivering"), "operation": _("Using"),
}  # fmt: skip
_TABLES: Mapping[str, Mapping[str, str]] = {
    "kind": KINDS, "step": STEPS, "leniency": LENIENCY, "asked": ASKED, "about": ABOUT, "prohibited": PROHIBITED, "gate": GATES,
}  # fmt: skip


class DeskWords:
    """Says the desk's words in one language."""

    language: Language

    def desk(self, table: str, key: str) -> str:
        """A word of the desk: ``kind``, ``step``, ``leniency``, ``asked``, ``about``, ``prohibited`` or ``gate``."""
        found = _TABLES[table]
        return self.language.gettext(found[key]) if key in found else str(key)

    def desk_choices(self, table: str) -> list[tuple[str, str]]:
        """All words of a table, for a choice."""
        return [(key, self.desk(table, key)) for key in _TABLES[table]]
