"""From a request to two signatures: request, offer, counter, accept, decline, withdraw, expire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from entrepot import jobs, parties
from entrepot.kit import Conflict, Invalid, Refused, digest, new_id, rfc3339
from entrepot.pricing.model import Price
from entrepot.runtime import Role, Scope, Session
from entrepot.terms import Rights, Terms, Use, decide, rights_narrow, widened
from entrepot.trades import reading, repository
from entrepot.trades.idempotency import claim_key
from entrepot.trades.model import (
    NEXT_NEGOTIATION,
    Agreement,
    Negotiation,
    NegotiationState,
    Offer,
    RoundsSpent,
    TermsWidened,
    check_message,
)
from entrepot.trades.signing import sign_agreement

State = NegotiationState
MAX_WINDOW = timedelta(days=365)


def request(
    session: Session,
    *,
    listing_id: str,
    version_id: str,
    owner_id: str,
    published_terms: Terms,
    published_price: Price,
    published_rights: Rights | None = None,
    purpose: str,
    method: str,
    territory: str | None = None,
    acceptance_window: timedelta | None = None,
    auto_approve: bool = False,
    terms: Terms | None = None,
    price: Price | None = None,
    rights: Rights | None = None,
    message: str = "",
    idempotency_key: str | None = None,
) -> Negotiation:
    """Ask the owner for access, for the acting organisation and one purpose, which is all that the offers then permit; the decision clock starts.

    Args:
        published_terms: What the listing's version offers to everybody, as are ``published_price`` and ``published_rights``.
        acceptance_window: Time to look at a delivery; without it, the exchange's own.
        auto_approve: The listing's policy: whoever takes the published offer unchanged need not wait for the owner.
        terms: Narrower terms, where the buyer needs less; ``rights`` likewise.
        price: Another price, as a bid.

    Raises:
        Refused: The purpose is not covered, or the buyer is the owner.
        TermsWidened: The buyer asks for more than is published.
        Conflict: The idempotency key stands for another request.
    """
    parties.require_scope(session, Scope.TRADE)
    parties.require_role(session, Role.BUYER)
    use = Use(purpose=purpose, territory=territory)
    negotiation_id = new_id("neg")
    if idempotency_key is not None:
        asks = {"listing": listing_id, "version": version_id, "purpose": use.purpose, "method": method, "territory": use.territory}
        first = claim_key(
            session,
            idempotency_key,
            kind="request",
            request=[asks, message, *map(_plain, (terms, price, rights))],
            result_id=negotiation_id,
        )
        if first != negotiation_id:
            return reading.get_negotiation(session, first)
    published = (published_terms, published_price, published_rights or Rights())
    asked = (terms or published[0], price or published[1], rights or published[2])
    _require_covered(asked[0], use)
    _require_narrower(published, asked)
    standing = auto_approve and _same(published, asked)
    negotiation = Negotiation(
        id=negotiation_id, listing_id=listing_id, version_id=version_id, owner_id=parties.get(session, owner_id).id,
        buyer_id=parties.acting_organisation(session), purpose=use.purpose, method=method, territory=use.territory,
        state=State.OFFERED if standing else State.REQUESTED, round=0 if standing else 1, decide_by=_deadline(session),
        acceptance_window=_window(session, acceptance_window), auto_approved=standing, message=check_message(message),
        created_at=session.now,
    )  # fmt: skip
    if negotiation.owner_id == negotiation.buyer_id:
        raise Refused("This listing is your own.", "Use the data directly, or act for another organisation.")
    repository.insert_negotiation(session.db, negotiation)
    _keep_offer(session, negotiation, 0, negotiation.owner_id, published, "")
    if not standing:
        _keep_offer(session, negotiation, 1, negotiation.buyer_id, asked, message)
        _tell(session, negotiation, negotiation.owner_id, "request.received")
    _start_clock(session, negotiation)
    return negotiation


def offer(
    session: Session,
    negotiation_id: str,
    *,
    terms: Terms | None = None,
    price: Price | None = None,
    rights: Rights | None = None,
    message: str = "",
    idempotency_key: str | None = None,
) -> Negotiation:
    """Answer the buyer with the owner's own offer; what is left out stays as it is on the table.

    Raises:
        Refused: It is not the owner's turn, or the terms would not cover the buyer's purpose.
        RoundsSpent: There have been as many offers as one negotiation may have.
        Conflict: Something else has happened first.
    """
    return _answer(session, negotiation_id, State.OFFERED, terms, price, rights, message, idempotency_key)


def counter(
    session: Session,
    negotiation_id: str,
    *,
    terms: Terms | None = None,
    price: Price | None = None,
    rights: Rights | None = None,
    message: str = "",
    idempotency_key: str | None = None,
) -> Negotiation:
    """Answer the owner with the buyer's counter-offer: another price, or less than the owner permits, never more.

    Raises:
        TermsWidened: The counter-offer goes beyond the owner's last offer.
        Refused: It is not the buyer's turn, or the terms would not cover the purpose.
        RoundsSpent: There have been as many offers as one negotiation may have.
        Conflict: Something else has happened first.
    """
    return _answer(session, negotiation_id, State.COUNTERED, terms, price, rights, message, idempotency_key)


def accept(session: Session, negotiation_id: str, *, offer_id: str | None = None, idempotency_key: str | None = None) -> Agreement:
    """Agree to the offer on the table: both organisations sign, exactly once.

    Args:
        offer_id: The offer that the acceptor has read; another one on the table is a conflict.

    Raises:
        Refused: It is the other party's turn.
        Conflict: The negotiation has ended or moved on; ``agreement_id`` in the details names an agreement made already.
    """
    return conclude(session, negotiation_id, offer_id=offer_id, idempotency_key=idempotency_key)[0]


def conclude(
    session: Session,
    negotiation_id: str,
    *,
    offer_id: str | None = None,
    idempotency_key: str | None = None,
    duties: Sequence[Mapping[str, Any]] = (),
    form: Mapping[str, str] | None = None,
) -> tuple[Agreement, bool]:
    """Agree as ``accept`` does, and tell whether the agreement was made just now: what follows from signing belongs to that one call.

    Args:
        duties: What the law and the house lay upon the parties, each as ``{"do": …}``; both sign them.
        form: The model form of contract, as its ``kind`` and the ``digest`` of its clauses.
    """
    negotiation = _mine(session, negotiation_id)
    agreement_id = new_id("agr")
    if idempotency_key is not None:
        asks = {"negotiation": negotiation_id, "offer": offer_id}
        first = claim_key(session, idempotency_key, kind="accept", request=asks, result_id=agreement_id)
        if first != agreement_id:
            return reading.get(session, first), False
    _require_turn(session, negotiation)
    on_table = repository.offer_in_round(session.db, negotiation.id, negotiation.round)
    if offer_id is not None and offer_id != on_table.id:
        raise Conflict("Another offer is on the table by now.", "Read it, then accept that one.", offer_id=on_table.id)
    _require_covered(on_table.terms, Use(purpose=negotiation.purpose, territory=negotiation.territory))
    _step(session, negotiation, State.AGREED)
    agreement = sign_agreement(session, negotiation, on_table, agreement_id=agreement_id, duties=duties, form=form)
    repository.insert_agreement(session.db, agreement)
    if agreement.ends_at is not None:
        session.enqueue("trades.expire_agreement", at=agreement.ends_at, agreement_id=agreement.id)
    acting = parties.acting_organisation(session)
    parties.notify(session, negotiation.other(acting), "agreement.signed", agreement.id, listing=negotiation.listing_id)
    return agreement, True


def decline(session: Session, negotiation_id: str, *, reason: str = "") -> Negotiation:
    """Say no, as the party whose turn it is.

    Raises:
        Refused: It is the other party's turn.
        Conflict: The negotiation has ended already.
    """
    negotiation = _mine(session, negotiation_id)
    _require_turn(session, negotiation)
    return _end(session, negotiation, State.DECLINED, "request.declined", reason)


def withdraw(session: Session, negotiation_id: str, *, reason: str = "") -> Negotiation:
    """Take back one's own request or offer; the buyer may at any time, the owner while its offer waits.

    Raises:
        Refused: It is the owner's turn to answer; declining says no.
        Conflict: The negotiation has ended already.
    """
    negotiation = _mine(session, negotiation_id)
    _require_open(session, negotiation)
    acting = parties.acting_organisation(session)
    if acting == negotiation.owner_id and negotiation.turn_id == acting:
        raise Refused("There is no offer of yours on the table.", "Decline the request instead.")
    return _end(session, negotiation, State.WITHDRAWN, "request.withdrawn", reason)


@jobs.handler("trades.expire_request")
def expire_request(session: Session, *, negotiation_id: str, round: int) -> None:
    """End a negotiation whose decision clock has run out; an answer in time has moved it to another round."""
    negotiation = repository.find_negotiation(session.db, negotiation_id)
    if negotiation is None or not negotiation.is_open or negotiation.round != round or session.now < negotiation.decide_by:
        return
    if repository.step_negotiation(session.db, negotiation, State.EXPIRED):
        for organisation_id in (negotiation.owner_id, negotiation.buyer_id):
            _tell(session, negotiation, organisation_id, "request.expired")


def _answer(
    session: Session,
    negotiation_id: str,
    to: NegotiationState,
    terms: Terms | None,
    price: Price | None,
    rights: Rights | None,
    message: str,
    idempotency_key: str | None,
) -> Negotiation:
    negotiation = _mine(session, negotiation_id)
    offer_id = new_id("off")
    if idempotency_key is not None:
        asks = [negotiation_id, message, *map(_plain, (terms, price, rights))]
        if claim_key(session, idempotency_key, kind=to.value, request=asks, result_id=offer_id) != offer_id:
            return reading.get_negotiation(session, negotiation_id)
    acting = parties.acting_organisation(session)
    _require_open(session, negotiation)
    if acting != (negotiation.owner_id if to is State.OFFERED else negotiation.buyer_id):
        raise Refused("The owner makes offers and the buyer counter-offers.", "Use the other verb.")
    _require_turn(session, negotiation)
    on_table = reading.offer_on_table(session, negotiation.id)
    proposed = (terms or on_table.terms, price or on_table.price, rights or on_table.rights)
    _require_covered(proposed[0], Use(purpose=negotiation.purpose, territory=negotiation.territory))
    if to is State.COUNTERED:
        before, after = (_of_this_trade(terms, negotiation.purpose) for terms in (on_table.terms, proposed[0]))
        _require_narrower((before, on_table.price, on_table.rights), (after, *proposed[1:]))
    round = negotiation.round + 1
    if round > session.settings.negotiation_rounds:
        raise RoundsSpent(f"This negotiation has had its {negotiation.round} rounds.", "Accept or decline the offer on the table.")
    _step(session, negotiation, to, round=round, decide_by=_deadline(session))
    _keep_offer(session, negotiation, round, acting, proposed, message, offer_id=offer_id)
    moved = reading.get_negotiation(session, negotiation.id)
    _tell(session, moved, moved.other(acting), "offer.received" if to is State.OFFERED else "counter.received")
    _start_clock(session, moved)
    return moved


def _mine(session: Session, negotiation_id: str) -> Negotiation:
    parties.require_scope(session, Scope.TRADE)
    negotiation = reading.get_negotiation(session, negotiation_id)
    acting = parties.acting_organisation(session)
    if acting not in (negotiation.owner_id, negotiation.buyer_id):
        raise Refused("Only the owner and the buyer take part in a negotiation.", "You may read it.")
    parties.require_role(session, Role.OWNER if acting == negotiation.owner_id else Role.BUYER)
    return negotiation


def _require_open(session: Session, negotiation: Negotiation) -> None:
    if not negotiation.is_open:
        raise _conflict(session, negotiation)
    if session.now >= negotiation.decide_by:
        raise Conflict(f"The time to decide ended at {rfc3339(negotiation.decide_by)}.", "Send a new request.", state="expired")


def _require_turn(session: Session, negotiation: Negotiation) -> None:
    _require_open(session, negotiation)
    if negotiation.turn_id != parties.acting_organisation(session):
        raise Refused("It is the other party's turn.", f"Wait for the answer, due by {rfc3339(negotiation.decide_by)}.")


def _require_covered(terms: Terms, use: Use) -> None:
    verdict = decide(terms, use)
    if not verdict.allowed:
        raise Refused(" ".join(verdict.reasons), verdict.hint, decision=verdict.decision.value)


def _of_this_trade(terms: Terms, purpose: str) -> Terms:
    """Terms for the one purpose of a trade: the rules and the people are asked about no other, so that nothing signed may permit another."""
    return replace(terms, permitted_purposes=(purpose,))


def _require_narrower(permitted: tuple[Terms, Price, Rights], asked: tuple[Terms, Price, Rights]) -> None:
    beyond = [*widened(permitted[0], asked[0]), *([] if rights_narrow(permitted[2], asked[2]) else ["rights"])]
    if beyond:
        raise TermsWidened(
            f"This asks for more than the owner permits: {', '.join(beyond)}.",
            "Keep within the owner's offer, and say in the message what you would need.",
            fields=beyond,
        )


def _deadline(session: Session) -> datetime:
    return session.now + timedelta(hours=session.settings.decision_hours)


def _window(session: Session, given: timedelta | None) -> timedelta:
    window = timedelta(hours=session.settings.acceptance_hours) if given is None else given
    if not timedelta() <= window <= MAX_WINDOW:
        raise Invalid(f"The acceptance window is {window}.", f"Give a time from 0 to {MAX_WINDOW.days} days.")
    return window


def _plain(part: Terms | Price | Rights | None) -> dict[str, Any] | None:
    return None if part is None else part.to_dict()


def _same(one: tuple[Terms, Price, Rights], other: tuple[Terms, Price, Rights]) -> bool:
    # By digest, because Python takes a condition's `true` for `1`.
    return digest([part.to_dict() for part in one]) == digest([part.to_dict() for part in other])


def _step(session: Session, negotiation: Negotiation, to: NegotiationState, **values: Any) -> None:
    assert to in NEXT_NEGOTIATION[negotiation.state]
    if not repository.step_negotiation(session.db, negotiation, to, **values):
        raise _conflict(session, reading.get_negotiation(session, negotiation.id))


def _conflict(session: Session, negotiation: Negotiation) -> Conflict:
    made = repository.find_agreement_of(session.db, negotiation.id)
    details = {"state": negotiation.state.value} | ({"agreement_id": made.id} if made else {})
    hint = "Open the agreement." if made else "Look at the negotiation again, or send a new request."
    return Conflict(f"Negotiation {negotiation.id} is {negotiation.state} by now.", hint, **details)


def _end(session: Session, negotiation: Negotiation, to: NegotiationState, kind: str, reason: str) -> Negotiation:
    reason = check_message(reason)
    _step(session, negotiation, to)
    _tell(session, negotiation, negotiation.other(parties.acting_organisation(session)), kind, reason=reason)
    return reading.get_negotiation(session, negotiation.id)


def _keep_offer(
    session: Session,
    negotiation: Negotiation,
    round: int,
    by_id: str,
    what: tuple[Terms, Price, Rights],
    message: str,
    *,
    offer_id: str | None = None,
) -> None:
    made = Offer(
        id=offer_id or new_id("off"), negotiation_id=negotiation.id, round=round, by_id=by_id, terms=_of_this_trade(what[0], negotiation.purpose), price=what[1],
        rights=what[2], message=check_message(message), created_at=session.now,
    )  # fmt: skip
    repository.insert_offer(session.db, made)


def _start_clock(session: Session, negotiation: Negotiation) -> None:
    session.enqueue("trades.expire_request", at=negotiation.decide_by, negotiation_id=negotiation.id, round=negotiation.round)


def _tell(session: Session, negotiation: Negotiation, organisation_id: str, kind: str, **facts: str) -> None:
    facts |= {"listing": negotiation.listing_id, "purpose": negotiation.purpose, "decide_by": rfc3339(negotiation.decide_by)}
    parties.notify(session, organisation_id, kind, negotiation.id, **facts)
