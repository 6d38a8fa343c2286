"""What the exchange itself knows of a case, as facts for the rules: measured where it looked, declared where a party said so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from entrepot import catalogue, compliance, delivery, parties, pricing, rights
from entrepot.catalogue import Manifest, Version
from entrepot.catalogue.model import LookupAnswer, Visibility
from entrepot.compliance import Dossier, Pack, Source
from entrepot.compliance.places import are_laws_open, jurisdictions
from entrepot.compliance.vocabulary import is_of_buyer
from entrepot.flows import admissions, consented, counters, goods, seen, uses
from entrepot.flows.app_facts import of_app
from entrepot.flows.goods import Goods
from entrepot.flows.unnamed import named_elsewhere
from entrepot.rights import ContractForm, Right, Step
from entrepot.runtime import Session
from entrepot.trades import Agreement, Negotiation, Offer

_MOST_FIELDS = 2_000


def of_listing(
    session: Session,
    organisation_id: str,
    manifest: Manifest,
    offered: Goods,
    *,
    listing_id: str | None = None,
    admitted: Mapping[str, Any] | None = None,
    published_at: datetime | None = None,
) -> Dossier:
    """The facts of an offer.

    Args:
        listing_id: The listing, once there is one: what was answered about it counts.
        published_at: When the manifest was published; None for one that is published now, which is newer than every answer.
        admitted: As in `of_version`.
    """
    owner = parties.get(session, organisation_id)
    said = _said(session, tuple(subject for subject in (organisation_id, listing_id) if subject), manifest, published_at)
    dossier = Dossier().with_(goods.joined(said, admitted or {}))
    dossier = dossier.with_(goods.conceded(offered, dossier.values))
    measured: dict[str, Any] = {
        **of_offer(manifest, offered, dossier.values),
        **consented.of_listing(session, organisation_id, listing_id=listing_id or "", mode=manifest.consent_mode),
        "owner.country": owner.country,
        "owner.verified": owner.is_verified,
        "exchange.intermediary": True,
        "exchange.country": compliance.country(session),
    }
    if manifest.provenance:
        measured |= _chain(manifest.provenance, owner.name, compliance.today(session))
    dossier = with_places(dossier, manifest, measured)
    known = jurisdictions(compliance.country(session), owner.country, *dossier.values.get("asset.subjects_in", ()))
    measured |= whose_law(compliance.in_force(session), known)
    if measured.get("asset.personal") and (
        named := named_elsewhere(session, organisation_id, manifest.person_key, offered.fields, listing_id=listing_id or "")
    ):
        measured["asset.unnamed_keys"] = named
    measured |= of_app({**dossier.values, **measured}, compliance.today(session))
    where = seen.places(offered) | seen.gaps(manifest.provenance, owner.name, compliance.today(session))
    return dossier.with_(measured, Source.MEASURED, seen=where)


def with_places(dossier: Dossier, manifest: Manifest, measured: Mapping[str, Any]) -> Dossier:
    """The same with where the persons live, as the manifest says what the data are about, unless it was said by itself."""
    told = manifest.countries and measured.get("asset.personal") and "asset.subjects_in" not in dossier.values
    return dossier.with_({"asset.subjects_in": list(manifest.countries)}) if told else dossier


def whose_law(packs: Sequence[Pack], known: Sequence[str]) -> dict[str, Any]:
    """Whose law concerns a case, and whether laws of other places are in force that may concern it too."""
    return {"deal.jurisdictions": list(known), "deal.laws_open": are_laws_open(packs, known)}


def stated(manifest: Manifest) -> dict[str, Any]:
    """What a manifest itself states."""
    return dict(manifest.facts) | ({"source.statement": manifest.source} if manifest.source else {})


def _said(session: Session, subjects: tuple[str, ...], manifest: Manifest, published_at: datetime | None) -> dict[str, Any]:
    """What an owner says of an offer: of its manifest and the answers the newer one; what an answer admits of persons or children stands."""
    answered, own = compliance.answers(session, *subjects).values, stated(manifest)
    newer = compliance.answers(session, *subjects, since=published_at).values if published_at else {}
    corrected = {path: value for path, value in newer.items() if path in own}
    return goods.joined({**answered, **own, **corrected}, answered)


def of_offer(manifest: Manifest, offered: Goods, declared: Mapping[str, Any]) -> dict[str, Any]:
    """What a manifest and its tables show by themselves, whoever offers them and wherever."""
    measured: dict[str, Any] = {
        **goods.facts(offered, declared, goods.meant(manifest.columns, offered.fields)),
        **_offered_as(manifest),
        "offer.purposes": sorted(manifest.terms.permitted_purposes),
        "offer.public": manifest.visibility is Visibility.PUBLIC,
    }
    if manifest.terms.duration_days is not None:
        measured["offer.retention_days"] = manifest.terms.duration_days
    if manifest.lookup is not None:
        measured["offer.fields"] = sorted(manifest.lookup.columns)
    elif len(offered.fields) <= _MOST_FIELDS:
        # The person key serves the exchange; unless it is delivered, no buyer gets it.
        hidden = set() if manifest.terms.person_key_delivered else {manifest.person_key}
        measured["offer.fields"] = sorted(set(manifest.offered.columns or offered.fields) - hidden)
    return measured


def of_version(session: Session, version: Version, organisation_id: str, *, admitted: Mapping[str, Any] | None = None) -> Dossier:
    """The facts of an offer that was published, from what was kept of it.

    Args:
        admitted: What was said beside the listing; of it only what admits to persons or children counts here.
    """
    return of_listing(
        session, organisation_id, version.manifest, goods.of_version(version), listing_id=version.listing_id, admitted=admitted,
        published_at=version.published_at,
    )  # fmt: skip


def of_contract(session: Session, negotiation: Negotiation, offer: Offer, version: Version) -> Dossier:
    """The facts of an agreement that is about to be signed."""
    said = compliance.answers(session, negotiation.buyer_id, negotiation.id)
    listed = of_version(session, version, negotiation.owner_id, admitted=said.values)
    measured: dict[str, Any] = {
        "offer.mode": mode_of(negotiation.method),
        # An agreement is for one purpose, however many the offer permits.
        "offer.purposes": [negotiation.purpose],
        "use.purposes": [negotiation.purpose],
        **_between(session, listed, negotiation.buyer_id),
        "contract.provision_on": compliance.today(session).isoformat(),
        "contract.form": version.manifest.contract.value,
        # What every agreement of this exchange says: its terms, and the clauses of its form.
        "contract.fixes": ["purpose", "method", "scope", "security", *_FIXED_BY[version.manifest.contract]],
    }
    held = pricing.quote(offer.price).escrow
    if not held.amount or held.currency == "CNY":
        measured["offer.price_cny"] = held.amount // 100
    if len(handed := delivery.fields(version, offer.rights, offer.terms)) <= _MOST_FIELDS:
        measured["offer.fields"] = handed
    measured |= consented.of_deal(session, version, negotiation)
    # What was declared with the listing stands: an answer in a negotiation adds to it, and never replaces it.
    known = {path: value for path, value in listed.values.items() if listed.source(path) is Source.MEASURED}
    # Nor does an owner answer for the buyer.
    declared = {path: value for path, value in listed.values.items() if path not in known and not is_of_buyer(path)}
    dossier = Dossier().with_(said.values).with_(declared).with_(known, Source.MEASURED, seen=listed.seen).with_(measured, Source.MEASURED)
    dossier = uses.of_contract(negotiation.purpose, dossier).with_(admissions.admitted(session, negotiation), Source.MEASURED)
    return dossier.with_(counters.add_up(session, negotiation, dossier.values), Source.MEASURED)


def of_delivery(session: Session, agreement: Agreement, version: Version, signed: Dossier, *, recipient_id: str | None) -> Dossier:
    """The facts of handing over a version under an agreement.

    Args:
        signed: The facts it was signed on.
        recipient_id: The organisation that receives it.
    """
    said = compliance.answers(session, agreement.negotiation_id)
    listed = of_version(session, version, agreement.owner_id, admitted=said.values)
    measured: dict[str, Any] = {
        **handing_over(session, agreement, version, recipient_id=recipient_id),
        **_between(session, listed, agreement.buyer_id),
        "offer.mode": mode_of(agreement.method),
        "contract.provision_on": compliance.today(session).isoformat(),
    }
    if version.manifest.lookup is not None:
        measured["lookup.token_present"] = True  # No question comes this far without a token that was found good.
    if listed.values["asset.personal"]:
        measured |= consented.of_delivery(session, version, agreement)
    if version.manifest.lookup is None:
        measured |= consented.unnamed(session, version, agreement)
    again = {path: value for path, value in listed.values.items() if listed.source(path) is Source.MEASURED}
    declared = {path: value for path, value in listed.values.items() if path not in again and not is_of_buyer(path)}
    more = {"delivery.unsigned_fields": seen.unsigned(measured["delivery.unsigned_fields"], goods.of_version(version))}
    dossier = _standing(signed).with_(declared).with_(again, Source.MEASURED, seen=listed.seen).with_(measured, Source.MEASURED, seen=more)
    if "asset.persons" in dossier.values and dossier.source("delivery.persons") is not Source.MEASURED:
        # Where the records of consent cannot say how many go out, it may be everybody.
        dossier = dossier.with_({"delivery.persons": dossier.values["asset.persons"]}, Source.MEASURED)
    # A later version may hold what makes the signed purpose one that nobody may have.
    dossier = uses.shown(agreement.purpose, dossier)
    return dossier.with_(counters.handed_over(session, agreement, dossier.values), Source.MEASURED)


def handing_over(session: Session, agreement: Agreement, version: Version, *, recipient_id: str | None) -> dict[str, Any]:
    """What a delivery itself is: under which agreement, to whom, what for, and which columns of the version it hands over."""
    signed = version if version.id == agreement.version_id else catalogue.agreed_version(session, agreement.version_id)
    return {
        "delivery.agreement_active": agreement.is_open_at(session.now),
        "delivery.recipient_is_party": recipient_id == agreement.buyer_id,
        "delivery.purposes": [agreement.purpose],
        "delivery.fields": delivery.fields(version, agreement.rights, agreement.terms),
        "delivery.unsigned_fields": delivery.unsigned(agreement, signed, version),
        "agreement.purposes": [agreement.purpose],
        "agreement.fields": delivery.fields(signed, agreement.rights, agreement.terms),
    }


_OF_THE_VERSION = ("asset.", "consent.", "delivery.", "agreement.")


def _standing(signed: Dossier) -> Dossier:
    """What an agreement was signed on and still stands.

    What was measured of the version, and of the consents, was so that day: it is measured anew, and what is not is not known now.
    """
    stale = {path for path in signed.values if path.startswith(_OF_THE_VERSION) and signed.source(path) is Source.MEASURED}
    return Dossier({path: value for path, value in signed.values.items() if path not in stale}, signed.sources)


def mode_of(method: str) -> str:
    """A way of delivery in the rules' words: our look-ups answer match or no match, and never with a value."""
    return "verify_match" if method == "lookup" else method


