"""Territories: ISO 3166-1 alpha-2 codes, with names from the CLDR."""

from __future__ import annotations

import re

from entrepot.kit import Invalid
from entrepot.vocabulary.countries import CODES

LOCATIONS = "https://w3id.org/dpv/loc#"
"""DPV's namespace of locations, by the same codes."""
_NAMED = re.compile(
    rf"(?:{re.escape(LOCATIONS)}|loc:|iso3166:|urn:iso:std:iso:3166:|https://www\.iso\.org/obp/ui/#iso:code:3166:)?([A-Z]{{2}})", re.ASCII
)


def check_territory(code: str) -> str:
    """The code in capitals.

    Raises:
        Invalid: ISO 3166-1 has no such code.
    """
    upper = str(code).strip().upper()
    if upper not in CODES:
        raise Invalid(f"{str(code)[:20]!r} is no country or territory of ISO 3166-1.", "Use two-letter codes such as DE, FR or CN.")
    return upper


def read_territory(text: str) -> str | None:
    """The code that a foreign document names, plainly or as a DPV location, ISO address or URN; None when it names none."""
    match = _NAMED.fullmatch(text)
    return match[1] if match and match[1] in CODES else None


def territory_name(code: str, language: str) -> str:
    """What readers of a language call the territory."""
    from babel import Locale  # Reading the CLDR takes time that most commands need not spend.

    return str(Locale.parse(language).territories.get(code, code))
