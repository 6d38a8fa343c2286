"""Who holds, processes and operates data, and the chain that shows it; the four model forms of contract."""

from entrepot.rights.contract import Contract, Section, contract_html
from entrepot.rights.forms import CONTRACT_FORMS, ContractForm, clauses, form_digest, signed_clauses, signed_form
from entrepot.rights.model import MAX_STEPS, ORIGINS, Basis, Gap, GapKind, Right, Step, check_document, gaps, granted
from entrepot.rights.register import Register, provenance, register

__all__ = [
    "CONTRACT_FORMS", "MAX_STEPS", "ORIGINS", "Basis", "Contract", "ContractForm", "Gap", "GapKind", "Register", "Right", "Section", "Step",
    "check_document", "clauses", "contract_html", "form_digest", "gaps", "granted", "provenance", "register", "signed_clauses", "signed_form",
]  # fmt: skip
