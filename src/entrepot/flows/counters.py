"""Counts that Chinese law adds up over trades: persons without consent over all buyers, and persons sent abroad in a year.

Sources: Interpretation on criminal cases of infringing citizens' personal information (2017), articles 5 and 11 (counts add up, except for
the same information sent to the same recipient again); CAC order 16 of 2024, articles 5, 7 and 8 (from 1 January of the current year).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from entrepot import compliance
from entrepot.compliance import Gate, Ruling, library
from entrepot.flows import counted
from entrepot.runtime import Session
from entrepot.trades import Agreement, Negotiation

_TIERS = {50: "ent-cn:CriminalTier50", 500: "ent-cn:CriminalTier500"}
_ANONYMOUS = 4
Facts = Mapping[str, Any]


def remember(session: Session, ruling: Ruling, trade: Negotiation | Agreement) -> None:
    """Keep what a trade that passed the rules counts for, so that later ones need not read its ruling."""
    facts = ruling.dossier.values
    is_contract = ruling.gate is Gate.CONTRACT
    values = {
        "gate": ruling.gate.value, "subject_id": trade.id, "organisation_id": trade.owner_id, "listing_id": trade.listing_id,
        "buyer_id": trade.buyer_id, "counted_at": session.now, "uncovered": _uncovered(facts) if is_contract else _delivered(facts),
        "exported": _exported(facts) if is_contract else 0, "price_cny": facts.get("offer.price_cny"),
    }  # fmt: skip
    counted.put(session.db, values, facts.get("asset.categories", ()))


def add_up(session: Session, deal: Negotiation, facts: Facts) -> dict[str, Any]:
    """The counters of an agreement about persons that Chinese law concerns; nothing for others.

    Args:
        facts: What is known of the case besides.
    """
    if not facts.get("asset.personal") or "CN" not in facts.get("deal.jurisdictions", ()):
        return {}
    today = compliance.today(session)
    found = {"crim.uncovered_persons": _uncovered(facts), **_tiers(session, deal, facts, today)}
    if facts.get("deal.cross_border") and facts.get("owner.country") == "CN":
        found |= _exports(session, deal, facts, today)
    return found


def handed_over(session: Session, agreement: Agreement, facts: Facts) -> dict[str, int]:
    """Persons times recipients that an owner hands over with gaps in the consents, with this delivery; nothing where there is no gap.

    Counted over everything of the same tier; the same listing for the same recipient counts once.
    """
    if facts.get("consent.covers_everyone") is not False or "delivery.persons" not in facts:
        return {}
    today, owner = compliance.today(session), agreement.owner_id
    tier = _tier(facts.get("asset.categories", ()), today)
    same = [kind for kind in counted.delivered_kinds(session.db, owner) if _tier(kind, today) == tier]
    others, here = counted.delivered(session.db, owner, same, listing_id=agreement.listing_id, buyer_id=agreement.buyer_id)
    return {"delivery.persons_times_recipients": others + max(here, int(facts["delivery.persons"]))}


def _uncovered(facts: Facts) -> int:
    """Persons whose data go out without their consent; where consent is required, a delivery leaves the others out."""
    if (
        not facts.get("asset.personal")
        or facts.get("consent.required")
        or facts.get("consent.covers_everyone")
        or facts.get("asset.grade") == _ANONYMOUS
    ):
        return 0
    return int(facts.get("asset.persons", 0))


def _delivered(facts: Facts) -> int:
    has_gap = facts.get("consent.covers_everyone") is False and facts.get("asset.grade") != _ANONYMOUS
    return int(facts.get("delivery.persons", 0)) if has_gap else 0


def _exported(facts: Facts) -> int:
    return int(facts.get("asset.persons", 0)) if facts.get("deal.cross_border") and facts.get("asset.grade") != _ANONYMOUS else 0


def _tiers(session: Session, deal: Negotiation, facts: Facts, today: date) -> dict[str, Any]:
    tiers, income, unpriced = dict.fromkeys((50, 500, 5000), 0), 0.0, 0
    price, own = facts.get("offer.price_cny"), _uncovered(facts)
    this = [(tuple(facts.get("asset.categories", ())), own, price or 0, int(price is None))] if own else []
    for kinds, persons, paid, missing in (*counted.uncovered(session.db, deal.owner_id, but=deal.id), *this):
        tiers[_tier(kinds, today)] += persons
        income, unpriced = income + paid, unpriced + missing
    # What was paid in another currency only the owner can put into yuan.
    known = {} if unpriced else {"crim.income_cny": int(income) if income.is_integer() else income}
    return {f"crim.tier_{tier}": count for tier, count in tiers.items()} | known


def _tier(categories: Iterable[str], today: date) -> int:
    day = library.taxonomy().on(today)
    reached = frozenset[str]().union(*(day.counts_as(term) for term in categories))
    return next((tier for tier, name in _TIERS.items() if name in reached), 5000)


def _exports(session: Session, deal: Negotiation, declared: Facts, today: date) -> dict[str, int]:
    """What went abroad by this exchange alone, where the owner has declared less; only the owner knows of the rest.

    The law counts persons: those of one listing are the same whoever receives them, and where its versions differ the most there were count.
    Those of different listings may be others, so they add up.
    """
    since = compliance.midnight(session, date(today.year, 1, 1))
    this = (deal.listing_id, tuple(declared.get("asset.categories", ())), _exported(declared))
    day = library.taxonomy().on(today)
    most: dict[str, dict[str, int]] = {"export.persons_ytd": {}, "export.sensitive_ytd": {}}
    for listing, kinds, persons in (*counted.exported(session.db, deal.owner_id, since=since), this):
        sensitive = any("ent-cn:SensitivePI" in day.counts_as(term) for term in kinds)
        for path in most if sensitive else ("export.persons_ytd",):
            most[path][listing] = max(most[path].get(listing, 0), persons)
    sums = {path: sum(found.values()) for path, found in most.items()}
    return {path: count for path, count in sums.items() if path in declared and declared[path] < count}
