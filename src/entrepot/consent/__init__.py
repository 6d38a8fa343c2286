"""What people allow: consents and objections with receipts, who they cover, whom a delivery leaves out, and what people ask for."""

from entrepot.consent import links, requests
from entrepot.consent.bulk import Imported, import_file, receipt
from entrepot.consent.held import Ruling, held_rows, lost_since, ruling
from entrepot.consent.keys import PersonTable, open_index
from entrepot.consent.model import (
    AGAINST,
    ANYBODY,
    Act,
    AskedTooSoon,
    Coverage,
    Kind,
    Recorded,
    RowsRefused,
    Scope,
    Use,
    asked_from,
    make_scope,
    overlap,
)
from entrepot.consent.receipts import FORMAT, verify_in_batch
from entrepot.consent.service import (
    CONTROLLER,
    PERSON,
    act_of,
    acting_controller,
    coverage,
    current_seq,
    epoch,
    history,
    overview,
    say,
    scopes_by_id,
    subject,
)
from entrepot.vocabulary.consents import ConsentMode

__all__ = [
    "AGAINST",
    "ANYBODY",
    "CONTROLLER",
    "FORMAT",
    "PERSON",
    "Act",
    "AskedTooSoon",
    "ConsentMode",
    "Coverage",
    "Imported",
    "Kind",
    "PersonTable",
    "Recorded",
    "RowsRefused",
    "Ruling",
    "Scope",
    "Use",
    "act_of",
    "acting_controller",
    "asked_from",
    "coverage",
    "current_seq",
    "epoch",
    "held_rows",
    "history",
    "import_file",
    "links",
    "lost_since",
    "make_scope",
    "open_index",
    "overlap",
    "overview",
    "receipt",
    "requests",
    "ruling",
    "say",
    "scopes_by_id",
    "subject",
    "verify_in_batch",
]  # fmt: skip
