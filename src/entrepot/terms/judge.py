"""Judge a use by terms, and compare terms with each other."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from entrepot.kit import Decision, Invalid, canonical_json, rfc3339, strictest
from entrepot.terms.model import Redistribution, Rights, Terms, Use, Verdict
from entrepot.vocabulary.purposes import PURPOSES, broader, narrower

_BLOCK = Decision.BLOCK


class _Finding(NamedTuple):
    """What stands against a use, and the way out."""

    decision: Decision
    reason: str
    hint: str


def decide(terms: Terms, use: Use, *, starts_at: datetime | None = None) -> Verdict:
    """Whether the terms cover a use: ``allow``, ``block``, or ``needs_info`` when the use leaves something open.

    Args:
        starts_at: When the use was agreed; the duration is counted from it, and not judged without it.
    """
    findings = [
        *_judge_purpose(terms, use),
        *_judge_territory(terms, use),
        *_judge_time(terms, use, starts_at),
        *_judge_amount(terms, use),
    ]
    decision = strictest(found.decision for found in findings)
    worst = [found for found in findings if found.decision is decision]
    return Verdict(decision=decision, reasons=tuple(found.reason for found in findings), hint=worst[0].hint if worst else "")


def narrows(offer: Terms, counter: Terms) -> bool:
    """Whether the counter permits nothing that the offer does not permit, and waives none of its duties."""
    return not widened(offer, counter)


def widened(offer: Terms, counter: Terms) -> tuple[str, ...]:
    """The fields in which a counter goes beyond an offer; none when it only narrows."""
    beyond = {
        "permitted_purposes": not counter.allowed_purposes() <= offer.allowed_purposes(),
        "duration_days": not _at_most(counter.duration_days, offer.duration_days),
        "territories": offer.territories is not None and not set(counter.territories or ["*"]) <= set(offer.territories),
        "count_limit": not _at_most(counter.count_limit, offer.count_limit),
        "redistribution": counter.redistribution.level > offer.redistribution.level,
        "attribution": offer.attribution and not counter.attribution,
        "person_key_delivered": counter.person_key_delivered and not offer.person_key_delivered,
    }
    return tuple(name for name, is_beyond in beyond.items() if is_beyond)


def rights_narrow(offer: Rights, counter: Rights) -> bool:
    """Whether the counter asks for no column and no row beyond the offer.

    Rows are compared condition by condition, not by their meaning: a counter repeats the offer's conditions and may add to them.
    """
    columns = offer.columns is None or (counter.columns is not None and set(counter.columns) <= set(offer.columns))
    return columns and _conditions(offer) <= _conditions(counter)


def intersect(one: Terms, other: Terms) -> Terms | None:
    """The widest terms that both permit; None when no use is covered by both."""
    both = frozenset[str]().union(*(narrower(p) for p in one.permitted_purposes))
    both &= frozenset[str]().union(*(narrower(p) for p in other.permitted_purposes))
    places = _common(one.territories, other.territories)
    try:
        return Terms(
            permitted_purposes=tuple(p for p in both if not (broader(p) - {p}) & both),
            prohibited_purposes=tuple({*one.prohibited_purposes, *other.prohibited_purposes}),
            duration_days=_least(one.duration_days, other.duration_days),
            territories=places,
            count_limit=_least(one.count_limit, other.count_limit),
            redistribution=min(one.redistribution, other.redistribution, key=lambda r: r.level),
            attribution=one.attribution or other.attribution,
            person_key_delivered=one.person_key_delivered and other.person_key_delivered,
        )
    except Invalid:  # No purpose or no territory is left.
        return None


def intersects(one: Terms, other: Terms) -> bool:
    """Whether some use is covered by both."""
    return intersect(one, other) is not None


def columns_delivered(terms: Terms, rights: Rights, columns: Iterable[str], *, person_key: str | None = None) -> tuple[str, ...]:
    """The columns that are handed over, in the table's order: those of the rights, without the person key unless the terms deliver it.

    Raises:
        Invalid: The rights name a column that the table has not, or nothing would be handed over.
    """
    table = tuple(columns)
    missing = sorted(set(rights.columns or ()) - set(table))
    if missing:
        raise Invalid(f"The table has no column {', '.join(missing)[:200]}.", f"Its columns are {', '.join(table)[:500]}.")
    hidden = {person_key} if person_key and not terms.person_key_delivered else set()
    kept = tuple(c for c in table if (rights.columns is None or c in rights.columns) and c not in hidden)
    if not kept:
        raise Invalid("The rights leave no column to hand over.", "Name a column besides the one that tells whose row it is.")
    return kept


def _judge_purpose(terms: Terms, use: Use) -> list[_Finding]:
    if use.purpose in terms.allowed_purposes():
        return []
    wanted = PURPOSES[use.purpose]
    prohibited = [PURPOSES[p].en for p in terms.prohibited_purposes if p in broader(use.purpose)]
    if prohibited:
        reason = f"The terms prohibit {_or(prohibited)}, and this use is for {wanted.en}."
    else:
        reason = f"The terms allow {_or([PURPOSES[p].en for p in terms.permitted_purposes])}, and this use is for {wanted.en}."
    return [_Finding(_BLOCK, reason, "Choose a permitted use, or ask the owner for an offer that permits it.")]


def _judge_territory(terms: Terms, use: Use) -> list[_Finding]:
    if terms.territories is None:
        return []
    places = ", ".join(terms.territories)
    if use.territory is None:
        return [
            _Finding(
                Decision.NEEDS_INFO,
                f"The terms allow use in {places} only, and this use names no territory.",
                "Say where the data is used.",
            )
        ]
    if use.territory in terms.territories:
        return []
    return [
        _Finding(
            _BLOCK,
            f"The terms allow use in {places} only, and this use is in {use.territory}.",
            "Use the data there, or ask the owner for an offer.",
        )
    ]


def _judge_time(terms: Terms, use: Use, starts_at: datetime | None) -> list[_Finding]:
    if use.at is None or starts_at is None:
        return []
    if use.at < starts_at:
        return [_Finding(_BLOCK, f"The use begins at {rfc3339(starts_at)}, and this one is at {rfc3339(use.at)}.", "Wait until then.")]
    if terms.duration_days is None or use.at < starts_at + timedelta(days=terms.duration_days):
        return []
    ended = rfc3339(starts_at + timedelta(days=terms.duration_days))
    return [_Finding(_BLOCK, f"The {terms.duration_days} days of use ended at {ended}.", "Request the data again.")]


def _judge_amount(terms: Terms, use: Use) -> list[_Finding]:
    found: list[_Finding] = []
    if terms.count_limit is not None and use.count > terms.count_limit:
        reason = f"The terms allow {terms.count_limit} uses, and this would be number {use.count}."
        found.append(_Finding(_BLOCK, reason, "Ask the owner for an offer with more uses."))
    if use.redistribution.level > terms.redistribution.level:
        what = {Redistribution.DERIVED: "results made from the data", Redistribution.ALLOWED: "the data"}[use.redistribution]
        found.append(_Finding(_BLOCK, f"The terms do not allow passing on {what}.", "Keep it to yourself, or ask the owner for an offer."))
    return found


def _conditions(rights: Rights) -> set[bytes]:
    return {canonical_json(row.to_dict()) for row in rights.rows}


def _at_most(value: int | None, limit: int | None) -> bool:
    return limit is None or (value is not None and value <= limit)


def _least(one: int | None, other: int | None) -> int | None:
    return min((v for v in (one, other) if v is not None), default=None)


def _common(one: tuple[str, ...] | None, other: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if one is None or other is None:
        return other if one is None else one
    return tuple(set(one) & set(other))


def _or(words: list[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
