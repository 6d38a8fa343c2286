"""Places by what they are called: the groups of countries, of states of the United States, and of provinces of China."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from functools import cache

from entrepot.privacy.hierarchies.places import (
    COUNTRY_ALIASES,
    GREATER_REGIONS,
    M49,
    M49_CHINESE,
    PROVINCE_ALIASES,
    PROVINCE_SUFFIXES,
    PROVINCES,
    STATES,
)

Above = dict[str, tuple[str, ...]]
"""For each value that is known its generalisations, the star left out; equally many for all."""
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_FEWEST_CODES = 5
"""Different codes of three letters from which on they are taken for countries without a heading that says so."""


def plain(text: str) -> str:
    """A name as words in lower case, without accents, articles and signs, so that spellings of one name are equal."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()
    words = "".join(c if c.isalnum() else " " for c in bare).split()
    return " ".join("saint" if word == "st" else word for word in words if word not in ("and", "the", "of"))


def _spellings(value: str) -> tuple[str, str, str]:
    """A name as it stands, without what is in brackets, and without what follows a comma."""
    return plain(value), plain(re.sub(r"[(（].*?[)）]", " ", value)), plain(value.partition(",")[0])


def _is_chinese(values: Collection[str]) -> bool:
    return 2 * sum(_CHINESE.search(value) is not None for value in values) > len(values)


@cache
def _country_names() -> Mapping[str, str]:
    """Codes by names as CLDR writes them in English and Chinese, and by those that tables use beside them."""
    from babel import Locale

    known = set(_regions())
    found = {plain(name): code for language in ("en", "zh") for code, name in Locale.parse(language).territories.items() if code in known}
    return found | {plain(name): code for name, code in COUNTRY_ALIASES.items()}


@cache
def _country_codes() -> Mapping[str, str]:
    """Codes of two letters by those of three letters, by numbers and by themselves."""
    from babel.core import get_global

    known = _regions()
    longer = {
        alias: codes[0] for alias, codes in get_global("territory_aliases").items() if len(alias) == 3 and codes and codes[0] in known
    }
    return longer | {code: code for code in known}


@cache
def _regions() -> Mapping[str, tuple[str, str]]:
    return {code: (area, region) for (region, area), codes in M49.items() for code in codes.split()}


def countries(values: Collection[str]) -> Above:
    """Sub-region and region by a name or a code of a country; in Chinese where most values are."""
    codes, names, regions = _country_codes(), _country_names(), _regions()
    chinese = _is_chinese(values)
    found: Above = {}
    for value in values:
        code = codes.get(value.strip()) or next((names[name] for name in _spellings(value) if name in names), "")
        if code:
            area, region = regions[code]
            found[value] = (M49_CHINESE[area], M49_CHINESE[region]) if chinese else (area, region)
    return found


def is_of_countries(values: Collection[str]) -> bool:
    """Whether values are written so that countries can be told from anything else."""
    longest = max(map(len, values))
    return longest > 3 or (longest == 3 and len(values) >= _FEWEST_CODES and all(value.isalpha() and value.isupper() for value in values))


@cache
def _state_names() -> Mapping[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for (region, division), listed in STATES.items():
        for code, name in (state.split("=") for state in listed.split()):
            found[code] = found[plain(name.replace("_", " "))] = (division, region)
    return found


def states(values: Collection[str]) -> Above:
    """Division and region by a name or a postal code of a state."""
    names = _state_names()
    found = {value: names.get(value.strip()) or names.get(plain(value)) for value in values}
    return {value: above for value, above in found.items() if above}


@cache
def province_codes() -> Mapping[str, str]:
    """Greater regions by a province's two digits."""
    return {province.split("=")[0]: region for region, listed in PROVINCES.items() for province in listed.split()}


@cache
def _province_names() -> Mapping[str, str]:
    regions = province_codes()
    listed = [province.split("=") for group in PROVINCES.values() for province in group.split()]
    found = {plain(name.replace("_", " ")): regions[code] for code, *names in listed for name in names}
    found |= {name + suffix: regions[code] for code, name, _ in listed for suffix in PROVINCE_SUFFIXES}
    return found | {name: regions[code] for name, code in PROVINCE_ALIASES.items()}


def provinces(values: Collection[str]) -> Above:
    """Greater region by the name of a province, long or short, in Chinese or English."""
    names, chinese = _province_names(), _is_chinese(values)
    found = {value: names.get(plain(re.sub(r"\b(province|autonomous region|municipality)\b", "", value.casefold()))) for value in values}
    return {value: (region if chinese else GREATER_REGIONS[region],) for value, region in found.items() if region}
