"""Hierarchies that come with the program: countries, states, provinces, divisions of China, and industries, found by heading and values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from entrepot.kit import Invalid
from entrepot.privacy.headers import tokens
from entrepot.privacy.hierarchies.industries import GBT4754, ISIC, ISIC_GROUPS, NAICS
from entrepot.privacy.hierarchies.model import STAR, Hierarchy, hierarchy
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
_CODES = re.compile(r"[A-Z]?(\d{2,})")
_DIVISION_DIGITS = (2, 4, 6, 9, 12)
_SHARE = 0.9
"""How many of the distinct values a tree must know."""
_PROBED = 50
_FEWEST_CODES = 5
"""Different codes of three letters from which on they are taken for countries without a heading that says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """One of the trees.

    Attributes:
        words: Words of a heading that promise it; ``vague`` ones promise other trees too.
        chinese: Parts of a Chinese heading that do.
        above: The generalisations of those values that the tree knows.
        speaks: Whether values alone, without a heading, can only mean this.
        share: How many of the distinct values must be known where the heading promises the tree.
    """

    name: str
    words: frozenset[str]
    chinese: tuple[str, ...]
    above: Callable[[Collection[str]], Above]
    speaks: Callable[[Collection[str]], bool] = lambda values: False
    vague: frozenset[str] = frozenset()
    share: float = _SHARE

    def promise(self, heading: str) -> int:
        """2 where a heading names the tree, 1 where it may, else 0."""
        found = set(tokens(heading))
        if found & self.words or any(part in heading for part in self.chinese):
            return 2
        return 1 if found & self.vague else 0


