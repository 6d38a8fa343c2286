"""Refusals of what nobody may do, counted for everybody to see, at whichever gate they happen."""

from __future__ import annotations

from collections.abc import Collection

from entrepot import notices
from entrepot.compliance import Gate, Ruling
from entrepot.flows import uses
from entrepot.kit import Decision
from entrepot.runtime import Session

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


def refused(ruling: Ruling) -> frozenset[str]:
    """Which uses that nobody may have a ruling refuses."""
    if ruling.decision is not Decision.BLOCK or ruling.gate not in _COUNTED:
        return frozenset()
    blocking = {result.rule.id for result in ruling.deciding if result.decision is Decision.BLOCK}
    kinds = set(ruling.dossier.values.get(uses.FACT, ())) - {uses.NONE} if blocking & _PROHIBITING else set()
    kinds |= {"under_14"} if "HOUSE-NO-MINORS" in blocking else set()
    kinds |= {"raw_identity_lookup"} if blocking & _LOOKUPS else set()
    return frozenset(kinds)
