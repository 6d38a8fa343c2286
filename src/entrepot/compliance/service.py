"""Rules on an exchange: what was answered, what was ruled, and what a person let pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from entrepot import parties, proof
from entrepot.compliance import library, repository
from entrepot.compliance.clocks import ZONES
from entrepot.compliance.dossier import Dossier, Source
from entrepot.compliance.installing import in_force, packs_digest
from entrepot.compliance.judge import decide
from entrepot.compliance.pack_model import Gate
from entrepot.compliance.repository import KeptRuling
from entrepot.compliance.ruling import Ruling
from entrepot.kit import Conflict, Decision, Invalid, NotFound, Refused, digest, is_id, new_id
from entrepot.kit.words import counted
from entrepot.runtime import Role, Session

LEFT_TO_A_PERSON = (Decision.REVIEW, Decision.CONFLICT)
_GATES = tuple(gate for gate in Gate if gate is not Gate.LISTING)


class NotCompliant(Refused):
    """The rules do not allow it; ``details`` carry the findings with article and remedy."""


class FactsMissing(Conflict):
    """The rules cannot be judged before something is known; ``details`` carry the questions."""


class AwaitsDecision(Conflict):
    """The rules leave it to a person of the exchange, who has not decided yet."""


def judge(session: Session, gate: Gate, dossier: Dossier) -> Ruling:
    """What the packs in force say of a case today, by the local day of the exchange."""
    return decide(in_force(session), gate, dossier, at=today(session), taxonomy=library.taxonomy())


def today(session: Session) -> date:
    """The local day where the exchange sits."""
    return session.now.astimezone(_zone(session)).date()


def midnight(session: Session, day: date) -> datetime:
    """When a local day begins where the exchange sits."""
    return datetime.combine(day, time(), _zone(session)).astimezone(UTC)


def _zone(session: Session) -> ZoneInfo:
    return ZoneInfo(ZONES.get(country(session), "UTC"))


def country(session: Session) -> str:
    """Where the exchange sits: by its setting, else where its own organisation is."""
    return session.settings.country or parties.exchange_organisation(session).country


def keep(
    session: Session,
    ruling: Ruling,
    *,
    subject_id: str,
    organisation_id: str,
    decider: str = "rules",
    act: str = "",
    refused: bool = False,
) -> KeptRuling:
    """Keep a ruling with its facts, and commit to it in the log.

    Args:
        act: What was asked about, where a gate has several acts.
        refused: Whether the act ended there; what the rules forbade is then settled.
    """
    record = {**ruling.record(decider), "subject": subject_id, **({"act": act} if act else {}), **({"refused": True} if refused else {})}
    # Under its own id, so that the history of a trade stays the trade's.
    ruling_id = new_id("rul")
    entry = proof.record(session, "rules.decided", record, subject_id=ruling_id)
    kept = KeptRuling(
        id=ruling_id, gate=ruling.gate, subject_id=subject_id, organisation_id=organisation_id, decision=ruling.decision,
        facts_digest=case_digest(ruling), packs_digest=packs_digest(ruling.packs), record=record, dossier=ruling.dossier, entry_id=entry.id,
        decided_at=session.now,
    )  # fmt: skip
    repository.insert(session.db, kept)
    if ruling.decision in LEFT_TO_A_PERSON and ruling.gate is not Gate.LISTING:
        parties.notify(session, parties.exchange_organisation(session).id, "ruling.waiting", subject_id, gate=ruling.gate.value)
    return kept


def case_digest(ruling: Ruling) -> str:
    """What an approval holds for: the facts but the day of handing over, which moves on while a person thinks."""
    values = {path: value for path, value in ruling.dossier.values.items() if path != "contract.provision_on"}
    return Dossier(values, ruling.dossier.sources).digest


def require(session: Session, ruling: Ruling, *, subject_id: str, answered_at: str = "", side: str = "") -> None:
    """Let a case pass, or say what stands in the way.

    Args:
        answered_at: What hints name as the place of an answer, where that is not the subject.
        side: Who hears it, ``owner`` or ``buyer``, where two parties answer.

    Raises:
        NotCompliant: A rule forbids it.
        FactsMissing: Something has to be known first.
        AwaitsDecision: A person has to decide, and has not yet.
    """
    if ruling.decision is Decision.ALLOW:
        return
    # An organisation stands for what it was about to offer, where nothing can be answered about that yet.
    where = answered_at or ("" if is_id(subject_id, "org") else subject_id)
    found, in_chinese = (ruling.findings(library.vocabulary(), language, subject=where, side=side) for language in ("en", "zh"))
    first, more, chinese = found[0], len(found) - 1, in_chinese[0]
    message = f"{first.message} ({first.citation})" + (f" And {counted(more, 'more finding')}." if more else "")
    details = {
        "decision": ruling.decision.value, "findings": [finding.to_dict() for finding in found],
        "message_zh": f"{chinese.message}（{chinese.citation}）" + (f"另有 {more} 项。" if more else ""), "hint_zh": chinese.hint,
        "findings_zh": [finding.to_dict() for finding in in_chinese],
    }  # fmt: skip
    if ruling.decision is Decision.BLOCK:
        if not ruling.forbidding:
            # No rule forbids it: a person did.
            raise NotCompliant(
                f"{message} A person of the exchange has refused it.", "Other answers, or another use, are looked at anew.", **details
            )
        raise NotCompliant(message, first.hint, **details)
    if ruling.decision is Decision.NEEDS_INFO:
        raise FactsMissing(message, first.hint, missing=[fact.path for fact in ruling.missing], **details)
    if not is_approved(session, ruling, subject_id=subject_id):
        details["hint_zh"] = "已请运营方作出决定；决定后请重试。"
        raise AwaitsDecision(message, "The operator has been asked to decide; try again then.", **details)


def is_approved(session: Session, ruling: Ruling, *, subject_id: str) -> bool:
    """Whether the rules leave a case to a person who has let it pass, on these facts and under these packs."""
    return ruling.decision in LEFT_TO_A_PERSON and repository.approved(
        session.db, subject_id, ruling.gate, case_digest(ruling), packs_digest(ruling.packs)
    )


def heed_refusal(session: Session, ruling: Ruling, *, subject_id: str) -> Ruling:
    """A ruling that leaves the case to a person, as a block where a person has refused it, on these facts and under these packs."""
    if ruling.decision not in LEFT_TO_A_PERSON:
        return ruling
    last = next(iter(repository.of(session.db, subject_id, ruling.gate, limit=1)), None)
    if last is None or "refuses" not in last.record:
        return ruling
    same = (last.facts_digest, last.packs_digest) == (case_digest(ruling), packs_digest(ruling.packs))
    return replace(ruling, decision=Decision.BLOCK) if same else ruling


def answer(
    session: Session, subject_id: str, values: Mapping[str, Any], *, source: Source = Source.DECLARED, by: str = ""
) -> dict[str, Any]:
    """Keep what the acting organisation says about a subject; the caller has made sure that it may. None takes an answer back.

    Args:
        by: The organisation whose doing it is, where the exchange itself notes it afterwards.

    Raises:
        Invalid: A fact is unknown or of the wrong type; nothing is kept.
    """
    if not values:
        return {}
    given = {path: value for path, value in values.items() if value is not None}
    checked = library.vocabulary_of(in_force(session)).check(given) | dict.fromkeys(set(values) - set(given))
    organisation_id = by or parties.acting_organisation(session)
    repository.put_answers(session.db, subject_id, organisation_id, checked, source=source, at=session.now)
    fact = {"subject": subject_id, "by": organisation_id, "answers": digest(checked)}
    proof.record(session, "facts.declared", fact, subject_id=subject_id)
    return checked


def answers(session: Session, *subject_ids: str, since: datetime | None = None) -> Dossier:
    """What was answered about some subjects, where a moment is named only since then; the last one's answers win."""
    return repository.answers(session.db, subject_ids, since=since)


