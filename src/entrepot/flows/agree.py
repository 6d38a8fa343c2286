"""From a request to an agreement that both sides have signed and whose price is in escrow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from entrepot import catalogue, parties, pricing, proof, settlement, trades
from entrepot.flows import gates
from entrepot.flows.periods import months_after
from entrepot.kit import Conflict, Invalid, Refused, digest, rfc3339
from entrepot.pricing import Plan, Price
from entrepot.rights import signed_form
from entrepot.runtime import Session
from entrepot.terms import Rights, Terms
from entrepot.vocabulary.consents import ConsentMode

HANDED_OVER = ("file", "table")
METHODS = (*HANDED_OVER, "lookup")


def methods_of(manifest: catalogue.Manifest) -> tuple[str, ...]:
    """How what a manifest offers can be had: either the data are handed over, or questions are answered from them."""
    return HANDED_OVER if manifest.lookup is None else ("lookup",)


def request(
    session: Session,
    listing_id: str,
    *,
    purpose: str,
    method: str,
    territory: str | None = None,
    terms: Terms | None = None,
    price: Price | None = None,
    rights: Rights | None = None,
    message: str = "",
    idempotency_key: str | None = None,
) -> trades.Negotiation:
    """Ask for a listing's current version, for the acting organisation and one purpose.

    Raises:
        NotFound: There is no such listing for the actor.
        Refused: The published terms do not cover the purpose or territory.
        Invalid: There is no such way of delivery.
        Conflict: The listing is not on offer.
    """
    if method not in METHODS:
        raise Invalid(f"There is no delivery method {method[:40]!r}.", f"Choose {' or '.join(METHODS)}.")
    listing = catalogue.get(session, listing_id)
    _require_on_offer(listing)
    version = catalogue.current_version(session, listing.id)
    manifest = version.manifest
    if method not in methods_of(manifest):
        raise Refused(f"The listing {listing.id} is not offered as {method}.", f"Ask for {' or '.join(methods_of(manifest))}.")
    window = None if manifest.acceptance_hours is None else timedelta(hours=manifest.acceptance_hours)
    return trades.request(
        session, listing_id=listing.id, version_id=version.id, owner_id=listing.organisation_id, published_terms=manifest.terms,
        published_price=manifest.price, published_rights=manifest.offered, purpose=purpose, method=method, territory=territory,
        acceptance_window=window, auto_approve=manifest.auto_approve, terms=terms, price=price, rights=rights, message=message,
        idempotency_key=idempotency_key,
    )  # fmt: skip


def offer(
    session: Session, negotiation_id: str, *, idempotency_key: str | None = None, message: str = "", **changes: Any
) -> trades.Negotiation:
    """Put changed terms, price or rights on the table: as its owner an offer, as its buyer a counter-offer."""
    negotiation = trades.get_negotiation(session, negotiation_id)
    put = trades.offer if parties.is_self(session, negotiation.owner_id) else trades.counter
    return put(session, negotiation_id, message=message, idempotency_key=idempotency_key, **changes)


def accept(session: Session, negotiation_id: str, *, offer_id: str | None = None, idempotency_key: str | None = None) -> trades.Agreement:
    """Sign what is on the table and put its price into escrow, both or neither; a repeat gives the same agreement.

    Raises:
        NotCompliant: The rules forbid it; ``FactsMissing`` and ``AwaitsDecision`` say what would let it pass.
        BalanceTooLow: The buyer's balance does not cover the escrow; nothing is signed.
        Conflict: Something else has happened first, or the listing is no longer on offer; what was signed before goes on.
    """
    negotiation = trades.get_negotiation(session, negotiation_id)
    is_asked = negotiation.is_open and negotiation.turn_id == parties.acting_organisation(session)
    # Who may not answer at all is told so by the trade, not by the rules.
    duties = gates.require_contract(session, negotiation).duties if is_asked else ()
    form = signed_form(catalogue.agreed_version(session, negotiation.version_id).manifest.contract)
    agreement, is_new = trades.conclude(
        session, negotiation_id, offer_id=offer_id, idempotency_key=idempotency_key, duties=[duty.to_dict() for duty in duties], form=form
    )
    if not is_new:
        return agreement
    # Locked, so that a suspension at this very moment freezes the new agreement too, or stops it.
    _require_on_offer(catalogue.agreed_listing(session, agreement.listing_id, lock=True))
    held = pricing.quote(agreement.price).escrow
    if held.amount:
        settlement.place_escrow(session, agreement.id, agreement.buyer_id, held)
    _set_timers(session, agreement)
    if catalogue.agreed_version(session, agreement.version_id).manifest.consent_mode is not ConsentMode.NONE:
        session.enqueue("delivery.look_up_consents", agreement_id=agreement.id)
    fact = {
        "agreement": agreement.id, "document": digest(agreement.jws), "owner": agreement.owner_id, "buyer": agreement.buyer_id,
        "listing": agreement.listing_id, "version": agreement.version_id, "purpose": agreement.purpose, "at": rfc3339(agreement.signed_at),
    }  # fmt: skip
    proof.record(session, "agreement.signed", fact, subject_id=agreement.id)
    return agreement


def _require_on_offer(listing: catalogue.Listing) -> None:
    if listing.state is not catalogue.ListingState.LIVE:
        raise Conflict(
            f"The listing {listing.id} is {listing.state}, not on offer.", "Ask its owner, or look for another.", state=listing.state
        )


def _set_timers(session: Session, agreement: trades.Agreement) -> None:
    if agreement.ends_at is not None:
        session.enqueue("flows.close_agreement", at=agreement.ends_at, dedup_key=f"close:{agreement.id}", agreement_id=agreement.id)
    next_month = months_after(agreement.starts_at, 1)
    is_over_by_then = agreement.ends_at is not None and agreement.ends_at <= next_month
    if agreement.price.plan is Plan.MONTHLY and not is_over_by_then:
        session.enqueue("flows.renew_period", at=next_month, dedup_key=f"renew:{agreement.id}", agreement_id=agreement.id, period=2)
    if agreement.price.plan is Plan.METERED and not is_over_by_then:
        session.enqueue("flows.bill_usage", at=next_month, dedup_key=f"bill:{agreement.id}", agreement_id=agreement.id, month=1)
