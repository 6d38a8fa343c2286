"""Where the rules are asked: before something is listed, signed and handed over. Every ruling is kept and committed to the log."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Any

from entrepot import catalogue, compliance, consent, parties, trades
from entrepot.catalogue import Listing, Version
from entrepot.compliance import Dossier, Gate, Ruling, library
from entrepot.compliance.vocabulary import is_of_buyer
from entrepot.flows import admissions, counters, dossiers, offered_again, refusing, withholding
from entrepot.flows.heard import require_heard
from entrepot.kit import Conflict, Decision, EntrepotError, Invalid, NotFound, digest, strictest
from entrepot.runtime import SYSTEM, Actor, Exchange, Role, Scope, Session
from entrepot.trades import Agreement, Negotiation


def rule_contract(session: Session, negotiation: Negotiation) -> Ruling:
    """What the rules say of signing what is on the table."""
    version = catalogue.agreed_version(session, negotiation.version_id)
    offer = trades.offer_on_table(session, negotiation.id)
    ruling = compliance.judge(session, Gate.CONTRACT, dossiers.of_contract(session, negotiation, offer, version))
    return compliance.heed_refusal(session, ruling, subject_id=negotiation.id)


def require_contract(session: Session, negotiation: Negotiation) -> Ruling:
    """The ruling on signing, kept; a refusal is kept too, once the transaction it ended is over.

    Raises:
        NotCompliant: A rule forbids it.
        FactsMissing: Something has to be known first.
        AwaitsDecision: A person of the exchange has to decide.
    """
    ruling = rule_contract(session, negotiation)
    try:
        compliance.require(
            session, ruling, subject_id=negotiation.id, side="owner" if parties.is_self(session, negotiation.owner_id) else "buyer"
        )
    except Exception:
        waits = not parties.is_self(session, negotiation.owner_id) and any(not is_of_buyer(fact.path) for fact in ruling.missing)
        compliance.keep_afterwards(
            session, ruling, negotiation.id, negotiation.owner_id, also=partial(refusing.count_signing, ruling, negotiation),
            once=partial(_tell_owner, negotiation) if waits else None,
        )  # fmt: skip
        raise
    compliance.keep(session, ruling, subject_id=negotiation.id, organisation_id=negotiation.owner_id)
    counters.remember(session, ruling, negotiation)
    return ruling


def _tell_owner(negotiation: Negotiation, session: Session) -> None:
    """An owner who signs by standing policy does not look at the trade, and learns only so that it waits for its answer."""
    parties.notify(session, negotiation.owner_id, "request.asked", negotiation.id)


def answer_listing(session: Session, listing_id: str, values: Mapping[str, Any]) -> Ruling:
    """Keep what the owner says about a listing, and ask the rules again; what they allow now goes on offer.

    Raises:
        NotFound: The listing is not the actor's.
        Invalid: An answer does not fit its question, or the exchange measures that itself; nothing is kept.
    """
    listing = catalogue.get(session, listing_id)
    parties.require_scope(session, Scope.PUBLISH)
    parties.require_self(session, listing.organisation_id)
    parties.require_role(session, Role.OWNER)
    said = compliance.answer(session, listing.id, values)
    ruling = rejudge_listing(session, listing)
    require_heard(session, ruling, said)
    return ruling


def answer_contract(session: Session, negotiation_id: str, values: Mapping[str, Any]) -> Ruling:
    """Keep what a party says about a trade, and tell what the rules say now.

    Raises:
        NotFound: The actor has no part in it.
        Conflict: It has ended.
        Invalid: An answer does not fit its question, or the exchange measures that itself; nothing is kept.
    """
    parties.require_scope(session, Scope.TRADE)
    negotiation = trades.get_negotiation(session, negotiation_id)
    if parties.acting_organisation(session) not in (negotiation.owner_id, negotiation.buyer_id):
        raise NotFound(f"There is no request {negotiation_id[:60]} of yours.", "Check the id.")
    if not negotiation.is_open:
        raise Conflict(f"Negotiation {negotiation.id} is {negotiation.state}.", "Its rulings stand as they are.")
    _require_own(values, is_buyer=parties.is_self(session, negotiation.buyer_id))
    said = compliance.answer(session, negotiation.id, values)
    admissions.admit(session, negotiation, said)
    ruling = rule_contract(session, negotiation)
    require_heard(session, ruling, said)
    refusing.count_named(ruling, negotiation, session, said)
    if said.get(admissions.EXPLAINED) and admissions.is_taken_back(ruling):
        # Whoever decides reads the newest words, whether or not the buyer tries to sign again.
        compliance.keep_new(session.by_exchange(), ruling, negotiation.id, negotiation.owner_id, act="")
    return ruling


def _require_own(values: Mapping[str, Any], *, is_buyer: bool) -> None:
    """Nobody answers for the other side: the buyer speaks of itself and its use, the owner of everything else."""
    wrong = sorted(path for path in values if is_of_buyer(path) is not is_buyer)
    if wrong:
        side = "owner" if is_buyer else "buyer"
        raise Invalid(f"{wrong[0]} is for the {side} to answer.", f"Leave it out, and ask the {side} to answer it.", paths=wrong)


def rule_listing(session: Session, listing: Listing) -> Ruling:
    """What the rules say of a listing's newest version today."""
    version = catalogue.current_version(session, listing.id, listing.pending_number)
    return compliance.judge(session, Gate.LISTING, dossiers.of_version(session, version, listing.organisation_id))


