"""What the rules say: of a table, of a case, why, and what would help. Draft, not legal advice."""

from entrepot.compliance.asking import Case, ask, judge_case, keep_afterwards, keep_new
from entrepot.compliance.check import check
from entrepot.compliance.dossier import Dossier, Seen, Source
from entrepot.compliance.installing import Files, in_force, install, installed_text, packs_digest, read_text, uninstall
from entrepot.compliance.model import AlertFact, ColumnFact, Facts, Finding, Severity, Verdict
from entrepot.compliance.pack_model import Gate, Pack
from entrepot.compliance.replacing import PackReplaces
from entrepot.compliance.repository import KeptRuling
from entrepot.compliance.ruling import Ruling
from entrepot.compliance.service import (
    AwaitsDecision,
    FactsMissing,
    NotCompliant,
    answer,
    answers,
    approve,
    case_digest,
    country,
    entered,
    has_any,
    has_older,
    has_other_packs,
    heed_refusal,
    is_approved,
    judge,
    keep,
    midnight,
    newest,
    open_duties,
    refuse,
    require,
    rulings,
    today,
    waiting,
    waiting_listings,
)

__all__ = [
    "AlertFact", "AwaitsDecision", "Case", "ColumnFact", "Dossier", "Facts", "FactsMissing", "Files", "Finding", "Gate", "KeptRuling", "NotCompliant", "Pack",
    "PackReplaces", "Ruling", "Seen", "Severity", "Source", "Verdict", "answer", "answers", "approve", "ask", "case_digest", "check", "country",
    "entered", "has_any", "has_older", "has_other_packs", "heed_refusal", "in_force", "install", "installed_text", "is_approved", "judge", "judge_case", "keep",
    "keep_afterwards", "keep_new", "midnight", "newest", "open_duties", "packs_digest", "read_text", "refuse", "require", "rulings", "today",
    "uninstall", "waiting", "waiting_listings",
]  # fmt: skip
