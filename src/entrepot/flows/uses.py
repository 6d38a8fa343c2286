"""Uses that nobody may have: what the purpose and the goods show of them, and what the buyer has to say about the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from entrepot.compliance import Dossier, Source
from entrepot.vocabulary.purposes import broader

FACT = "use.prohibited"
NONE = "none"
_ANONYMOUS = 4
_BELIEFS = frozenset({"pd:PoliticalAffiliation", "pd:PoliticalOpinion", "pd:PhilosophicalBelief", "pd:TradeUnionMembership"})
_WATCHING = frozenset(
    {
        "dpv:Counterterrorism", "dpv:ProtectionOfNationalSecurity", "dpv:ProtectionOfPublicSecurity", "dpv:PersonnelMonitoring",
        "dpv:PoliticalCampaign",
    }
)  # fmt: skip
_PROFILING = frozenset({"dpv:Personalisation", "dpv:Marketing"})


def of_contract(purpose: str, dossier: Dossier) -> Dossier:
    """The facts of an agreement with its prohibited uses: those that show, and those the buyer names.

    Where data are about no person nothing is asked; where they may be, a buyer who has not answered leaves the question open.
    """
    dossier = shown(purpose, dossier)
    if FACT not in dossier.values and (dossier.values.get("asset.personal") is False or dossier.values.get("asset.grade") == _ANONYMOUS):
        return dossier.with_({FACT: [NONE]})
    return dossier


def shown(purpose: str, dossier: Dossier) -> Dossier:
    """The facts with the prohibited uses that purpose and goods show together, beside those that were named."""
    found = prohibited(purpose, dossier.values)
    named = set(dossier.values.get(FACT, ())) - {NONE}
    return dossier.with_({FACT: sorted(named | found)}, Source.MEASURED) if found else dossier


def prohibited(purpose: str, facts: Mapping[str, Any]) -> frozenset[str]:
    """Which of them a purpose comes to with these goods; a purpose alone shows none, and aggregates serve none."""
    if not facts.get("asset.personal") or facts.get("asset.grade") == _ANONYMOUS:
        return frozenset()
    wanted, found = broader(purpose), set[str]()
    if wanted & _WATCHING and not _BELIEFS.isdisjoint(facts.get("asset.categories", ())):
        found.add("dissent_surveillance")
    if wanted & _PROFILING and facts.get("asset.under_14"):
        found.add("child_profiling")
    return frozenset(found)