def shipped(column: str, values: Collection[str]) -> Hierarchy | None:
    """The hierarchy of a column whose values one of the trees knows; None where none does, or several do.

    Args:
        values: Distinct values as text; an empty one stands for missing data. Values that the tree does not know are grouped as ``other``.
    """
    filled = sorted({value for value in values if value})
    ranked: list[tuple[int, float, Above]] = []
    for tree in TREES:
        promised = tree.promise(column)
        least = tree.share if promised else _SHARE
        # A few values tell at once that a long column of names is about something else.
        if len(filled) < 2 or not (promised or tree.speaks(filled)) or _known(tree, filled[:: -(-len(filled) // _PROBED)]) < least / 2:
            continue
        above = tree.above(filled)
        if len(above) >= 2 and len(above) / len(filled) >= least:
            ranked.append((promised, len(above) / len(filled), above))
    ranked.sort(key=lambda one: one[:2], reverse=True)
    if not ranked or (len(ranked) > 1 and ranked[0][:2] == ranked[1][:2]):
        return None
    return _built(column, values, ranked[0][2])


def _known(tree: Shipped, values: Collection[str]) -> float:
    return len(tree.above(values)) / len(values)


def _built(column: str, values: Collection[str], above: Above) -> Hierarchy | None:
    depth = len(next(iter(above.values())))
    paths = [
        (value, *(f"{label} (region)" if label in values else label for label in above.get(value, ("other",) * depth)), STAR)
        for value in sorted(values, key=lambda value: (above.get(value, ("\uffff",) * depth)[::-1], value))
        if value
    ]
    missing = [("", *["missing"] * depth, STAR)] if "" in values else []
    try:
        return hierarchy(column, [*paths, *missing])
    except Invalid:  # A value that the tree does not know is called like one of its groups.
        return None


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


def _countries(values: Collection[str]) -> Above:
    codes, names, regions = _country_codes(), _country_names(), _regions()
    chinese = _is_chinese(values)
    found: Above = {}
    for value in values:
        code = codes.get(value.strip()) or next((names[name] for name in _spellings(value) if name in names), "")
        if code:
            area, region = regions[code]
            found[value] = (M49_CHINESE[area], M49_CHINESE[region]) if chinese else (area, region)
    return found


def _is_of_countries(values: Collection[str]) -> bool:
    longest = max(map(len, values))
    return longest > 3 or (longest == 3 and len(values) >= _FEWEST_CODES and all(value.isalpha() and value.isupper() for value in values))


@cache
def _state_names() -> Mapping[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for (region, division), states in STATES.items():
        for code, name in (state.split("=") for state in states.split()):
            found[code] = found[plain(name.replace("_", " "))] = (division, region)
    return found


def _states(values: Collection[str]) -> Above:
    names = _state_names()
    found = {value: names.get(value.strip()) or names.get(plain(value)) for value in values}
    return {value: above for value, above in found.items() if above}


@cache
def _province_codes() -> Mapping[str, str]:
    """Greater regions by a province's two digits."""
    return {province.split("=")[0]: region for region, provinces in PROVINCES.items() for province in provinces.split()}


@cache
def _province_names() -> Mapping[str, str]:
    regions = _province_codes()
    listed = [province.split("=") for provinces in PROVINCES.values() for province in provinces.split()]
    found = {plain(name.replace("_", " ")): regions[code] for code, *names in listed for name in names}
    found |= {name + suffix: regions[code] for code, name, _ in listed for suffix in PROVINCE_SUFFIXES}
    return found | {name: regions[code] for name, code in PROVINCE_ALIASES.items()}


def _provinces(values: Collection[str]) -> Above:
    names, chinese = _province_names(), _is_chinese(values)
    found = {value: names.get(plain(re.sub(r"\b(province|autonomous region|municipality)\b", "", value.casefold()))) for value in values}
    return {value: (region if chinese else GREATER_REGIONS[region],) for value, region in found.items() if region}


def _divisions(values: Collection[str]) -> Above:
    regions = _province_codes()
    codes = {value: value for value in values if value.isascii() and value.isdigit() and len(value) in _DIVISION_DIGITS}
    return _coded(codes, (9, 6, 4, 2), lambda code: (regions[code[:2]],) if code[:2] in regions else None)


def _coded(codes: Mapping[str, str], kept: Sequence[int], top: Callable[[str], tuple[str, ...] | None]) -> Above:
    """Codes with more and more of their ends masked, then what their beginning belongs to.

    Args:
        codes: By value the digits that count.
    """
    longest = max(map(len, codes.values()), default=0)
    tops = {value: top(code) for value, code in codes.items()}
    masks = [keep for keep in kept if keep < longest]

    def masked(value: str, keep: int) -> str:
        # A code that is shorter than what a level shows stays as it is there.
        return codes[value][:keep].ljust(longest, STAR) if len(codes[value]) >= keep else value

    return {value: (*(masked(value, keep) for keep in masks), *above) for value, above in tops.items() if above is not None}


def _digits(values: Collection[str]) -> dict[str, str]:
    """The digits of codes such as ``A0111``, ``01.11`` or ``0111``."""
    found = {value: _CODES.fullmatch(value.strip().replace(".", "")) for value in values}
    return {value: match[1] for value, match in found.items() if match}


@cache
def _sections(gbt: bool) -> Mapping[str, str]:
    """Letters of sections by the two digits of a division."""
    found: dict[str, str] = {}
    for letter, (divisions, _) in (GBT4754 if gbt else ISIC).items():
        first, _, last = divisions.partition("-")
        found |= {f"{division:02d}": letter for division in range(int(first), int(last) + 1)}
    return found


def _isic(values: Collection[str]) -> Above:
    group = {letter: name for letters, name in ISIC_GROUPS.items() for letter in letters}
    if all(value in ISIC for value in values):
        return {value: (group[value],) for value in values}
    sections = _sections(False)

    def top(code: str) -> tuple[str, ...] | None:
        letter = sections.get(code[:2])
        return (f"{letter} {ISIC[letter][1]}", group[letter]) if letter else None

    return _coded({value: code for value, code in _digits(values).items() if len(code) <= 4}, (3, 2), top)


def _gbt4754(values: Collection[str]) -> Above:
    sections = _sections(True)

    def top(code: str) -> tuple[str, ...] | None:
        letter = sections.get(code[:2])
        return (f"{letter} {GBT4754[letter][1]}",) if letter else None

    return _coded({value: code for value, code in _digits(values).items() if len(code) <= 4}, (3, 2), top)


@cache
def _sectors() -> Mapping[str, tuple[str, str, str]]:
    found: dict[str, tuple[str, str, str]] = {}
    for (domain, group), sectors in NAICS.items():
        for digits, name in (sector.split("=") for sector in sectors.split()):
            first, _, last = digits.partition("-")
            label = f"{digits} {name.replace('_', ' ')}"
            found |= {str(number): (label, group, domain) for number in range(int(first), int(last or first) + 1)}
    return found


def _naics(values: Collection[str]) -> Above:
    whole = {value: value[:2] for value in values if re.fullmatch(r"\d\d-\d\d", value)}
    codes = {value: code for value, code in _digits(values).items() if len(code) <= 6}
    return _coded(codes | whole, (5, 4, 3, 2), lambda code: _sectors().get(code[:2]))


_INDUSTRY = frozenset({"industry", "industries", "sector", "activity"})
TREES = (
    Shipped(
        name="countries", words=frozenset({"country", "countries", "nation", "nationality", "citizenship", "iso2", "iso3"}),
        chinese=("国家", "国籍", "国别"), above=_countries, speaks=_is_of_countries, share=0.6,
    ),
    Shipped(
        name="states", words=frozenset({"state", "states", "usps"}), chinese=(), above=_states,
        speaks=lambda values: max(map(len, values)) > 2, share=0.6,
    ),
    Shipped(
        name="provinces", words=frozenset({"province", "provinces", "sheng"}), chinese=("省", "籍贯"), above=_provinces,
        speaks=lambda values: True, share=0.6,
    ),
    Shipped(
        name="divisions", words=frozenset({"adcode", "gbt2260", "gb2260", "xzqh", "quhua"}),
        chinese=("区划", "地区代码", "地区编码", "省", "市代码", "县代码", "户籍地代码"), above=_divisions,
        vague=frozenset({"region", "area", "city", "county", "district", "division", "province"}),
    ),
    Shipped(name="isic", words=frozenset({"isic", "nace"}), chinese=(), above=_isic, vague=_INDUSTRY),
    Shipped(name="naics", words=frozenset({"naics"}), chinese=(), above=_naics, vague=_INDUSTRY),
    Shipped(name="gbt4754", words=frozenset({"gbt4754", "gb4754", "hangye"}), chinese=("行业", "国民经济"), above=_gbt4754),
)  # fmt: skip
"""The trees; where two know a column equally well, none is taken."""
