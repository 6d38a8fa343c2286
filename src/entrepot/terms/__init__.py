"""What may be done with data: terms, rights to rows and columns, verdicts."""

from entrepot.terms.judge import columns_delivered, decide, intersect, intersects, narrows, rights_narrow, widened
from entrepot.terms.model import Condition, Operator, Redistribution, Rights, Terms, Use, Verdict

__all__ = [
    "Condition", "Operator", "Redistribution", "Rights", "Terms", "Use", "Verdict", "columns_delivered", "decide", "intersect",
    "intersects", "narrows", "rights_narrow", "widened",
]  # fmt: skip
