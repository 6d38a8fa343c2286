"""The rules change: packs are installed and taken out, and every decision they touch is taken again."""

from __future__ import annotations

from typing import Any

from entrepot import catalogue, compliance, jobs, parties
from entrepot.catalogue import Listing
from entrepot.compliance import Gate, Pack, Ruling, library
from entrepot.compliance.questions import Question, questions
from entrepot.flows import gates, operations, withholding
from entrepot.flows.concerns import trade_may_concern
from entrepot.flows.ways import Spot, with_ways
from entrepot.kit import Decision, sha256_hex
from entrepot.runtime import SYSTEM, Exchange, Role, Session, ticker

_BATCH = 200
_HOUR = 3600.0


def install_pack(session: Session, text: str, vectors: str, *, replace: bool = False, files: compliance.Files | None = None) -> Pack:
    """Put an operator's pack in force, and have every live listing judged again.

    Args:
        replace: Whether it is meant to take the place of a pack of the same name that travels with the program.
        files: What its files are called where they lie.

    Raises:
        PackReplaces: It would do so, and nobody said that it is meant.
        Refused: The actor is no operator, or the pack would replace the guard-rails of the house.
        Invalid: The pack cannot be read, or the lint has remarks; the old one stays in force.
        NotCompliant: The rules in force forbid the change.
    """
    _ask(session, text)
    pack = compliance.install(session, text, vectors, replace=replace, files=files)
    session.enqueue("flows.judge_again", after_id="")
    return pack


def uninstall_pack(session: Session, pack_id: str) -> None:
    """Take an installed pack out of force, and have every live listing judged again.

    Raises:
        Refused: The actor is no operator.
        NotFound: No such pack was installed.
        NotCompliant: The rules in force forbid the change.
    """
    _ask(session, pack_id)
    compliance.uninstall(session, pack_id)
    session.enqueue("flows.judge_again", after_id="")


def _ask(session: Session, change: str) -> None:
    # The rules that are about to change say whether they may, so they are asked first.
    parties.require_role(session, Role.OPERATOR)
    operations.change_rules(session, f"pck_{sha256_hex(change.encode())[:24]}")


@jobs.handler("flows.judge_again")
def judge_again(session: Session, *, after_id: str) -> None:
    """Judge the next listings by the rules of today: what they forbid goes off, what they forbade and now allow comes back."""
    found = catalogue.listings_after(session, after_id, limit=_BATCH)
    for listing in found:
        try:
            with session.part():
                _take(session, listing, *_ruled(session, listing))
        except Exception:
            # Whatever it is, reading or writing: a job of its own fails in the operator's sight, again and again, and the rest is judged.
            session.enqueue("flows.judge_listing", listing_id=listing.id, dedup_key=f"judge:{listing.id}:{session.now:%Y%m%d%H%M%S}")
    if len(found) == _BATCH:
        session.enqueue("flows.judge_again", after_id=found[-1].id)


@jobs.handler("flows.judge_listing")
def judge_listing(session: Session, *, listing_id: str) -> None:
    """Judge one listing by the rules of today, where that failed among others."""
    listing = catalogue.get(session, listing_id)
    _take(session, listing, *_ruled(session, listing))


@ticker(lambda settings: _HOUR)
def judge_when_due(exchange: Exchange) -> None:
    """Judge what is live again where the packs are others than they were, and once a day besides.

    Rules begin and end on dates, grants and reports run out; and the packs change with the settings, of which nobody tells the records.
    """
    with exchange.reading(SYSTEM) as session:
        # Where nothing was ever ruled there may be no exchange yet whose day it could be.
        is_due = compliance.has_any(session, Gate.LISTING) and (
            compliance.has_older(session, Gate.LISTING, compliance.today(session)) or compliance.has_other_packs(session, Gate.LISTING)
        )
    if is_due:
        with exchange.session(SYSTEM) as session:
            asked = compliance.packs_digest(compliance.in_force(session))
            session.enqueue("flows.judge_again", after_id="", dedup_key=f"judge:{compliance.today(session)}:{asked}")


def _ruled(session: Session, listing: Listing) -> tuple[Ruling, Ruling]:
    """What the rules say of the newest version, and of the one on offer."""
    ruling = gates.rule_listing(session, listing)
    return ruling, gates.rule_offer(session, listing, ruling) or ruling


def _take(session: Session, listing: Listing, ruling: Ruling, offered: Ruling) -> None:
    before = compliance.rulings(session, listing.id, Gate.LISTING)[:1]
    is_same = before and before[0].decision is ruling.decision and before[0].packs_digest == compliance.packs_digest(ruling.packs)
    is_heeded = withholding.is_heeded(session, listing, offered)
    if is_same and is_heeded:
        return
    compliance.keep(session, ruling, subject_id=listing.id, organisation_id=listing.organisation_id, decider="rules, judged again")
    withholding.heed(session, listing, offered)
    if is_heeded and ruling.decision is not Decision.ALLOW and before and before[0].decision is Decision.ALLOW:
        parties.notify(session, listing.organisation_id, "listing.judged", listing.id, decision=ruling.decision.value)


def shown_ruling(ruling: Ruling, spot: Spot, language: str = "en") -> dict[str, Any]:
    """A ruling as a reader needs it: what stands in the way with article, remedy and where that is done, what is asked, what follows."""
    vocabulary = library.vocabulary()
    return {
        "findings": with_ways(
            (one.to_dict() for one in ruling.findings(vocabulary, language, subject=spot.subject_id, side=spot.side)), spot, language
        ),
        "questions": [question.to_dict() for question in questions(ruling, vocabulary, language)],
        "duties": ruling.shown_duties(),
        "packs": ruling.asked,
        "may_concern": [question.to_dict() for question in _may_concern(ruling, spot, language)],
    }


def _may_concern(ruling: Ruling, spot: Spot, language: str) -> tuple[Question, ...]:
    return trade_may_concern(ruling, language, is_owner=spot.is_owner) if ruling.gate in (Gate.LISTING, Gate.CONTRACT) else ()