def rulings(session: Session, subject_id: str, gate: Gate | None = None) -> list[KeptRuling]:
    """The rulings on a subject, newest first; the caller has made sure that the actor may see the subject."""
    return repository.of(session.db, subject_id, gate)


def waiting(session: Session, *, limit: int = 100) -> list[KeptRuling]:
    """Of every case but listings, which have a review of their own, the newest ruling where the rules leave it to a person; oldest first.

    Raises:
        Refused: The actor is no operator.
    """
    parties.require_role(session, Role.OPERATOR)
    return repository.open_cases(session.db, LEFT_TO_A_PERSON, _GATES, limit=limit)


def waiting_listings(session: Session, listing_ids: Sequence[str]) -> list[KeptRuling]:
    """The newest ruling on each of these listings where the rules leave it to a person; oldest first.

    Raises:
        Refused: The actor is no operator.
    """
    parties.require_role(session, Role.OPERATOR)
    return repository.open_cases(session.db, LEFT_TO_A_PERSON, (Gate.LISTING,), subject_ids=listing_ids, limit=len(listing_ids))


def open_duties(session: Session, organisation_id: str, *, limit: int = 200) -> list[KeptRuling]:
    """The newest rulings on how an organisation works that ask, forbid or leave something open, oldest first; the caller has checked who asks."""
    wanted = (*LEFT_TO_A_PERSON, Decision.NEEDS_INFO, Decision.BLOCK)
    gates = (Gate.OPERATION, Gate.NOTICE)
    found = repository.open_cases(session.db, wanted, gates, organisation_id=organisation_id, limit=limit)
    # What was forbidden and did not happen is settled.
    return [kept for kept in found if not (kept.decision is Decision.BLOCK and kept.record.get("refused"))]


