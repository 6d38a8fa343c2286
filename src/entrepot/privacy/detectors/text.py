"""Personal data inside longer texts, such as remarks: a small share of the cells matters."""

from __future__ import annotations

import re

from stdnum import luhn
from stdnum.cn import ric

from entrepot.privacy.detectors.base import Detector

_DIGITS = re.compile(r"(?<![\dA-Za-z])\d(?:[ -]?\d){12,18}(?!\d)")
_RESIDENT = re.compile(r"(?<!\d)[1-9]\d{16}[\dXx](?!\d)")


def has_card(text: str) -> bool:
    """Whether a run of digits in the text passes Luhn and begins as cards do."""
    runs = (re.sub(r"[ -]", "", run) for run in _DIGITS.findall(text))
    return any(run[0] in "3456" and len(set(run)) > 2 and luhn.is_valid(run) for run in runs)


def has_resident_number(text: str) -> bool:
    """Whether a resident identity number stands in the text."""
    return any(ric.is_valid(run) for run in _RESIDENT.findall(text))


DETECTORS = (
    Detector(name="card-in-text", category="payment_card", shape=r"(?s)^.*\p{L}.*\d(?:[ -]?\d){12,18}.*$", check=has_card, share=0.02, least=3, confidence=0.8),
    Detector(
        name="resident-number-in-text", category="cn_resident_id", shape=r"(?s)^.*\p{L}.*[1-9]\d{16}[\dXx].*$", check=has_resident_number, share=0.02, least=2,
        confidence=0.85,
    ),
    Detector(
        name="cn-mobile-in-text", category="phone", shape=r"(?s)^.*(电话|手机|联系|致电|微信)\D{0,6}1[3-9]\d[ -]?\d{4}[ -]?\d{4}(\D.*)?$", share=0.02, least=2,
        confidence=0.85,
    ),
    Detector(
        name="phone-in-text", category="phone", shape=r"(?is)^.*\b(call|phone|tel|mobile|reach|contact|ring|text)\b\D{0,20}(\+\d{1,3}[ -]?)?(\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}\b.*$",
        share=0.02, least=2, confidence=0.82,
    ),
)  # fmt: skip
