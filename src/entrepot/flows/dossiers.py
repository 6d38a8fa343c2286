"""What the exchange itself knows of a case, as facts for the rules: measured where it looked, declared where a party said so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from entrepot import compliance, parties, pricing, rights
from entrepot.catalogue import Manifest, Version
from entrepot.catalogue.model import LookupAnswer, Visibility
from entrepot.compliance import Dossier, Source
from entrepot.compliance.places import jurisdictions
from entrepot.flows import consented, counters, uses
from entrepot.rights import ContractForm, Right, Step
from entrepot.runtime import Session
from entrepot.trades import Agreement, Negotiation, Offer

_SURE = 0.8
_MOST_FIELDS = 2_000
_PROTECTIVE = ("asset.personal", "asset.under_14", "asset.rows_about_persons")


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """What is offered, as far as the rules ask.

    Attributes:
        grades: Of each table's de-identification; None where the exchange has measured none.
        assessed: What the check of each table found, as kept with a version.
    """

    rows: int
    fields: tuple[str, ...]
    grades: tuple[int | None, ...]
    assessed: tuple[Mapping[str, Any], ...]


def of_listing(session: Session, organisation_id: str, manifest: Manifest, goods: Goods, *, listing_id: str | None = None) -> Dossier:
    """The facts of an offer.

    Args:
        listing_id: The listing, once there is one: what was answered about it counts.
    """
    owner = parties.get(session, organisation_id)
    declared = dict(manifest.facts) | ({"source.statement": manifest.source} if manifest.source else {})
    subjects = tuple(subject for subject in (organisation_id, listing_id) if subject)
    said = compliance.answers(session, *subjects)
    dossier = Dossier().with_(declared).with_(said.values)
    measured: dict[str, Any] = {
        **_asset(goods, dossier.values, has_person_key=bool(manifest.person_key) and manifest.person_key in goods.fields),
        **consented.of_listing(session, organisation_id, listing_id=listing_id or "", mode=manifest.consent_mode),
        **_offered_as(manifest),
        "offer.purposes": sorted(manifest.terms.permitted_purposes),
        "offer.public": manifest.visibility is Visibility.PUBLIC,
        "owner.country": owner.country,
        "owner.verified": True,  # An organisation is let in by the operator, who has looked at its papers.
        "exchange.intermediary": True,
        "exchange.country": compliance.country(session),
    }
    if manifest.provenance:
        measured |= _chain(manifest.provenance, owner.name, compliance.today(session))
    if manifest.terms.duration_days is not None:
        measured["offer.retention_days"] = manifest.terms.duration_days
    if manifest.lookup is not None:
        measured["offer.fields"] = sorted(manifest.lookup.columns)
    elif len(goods.fields) <= _MOST_FIELDS:
        measured["offer.fields"] = sorted(set(manifest.offered.columns or goods.fields))
    measured["deal.jurisdictions"] = jurisdictions(compliance.country(session), owner.country, *dossier.values.get("asset.subjects_in", ()))
    return dossier.with_(measured, Source.MEASURED)


def of_version(session: Session, version: Version, organisation_id: str) -> Dossier:
    """The facts of an offer that was published, from what was kept of it."""
    goods = Goods(
        rows=version.rows, fields=tuple(column.name for table in version.tables for column in table.columns),
        grades=tuple(table.grade for table in version.tables), assessed=tuple(version.assessment.get("tables", ())),
    )  # fmt: skip
    return of_listing(session, organisation_id, version.manifest, goods, listing_id=version.listing_id)


def of_contract(session: Session, negotiation: Negotiation, offer: Offer, version: Version) -> Dossier:
    """The facts of an agreement that is about to be signed."""
    listed = of_version(session, version, negotiation.owner_id)
    said = compliance.answers(session, negotiation.buyer_id, negotiation.id)
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
    if offer.rights.columns is not None and version.manifest.lookup is None:
        measured["offer.fields"] = sorted(offer.rights.columns)
    measured |= consented.of_deal(session, version, negotiation)
    # What was declared with the listing stands: an answer in a negotiation adds to it, and never replaces it.
    known = {path: value for path, value in listed.values.items() if listed.source(path) is Source.MEASURED}
    # Nor does an owner answer for the buyer.
    declared = {path: value for path, value in listed.values.items() if path not in known and not is_of_buyer(path)}
    dossier = Dossier().with_(said.values).with_(declared).with_(known, Source.MEASURED).with_(measured, Source.MEASURED)
    dossier = uses.of_contract(negotiation.purpose, dossier)
    return dossier.with_(counters.add_up(session, negotiation, dossier.values), Source.MEASURED)


def of_delivery(session: Session, agreement: Agreement, version: Version, signed: Dossier) -> Dossier:
    """The facts of handing over a version under an agreement.

    Args:
        signed: The facts it was signed on.
    """
    listed = of_version(session, version, agreement.owner_id)
    is_whole = agreement.rights.columns is None or version.manifest.lookup is not None
    agreed = listed.values.get("offer.fields", []) if is_whole else sorted(agreement.rights.columns or ())
    measured: dict[str, Any] = {
        "delivery.agreement_active": True,
        "delivery.recipient_is_party": True,
        "delivery.purposes": [agreement.purpose],
        "delivery.fields": agreed,
        **_between(session, listed, agreement.buyer_id),
        "agreement.purposes": [agreement.purpose],
        "agreement.fields": agreed,
        "offer.mode": mode_of(agreement.method),
        "contract.provision_on": compliance.today(session).isoformat(),
    }
    if version.manifest.lookup is not None:
        measured["lookup.token_present"] = True  # No question comes this far without a token that was found good.
    if listed.values["asset.personal"]:
        measured |= consented.of_delivery(session, version, agreement)
    again = {path: value for path, value in listed.values.items() if listed.source(path) is Source.MEASURED}
    declared = {path: value for path, value in listed.values.items() if path not in again and not is_of_buyer(path)}
    # What was measured of consents at the signature may have ended since; what is not measured now is not known now.
    stale = {path for path in signed.values if path.startswith("consent.") and signed.source(path) is Source.MEASURED}
    standing = Dossier({path: value for path, value in signed.values.items() if path not in stale}, signed.sources)
    dossier = standing.with_(declared).with_(again, Source.MEASURED).with_(measured, Source.MEASURED)
    return dossier.with_(counters.handed_over(session, agreement, dossier.values), Source.MEASURED)


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


def is_of_buyer(path: str) -> bool:
    """Whether a fact is about the buyer and its use, which is for the buyer to say."""
    return path.partition(".")[0] in _OF_BUYER


_OF_BUYER = frozenset({"buyer", "recipient", "training", "use"})


def _between(session: Session, listed: Dossier, buyer_id: str) -> dict[str, Any]:
    """Where the two parties are, which may change while an agreement runs."""
    country = parties.get(session, buyer_id).country
    return {
        "buyer.country": country,
        "buyer.verified": True,
        "deal.cross_border": country != listed.values["owner.country"],
        "deal.jurisdictions": jurisdictions(*listed.values["deal.jurisdictions"], country),
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


def _asset(goods: Goods, declared: Mapping[str, Any], *, has_person_key: bool) -> dict[str, Any]:
    """What looking at the tables came to. Looking finds; finding nothing is no proof, so whoever admits to persons or children is believed.

    A column that tells whose row it is admits to persons.
    """
    admitted = {path for path in _PROTECTIVE if declared.get(path) is True}
    scanned = any(table["personal"] for table in goods.assessed)
    personal = scanned or has_person_key or bool(admitted)
    columns = [column for table in goods.assessed for column in table["columns"] if column["kind"] != "none" and column["term"]]
    direct = any(column["kind"] == "direct" and (column["confidence"] or 0) >= _SURE for column in columns)
    measured: dict[str, Any] = {
        "asset.personal": personal,
        "asset.categories": sorted({column["term"] for column in columns}) if personal else [],
        "asset.rows_about_persons": personal,
        "asset.under_14": scanned and any(alert["code"] == "minors" for table in goods.assessed for alert in table["alerts"]),
        "asset.medium": "table",
    }
    measured = {path: value for path, value in measured.items() if path not in admitted or value is True}
    if personal:
        unmeasured = 1 if direct else 2
        measured["asset.grade"] = min((grade or unmeasured for grade in goods.grades), default=unmeasured)
        measured["asset.persons"] = goods.rows
    return measured
