"""What the measurements noted, in the language of a report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from entrepot.privacy.grading import words
from entrepot.privacy.grading.markup import bulleted
from entrepot.privacy.notes import sentence


def notes(measured: Mapping[str, Any], language: str) -> str:
    """The notes of a measurement as a list."""
    sentences = words.NOTES.get(language)
    # English notes stand in the report itself, and alone in those of older releases.
    if sentences is None or "noted" not in measured:
        return bulleted(measured["notes"], language="" if sentences is None else "en")
    return bulleted(_note(one["code"], one["values"], sentences, language) for one in measured["noted"])


def attack_title(name: str, column: str, language: str) -> str:
    """What an attack is called, with the column that it is after."""
    title = words.ATTACKS[language].get(name, name)
    return words.WORDS[language]["of"].format(title, column) if column else title


def _note(code: str, values: Mapping[str, Any], sentences: Mapping[str, str], language: str) -> str:
    if code == "time_up":
        pairs = zip(values["names"], values["columns"], strict=True)
        values = {**values, "attacks": [attack_title(name, column, language) for name, column in pairs]}
    return sentence(sentences, code, values, between="、")
