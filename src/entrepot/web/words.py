"""The exchange's own words as people read them: states, plans, notes and what the inbox says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from entrepot.pricing.model import Plan, Price, Unit
from entrepot.web.languages import Language


def _(text: str) -> str:
    # Marks a message for the translators; it is translated where it is shown.
    return text


STATES: Mapping[str, str] = {
    "draft": _("Waits for review"), "live": _("On offer"), "suspended": _("Suspended"), "withdrawn": _("Withdrawn"),
    "requested": _("Requested"), "offered": _("Offered"), "countered": _("Countered"), "agreed": _("Agreed"),
    "declined": _("Declined"), "expired": _("Expired"), "active": _("Active"), "fulfilled": _("Fulfilled"),
    "terminated": _("Terminated"), "refunded": _("Refunded"), "pending": _("In escrow"), "posted": _("Paid"), "voided": _("Released"),
}  # fmt: skip
TONES: Mapping[str, str] = {
    "live": "good", "agreed": "good", "active": "good", "fulfilled": "good", "posted": "good",
    "draft": "wait", "requested": "wait", "offered": "wait", "countered": "wait", "pending": "wait",
    "suspended": "warn", "declined": "bad", "terminated": "bad", "refunded": "warn", "expired": "still", "withdrawn": "still", "voided": "still",
}  # fmt: skip
NOTES: Mapping[str, str] = {
    "welcome": _("You are signed in."), "left": _("You are signed out."), "saved": _("Saved."),
    "organisation": _("You now act for this organisation."), "read": _("Everything is marked as read."),
    "revoked": _("The key is revoked; whoever uses it is turned away from now on."),
    "invited": _("The invitation is ready."),
}  # fmt: skip
ROLES: Mapping[str, str] = {
    "owner": _("Owner"), "buyer": _("Buyer"), "operator": _("Operator"), "regulator": _("Regulator"), "person": _("Person"),
}  # fmt: skip
SCOPES: Mapping[str, str] = {
    "read": _("Read listings, agreements and the inbox"), "publish": _("Publish and change listings"),
    "trade": _("Request, negotiate and sign"), "deliver": _("Take delivery"), "pay": _("Pay, accept and refund"),
    "admin": _("Manage people and keys"),
}  # fmt: skip
UNITS: Mapping[str, str] = {"row": _("rows"), "gigabyte": _("gigabytes"), "read": _("reads")}


class Words:
    """Says things in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def _pick(self, table: Mapping[str, str], key: str) -> str:
        return self.language.gettext(table[key]) if key in table else key

    def state(self, key: str) -> str:
        """A state of anything."""
        return self._pick(STATES, str(key))

    def tone(self, key: str) -> str:
        """The colour of a state: good, wait, warn, bad or still."""
        return TONES.get(str(key), "still")

    def note(self, key: str) -> str:
        """The sentence behind a note in an address; nothing for anything unknown, so that nobody can put words into our mouth."""
        return self._pick(NOTES, key) if key in NOTES else ""

    def role(self, key: str) -> str:
        """A role of a member."""
        return self._pick(ROLES, str(key))

    def scope(self, key: str) -> str:
        """What an API key may do."""
        return self._pick(SCOPES, str(key))

    def price(self, price: Price) -> str:
        """The whole price in a few words."""
        language = self.language
        if price.plan is Plan.FREE:
            return language.gettext("Free of charge")
        if price.plan is Plan.METERED and price.unit_amount and price.cap and price.unit and price.unit_size:
            unit = self._pick(UNITS, price.unit) if price.unit_size != 1 else language.gettext(_ONE_UNIT[price.unit])
            size = "" if price.unit_size == 1 else f"{language.number(price.unit_size)} "
            text = language.gettext("%(amount)s per %(unit)s, never more than %(cap)s")
            return text % {"amount": language.money(price.unit_amount), "unit": size + unit, "cap": language.money(price.cap)}
        amount = language.money(price.amount) if price.amount else ""
        text = language.gettext("%(amount)s a month") if price.plan is Plan.MONTHLY else language.gettext("%(amount)s, once")
        return text % {"amount": amount}

    def plan(self, plan: str) -> str:
        """A pricing plan."""
        return self._pick(_PLANS, str(plan))

    def notification(self, kind: str, facts: Mapping[str, Any]) -> str:
        """What an inbox line says; facts that are missing read as a dash."""
        text = self.language.gettext(INBOX.get(kind, _("Something happened: %(kind)s.")))
        return text % _Dashes({"kind": kind} | {k: str(v) for k, v in facts.items()})

    def place(self, subject_id: str) -> str:
        """The address of the page about a thing; empty where there is none."""
        return next((f"{path}/{subject_id}" for kind, path in PLACES.items() if subject_id.startswith(kind)), "")


class _Dashes(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "–"


_PLANS: Mapping[str, str] = {"free": _("Free"), "flat": _("Once"), "monthly": _("Monthly"), "metered": _("Metered")}
_ONE_UNIT: Mapping[Unit, str] = {Unit.ROW: _("row"), Unit.GIGABYTE: _("gigabyte"), Unit.READ: _("read")}
INBOX: Mapping[str, str] = {}
PLACES: Mapping[str, str] = {"lst_": "/listings", "neg_": "/negotiations", "agr_": "/agreements"}
