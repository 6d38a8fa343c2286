"""What the rules of the house say of a table, with the reason and the remedy."""

from entrepot.compliance.check import check
from entrepot.compliance.model import ColumnFact, Facts, Finding, Severity, Verdict

__all__ = ["ColumnFact", "Facts", "Finding", "Severity", "Verdict", "check"]
