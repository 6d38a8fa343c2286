"""The exchange's own words as people read them: states, plans, notes and what the inbox says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from entrepot import pricing
from entrepot.compliance import library
from entrepot.compliance.pack_model import Duty
from entrepot.kit.sentences import in_chinese
from entrepot.pricing.model import Plan, Price, Unit
from entrepot.standards.model import Texts, pick
from entrepot.terms.model import Redistribution, Terms
from entrepot.trades import Reason, reasons
from entrepot.vocabulary.purposes import PURPOSES
from entrepot.web import desk_words
from entrepot.web.desk_words import DeskWords
from entrepot.web.languages import Language


def _(text: str) -> str:
    # Marks a message for the translators; it is translated where it is shown.
    return text


STATES: Mapping[str, str] = {
    "draft": _("Not on offer yet"), "live": _("On offer"), "suspended": _("Suspended"), "withdrawn": _("Withdrawn"),
    "requested": _("Requested"), "offered": _("Offered"), "countered": _("Countered"), "agreed": _("Agreed"),
    "declined": _("Declined"), "expired": _("Expired"), "active": _("Active"), "fulfilled": _("Fulfilled"),
    "terminated": _("Terminated"), "refunded": _("Paid back"), "held": _("In escrow"), "released": _("Paid"),
    **desk_words.STATES,
}  # fmt: skip
TONES: Mapping[str, str] = {
    "live": "good", "agreed": "good", "active": "good", "fulfilled": "good", "released": "good",
    "draft": "wait", "requested": "wait", "offered": "wait", "countered": "wait", "held": "wait",
    "suspended": "warn", "declined": "bad", "terminated": "bad", "refunded": "warn", "expired": "still", "withdrawn": "still",
    "info": "still", "warn": "warn", "review": "wait", "needs_info": "wait", "block": "bad", "conflict": "bad",
    **desk_words.TONES,
}  # fmt: skip
NOTES: Mapping[str, str] = {
    "entered": _("Entered; answer what the rules ask about it."),
    "facts": _("Your answers are kept; see what the rules say now."),
    "welcome": _("You are signed in."), "left": _("You are signed out."), "saved": _("Saved."),
    "organisation": _("You now act for this organisation."), "read": _("Everything is marked as read."),
    "revoked": _("The key is revoked; whoever uses it is turned away from now on."),
    "removed": _("The membership has ended."), "suspended": _("The data is held back for the time being."),
    "resumed": _("The data flows again."),
    "requested": _("The request is on its way."), "answered": _("Your offer is on the table."), "declined": _("Declined."),
    "withdrawn": _("Taken back."), "signed": _("Signed by both organisations. The price is in escrow."),
    "accepted": _("Accepted; the owner is paid."), "refunded": _("Paid back."), "terminated": _("The agreement has ended."),
    "allowed": _("Noted: this use is allowed from the next delivery on."), "renewed": _("This is your new link. Keep its address: the one before opens no more."), "stopped": _("Noted: the data about you stays out of this use from the next delivery on."),
    "filed": _("Your request is filed; its answer is due on the day shown below."), "replied": _("The answer is on its way."),
    "not_made": _("Stopped; nothing of it is kept."), "paid": _("The owner is paid."), "published": _("Published."),
    "aggregated": _("These are the cells. The file you sent is not published and goes after a day."),
    "anonymised": _("This is the anonymised version. The file you sent is not published and goes after a day."), "review": _("Sent for review; the operator looks at what the checks found."),
    **desk_words.NOTES,
}  # fmt: skip
ROLES: Mapping[str, str] = {
    "owner": _("Owner"), "buyer": _("Buyer"), "operator": _("Operator"), "regulator": _("Regulator"), "person": _("Person"),
}  # fmt: skip
GATES: Mapping[str, str] = {
    "listing": _("Publishing"), "contract": _("Signing"), "delivery": _("Delivering"), "operation": _("Operating"), "notice": _("Notices"),
}  # fmt: skip
SCOPES: Mapping[str, str] = {
    "read": _("Read listings, agreements and the inbox"), "publish": _("Publish and change listings"),
    "trade": _("Request, negotiate and sign"), "deliver": _("Take delivery"), "pay": _("Pay, accept and refund"),
    "admin": _("Manage people and keys"),
}  # fmt: skip
CONSENT_STATES: Mapping[str, str] = {
    "given": _("Allowed"), "given_once": _("Allowed, for one question"), "withdrawn": _("Withdrawn"), "refused": _("Refused"), "objected": _("Objected"), "asked": _("Asked"),
    "expired": _("Has run out"), "open": _("Open"), "answered": _("Answered"), "declined": _("Declined"),
}  # fmt: skip
REQUESTS: Mapping[str, str] = {
    "copy": _("A copy of the data about me"), "correction": _("Correction of what is wrong"), "deletion": _("Deletion"),
    "objection": _("Objection to every use"), "restriction": _("Restriction until something is clarified"),
    "explanation": _("An explanation of how the data is used"),
}  # fmt: skip
STEPS: Mapping[str, str] = {
    "": _("It begins"), "check": _("Looking for columns that name persons"), "read": _("Reading"), "search": _("Searching for the least loss"),
    "write": _("Writing"), "look": _("Looking at the release"), "measure": _("Measuring its risk"), "attack": _("Attacking it"),
    "keep": _("Holding it against earlier releases"),
}  # fmt: skip
UNITS: Mapping[str, str] = {"row": _("rows"), "gigabyte": _("gigabytes"), "read": _("reads")}


class Words(DeskWords):
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

    def duty(self, duty: Duty) -> str:
        """A duty that an agreement brings with it."""
        return library.said_duty(duty.to_dict(), self.language.code)

    def role(self, key: str) -> str:
        """A role of a member."""
        return self._pick(ROLES, str(key))

    def consent_state(self, key: str) -> str:
        """What a person said, or how a request stands."""
        return self._pick(CONSENT_STATES, str(key))

    def subject_request(self, key: str) -> str:
        """What a person asks for."""
        return self._pick(REQUESTS, str(key))

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

    def text(self, texts: Texts) -> str:
        """The text in the reader's language, or in one there is."""
        return pick(texts, self.language.code)

    def price_sentence(self, price: Price) -> str:
        """One sentence that says what is paid, how often and at most."""
        return pricing.sentence(price, self.language.code)

    def purpose(self, name: str) -> str:
        """A purpose as sentences speak of it."""
        found = PURPOSES.get(str(name))
        if found is None:
            return str(name)
        text = found.zh if self.language.code == "zh" else found.en
        return text[:1].upper() + text[1:]

    def purposes(self, names: Iterable[str]) -> str:
        """Several purposes in a row."""
        return ("、" if self.language.code == "zh" else ", ").join(self.purpose(name) for name in names)

    def terms_marks(self, terms: Terms, person_key: str = "") -> list[tuple[str, str, bool]]:
        """What one may do with the data: an icon, its words, and whether it forbids something.

        Args:
            person_key: The column that tells whose row it is; empty where rows are not about persons.
        """
        say, language = self.language.gettext, self.language
        marks = [("purpose", say("For: %(purposes)s") % {"purposes": self.purposes(terms.permitted_purposes)}, False)]
        if terms.prohibited_purposes:
            marks.append(("forbidden", say("Not for: %(purposes)s") % {"purposes": self.purposes(terms.prohibited_purposes)}, True))
        days = terms.duration_days
        marks.append(
            ("duration", language.ngettext("For %(num)s day", "For %(num)s days", days) % {"num": language.number(days)}, False)
            if days
            else ("duration", say("Without an end"), False)
        )
        places = terms.territories
        where = say("Everywhere") if places is None else say("In: %(places)s") % {"places": self.places(places)}
        marks.append(("territory", where, False))
        if terms.count_limit:
            count = language.ngettext("At most %(num)s delivery", "At most %(num)s deliveries", terms.count_limit)
            marks.append(("count", count % {"num": language.number(terms.count_limit)}, False))
        marks.append(_passing_on(terms.redistribution, say))
        if terms.attribution:
            marks.append(("attribution", say("Name the owner in what you publish"), False))
        if person_key and terms.person_key_delivered:
            marks.append(("person", say("The column that tells persons apart is included"), False))
        elif person_key:
            marks.append(("shield", say("The column that tells persons apart stays with the owner"), True))
        return marks

    def pairs(self, keys: Iterable[str], kind: str) -> list[tuple[str, str]]:
        """Keys with their words, for a choice; ``kind`` is the method that says them."""
        return [(str(key), getattr(self, kind)(key)) for key in keys]

    def places(self, codes: Iterable[str]) -> str:
        """Territories in a row."""
        return ("、" if self.language.code == "zh" else ", ").join(self.language.territory(code) for code in codes)

    def method(self, key: str) -> str:
        """A way of delivery."""
        return self._pick(METHODS, str(key))

    def entry(self, kind: str) -> str:
        """A kind of fact in the log."""
        return self._pick(ENTRIES, str(kind))

    def transfer(self, code: str) -> str:
        """Why money moved."""
        return self._pick(TRANSFERS, str(code))

    def account(self, code: str) -> str:
        """What an account is for."""
        return self._pick(ACCOUNTS, str(code))

    def place_of(self, code: str) -> str:
        """A territory."""
        return self.language.territory(code)

    def severity(self, key: str) -> str:
        """How much a finding weighs."""
        return self._pick(SEVERITIES, str(key))

    def decision(self, key: str) -> str:
        """What a check came to."""
        return self._pick(DECISIONS, str(key))

    def gate(self, key: str) -> str:
        """Where the rules are asked."""
        return self._pick(GATES, str(key))

    def fact(self, name: str) -> str:
        """A field of a receipt."""
        return self._pick(FACTS, str(name))

    def check(self, name: str) -> str:
        """A step of checking a receipt."""
        return self._pick(CHECKS, str(name))

    def law(self, law: str) -> str:
        """A law of the books; in its own words where nobody has translated it."""
        return self._pick(LAWS, law)

    def frequency(self, key: str) -> str:
        """How often data is renewed."""
        return self._pick(FREQUENCIES, str(key))

    def plan(self, plan: str) -> str:
        """A pricing plan."""
        return self._pick(_PLANS, str(plan))

    def step(self, key: str) -> str:
        """What is being done for a release."""
        return self._pick(STEPS, key)

    def notification(self, kind: str, facts: Mapping[str, Any]) -> str:
        """What an inbox line says; facts that are missing read as a dash."""
        text = self.language.gettext(INBOX.get(kind, SOMETHING))
        said = {"kind": kind} | {name: self._error(str(value)) if kind in _OF_ERRORS else str(value) for name, value in facts.items()}
        if "reason" in said:
            said["reason"] = said.get(f"reason_{self.language.code}") or self.reason(said["reason"])
        return text % _Dashes(said)

    def _error(self, text: str) -> str:
        return in_chinese(text) if self.language.code == "zh" else text

    def reason(self, text: str) -> str:
        """Why something happened: the exchange's own reasons in the reader's language, a party's words as written."""
        found = reasons.read(text)
        return text if found is None else self.language.gettext(REASONS[found[0]]) % found[1]

    def place(self, subject_id: str) -> str:
        """The address of the page about a thing; empty where there is none."""
        return next((f"{path}/{subject_id}" for kind, path in PLACES.items() if subject_id.startswith(kind)), "")


