"""The rules that the check of a table asks, in words: they are no part of a pack, and are explained beside those that are."""

from __future__ import annotations

from datetime import date
from functools import cache

from entrepot.compliance import library
from entrepot.compliance.explain import TEXTS, Explained, Section, standing_words
from entrepot.compliance.pack_model import Citation, Pack
from entrepot.compliance.rules import RULES

_CHARTER = "charter"
_GATE = {"en": "checking a table, and publishing", "zh": "检查表格及上架"}


def is_checked(rule_id: str) -> bool:
    """Whether the check of a table asks a rule of this id."""
    return any(rule.id == rule_id for rule in RULES)


def cited_by(rule_id: str, language: str) -> str:
    """Where a rule of the check is written: in the charter of the house, whose pack nobody replaces."""
    house = next(pack for pack in library.shipped() if pack.is_house)
    return house.cited_as(Citation(instrument=_CHARTER, article=_words()[rule_id]["article"]["en"]), language)


def explain_check(rule_id: str, house: Pack, language: str, *, at: date) -> Explained:
    """A rule of the check in words: what is wrong, where it applies, where that is written and since when, and the way out."""
    say, words = TEXTS[language], _words()[rule_id]
    severity = next(rule.severity for rule in RULES if rule.id == rule_id)
    charter = house.instruments[_CHARTER]
    cited = cited_by(rule_id, language)
    asked = charter.stands(at)
    lines = {
        "says": [words["says"][language]], "gates": [_GATE[language]], "when": [words["when"][language]],
        "cited": [f"{cited} – {standing_words(charter, language)}"], "dates": [say["stands" if asked else "rests"].format(day=at)],
        "fixes": [words["fix"][language]],
    }  # fmt: skip
    sections = tuple(Section(title=say[name], lines=tuple((0, line) for line in found)) for name, found in lines.items())
    return Explained(rule=rule_id, heading=f"{say['obligation']} · {say[severity]}", sections=sections, is_asked=asked)


@cache
def _words() -> dict[str, dict[str, dict[str, str]]]:
    return library.texts_by_rule("house.checks")
