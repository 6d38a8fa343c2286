"""Territories: ISO 3166-1 alpha-2 codes, with names from the CLDR."""

from __future__ import annotations

import re

from entrepot.kit import Invalid

CODES = frozenset(
    re.findall(
        "[A-Z]{2}",
        """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG
    CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL
    GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA
    LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP
    NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV
    SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
    """,
    )
)

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
