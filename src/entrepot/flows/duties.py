"""The standing duties of whoever runs the exchange: what is known of them, and questions for what is not."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from entrepot import compliance, parties
from entrepot.compliance import Case, acts
from entrepot.runtime import Session


def standing_subjects(session: Session) -> tuple[str, ...]:
    """Under which names the standing duties are kept."""
    return tuple(f"{parties.exchange_organisation(session).id}.{name}" for name in _STANDING)


def is_standing(session: Session, subject_id: str) -> bool:
    """Whether this is a standing duty of the exchange."""
    return subject_id in standing_subjects(session)


def standing_case(session: Session, subject_id: str) -> Case | None:
    """The facts of a standing duty as they are today; None where it is none."""
    if not is_standing(session, subject_id):
        return None
    exchange_id, _, name = subject_id.partition(".")
    facts = _STANDING[name](session, subject_id)
    return Case(act=acts.REVIEW_DUTIES, subject_id=subject_id, organisation_id=exchange_id, facts=facts)


def optional_facts(session: Session, kind: str, places: Collection[str]) -> list[str]:
    """Facts that the rules on a kind of operation begin with, so that none of them asks, where their packs and their law concern the case."""
    packs = {pack.id for pack in compliance.in_force(session)}
    return [path for pack, about, law, paths in _ASKED_IF for path in paths if pack in packs and law in ("", *places) and kind == about]


def _review(session: Session, subject_id: str) -> dict[str, Any]:
    said = compliance.answers(session, subject_id).values
    facts: dict[str, Any] = {"operation.kind": "operator_review", "operator.users_registered": parties.count_people(session)}
    if "operator.measures" in said:
        # The channel for complaints is part of the program; the rest only the operator knows.
        facts["operator.measures"] = sorted({*said["operator.measures"], "complaint_channel"})
    if isinstance(polled := said.get("us.drop_polled_on"), str):
        facts["us.drop_days_since"] = (compliance.today(session) - date.fromisoformat(polled[:10])).days
    return facts


def _ranking(session: Session, subject_id: str) -> dict[str, Any]:
    # The order of the catalogue comes from words and dates; it knows neither owners nor payments.
    return {"operation.kind": "ranking", "exchange.own_first": False}


def _prices(session: Session, subject_id: str) -> dict[str, Any]:
    # Prices are the owner's, or come about between two parties; there is no auction and no book of orders.
    return {"operation.kind": "price_mechanism", "offer.price_forming": "negotiated"}


_STANDING: dict[str, Callable[[Session, str], dict[str, Any]]] = {"review": _review, "ranking": _ranking, "prices": _prices}
_ASKED_IF = (
    ("eu", "ranking", "EU", ("eu.dga_notified", "eu.dga_separate_entity", "eu.dga_continuity")),
    ("us", "operator_review", "US", ("us.drop_polled_on", "us.rejected_on", "us.rejection_reported")),
    ("eu", "incident", "EU", ("eu.breach_known_at",)),
    ("house", "automated_decision", "", ("score.inputs", "use.prohibited")),
    ("house", "profiling", "", ("use.prohibited",)),
    ("house", "pricing", "", ("use.prohibited",)),
)
"""Facts whose rules begin with them: the pack, the kind of operation, and the law that has to concern the case."""
