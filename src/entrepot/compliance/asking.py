"""Ask the rules about an act, keep what they say, and let it happen or not; what an act may be stopped by depends on who waits for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from entrepot import parties
from entrepot.compliance import service
from entrepot.compliance.acts import Act, Stance
from entrepot.compliance.dossier import Dossier, Source
from entrepot.compliance.installing import packs_digest
from entrepot.compliance.pack_model import Gate
from entrepot.compliance.places import jurisdictions
from entrepot.compliance.repository import KeptRuling
from entrepot.compliance.ruling import Ruling
from entrepot.kit import Decision
from entrepot.runtime import SYSTEM, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Something that is about to be done.

    Attributes:
        act: What it is; it says at which gate the rules are asked, and what they can stop.
        subject_id: What it is done to; answers to open questions are kept under it.
        organisation_id: Whose duty it is.
        facts: What was measured.
        declared: What somebody said.
    """

    act: Act
    subject_id: str
    organisation_id: str
    facts: Mapping[str, Any]
    declared: Mapping[str, Any] = field(default_factory=dict)


def ask(session: Session, case: Case) -> Ruling:
    """What the rules say of an act, kept with it; the same twice running is kept once.

    Raises:
        NotCompliant: A rule forbids it, and it can be stopped.
        FactsMissing: Something has to be known first, and it can wait.
        AwaitsDecision: A person has to decide, and it can wait.
    """
    ruling = service.heed_refusal(session, judge_case(session, case), subject_id=case.subject_id)
    try:
        _require(session, case, ruling)
    except Exception:
        keep_afterwards(session, ruling, case.subject_id, case.organisation_id, act=case.act.name)
        raise
    keep_new(session, ruling, case.subject_id, case.organisation_id, act=case.act.name)
    return ruling


def judge_case(session: Session, case: Case) -> Ruling:
    """What the rules say of an act; nothing is kept."""
    return service.judge(session, case.act.gate, dossier_of(session, case))


def dossier_of(session: Session, case: Case) -> Dossier:
    """The facts of an act: whose law concerns it, what was answered about it, what was said, and over all that what was measured."""
    countries = (service.country(session), parties.get(session, case.organisation_id).country)
    concerned = sorted({*jurisdictions(*countries), *case.facts.get("deal.jurisdictions", ())})
    common = {"exchange.country": countries[0], "exchange.intermediary": True, "deal.jurisdictions": concerned}
    said = Dossier().with_(case.declared).with_(service.answers(session, case.subject_id).values)
    return said.with_({**case.facts, **common}, Source.MEASURED)


def keep_new(session: Session, ruling: Ruling, subject_id: str, organisation_id: str, *, act: str, refused: bool = False) -> None:
    """Keep a ruling unless the newest one on its subject says the same of the same, and tell whoever has to settle it."""
    ruling = service.heed_refusal(session, ruling, subject_id=subject_id)
    before = service.rulings(session, subject_id, ruling.gate)[:1]
    if repeats(before, ruling):
        return
    service.keep(session, ruling, subject_id=subject_id, organisation_id=organisation_id, act=act, refused=refused)
    changed = not before or before[0].decision is not ruling.decision
    if changed and ruling.decision in (Decision.NEEDS_INFO, Decision.BLOCK) and ruling.gate in (Gate.OPERATION, Gate.NOTICE):
        parties.notify(session, organisation_id, "ruling.open", subject_id, gate=ruling.gate.value)


def keep_afterwards(
    session: Session,
    ruling: Ruling,
    subject_id: str,
    organisation_id: str,
    *,
    act: str = "",
    also: Callable[[Session], object] | None = None,
    once: Callable[[Session], object] | None = None,
) -> None:
    """Keep the ruling on what was refused once the transaction is over, which it will have ended; the same twice running is kept once.

    Args:
        also: What is written with it, in the same transaction, however often it repeats.
        once: What is written the first time alone.
    """
    exchange = session.exchange

    def keep() -> None:
        with exchange.session(SYSTEM) as own:
            if not repeats(service.rulings(own, subject_id, ruling.gate), ruling):
                service.keep(own, ruling, subject_id=subject_id, organisation_id=organisation_id, act=act, refused=True)
                if once is not None:
                    once(own)
            if also is not None:
                also(own)

    session.afterwards(keep)


def repeats(before: list[KeptRuling], ruling: Ruling) -> bool:
    """Whether the newest ruling says the same of the same, so that somebody who tries again leaves no second trace."""
    last = before[0] if before else None
    asked = (service.case_digest(ruling), packs_digest(ruling.packs), ruling.decision)
    return last is not None and (last.facts_digest, last.packs_digest, last.decision) == asked


def _require(session: Session, case: Case, ruling: Ruling) -> None:
    is_block = ruling.decision is Decision.BLOCK
    if case.act.stance is Stance.BINDS or (case.act.stance is Stance.STOPS and is_block):
        service.require(session, ruling, subject_id=case.subject_id)
