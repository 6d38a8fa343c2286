"""The append-only log of facts: record, seal, prove, verify."""

from entrepot.proof.cosigning import collect_cosignatures, policy_of
from entrepot.proof.keys import create_log, locked_keys, log_keys
from entrepot.proof.laws import check_log
from entrepot.proof.model import Entry, SealedCheckpoint
from entrepot.proof.policy import Policy, load_policy, parse_policy
from entrepot.proof.published import read_bundle, read_tile
from entrepot.proof.receipts import Step, Verification, read_receipt, verify_receipt
from entrepot.proof.sealer import seal
from entrepot.proof.service import checkpoint, erase, get, history, prove, record, unsealed_before
from entrepot.proof.tlog_proof import Inclusion, verify_inclusion

__all__ = [
    "Entry", "Inclusion", "Policy", "SealedCheckpoint", "Step", "Verification", "check_log", "checkpoint", "collect_cosignatures",
    "create_log", "erase", "get", "history", "load_policy", "locked_keys", "log_keys", "parse_policy", "policy_of", "prove", "read_bundle",
    "read_receipt", "read_tile", "record", "seal", "unsealed_before", "verify_inclusion", "verify_receipt",
]  # fmt: skip
