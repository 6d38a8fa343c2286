"""Detectors of values: one module for each family, one registry."""

from entrepot.privacy.detectors import china, contact, finance, national, network, person, prose, text, vehicles
from entrepot.privacy.detectors.base import Detector

DETECTORS: tuple[Detector, ...] = (
    *contact.DETECTORS,
    *finance.DETECTORS,
    *china.DETECTORS,
    *national.DETECTORS,
    *network.DETECTORS,
    *person.DETECTORS,
    *vehicles.DETECTORS,
    *text.DETECTORS,
    *prose.DETECTORS,
)

__all__ = ["DETECTORS", "Detector"]
