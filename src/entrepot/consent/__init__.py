"""What people allow: consents and objections with receipts, who they cover, whom a delivery leaves out, and what people ask for."""

from entrepot.consent import links, requests
from entrepot.consent.bulk import Imported, import_file, receipt
from entrepot.consent.held import Ruling, held_rows, lost_since, ruling
from entrepot.consent.keys import PersonTable, open_index
from entrepot.consent.model import (
    ANYBODY,
    Act,
    AskedTooSoon,
    Coverage,
    Kind,
    Recorded,
    RowsRefused,
    Scope,
    Use,
    make_scope,
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
    weakest_kind,
)
from entrepot.vocabulary.consents import ConsentMode

__all__ = [
    "ANYBODY", "CONTROLLER", "FORMAT", "PERSON", "Act", "AskedTooSoon", "ConsentMode", "Coverage", "Imported", "Kind", "PersonTable",
    "Recorded", "RowsRefused", "Ruling", "Scope", "Use", "act_of", "acting_controller", "coverage", "current_seq", "epoch", "held_rows", "history",
    "import_file", "links", "lost_since", "make_scope", "open_index", "overview", "receipt", "requests", "ruling", "say", "scopes_by_id",
    "subject", "verify_in_batch", "weakest_kind",
]  # fmt: skip