def listing_duties(session: Session, listing: Listing, version: Version) -> tuple[str, ...]:
    """The duties that the rules attach to an offer today, by name."""
    ruling = compliance.judge(session, Gate.LISTING, dossiers.of_version(session, version, listing.organisation_id))
    return tuple(duty.do for duty in ruling.duties)


def rule_offer(session: Session, listing: Listing, ruling: Ruling) -> Ruling | None:
    """What the rules say of the version on offer, given their ruling on the newest; None where none is on offer."""
    if listing.version_number is None or listing.pending_number is None:
        return ruling if listing.version_number is not None else None
    version = catalogue.current_version(session, listing.id, listing.version_number)
    return compliance.judge(session, Gate.LISTING, dossiers.of_version(session, version, listing.organisation_id))


def rejudge_listing(session: Session, listing: Listing) -> Ruling:
    """Ask the rules again: a version that waited goes on offer if nothing stands in its way any more, and what they forbid goes off."""
    version = catalogue.current_version(session, listing.id, listing.pending_number)
    ruling = compliance.judge(session, Gate.LISTING, dossiers.of_version(session, version, listing.organisation_id))
    compliance.keep(session, ruling, subject_id=listing.id, organisation_id=listing.organisation_id)
    if listing.pending_number is not None and strictest((ruling.decision, checked(version))) is Decision.ALLOW:
        listing = catalogue.offer_pending(session, listing.id)
    if (offered := rule_offer(session, listing, ruling)) is not None:
        withholding.heed(session, listing, offered)
    return ruling


def approve_listing(session: Session, listing_id: str) -> Listing:
    """Put the version that waits for review on offer, or give back what the rules held and now leave to a person, who decides that and nothing else.

    Raises:
        Refused: The actor is no operator.
        Conflict: None waits, or the rules block it or ask for facts.
    """
    parties.require_role(session, Role.OPERATOR)
    listing = catalogue.get(session, listing_id)
    is_pending = listing.pending_number is not None
    if not is_pending and not withholding.is_held(session, listing_id):
        return catalogue.approve(session, listing_id)
    ruling = rule_listing(session, listing)
    _let_pass(session, listing, ruling)
    if is_pending:
        listing = catalogue.approve(session, listing_id)
    withholding.heed(session, listing, ruling)
    return catalogue.get(session, listing_id)


def _let_pass(session: Session, listing: Listing, ruling: Ruling) -> None:
    if ruling.decision in (Decision.BLOCK, Decision.NEEDS_INFO):
        compliance.require(session, ruling, subject_id=listing.id)
    kept = compliance.keep(session, ruling, subject_id=listing.id, organisation_id=listing.organisation_id)
    if ruling.decision is not Decision.ALLOW:
        compliance.approve(session, kept.id, reason="Approved in the review of the listing.")


UNJUDGEABLE = (EntrepotError, ArithmeticError, LookupError, TypeError, ValueError)
"""What judging one case may end with, such as words of another release among its answers."""


def checked(version: Version) -> Decision:
    """What the check of the tables came to by itself."""
    severities = [finding["severity"] for finding in version.assessment.get("findings", ()) if finding["table"]]
    return strictest(compliance.Severity(severity).decision for severity in severities)


def listing_findings(session: Session, listing: Listing, version: Version, language: str = "en") -> list[dict[str, Any]]:
    """What the check of the tables found when a version was published; its owner and the operator also hear what the rules say of it today."""
    # An earlier release kept what the rules said that day beside it.
    found = [dict(one) for one in version.assessment.get("findings", ()) if one["table"]]
    if not (parties.is_self(session, listing.organisation_id) or session.actor.has_role(Role.OPERATOR)):
        # Which notice holds another listing is for its parties to know.
        return [one for one in found if one["rule"] != offered_again.RULE]
    try:
        ruling = compliance.judge(session, Gate.LISTING, dossiers.of_version(session, version, listing.organisation_id))
    except UNJUDGEABLE:
        return found
    return found + [one.to_dict() for one in ruling.findings(library.vocabulary(), language, subject=listing.id)]