def _passing_on(redistribution: Redistribution, say: Callable[[str], str]) -> tuple[str, str, bool]:
    match redistribution:
        case Redistribution.ALLOWED:
            return "redistribution", say("May be passed on"), False
        case Redistribution.DERIVED:
            return "redistribution", say("Results may be passed on, the data may not"), False
        case _:
            return "no-redistribution", say("Nothing may be passed on"), True


class _Dashes(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "–"


_PLANS: Mapping[str, str] = {"free": _("Free"), "flat": _("Once"), "monthly": _("Monthly"), "metered": _("Metered")}
_ONE_UNIT: Mapping[Unit, str] = {Unit.ROW: _("row"), Unit.GIGABYTE: _("gigabyte"), Unit.READ: _("read")}
METHODS: Mapping[str, str] = {
    "file": _("File download"),
    "table": _("Live table (Delta Sharing)"),
    "lookup": _("Questions, match or no match"),
}
_OF_ERRORS = frozenset({"release.refused", "payment.missing"})
"""Lines of the inbox that quote an error; what others quote was written by people."""
SOMETHING = _("Something happened: %(kind)s.")
INBOX: Mapping[str, str] = {
    "consent.after_no": _(
        "A person's yes to %(controller)s came by a link that was made after that person's no by an earlier one; ask who wanted the link."
    ),
    "request.filed": _("A person filed a request; its answer is due on %(due)s."),
    "organisation.moved": _("The operator noted that your organisation sits in %(country)s now; your listings are judged again."),
    "organisation.doubted": _("The operator does not stand by the identity of your organisation any more; your listings are judged again."),
    "organisation.verified": _("The operator has looked at your organisation's papers; your listings are judged again."),
    "request.received": _("A buyer asks to use a listing of yours."),
    "request.asked": _("A buyer would sign, and the rules ask you something first; look at the rules of the request."),
    "request.declined": _("Your request was declined: %(reason)s"),
    "request.withdrawn": _("The other party took back its request: %(reason)s"),
    "request.expired": _("A negotiation ended because nobody answered in time."),
    "offer.received": _("The owner has made you an offer."),
    "counter.received": _("The buyer has made a counter-offer."),
    "agreement.signed": _("An agreement is signed by both organisations."),
    "agreement.decided": _("A dispute is decided: %(reason)s"),
    "agreement.undecided": _("An agreement ended in dispute; its money waits for the operator's decision."),
    "agreement.moved": _("An agreement has changed: %(reason)s"),
    "delivery.made": _("A delivery was made."),
    "payment.received": _("%(amount)s was paid for an agreement, before the platform fee."),
    "payment.missing": _("The balance does not cover the next month: %(hint)s"),
    "listing.shared": _("You are invited to a private listing: %(title)s"),
    "listing.approved": _("Version %(number)s of a listing passed review and is on offer."),
    "listing.rejected": _("Version %(number)s of a listing was sent back: %(reason)s"),
    "listing.suspended": _("A listing was taken off by the operator: %(reason)s"),
    "listing.reinstated": _("A listing is back on offer."),
    "listing.judged": _("The rules say something else of a listing of yours by now; look at its rules."),
    "ruling.waiting": _("The rules leave a case to you; look at what is left to a person."),
    "lookup.tried": _("%(buyer)s asked so often with tokens that were not good that nothing more of it is looked at until %(until)s."),
    "ruling.open": _("The rules ask something about what you do, or forbid it; look at your duties."),
    "ruling.approved": _("A person of the exchange lets a case of yours pass."),
    "ruling.refused": _("A person of the exchange refuses a case of yours; look at its rules."),
    "release.made": _("A release is made and waits for a day to be published."),
    "release.refused": _("A release could not be made: %(reason)s"),
    **desk_words.INBOX,
}
REASONS: Mapping[Reason, str] = {
    Reason.NOTICE: _("A legal notice suspends the listing."), Reason.NOTICE_OF: _("A legal notice suspends the listing (%(name)s)."),
    Reason.NOTICE_OVER: _("The legal notice on the listing is settled."), Reason.MONTH_PAID: _("The next month is paid."),
    Reason.NO_MONEY: _("The balance does not cover the next month."),
    Reason.UNDECIDED: _("It ended in a dispute, so its money waits until the operator pays it back or out."),
    Reason.ACCEPTED: _("accepted by the buyer"), Reason.ACCEPTED_LATE: _("accepted after the end"),
    Reason.WINDOW_OVER: _("the acceptance window has ended"), Reason.RESUMED: _("resumed"),
    Reason.TIME_OVER: _("The %(days)s days of the terms have passed."),
}  # fmt: skip
ENTRIES: Mapping[str, str] = {
    "organisation.moved": _("Organisation moved"), "organisation.doubted": _("Identity in doubt"), "organisation.verified": _("Identity checked"),
    "listing.published": _("Listing published"), "agreement.signed": _("Agreement signed"), "delivery.made": _("Delivery made"), "lookup.answered": _("Question answered"),
    "agreement.settled": _("Paid out"), "agreement.refunded": _("Paid back"),
}  # fmt: skip
TRANSFERS: Mapping[str, str] = {
    "deposit": _("Deposit"), "payout": _("Payout"), "escrow": _("Put into escrow"), "release": _("Escrow released"), "sale": _("Sale"),
    "fee": _("Platform fee"), "refund": _("Paid back"), "expiry": _("Escrow expired"), "earnings": _("Fees collected"),
}  # fmt: skip
ACCOUNTS: Mapping[str, str] = {
    "available": _("Available"), "escrow": _("Escrow in transit"), "fees": _("Fees earned"), "external": _("Outside world"),
}  # fmt: skip
FREQUENCIES: Mapping[str, str] = {
    "continuous": _("continuously"), "hourly": _("every hour"), "daily": _("every day"), "weekly": _("every week"),
    "monthly": _("every month"), "quarterly": _("every quarter"), "yearly": _("every year"), "irregular": _("from time to time"),
    "never": _("not renewed"),
}  # fmt: skip
PLACES: Mapping[str, str] = {"lst_": "/listings", "neg_": "/negotiations", "agr_": "/agreements", "mak_": "/makings", **desk_words.PLACES}
SEVERITIES: Mapping[str, str] = {
    "info": _("Good to know"), "warn": _("Watch out"), "review": _("To be reviewed"), "needs_info": _("More has to be known"),
    "block": _("Stands in the way"), "conflict": _("Rules contradict each other"),
}  # fmt: skip
DECISIONS: Mapping[str, str] = {
    "allow": _("fine"), "review": _("to be reviewed"), "needs_info": _("more has to be known"), "block": _("not allowed"), "conflict": _("rules in conflict"),
}  # fmt: skip
FACTS: Mapping[str, str] = {
    "at": _("When"), "owner": _("Owner"), "buyer": _("Buyer"), "to": _("To"), "purpose": _("Purpose"), "method": _("Handed over as"),
    "rows": _("Rows"), "bytes": _("Bytes"), "agreement": _("Agreement"), "listing": _("Listing"), "version": _("Version"),
    "number": _("Number"), "parcel": _("Delivery"), "organisation": _("Organisation"), "decision": _("Decision"),
    "fee_basis_points": _("Fee in basis points"), "digest": _("Digest"), "document": _("Signed document"), "spec": _("Form"),
}  # fmt: skip
CHECKS: Mapping[str, str] = {
    "format": _("The receipt is whole"), "commitment": _("The fact is the one that was logged"), "signature": _("Signed by the exchange"),
    "link": _("By a link made after a no"), "log": _("It is in the log"), "witnesses": _("Witnesses have seen the log"), "signatures": _("Signed by both organisations"),
}  # fmt: skip
LAWS: Mapping[str, str] = {
    "debits equal credits": _("Debits equal credits"), "balances are those of the transfers": _("Balances are those of the transfers"),
    "accounts keep their limits": _("Accounts keep their limits"), "a pending transfer ends once": _("A pending transfer ends once"),
    "transfers fit their accounts": _("Transfers fit their accounts"), "escrow passes through": _("Escrow passes through"),
    "what expires falls back": _("What expires falls back"),
    "the log grows only, and its newest checkpoint signs what it holds": _("The log only grows, and its newest checkpoint signs what it holds"),
    "every delivery has its signed receipt in the log": _("Every delivery has its signed receipt in the log"),
    "every open agreement on a price has its money in escrow or paid": _("Every open agreement on a price has its money in escrow or paid"),
    "every agreement is the one that both signed and the log has": _("Every agreement is the one that both signed and the log has"),
    "no agreement that has ended holds money": _("No agreement that has ended holds money"),
    "what a notice suspends is off, and nothing else": _("What a notice suspends is off, and nothing else"),
    "every key in use opens under the master key": _("Every key in use opens under the master key"),
    "no job is stuck": _("No job is stuck"), "facts are sealed within a minute": _("Facts are sealed within a minute"),
}  # fmt: skip
