"""Bank accounts, payment cards and device numbers, by their checksums."""

from __future__ import annotations

import re

from stdnum import iban, luhn

from entrepot.privacy.detectors.base import Detector


def is_card(value: str) -> bool:
    """Whether it passes Luhn (ISO/IEC 7812) and begins like a payment card of a known scheme."""
    digits = re.sub(r"[ -]", "", value)
    length = len(digits)
    scheme = (
        (digits[0] == "4" and length in (13, 16, 19))
        or (digits[0] == "5" and length == 16)
        or (digits[:2] in ("34", "37") and length == 15)
        or (digits[:2] in ("62", "60", "64", "65", "35") and length in (16, 17, 18, 19))
        or (digits[0] == "2" and length == 16)
        or (digits[:2] in ("30", "36", "38") and length == 14)
    )
    return scheme and len(set(digits)) > 2 and bool(luhn.is_valid(digits))


def is_imei(value: str) -> bool:
    """Whether it is a device number (3GPP TS 23.003): 15 digits with a Luhn digit and a known reporting body."""
    digits = re.sub(r"[ -]", "", value)
    return digits[:2] in ("01", "35", "86", "99", "45") and bool(luhn.is_valid(digits))


DETECTORS = (
    Detector(
        name="iban",
        category="iban",
        shape=r"^\s*[A-Z]{2}\d{2}[A-Z0-9 ]{11,36}\s*$",
        check=lambda v: bool(iban.is_valid(v)),
        confidence=0.99,
    ),
    Detector(name="luhn-card", category="payment_card", shape=r"^\s*\d(?:[ -]?\d){12,18}\s*$", check=is_card, share=0.7, confidence=0.97),
    Detector(
        name="imei", category="device_id", shape=r"^\s*\d{2}-?\d{6}-?\d{6}-?\d\s*$", check=is_imei, share=0.8, least=5, confidence=0.9
    ),
)
