"""Codes whose beginnings say what they belong to: divisions of China, and industries by ISIC, NAICS and GB/T 4754."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache

from entrepot.privacy.hierarchies.by_name import Above, province_codes
from entrepot.privacy.hierarchies.industries import GBT4754, ISIC, ISIC_GROUPS, NAICS
from entrepot.privacy.hierarchies.model import STAR

_CODES = re.compile(r"[A-Z]?(\d{2,})")
_DIVISION_DIGITS = (2, 4, 6, 9, 12)
Sections = Mapping[str, tuple[str, str]]


def divisions(values: Collection[str]) -> Above:
    """Shorter codes of GB/T 2260, then the greater region."""
    regions = province_codes()
    codes = {value: value for value in values if value.isascii() and value.isdigit() and len(value) in _DIVISION_DIGITS}
    return _coded(codes, (9, 6, 4, 2), lambda code: (regions[code[:2]],) if code[:2] in regions else None)


def isic(values: Collection[str]) -> Above:
    """Group, division, section and the sections taken together; of a column of letters the last alone."""
    group = {letter: name for letters, name in ISIC_GROUPS.items() for letter in letters}
    if all(value in ISIC for value in values):
        return {value: (group[value],) for value in values}
    return _of_sections(values, ISIC, lambda letter: (group[letter],))


def gbt4754(values: Collection[str]) -> Above:
    """Group, division and section."""
    return _of_sections(values, GBT4754, lambda letter: ())


def naics(values: Collection[str]) -> Above:
    """Shorter codes, sector, supersector and domain."""
    whole = {value: value[:2] for value in values if re.fullmatch(r"\d\d-\d\d", value)}
    codes = {value: code for value, code in _digits(values).items() if len(code) <= 6}
    return _coded(codes | whole, (5, 4, 3, 2), lambda code: _sectors().get(code[:2]))


def _of_sections(values: Collection[str], sections: Sections, further: Callable[[str], tuple[str, ...]]) -> Above:
    letters = {f"{number:02d}": letter for letter, (span, _) in sections.items() for number in _numbers(span)}

    def top(code: str) -> tuple[str, ...] | None:
        letter = letters.get(code[:2])
        return (f"{letter} {sections[letter][1]}", *further(letter)) if letter else None

    return _coded({value: code for value, code in _digits(values).items() if len(code) <= 4}, (3, 2), top)


def _numbers(span: str) -> range:
    """The numbers of ``31-33`` or of ``42``."""
    first, _, last = span.partition("-")
    return range(int(first), int(last or first) + 1)


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
def _sectors() -> Mapping[str, tuple[str, str, str]]:
    found: dict[str, tuple[str, str, str]] = {}
    for (domain, group), sectors in NAICS.items():
        for digits, name in (sector.split("=") for sector in sectors.split()):
            label = f"{digits} {name.replace('_', ' ')}"
            found |= {str(number): (label, group, domain) for number in _numbers(digits)}
    return found
