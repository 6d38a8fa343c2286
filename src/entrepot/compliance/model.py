"""The facts a rule may ask for, and the verdict it leads to."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from entrepot.kit import Decision


class Severity(StrEnum):
    """How much a finding weighs; warnings and information stop nobody."""

    INFO = "info"
    WARN = "warn"
    REVIEW = "review"
    NEEDS_INFO = "needs_info"
    BLOCK = "block"
    CONFLICT = "conflict"

    @property
    def decision(self) -> Decision:
        """The decision a finding of this weight leads to."""
        return _DECISIONS[self]


_DECISIONS = {one: Decision.ALLOW if one in (Severity.INFO, Severity.WARN) else Decision(one.value) for one in Severity}


WRITTEN = (Severity.BLOCK, Severity.REVIEW, Severity.WARN, Severity.INFO)
"""What a rule may weigh; that facts are missing or rules clash the engine finds out by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnFact:
    """What is known of one column; ``kind`` is direct, quasi, sensitive or none."""

    name: str
    kind: str = "none"
    title: str = ""
    fix: str = ""
    confidence: float = 0.0
    evidence: tuple[dict[str, Any], ...] = ()
    formulas: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFact:
    """Something that concerns a table as a whole: what was seen, in which column, how often where it was counted."""

    code: str
    column: str
    message: str
    hint: str
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a table and its offer; a flow fills it in.

    Attributes:
        table: The table's name.
        columns: Every column.
        notes: What reading the file brought up, as code, column and message.
        alerts: What concerns the table as a whole, such as children or secrets in it.
        public: Whether everybody may find the offer.
        described: Whether there is an offer at all; a mere file has no terms that could be missing.
        has_terms: Whether the offer permits any purpose, or names a licence.
        person_key: The column that tells whose row it is, as declared.
        handed_over: Whether buyers get the values; of a look-up they get answers alone.
        ages_denied: Whether the owner says that the ages are not those of persons, and nothing else tells of persons.
        undeclared: What a file may show that its owner has not spoken of, such as faces; empty for tables.
    """

    table: str
    columns: tuple[ColumnFact, ...]
    notes: tuple[tuple[str, str, str], ...] = ()
    alerts: tuple[AlertFact, ...] = ()
    public: bool = True
    described: bool = False
    has_terms: bool = False
    person_key: str = ""
    undeclared: str = ""
    handed_over: bool = True
    ages_denied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one rule found.

    Attributes:
        rule: The rule's lasting id.
        column: The column it is about; empty for the whole table.
        hint: What the owner can do.
        citation: Where the rule comes from.
        evidence: Counts behind it; never a value of the table.
    """

    rule: str
    severity: Severity
    table: str
    column: str
    message: str
    hint: str
    citation: str
    evidence: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The finding as JSON."""
        return {
            "rule": self.rule,
            "severity": self.severity.value,
            "table": self.table,
            "column": self.column,
            "message": self.message,
            "hint": self.hint,
            "citation": self.citation,
            "evidence": self.evidence,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The strictest decision that the findings lead to, and the findings, gravest first."""

    decision: Decision
    findings: tuple[Finding, ...]