def approve(session: Session, ruling_id: str, *, reason: str) -> KeptRuling:
    """Let a case pass that the rules leave to a person; it holds for these facts under these packs alone.

    Raises:
        Refused: The actor is no operator.
        NotFound: There is no such ruling.
        Conflict: The rules forbid it or ask for facts, which no person can wave through; or somebody has decided already.
    """
    kept, by = _left_to_actor(session, ruling_id, reason)
    # An older release let whoever decides a conflict wave through what blocked beside it.
    if (now := judge(session, kept.gate, kept.dossier)).decision in (Decision.BLOCK, Decision.NEEDS_INFO):
        raise _stands(now)
    if not repository.approve(session.db, ruling_id, by=by, reason=reason.strip()[:1000], at=session.now):
        raise Conflict(f"The ruling {kept.id} has been approved already.", "Try the trade again.")
    proof.record(session, "rules.approved", {"ruling": kept.id, "by": by, "reason": reason.strip()[:1000]}, subject_id=kept.id)
    parties.notify(session, kept.organisation_id, "ruling.approved", kept.subject_id, gate=kept.gate.value)
    return kept


def refuse(session: Session, ruling_id: str, *, reason: str) -> KeptRuling:
    """Refuse a case that the rules leave to a person; it holds for these facts under these packs, and other facts are looked at anew.

    Raises:
        Refused: The actor is no operator.
        NotFound: There is no such ruling.
        Conflict: The rules do not leave it to a person, or somebody has decided already.
    """
    kept, by = _left_to_actor(session, ruling_id, reason)
    why = reason.strip()[:1000]
    newest = repository.of(session.db, kept.subject_id, kept.gate, limit=1)[0]
    if kept.approved_at is not None or newest.id != kept.id:
        raise Conflict(f"The ruling {kept.id} is decided, or not the newest on its case.", "Look at the list of cases again.")
    record = {**kept.record, "decision": Decision.BLOCK.value, "decider": by, "refused": True, "reason": why, "refuses": kept.id}
    made = replace(kept, id=new_id("rul"), decision=Decision.BLOCK, record=record, approved_by=by, reason=why, decided_at=session.now)
    made = replace(made, entry_id=proof.record(session, "rules.refused", record, subject_id=made.id).id)
    repository.insert(session.db, made)
    parties.notify(session, kept.organisation_id, "ruling.refused", kept.subject_id, gate=kept.gate.value)
    return made


def _left_to_actor(session: Session, ruling_id: str, reason: str) -> tuple[KeptRuling, str]:
    """A ruling that the actor may decide on, and who that is."""
    parties.require_role(session, Role.OPERATOR)
    if not reason.strip():
        raise Invalid("No reason is given.", "Say in a sentence why it may pass, or why not.")
    kept = repository.find(session.db, ruling_id)
    if kept is None:
        raise NotFound(f"There is no ruling {ruling_id[:60]}.", "Check the id.")
    if kept.decision not in LEFT_TO_A_PERSON:
        raise _stands(kept)
    return kept, session.actor.person_id or session.actor.organisation_id or session.actor.via


def _stands(ruling: Ruling | KeptRuling) -> Conflict:
    return Conflict(f"The rules came to {ruling.decision}, which nobody can wave through.", "Change the facts, or the offer.")


def newest(session: Session, gate: Gate) -> Iterator[KeptRuling]:
    """The newest ruling on each subject of a gate, for the exchange itself and its operator.

    Raises:
        Refused: The actor is neither.
    """
    parties.require_role(session, Role.OPERATOR)
    return repository.newest(session.db, gate)


def entered(session: Session, organisation_id: str = "") -> list[KeptRuling]:
    """The newest ruling on each entry of the register of operations: an organisation's, or everybody's; the caller has checked who asks."""
    return repository.entries(session.db, organisation_id or None)


def has_older(session: Session, gate: Gate, day: date) -> bool:
    """Whether the newest ruling on some subject of a gate was made before a day."""
    return repository.has_older(session.db, gate, midnight(session, day))


def has_any(session: Session, gate: Gate) -> bool:
    """Whether anything was ever ruled at a gate; of an exchange that has not begun too."""
    return repository.has_any(session.db, gate)


def has_other_packs(session: Session, gate: Gate) -> bool:
    """Whether the newest ruling on some subject of a gate was made by other packs than those in force."""
    return repository.has_other_packs(session.db, gate, packs_digest(in_force(session)))
