"""The document that two organisations sign, and how anyone checks it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from entrepot import parties
from entrepot.kit import Invalid
from entrepot.parties import jws
from entrepot.runtime import Session
from entrepot.trades.model import SPEC, Agreement, AgreementState, Negotiation, Offer, payload

TYPE = "entrepot-agreement+json"


def sign_agreement(
    session: Session,
    negotiation: Negotiation,
    offer: Offer,
    *,
    agreement_id: str,
    duties: Sequence[Mapping[str, Any]] = (),
    form: Mapping[str, str] | None = None,
) -> Agreement:
    """The agreement on an offer, signed with the keys of both organisations.

    The party that made the offer is bound by it, the other by accepting; the exchange keeps both keys and signs for both at once.
    """
    days = offer.terms.duration_days
    unsigned = Agreement(
        id=agreement_id, negotiation_id=negotiation.id, listing_id=negotiation.listing_id, version_id=negotiation.version_id,
        owner_id=negotiation.owner_id, buyer_id=negotiation.buyer_id, purpose=negotiation.purpose, method=negotiation.method,
        territory=negotiation.territory, terms=offer.terms, rights=offer.rights, price=offer.price,
        acceptance_window=negotiation.acceptance_window, state=AgreementState.ACTIVE, duties=tuple(dict(duty) for duty in duties), form=form,
        signed_at=session.now, starts_at=session.now,
        ends_at=None if days is None else session.now + timedelta(days=days), jws={},
    )  # fmt: skip
    by_policy = negotiation.auto_approved and offer.round == 0
    sides = {"owner": _party(session, negotiation.owner_id), "buyer": _party(session, negotiation.buyer_id)}
    signed = payload(unsigned, parties=sides, owner_signs_by="policy" if by_policy else "decision")
    signatures = [parties.sign(session, side["id"], signed, typ=TYPE) for side in sides.values()]
    return replace(unsigned, jws=jws.assemble(signed, signatures))


def verify(document: Mapping[str, Any], keys: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The payload of an agreement that both its organisations have signed; needs nothing but public keys.

    Args:
        keys: JWK by key id, each naming its organisation as ``owner``, from a source the reader trusts.

    Raises:
        SignatureInvalid: A signature does not fit, its key is unknown, or a party has not signed with a key of its own.
        Invalid: It is no agreement of a kind we know.
    """
    signed, kids = jws.verify(document, keys)
    if not isinstance(signed, dict) or signed.get("spec") != SPEC:
        raise Invalid("The signed document is no agreement of a kind this release knows.", f"Its `spec` should be {SPEC}.")
    try:
        sides = [(signed["parties"][role]["id"], signed["parties"][role]["key"]) for role in ("owner", "buyer")]
    except (KeyError, TypeError):
        raise Invalid("The agreement does not name its two parties.", "Ask the parties for the document again.") from None
    for organisation_id, kid in sides:
        if kid not in kids or keys[kid].get("owner") != organisation_id:
            raise jws.SignatureInvalid(f"{organisation_id} has not signed with a key of its own.", "An agreement needs both signatures.")
    return signed


def _party(session: Session, organisation_id: str) -> dict[str, str]:
    found = parties.get(session, organisation_id)
    return {"id": found.id, "name": found.name, "key": parties.current_key_id(session, organisation_id)}
