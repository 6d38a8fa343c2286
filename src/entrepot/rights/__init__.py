"""Who holds, processes and operates data, and the chain that shows it; the four model forms of contract."""

from entrepot.rights.forms import CONTRACT_FORMS, ContractForm, clauses
from entrepot.rights.model import MAX_STEPS, ORIGINS, Basis, Gap, Right, Step, check_document, gaps, granted

__all__ = [
    "CONTRACT_FORMS", "MAX_STEPS", "ORIGINS", "Basis", "ContractForm", "Gap", "Right", "Step", "check_document", "clauses", "gaps", "granted",
]  # fmt: skip
