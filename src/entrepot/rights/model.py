"""The three rights in data and the chain they were passed along, after the "Data Twenty" of 2022 (hold, process and use, operate).

Each step of the chain says who got which rights from the step before, on what basis, by which document, until when.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from entrepot.kit import Invalid

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
MAX_STEPS = 50


class Right(StrEnum):
    """What somebody may do with data: hold the resource, process and use it, operate products made of it."""

    HOLD = "hold"
    PROCESS = "process"
    OPERATE = "operate"


class Basis(StrEnum):
    """How rights came about: at the source by collecting or by law, afterwards by what somebody granted."""

    COLLECTED = "collected"
    LAW = "law"
    LICENCE = "licence"
    PURCHASE = "purchase"
    AUTHORISATION = "authorisation"
    ENTRUSTED = "entrusted"
    CONSENT = "consent"


ORIGINS = frozenset({Basis.COLLECTED, Basis.LAW})
"""With one of these a chain may begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the chain.

    Attributes:
        party: Who has the rights from here on, by name; the last one is the owner of the listing.
        rights: What it has.
        document: ``sha256:…`` of the paper that grants them; the paper itself stays with the parties.
        until: The last day of the grant; None without an end.
    """

    party: str
    rights: frozenset[Right]
    basis: Basis
    document: str = ""
    until: date | None = None

    def __post_init__(self) -> None:
        if not self.party.strip():
            raise Invalid("A step of the chain names no party.", "Write `party:` with who has the rights from there on.")
        if not self.rights:
            raise Invalid(f"The step to {self.party[:80]} grants no right.", f"Write `rights:` with {', '.join(Right)}.")
        if self.document:
            check_document(self.document)

    def to_dict(self) -> dict[str, Any]:
        """The step as JSON."""
        return {
            "party": self.party, "rights": sorted(self.rights), "basis": self.basis.value, "document": self.document,
            "until": None if self.until is None else self.until.isoformat(),
        }  # fmt: skip

    @classmethod
    def from_dict(cls, value: Any) -> Step:
        """The step behind its JSON."""
        until = value.get("until")
        return cls(
            party=value["party"], rights=frozenset(Right(right) for right in value["rights"]), basis=Basis(value["basis"]),
            document=value["document"], until=None if until is None else date.fromisoformat(until),
        )  # fmt: skip


class GapKind(StrEnum):
    """What can be wrong with a chain."""

    MISSING = "missing"
    NO_SOURCE = "no_source"
    WRONG_END = "wrong_end"
    SECOND_SOURCE = "second_source"
    NO_DOCUMENT = "no_document"
    WIDENED = "widened"
    EXPIRED = "expired"
    ENTRUSTED_RIGHTS = "entrusted_rights"
    ENTRUSTED_ONWARD = "entrusted_onward"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Where a chain does not hold.

    Attributes:
        step: The step counted from 1; 0 for the whole.
        party: Whom the step names; empty for the whole.
        detail: What the sentence about it needs besides: the owner's name, a day, a basis, or rights with commas.
    """

    step: int
    kind: GapKind
    party: str = ""
    detail: str = ""


def check_document(text: str) -> str:
    """The digest of a document as it is kept.

    Raises:
        Invalid: It is no ``sha256:`` followed by 64 digits of hexadecimal.
    """
    if not _DIGEST.fullmatch(text):
        raise Invalid(f"{text[:80]!r} is no digest of a document.", "Write what `entrepot digest FILE` prints.")
    return text


def gaps(chain: Sequence[Step], *, owner: str, at: date) -> tuple[Gap, ...]:
    """What keeps the chain from reaching from the source to the owner; none when it is complete.

    Args:
        owner: The name of the listing's owner, who must come last.
    """
    if not chain:
        return (Gap(step=0, kind=GapKind.MISSING),)
    return tuple(sorted((*_ends(chain, owner), *_links(chain), *_grants(chain, at)), key=lambda gap: gap.step))


def granted(chain: Sequence[Step], *, at: date) -> frozenset[Right]:
    """The rights that reach the end of the chain on a day."""
    return holders_of(chain, at=at)[-1][1] if chain else frozenset()


def holders_of(chain: Sequence[Step], *, at: date) -> list[tuple[str, frozenset[Right]]]:
    """Each party of the chain with the rights that reach it on a day: what nobody before had, or what has ended, reaches nobody."""
    passed, found = frozenset(Right), []
    for step in chain:
        passed = frozenset() if _has_ended(step, at) else passed & step.rights
        found.append((step.party, passed))
    return found


def _ends(chain: Sequence[Step], owner: str) -> Iterator[Gap]:
    first, last = chain[0], chain[-1]
    if first.basis not in ORIGINS:
        yield Gap(step=1, kind=GapKind.NO_SOURCE, party=first.party, detail=first.basis)
    if _same(last.party) != _same(owner):
        yield Gap(step=len(chain), kind=GapKind.WRONG_END, party=last.party, detail=owner)


def _links(chain: Sequence[Step]) -> Iterator[Gap]:
    for number, step in enumerate(chain[1:], 2):
        if step.basis in ORIGINS:
            yield Gap(step=number, kind=GapKind.SECOND_SOURCE, party=step.party)
        if not step.document:
            yield Gap(step=number, kind=GapKind.NO_DOCUMENT, party=step.party)
        if chain[number - 2].basis is Basis.ENTRUSTED:
            yield Gap(step=number, kind=GapKind.ENTRUSTED_ONWARD, party=step.party, detail=chain[number - 2].party)


def _grants(chain: Sequence[Step], at: date) -> Iterator[Gap]:
    passed = frozenset(Right)
    for number, step in enumerate(chain, 1):
        if beyond := step.rights - passed:
            yield Gap(step=number, kind=GapKind.WIDENED, party=step.party, detail=_listed(beyond))
        if step.basis is Basis.ENTRUSTED and (beyond := step.rights - {Right.PROCESS}):
            yield Gap(step=number, kind=GapKind.ENTRUSTED_RIGHTS, party=step.party, detail=_listed(beyond))
        if _has_ended(step, at):
            yield Gap(step=number, kind=GapKind.EXPIRED, party=step.party, detail=str(step.until))
        passed &= step.rights


def _has_ended(step: Step, at: date) -> bool:
    return step.until is not None and step.until < at


def _listed(rights: frozenset[Right]) -> str:
    return ",".join(right for right in Right if right in rights)


def _same(name: str) -> str:
    return " ".join(name.split()).casefold()
