"""What may be done with data: terms, rights to rows and columns, verdicts, sentences."""

from entrepot.terms.judge import columns_delivered, decide, intersect, intersects, narrows, rights_narrow, widened
from entrepot.terms.model import Condition, Operator, Redistribution, Rights, Terms, Use, Verdict
from entrepot.terms.odrl import ENT, Reading, from_odrl, to_odrl
from entrepot.terms.rights_sql import rights_to_sql
from entrepot.terms.sentences import rights_sentences, sentences

__all__ = [
    "ENT", "Condition", "Operator", "Reading", "Redistribution", "Rights", "Terms", "Use", "Verdict", "columns_delivered", "decide",
    "from_odrl", "intersect", "intersects", "narrows", "rights_narrow", "rights_sentences", "rights_to_sql", "sentences", "to_odrl",
    "widened",
]  # fmt: skip
