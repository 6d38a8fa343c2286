"""What a listing's version says of the three rights: who has which, along which chain, and where that chain has gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from entrepot.rights.forms import CONTRACT_FORMS, ContractForm
from entrepot.rights.model import Gap, Right, Step, gaps, granted, holders_of
from entrepot.rights.words import BASES, RIGHTS, next_step, problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """The rights in one version on one day.

    Attributes:
        holders: For each right who has it: as the owner says, else as the chain shows, and without a chain the owner.
        granted: What reaches the owner along the chain; None where no chain is given.
        gaps: Where the chain does not hold; empty as well where none is given, which is a gap in no chain.
    """

    owner: str
    at: date
    contract: ContractForm
    holders: Mapping[Right, tuple[str, ...]]
    chain: tuple[Step, ...]
    granted: frozenset[Right] | None
    gaps: tuple[Gap, ...]

    @property
    def is_complete(self) -> bool | None:
        """Whether the chain reaches from the source to the owner; None where none is given."""
        return not self.gaps if self.chain else None

    def to_dict(self) -> dict[str, Any]:
        """The register as JSON, with its sentences in both languages."""
        return {
            "owner": self.owner, "at": self.at.isoformat(), "complete": self.is_complete,
            "contract": {"kind": self.contract.value, "title": dict(CONTRACT_FORMS[self.contract])},
            "holders": [{"right": right.value, "words": dict(RIGHTS[right]), "parties": list(self.holders[right])} for right in Right],
            "granted": None if self.granted is None else [right.value for right in Right if right in self.granted],
            "chain": [{"step": n, **step.to_dict(), "basis_words": dict(BASES[step.basis])} for n, step in enumerate(self.chain, 1)],
            "gaps": [_gap(gap) for gap in self.gaps],
        }  # fmt: skip


def register(*, owner: str, chain: Sequence[Step], said: Mapping[Right, tuple[str, ...]], contract: ContractForm, at: date) -> Register:
    """Bring together what the owner says and what its chain shows.

    Args:
        said: Who has each right, in the owner's own words; empty where it says nothing.
    """
    return Register(
        owner=owner, at=at, contract=contract, chain=tuple(chain), granted=granted(chain, at=at) if chain else None,
        holders={right: said.get(right) or (_by_chain(chain, right, at) if chain else (owner,)) for right in Right},
        gaps=gaps(chain, owner=owner, at=at) if chain else (),
    )  # fmt: skip


def provenance(chain: Sequence[Step]) -> dict[str, str]:
    """The chain as one statement in each language, for descriptions that take no more; empty without a chain."""
    if not chain:
        return {}
    return {language: join.join(_told(step, language) for step in chain) for language, join in (("en", " → "), ("zh", "→"))}


def _told(step: Step, language: str) -> str:
    rights = ", ".join(RIGHTS[right][language] for right in Right if right in step.rights)
    parts = [BASES[step.basis][language], rights, step.document, f"– {step.until}" if step.until else ""]
    return f"{step.party} ({'; '.join(part for part in parts if part)})"


def _by_chain(chain: Sequence[Step], right: Right, at: date) -> tuple[str, ...]:
    return tuple(dict.fromkeys(party for party, rights in holders_of(chain, at=at) if right in rights))


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "step": gap.step, "kind": gap.kind.value, "problem": {language: problem(gap, language) for language in ("en", "zh")},
        "next_step": {language: next_step(gap, language) for language in ("en", "zh")},
    }  # fmt: skip
