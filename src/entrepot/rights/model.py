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


@dataclass(frozen=True, slots=True)
class Gap:
    """Where a chain does not hold: the step counted from 1 (0 for the whole) and what is wrong with it."""

    step: int
    problem: str


def check_document(text: str) -> str:
    """The digest of a document as it is kept.

    Raises:
        Invalid: It is no ``sha256:`` followed by 64 digits of hexadecimal.
    """
    if not _DIGEST.fullmatch(text):
        raise Invalid(f"{text[:80]!r} is no digest of a document.", "Write sha256: and what `sha256sum FILE` prints.")
    return text


def gaps(chain: Sequence[Step], *, owner: str, at: date) -> tuple[Gap, ...]:
    """What keeps the chain from reaching from the source to the owner; none when it is complete.

    Args:
        owner: The name of the listing's owner, who must come last.
    """
    if not chain:
        return (Gap(0, "no chain of authorisation is given"),)
    return tuple(_gaps(chain, owner, at))


def granted(chain: Sequence[Step]) -> frozenset[Right]:
    """The rights that reach the end of the chain."""
    found = frozenset(Right)
    for step in chain:
        found &= step.rights
    return found if chain else frozenset()


def _gaps(chain: Sequence[Step], owner: str, at: date) -> Iterator[Gap]:
    if chain[0].basis not in ORIGINS:
        yield Gap(1, f"the chain begins with {chain[0].basis}, not at a source that collected the data or got it by law")
    if _same(chain[-1].party) != _same(owner):
        yield Gap(len(chain), f"the chain ends at {chain[-1].party}, not at {owner}")
    passed = frozenset(Right)
    for number, step in enumerate(chain, 1):
        if number > 1 and step.basis in ORIGINS:
            yield Gap(number, f"{step.party} collected the data itself, so what came before proves nothing")
        if number > 1 and not step.document:
            yield Gap(number, f"no document shows what {step.party} was granted")
        if beyond := step.rights - passed:
            yield Gap(number, f"{step.party} claims to {' and '.join(sorted(beyond))}, which nobody before could grant")
        if step.until is not None and step.until < at:
            yield Gap(number, f"the grant to {step.party} ended on {step.until}")
        passed &= step.rights


def _same(name: str) -> str:
    return " ".join(name.split()).casefold()
