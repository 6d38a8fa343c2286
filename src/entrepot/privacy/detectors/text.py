"""Numbers and addresses of persons inside longer texts, such as remarks: a small share of the cells matters."""

from __future__ import annotations

import ipaddress
import re

import phonenumbers
from stdnum import iban, luhn
from stdnum.cn import ric

from entrepot.privacy.detectors.base import Detector
from entrepot.privacy.detectors.network import is_ip

_DIGITS = re.compile(r"(?<![\dA-Za-z])\d(?:[ -]?\d){12,18}(?!\d)")
_RESIDENT = re.compile(r"(?<!\d)[1-9]\d{16}[\dXx](?!\d)")
_ACCOUNT = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,32}")
_SHORTEST_ACCOUNT = 15
# What stands behind a slash or a letter is a version of a program.
_IPV4 = re.compile(r"(?:(?<![\w./-])|(?<=://))(?:\d{1,3}\.){3}\d{1,3}(?![\w.-]*\w)")
_VERSIONS = frozenset(["version", "release", "build", "ver", "v", "firmware", "section", "chapter", "update"])
_SENTENCE = re.compile(r"\s|://")
_IPV6 = re.compile(r"(?<![\w:])[0-9A-Fa-f:]{6,39}(?![\w:])")
_LEAST_COLONS = 3


def has_card(text: str) -> bool:
    """Whether a run of digits in the text passes Luhn and begins as cards do."""
    runs = (re.sub(r"[ -]", "", run) for run in _DIGITS.findall(text))
    return any(run[0] in "3456" and len(set(run)) > 2 and luhn.is_valid(run) for run in runs)


def has_resident_number(text: str) -> bool:
    """Whether a resident identity number stands in the text."""
    return any(ric.is_valid(run) for run in _RESIDENT.findall(text))


def has_international_phone(text: str) -> bool:
    """Whether a number with a country code stands in the text that the numbering plan of its country knows."""
    return any(True for _ in phonenumbers.PhoneNumberMatcher(text, None))


def has_iban(text: str) -> bool:
    """Whether a bank account number that passes its checksum stands in the text, however it is grouped."""
    runs = (run.replace(" ", "") for run in _ACCOUNT.findall(text))
    # The next word may be in capitals too, so an account may end before the run does.
    return any(iban.is_valid(run[:end]) for run in runs for end in range(_SHORTEST_ACCOUNT, len(run) + 1))


def has_ip(text: str) -> bool:
    """Whether an address of a machine stands in the text, and no version of a program."""
    if not _SENTENCE.search(text) or not any(map(str.isalpha, text)):
        return False
    if any(is_ip(found[0]) and not found[0].startswith("0.") and not _is_version(text[: found.start()]) for found in _IPV4.finditer(text)):
        return True
    return any(_is_ipv6(found) for found in _IPV6.findall(text) if found.count(":") >= _LEAST_COLONS)


def _is_version(before: str) -> bool:
    return (before.lower().split() or [""])[-1].strip(":.") in _VERSIONS


def _is_ipv6(text: str) -> bool:
    try:
        return ipaddress.IPv6Address(text).is_unspecified is False
    except ValueError:
        return False


_CALLED = r"call|called|phone|tel|mobile|reach|contact|ring|text"
_NATIONAL = r"tel|telefon|telefonnummer|handy|handynummer|mobil|festnetz|rückruf|rufnummer|tél|téléphone|portable|appeler|phone|telephone|mobile|whatsapp"

DETECTORS = (
    Detector(
        name="card-in-text", category="payment_card", gate=r"\d(?:[ -]?\d){12}", shape=r"(?s)^.*\p{L}.*\d(?:[ -]?\d){12,18}.*$", check=has_card, share=0.02, least=3, confidence=0.8,
        inside=True,
    ),
    Detector(
        name="resident-number-in-text", category="cn_resident_id", gate=r"\d{17}", shape=r"(?s)^.*\p{L}.*[1-9]\d{16}[\dXx].*$", check=has_resident_number, share=0.02, least=2,
        confidence=0.85, inside=True,
    ),
    Detector(
        name="cn-mobile-in-text", category="phone", shape=r"(?s)^.*(电话|手机|联系|致电|微信)\D{0,6}1[3-9]\d[ -]?\d{4}[ -]?\d{4}(\D.*)?$", share=0.02, least=2,
        confidence=0.85, inside=True,
    ),
    Detector(
        name="phone-in-text", category="phone", shape=rf"(?is)^.*\b({_CALLED})\b\D{{0,20}}(\+\d{{1,3}}[ -]?)?(\(\d{{3}}\) ?|\d{{3}}[-. ])\d{{3}}[-. ]\d{{4}}\b.*$",
        share=0.02, least=2, confidence=0.82, inside=True,
    ),
    Detector(
        name="national-phone-in-text", category="phone", shape=rf"(?is)^.*\b({_NATIONAL})\b[^\d+]{{0,15}}0[1-9][\d /.-]{{6,14}}\d\b.*$",
        share=0.02, least=2, confidence=0.82, inside=True,
    ),
    Detector(
        name="international-phone-in-text", category="phone", gate=r"\+\d", shape=r"(?s)^.*\p{L}.*\+[1-9][\d ().\-/]{6,20}.*$|^.*\+[1-9][\d ().\-/]{6,20}.*\p{L}.*$",
        check=has_international_phone, share=0.02, least=1, confidence=0.85, inside=True,
    ),
    Detector(
        name="iban-in-text", category="iban", shape=r"(?s)^.*\b[A-Z]{2}\d{2}( ?[A-Z0-9]){11,32}.*$", check=has_iban, share=0.02, least=1, confidence=0.88,
        inside=True,
    ),
    Detector(
        name="ip-in-text", category="ip_address", shape=r"(?s)^.*(\d{1,3}(\.\d{1,3}){3}|(:[0-9A-Fa-f]{0,4}){3,7}).*$", check=has_ip, share=0.02, least=2,
        confidence=0.8, inside=True,
    ),
)  # fmt: skip
