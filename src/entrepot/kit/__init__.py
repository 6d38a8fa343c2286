"""Small things every package needs: ids, money, errors, canonical JSON, time, decisions."""

from entrepot.kit.canonical import b64url, canonical_json, digest, sha256_hex, unb64url
from entrepot.kit.clock import Clock, ForwardClock, ManualClock, SystemClock, parse_rfc3339, rfc3339
from entrepot.kit.decisions import Decision, strictest
from entrepot.kit.errors import Conflict, EntrepotError, Invalid, NotFound, Refused
from entrepot.kit.ids import is_id, new_id
from entrepot.kit.money import MAX_AMOUNT, Money, exponent, parse_money

__all__ = [
    "MAX_AMOUNT",
    "Clock",
    "Conflict",
    "Decision",
    "EntrepotError",
    "ForwardClock",
    "Invalid",
    "ManualClock",
    "Money",
    "NotFound",
    "Refused",
    "SystemClock",
    "b64url",
    "canonical_json",
    "digest",
    "exponent",
    "is_id",
    "new_id",
    "parse_money",
    "parse_rfc3339",
    "rfc3339",
    "sha256_hex",
    "strictest",
    "unb64url",
]
