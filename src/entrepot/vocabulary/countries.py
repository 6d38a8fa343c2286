"""Groups of countries that share a law."""

from __future__ import annotations

EEA = frozenset("AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO".split())  # noqa: SIM905
"""The members of the European Union and of the European Economic Area, where the General Data Protection Regulation is in force (ISO 3166-1)."""
