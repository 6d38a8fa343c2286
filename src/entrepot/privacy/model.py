"""Kinds of personal data, and what was found in each column; never a value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from entrepot.privacy.laws import provisions


class Kind(StrEnum):
    """How values tell who a row is about: by themselves, together with others, or by being nobody's business."""

    DIRECT = "direct"
    QUASI = "quasi"
    SENSITIVE = "sensitive"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A kind of data.

    Attributes:
        id: A short stable word.
        term: Its term in W3C DPV 2.3 (``pd:``), or ours (``ent:``) where DPV has none.
        title: What to call it in a sentence.
        fix: What the owner can do about it.
    """

    id: str
    term: str
    kind: Kind
    title: str
    fix: str

    @property
    def restricted(self) -> bool:
        """Whether a column of it must not be shared as it is."""
        return self.kind in (Kind.DIRECT, Kind.SENSITIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """How many of the examined distinct values a detector recognised; a heading counts as none of none."""

    detector: str
    matched: int
    examined: int

    def to_dict(self) -> dict[str, Any]:
        """The counts as JSON."""
        return {"detector": self.detector, "matched": self.matched, "examined": self.examined}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something about a whole table that its owner should look at.

    Attributes:
        code: ``minors``, ``unread_ages``, ``credentials``, ``internal_hosts``, ``confidential`` or ``precise_location``.
        column: The column that shows it.
        count: Values that show it, or rows that hold them, where they were counted.
    """

    code: str
    column: str
    message: str
    hint: str
    count: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """The alert as JSON."""
        return {"code": self.code, "column": self.column, "message": self.message, "hint": self.hint, "count": self.count}


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnFinding:
    """What one column seems to hold.

    Attributes:
        confidence: Between 0 and 1; a ranking, no probability.
        cells: Counts over every row, where a format or a checksum could be counted in all of them.
        linked: Whether columns beside it say whose row it is, so that a birth date, say, is a known person's.
    """

    column: str
    category: Category
    confidence: float
    evidence: tuple[Evidence, ...]
    cells: tuple[Evidence, ...] = ()
    linked: bool = False

    @property
    def kind(self) -> Kind:
        """How its values tell who a row is about."""
        return self.category.kind

    @property
    def restricted(self) -> bool:
        """Whether the column must not be shared as it is: it tells who, tells what is nobody's business, or is a known person's."""
        return self.category.restricted or self.linked

    def to_dict(self) -> dict[str, Any]:
        """The finding as JSON."""
        return {
            "column": self.column,
            "category": self.category.id,
            "term": self.category.term,
            "kind": self.kind.value,
            "restricted": self.restricted,
            "confidence": round(self.confidence, 2),
            "linked": self.linked,
            "evidence": [e.to_dict() for e in self.evidence],
            "cells": [e.to_dict() for e in self.cells],
            "laws": [provision.to_dict() for provision in provisions(self.category.id)],
            "fix": self.category.fix,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What a table tells about persons.

    Attributes:
        findings: At most one for each column, in the table's order.
        sample: Distinct values of a column that were looked at, at most; ``seed`` chose them.
        alerts: What the table as a whole brings up.
        grown_up: Columns of ages or births that show nobody below fourteen in any row.
    """

    findings: tuple[ColumnFinding, ...]
    sample: int
    seed: int
    alerts: tuple[Alert, ...] = ()
    grown_up: tuple[str, ...] = ()

    def of(self, *kinds: Kind) -> tuple[ColumnFinding, ...]:
        """The findings of these kinds."""
        return tuple(finding for finding in self.findings if finding.kind in kinds)

    @property
    def restricted(self) -> tuple[str, ...]:
        """Columns that must not be shared as they are."""
        return tuple(finding.column for finding in self.findings if finding.restricted)

    @property
    def personal(self) -> bool:
        """Whether rows seem to be about persons: a direct identifier or sensitive category, or three others together."""
        return bool(self.of(Kind.DIRECT, Kind.SENSITIVE)) or len(self.of(Kind.QUASI)) >= 3

    def to_dict(self) -> dict[str, Any]:
        """The assessment as JSON, without any value of the table."""
        return {
            "personal": self.personal,
            "sample": self.sample,
            "seed": self.seed,
            "findings": [finding.to_dict() for finding in self.findings],
            "alerts": [alert.to_dict() for alert in self.alerts],
            "grown_up": list(self.grown_up),
        }
