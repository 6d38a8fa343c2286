"""Registration plates of countries whose plates have a form of their own; below a heading of vehicles, because codes look like them."""

from __future__ import annotations

from entrepot.privacy.detectors.base import Detector

_GERMAN = r"[A-ZÄÖÜ]{1,3}[- :][A-Z]{1,2}[- ]?[1-9]\d{0,3}[EH]?"
_FRENCH = r"[A-HJ-NP-TV-Z]{2}[- ]\d{3}[- ][A-HJ-NP-TV-Z]{2}"
_BRITISH = r"[A-Z]{2}\d{2} ?[A-Z]{3}"

DETECTORS = (
    Detector(
        name="plate", category="plate", shape=rf"^\s*({_GERMAN}|{_FRENCH}|{_BRITISH})\s*$", share=0.6, least=3, confidence=0.85, headed=True
    ),
)
