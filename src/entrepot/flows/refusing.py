"""Refusals of what nobody may do, counted for everybody to see, at whichever gate they happen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from entrepot import notices
from entrepot.compliance import Gate, Ruling
from entrepot.flows import admissions, uses
from entrepot.kit import Decision
from entrepot.runtime import Session
from entrepot.trades import Negotiation

_PROHIBITING = frozenset({"HOUSE-PROHIBITED-USES", "HOUSE-PROHIBITED-USES-ELSEWHERE", "HOUSE-NO-REIDENTIFICATION"})
_LOOKUPS = frozenset({"HOUSE-ID-LOOKUP", "HOUSE-ID-LOOKUP-TOKEN"})
_COUNTED: dict[Gate, notices.Gate] = {gate: notices.Gate(gate.value) for gate in Gate if gate is not Gate.NOTICE}


def count(ruling: Ruling, session: Session) -> None:
    """Count what a ruling refuses; a ruling that refuses nothing of the kind counts for nothing."""
    count_new(ruling, session, before=())


def count_new(ruling: Ruling, session: Session, *, before: Collection[str]) -> None:
    """Count what a ruling refuses and the one before it on the same case did not."""
    for kind in sorted(refused(ruling) - set(before)):
        notices.add_refusal(session, notices.Prohibited(kind), _COUNTED[ruling.gate])


def count_named(ruling: Ruling, negotiation: Negotiation, session: Session, said: Mapping[str, Any]) -> None:
    """Count what a buyer names and a ruling on its request refuses, though it never tries to sign."""
    _count_once(refused(ruling) & set(said.get(uses.FACT) or ()), negotiation, session, _COUNTED[ruling.gate])


def count_signing(ruling: Ruling, negotiation: Negotiation, session: Session) -> None:
    """Count what a ruling refuses to let be signed, unless it was counted for this request before."""
    if found := refused(ruling):
        _count_once(found, negotiation, session, _COUNTED[ruling.gate])


def refused(ruling: Ruling) -> frozenset[str]:
    """Which uses that nobody may have a ruling refuses."""
    if ruling.decision is not Decision.BLOCK or ruling.gate not in _COUNTED:
        return frozenset()
    blocking = {result.rule.id for result in ruling.deciding if result.decision is Decision.BLOCK}
    kinds = set(ruling.dossier.values.get(uses.FACT, ())) - {uses.NONE} if blocking & _PROHIBITING else set()
    kinds |= {"under_14"} if "HOUSE-NO-MINORS" in blocking else set()
    kinds |= {"raw_identity_lookup"} if blocking & _LOOKUPS else set()
    return frozenset(kinds)


def _count_once(found: Collection[str], negotiation: Negotiation, session: Session, gate: notices.Gate) -> None:
    for kind in sorted(admissions.note_counted(session, negotiation, found)):
        notices.add_refusal(session, notices.Prohibited(kind), gate)
