"""Prohibited uses that a buyer has named: kept for this buyer and owner until a person of the exchange has decided.

They bind for everything of the owner's, because the same data may stand in another listing of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from entrepot import compliance, trades
from entrepot.compliance import Gate, KeptRuling, Ruling, Source, library
from entrepot.flows import uses
from entrepot.kit import Decision, digest
from entrepot.runtime import Session
from entrepot.trades import Negotiation

FACT = "use.admitted"
EXPLAINED = "use.explained"
"""Why the buyer takes it back: its own words, for the person who decides."""


def admit(session: Session, negotiation: Negotiation, said: Mapping[str, Any]) -> None:
    """Keep the prohibited uses that are among answers; a later answer takes none of them back."""
    named = set(said.get(uses.FACT) or ()) - {uses.NONE}
    if named:
        known = _kept(session, *_of_buyer(negotiation))
        compliance.answer(session, _of_buyer(negotiation)[0], {FACT: sorted(named | known)}, source=Source.MEASURED)


def admitted(session: Session, negotiation: Negotiation) -> dict[str, Any]:
    """The fact that the buyer has named prohibited uses to this owner, here or in another request; empty where it has not."""
    found = _kept(session, *_of_buyer(negotiation), _of_request(negotiation))
    return {FACT: sorted(found)} if found else {}


def is_taken_back(ruling: Ruling) -> bool:
    """Whether a ruling leaves to a person what a buyer had named before."""
    return ruling.decision in (Decision.REVIEW, Decision.CONFLICT) and FACT in ruling.dossier.values


def note_counted(session: Session, negotiation: Negotiation, found: Collection[str]) -> set[str]:
    """Note that refused uses are counted for a request; those of them that were not yet, which are now to be counted."""
    place = _name(negotiation.buyer_id, negotiation.listing_id, negotiation.id, "counted")
    known = _kept(session, place)
    if new := set(found) - known:
        compliance.answer(session, place, {FACT: sorted(new | known)}, source=Source.MEASURED, by=negotiation.buyer_id)
    return new


def approve_ruling(session: Session, ruling_id: str, *, reason: str) -> KeptRuling:
    """Let a case pass that the rules leave to a person; what the buyer had named then binds no other request of it.

    Raises:
        Refused: The actor is no operator.
        NotFound: There is no such ruling.
        Conflict: The rules forbid it or ask for facts, which no person can wave through; or somebody has decided already.
    """
    kept = compliance.approve(session, ruling_id, reason=reason)
    if kept.gate is Gate.CONTRACT and FACT in kept.dossier.values:
        _settle(session, trades.get_negotiation(session, kept.subject_id), set(kept.dossier.values[FACT]))
    return kept


def words(kept: KeptRuling, language: str = "en") -> list[str]:
    """What the buyer of a case had named, and why it says that this was wrong, for whoever decides on it; nothing where it named nothing."""
    vocabulary = library.vocabulary()
    named = kept.dossier.values.get(FACT, ())
    if not named:
        return []
    use = vocabulary.facts[uses.FACT]
    labels = [use.choices[one][language] if one in use.choices else one for one in named]
    said = {FACT: ("、" if language == "zh" else ", ").join(labels), EXPLAINED: str(kept.dossier.values.get(EXPLAINED) or "")}
    return [f"{vocabulary.facts[path].question[language]} {value}" for path, value in said.items() if value]


def _settle(session: Session, negotiation: Negotiation, decided: set[str]) -> None:
    # The request itself keeps the fact that its approval was given on, and what was named since then is still open.
    subjects = _of_buyer(negotiation)
    left = _kept(session, *subjects) - decided
    compliance.answer(session, _of_request(negotiation), {FACT: sorted(decided)}, source=Source.MEASURED)
    for subject, now in zip(subjects, (sorted(left) or None, None), strict=True):
        compliance.answer(session, subject, {FACT: now}, source=Source.MEASURED)


def _kept(session: Session, *subjects: str) -> set[str]:
    return {use for subject in subjects for use in compliance.answers(session, subject).values.get(FACT, ())}


# Under names that no form and no door takes answers for, so that nobody but the exchange writes there.


def _of_buyer(negotiation: Negotiation) -> tuple[str, str]:
    """Where it is kept, and where it was kept before, for one listing alone."""
    return _name(negotiation.buyer_id, negotiation.owner_id), _name(negotiation.buyer_id, negotiation.listing_id)


def _of_request(negotiation: Negotiation) -> str:
    return _name(negotiation.buyer_id, negotiation.listing_id, negotiation.id)


def _name(*parts: str) -> str:
    return f"adm_{digest(list(parts)).rpartition(':')[2][:32]}"
