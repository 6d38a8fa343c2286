"""An ODRL 2.2 policy as plain values, with everything in it that we do not understand named by its place.

Names are spelled ``odrl:use`` for the vocabulary's own (W3C ODRL Vocabulary & Expression 2.2) and as full addresses otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

ODRL = "http://www.w3.org/ns/odrl/2/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operand:
    """One right operand: its text, and its datatype or ``@id`` for an address."""

    value: str
    type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """``left operator right``, such as ``odrl:count odrl:lteq 5``."""

    left: str
    operator: str
    right: tuple[Operand, ...]
    unit: str | None = None
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logical:
    """Constraints joined by ``odrl:and``, ``odrl:or``, ``odrl:xone`` or ``odrl:andSequence``."""

    operator: str
    parts: tuple[Constraint | Logical, ...]
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What may, may not or must be done."""

    name: str
    refinements: tuple[Constraint | Logical, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A permission, prohibition or duty; what the policy says for all its rules has been copied into each."""

    kind: str
    actions: tuple[Action, ...]
    targets: tuple[str, ...] = ()
    assigners: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    constraints: tuple[Constraint | Logical, ...] = ()
    duties: tuple[Rule, ...] = ()
    consequences: tuple[Rule, ...] = ()
    remedies: tuple[Rule, ...] = ()
    uid: str | None = None
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy.

    Args:
        conflict: ``odrl:prohibit``, ``odrl:perm`` or ``odrl:invalid``; None when it says nothing, which means invalid.
        unknown: Places of what we do not understand, and that may change what the policy means.
        ignored: Places of descriptions that change nothing.
    """

    uid: str | None
    kind: str
    permissions: tuple[Rule, ...] = ()
    prohibitions: tuple[Rule, ...] = ()
    obligations: tuple[Rule, ...] = ()
    conflict: str | None = None
    profiles: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
