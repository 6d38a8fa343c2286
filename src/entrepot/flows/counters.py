"""Counts that Chinese law adds up over trades: persons without consent over all buyers, and persons sent abroad in a year.

Sources: Interpretation on criminal cases of infringing citizens' personal information (2017), articles 5 and 11 (counts add up, except for
the same information sent to the same recipient again); CAC order 16 of 2024, articles 5, 7 and 8 (from 1 January of the current year).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from entrepot import compliance, trades
from entrepot.compliance import Gate, library
from entrepot.runtime import Session
from entrepot.trades import Agreement, Negotiation

_TIERS = {50: "ent-cn:CriminalTier50", 500: "ent-cn:CriminalTier500"}
_ANONYMOUS = 4
Facts = Mapping[str, Any]


def add_up(session: Session, deal: Negotiation, facts: Facts) -> dict[str, Any]:
    """The counters of an agreement about persons that Chinese law concerns; nothing for others.

    Args:
        facts: What is known of the case besides.
    """
    if not facts.get("asset.personal") or "CN" not in facts.get("deal.jurisdictions", ()):
        return {}
    today = compliance.today(session)
    agreed = [kept.dossier.values for kept in compliance.agreed(session, deal.owner_id, Gate.CONTRACT) if kept.subject_id != deal.id]
    counted = {"crim.uncovered_persons": _uncovered(facts), **_tiers([*agreed, facts], today)}
    if facts.get("deal.cross_border") and facts.get("owner.country") == "CN":
        since = datetime.combine(date(today.year, 1, 1), time(), UTC)
        year = [kept.dossier.values for kept in compliance.agreed(session, deal.owner_id, Gate.CONTRACT, since=since)]
        counted |= _exports([*year, facts], facts, today)
    return counted


def handed_over(session: Session, agreement: Agreement, facts: Facts) -> dict[str, int]:
    """Persons times recipients that an owner hands over with gaps in the consents, with this delivery; nothing where there is no gap.

    Counted over everything of the same tier; the same listing for the same recipient counts once.
    """
    if facts.get("consent.covers_everyone") is not False or "delivery.persons" not in facts:
        return {}
    today = compliance.today(session)
    before: dict[tuple[str, str], int] = {}
    for kept in compliance.agreed(session, agreement.owner_id, Gate.DELIVERY):
        values = kept.dossier.values
        has_gap = values.get("consent.covers_everyone") is False and values.get("asset.grade") != _ANONYMOUS
        if has_gap and _tier(values, today) == _tier(facts, today):
            other = trades.get(session, kept.subject_id)
            place = (other.listing_id, other.buyer_id)
            before[place] = max(before.get(place, 0), int(values.get("delivery.persons", 0)))
    place = (agreement.listing_id, agreement.buyer_id)
    before[place] = max(before.get(place, 0), int(facts["delivery.persons"]))
    return {"delivery.persons_times_recipients": sum(before.values())}


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


def _tiers(cases: Iterable[Facts], today: date) -> dict[str, int]:
    found = dict.fromkeys((50, 500, 5000), 0)
    prices: list[int | None] = []
    for facts in cases:
        found[_tier(facts, today)] += _uncovered(facts)
        prices += [facts.get("offer.price_cny")] if _uncovered(facts) else []
    # What was paid in another currency only the owner can put into yuan.
    income = {"crim.income_cny": sum(price for price in prices if price is not None)} if None not in prices else {}
    return {f"crim.tier_{tier}": count for tier, count in found.items()} | income


def _tier(facts: Facts, today: date) -> int:
    day = library.taxonomy().on(today)
    reached = frozenset[str]().union(*(day.counts_as(term) for term in facts.get("asset.categories", ())))
    return next((tier for tier, name in _TIERS.items() if name in reached), 5000)


def _exports(cases: Iterable[Facts], declared: Facts, today: date) -> dict[str, int]:
    """What went abroad by this exchange alone, where the owner has declared less; only the owner knows of the rest."""
    abroad = [facts for facts in cases if facts.get("deal.cross_border") and facts.get("asset.grade") != _ANONYMOUS]
    day = library.taxonomy().on(today)
    sensitive = [f for f in abroad if any("ent-cn:SensitivePI" in day.counts_as(t) for t in f.get("asset.categories", ()))]
    known = {"export.persons_ytd": abroad, "export.sensitive_ytd": sensitive}
    sums = {path: sum(int(facts.get("asset.persons", 0)) for facts in found) for path, found in known.items()}
    return {path: count for path, count in sums.items() if path in declared and declared[path] < count}
