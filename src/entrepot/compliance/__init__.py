"""What the rules of the house say of a table, with the reason and the remedy."""

from entrepot.compliance.check import check
from entrepot.compliance.model import AlertFact, ColumnFact, Facts, Finding, Severity, Verdict

__all__ = ["AlertFact", "ColumnFact", "Facts", "Finding", "Severity", "Verdict", "check"]
