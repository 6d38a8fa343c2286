"""E-mail addresses and telephone numbers."""

from __future__ import annotations

import re

import phonenumbers

from entrepot.privacy.detectors.base import Detector

_REGIONS = ("CN", "US", "DE", "GB", "FR", "IN", "ES", "IT", "JP")


def is_email(value: str) -> bool:
    """Whether it is an e-mail address in the sense of RFC 5321, without quoted parts."""
    local, _, domain = value.strip().rpartition("@")
    return len(value) <= 254 and len(local) <= 64 and ".." not in value and not local.startswith(".") and not domain.endswith((".", "-"))


def is_international_phone(value: str) -> bool:
    """Whether it is a number with a country code that the numbering plan of its country knows."""
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(value, None))
    except phonenumbers.NumberParseException:
        return False


def is_phone_somewhere(value: str) -> bool:
    """Whether some large country's numbering plan knows the number; only meaningful below a heading that says so."""
    for region in _REGIONS:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(value, region)):
                return True
        except phonenumbers.NumberParseException:
            return False
    return False


def _looks_written(value: str) -> bool:
    return len(re.sub(r"\D", "", value)) == 10


_EMAIL = r"[A-Za-z0-9._%+'&#!/=?^{}~\-]+@[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,}"
DETECTORS = (
    Detector(name="email", category="email", shape=rf"^\s*{_EMAIL}\s*$", check=is_email, confidence=0.99),
    # Addresses inside longer texts, such as remarks: a few suffice to matter.
    Detector(name="email-in-text", category="email", shape=rf"(?s)^.*\b{_EMAIL}\b.*$", share=0.02, least=2, confidence=0.8, inside=True),
    Detector(
        name="phone-international",
        category="phone",
        shape=r"^\s*(\+|00)[1-9][\d\s().\-/]{6,20}\s*$",
        check=is_international_phone,
        confidence=0.97,
    ),
    Detector(
        name="phone-written",
        category="phone",
        shape=r"^\s*(\(\d{3}\)\s?|\d{3}[-.])\d{3}[-.]\d{4}\s*$",
        check=_looks_written,
        confidence=0.85,
    ),
    Detector(
        name="phone",
        category="phone",
        shape=r"^\s*\+?[\d\s().\-/]{7,22}\s*$",
        check=is_phone_somewhere,
        share=0.5,
        confidence=0.95,
        headed=True,
    ),
)
