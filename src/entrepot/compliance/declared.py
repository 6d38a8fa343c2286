"""Facts as a person writes them, in a manifest or a form: words that become values by the type of the fact they answer."""

from __future__ import annotations

from typing import Any

from entrepot.compliance.vocabulary import FactDef, FactType


def typed(fact: FactDef, words: str | list[str]) -> Any:
    """The value that some words stand for; what does not fit stays as it is, for ``FactDef.check`` to name."""
    if fact.type.is_list:
        return words if isinstance(words, list) else [word.strip() for word in words.split(",") if word.strip()]
    if not isinstance(words, str):
        return words
    if fact.type is FactType.FLAG:
        return {"true": True, "false": False}.get(words, words)
    if fact.type is FactType.NUMBER:
        return number(words)
    return words


def number(words: str) -> Any:
    """The number that a text spells, or the text."""
    for kind in (int, float):
        try:
            return kind(words)
        except ValueError:
            continue
    return words