def _offered_as(manifest: Manifest) -> dict[str, Any]:
    if manifest.lookup is None:
        return {"offer.mode": "file"}
    if manifest.lookup.answers is LookupAnswer.VALUE:
        return {"offer.mode": "lookup"}
    # The exchange answers no other way, so that these are measured and not promised.
    kept = dict.fromkeys(("lookup.token_per_query", "lookup.person_sees_it", "lookup.capped"), True)
    return {"offer.mode": mode_of("lookup"), **kept}


def _between(session: Session, listed: Dossier, buyer_id: str) -> dict[str, Any]:
    """Where the two parties are and whether they are who they say, which may change while an agreement runs."""
    buyer = parties.get(session, buyer_id)
    known = jurisdictions(*listed.values["deal.jurisdictions"], buyer.country)
    return whose_law(compliance.in_force(session), known) | {
        "buyer.country": buyer.country,
        "buyer.verified": buyer.is_verified,
        "deal.cross_border": buyer.country != listed.values["owner.country"],
    }


_FIXED_BY: Mapping[ContractForm, tuple[str, ...]] = {
    ContractForm.PROVISION: (),
    ContractForm.ENTRUSTED: ("no_subentrusting", "return_or_delete"),
    ContractForm.JOINT: ("joint_duties",),
    ContractForm.INTERMEDIARY: (),
}
"""What the clauses of each form fix besides."""


def _chain(chain: tuple[Step, ...], owner: str, at: date) -> dict[str, Any]:
    reaching = rights.granted(chain, at=at)
    return {
        "source.chain_complete": not rights.gaps(chain, owner=owner, at=at),
        "source.rights": [right.value for right in Right if right in reaching],
    }