class _Allowed:
    """Deliveries that were allowed, by everything the answer hangs on; what changes any of it has another name."""

    def __init__(self, most: int = 10_000) -> None:
        self._known: OrderedDict[str, None] = OrderedDict()
        self._most = most
        self._lock = Lock()

    def has(self, key: str) -> bool:
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return True
            return False

    def add(self, key: str) -> None:
        with self._lock:
            self._known[key] = None
            while len(self._known) > self._most:
                self._known.popitem(last=False)


_allowed = _Allowed()


@dataclass(frozen=True, slots=True)
class Clearance:
    """A delivery that the rules allow; ``ruling`` is None where they had said so before, and nothing has changed since."""

    key: str
    agreement: Agreement
    ruling: Ruling | None

    def keep(self, session: Session) -> None:
        """Keep the ruling with the delivery it lets pass, in one transaction."""
        if self.ruling is not None:
            compliance.keep(session, self.ruling, subject_id=self.agreement.id, organisation_id=self.agreement.owner_id)
            counters.remember(session, self.ruling, self.agreement)
            session.after_commit(partial(_allowed.add, self.key))


def clear_delivery(exchange: Exchange, actor: Actor, agreement: Agreement, version: Version) -> Clearance:
    """Let a version be handed over under an agreement, or say which rule stands in the way.

    The answer is kept per agreement, its state, recipient, version, columns, day, packs, facts, consent and what is noted of the parties; the
    rules are asked
    again when one of these changes.

    Raises:
        NotCompliant: A rule forbids it.
        FactsMissing: Something has to be known first.
        AwaitsDecision: A person of the exchange has to decide.
    """
    with exchange.reading(SYSTEM) as session:
        key = _key(session, agreement, version, recipient_id=actor.organisation_id)
        if _allowed.has(key):
            return Clearance(key, agreement, None)
        signed = _signed(session, agreement)
        ruling = compliance.judge(
            session, Gate.DELIVERY, dossiers.of_delivery(session, agreement, version, signed, recipient_id=actor.organisation_id)
        )
        ruling = compliance.heed_refusal(session, ruling, subject_id=agreement.id)
    with exchange.reading(actor) as session:
        if ruling.decision is not Decision.ALLOW:
            keep_afterwards(session, ruling, agreement.id, agreement.owner_id)
        compliance.require(session, ruling, subject_id=agreement.id, answered_at=agreement.listing_id)
    return Clearance(key, agreement, ruling)


def require_delivery(exchange: Exchange, actor: Actor, agreement: Agreement, version: Version) -> None:
    """Clear a delivery that is no transaction of its own, such as the reading of a share."""
    clearance = clear_delivery(exchange, actor, agreement, version)
    if clearance.ruling is not None:
        with exchange.session(SYSTEM) as session:
            clearance.keep(session)


def _key(session: Session, agreement: Agreement, version: Version, *, recipient_id: str | None) -> str:
    packs = compliance.packs_digest(compliance.in_force(session))
    said = compliance.answers(session, agreement.owner_id, agreement.buyer_id, agreement.listing_id, agreement.negotiation_id)
    # An answer that is given once more, now after the version, says nothing new and yet counts.
    counted = compliance.answers(session, agreement.owner_id, agreement.listing_id, since=version.published_at)
    grades = [table.grade for table in version.tables]
    # Every answer is given on a token of its own, so that the rules' word on answers does not change with each.
    said_by_people = "" if version.manifest.lookup else consent.epoch(session, agreement.owner_id, listing_id=version.listing_id)
    parts = [
        session.settings.origin,
        agreement.id,
        said_by_people,
        version.digest,
        grades,
        packs,
        said.digest,
        counted.digest,
        compliance.today(session).isoformat(),
        [[party.country, party.is_verified] for party in (parties.get(session, one) for one in (agreement.owner_id, agreement.buyer_id))],
        compliance.country(session),
        dossiers.handing_over(session, agreement, version, recipient_id=recipient_id),
    ]
    return digest(parts)


def _signed(session: Session, agreement: Agreement) -> Dossier:
    for kept in compliance.rulings(session, agreement.negotiation_id, Gate.CONTRACT):
        return kept.dossier
    version = catalogue.agreed_version(session, agreement.version_id)
    negotiation = trades.get_negotiation(session, agreement.negotiation_id)
    return dossiers.of_contract(session, negotiation, trades.offer_on_table(session, negotiation.id), version)


def keep_afterwards(session: Session, ruling: Ruling, subject_id: str, organisation_id: str) -> None:
    """Keep a ruling once the transaction is over, which it will have ended, and count what nobody may do, both in one transaction."""
    compliance.keep_afterwards(session, ruling, subject_id, organisation_id, also=partial(refusing.count, ruling))
