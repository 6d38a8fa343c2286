"""Identity numbers of persons in many countries, checked by python-stdnum."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from entrepot.privacy.detectors.base import Detector

# Country module, its shape, and whether only a heading gives it away: the plain nine or ten digits of some are common ids.
_NUMBERS: tuple[tuple[str, str, bool], ...] = (
    ("us.ssn", r"^\s*\d{3}-\d{2}-\d{4}\s*$", False),
    ("us.ssn", r"^\s*\d{9}\s*$", True),
    ("ca.sin", r"^\s*\d{3}[ -]\d{3}[ -]\d{3}\s*$", False),
    ("gb.nhs", r"^\s*\d{3}[ -]\d{3}[ -]\d{4}\s*$", False),
    ("fr.nir", r"^\s*[1-478]\s?\d{2}\s?\d{2}\s?\d[\dAB]\s?\d{3}\s?\d{3}\s?\d{2}\s*$", False),
    ("es.dni", r"^\s*\d{8}-?[A-Z]\s*$", False),
    ("es.nie", r"^\s*[XYZ]-?\d{7}-?[A-Z]\s*$", False),
    ("it.codicefiscale", r"^\s*[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z]\s*$", False),
    ("de.idnr", r"^\s*[1-9]\d(\s?\d{3}){3}\s*$", False),
    ("nl.bsn", r"^\s*\d{8,9}\s*$", True),
    ("be.nn", r"^\s*\d{2}[.]?\d{2}[.]?\d{2}-?\d{3}[.]?\d{2}\s*$", False),
    ("ch.ssn", r"^\s*756[.]?\d{4}[.]?\d{4}[.]?\d{2}\s*$", False),
    ("pl.pesel", r"^\s*\d{11}\s*$", False),
    ("se.personnummer", r"^\s*(\d{2})?\d{6}[-+]\d{4}\s*$", False),
    ("fi.hetu", r"^\s*\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]\s*$", False),
    ("no.fodselsnummer", r"^\s*\d{6}\s?\d{5}\s*$", False),
    ("dk.cpr", r"^\s*\d{6}-\d{4}\s*$", False),
    ("cz.rc", r"^\s*\d{6}/\d{3,4}\s*$", False),
    ("ro.cnp", r"^\s*[1-9]\d{12}\s*$", False),
    ("tr.tckimlik", r"^\s*[1-9]\d{10}\s*$", False),
    ("br.cpf", r"^\s*\d{3}[.]\d{3}[.]\d{3}-\d{2}\s*$", False),
    ("br.cpf", r"^\s*\d{11}\s*$", True),
    ("mx.curp", r"^\s*[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z0-9]\d\s*$", False),
    ("in_.aadhaar", r"^\s*[2-9]\d{3}\s?\d{4}\s?\d{4}\s*$", False),
    ("kr.rrn", r"^\s*\d{6}-\d{7}\s*$", False),
    ("za.idnr", r"^\s*\d{13}\s*$", False),
)


def _check(module: str) -> Callable[[str], bool]:
    def check(value: str) -> bool:
        return bool(importlib.import_module(f"stdnum.{module}").is_valid(value))

    return check


DETECTORS = tuple(
    # Check digits let a tenth of random numbers pass, so nearly all must.
    Detector(
        name=f"stdnum-{module}",
        category="official_id",
        shape=shape,
        check=_check(module),
        share=0.9,
        least=5,
        confidence=0.96,
        headed=headed,
    )
    for module, shape, headed in _NUMBERS
)
