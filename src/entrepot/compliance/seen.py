"""What a rule that failed rests on: where its measured facts were seen, so that a refusal can name the table, the column and what is there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from entrepot.compliance import library
from entrepot.compliance.conditions import leaves
from entrepot.compliance.dossier import Dossier, Seen, Source
from entrepot.compliance.pack_model import Leaf, Rule
from entrepot.compliance.taxonomy import Day
from entrepot.compliance.vocabulary import FactVocabulary
from entrepot.compliance.words import Words

_MOST = 6
_WHOLE = frozenset({"asset.personal", "asset.rows_about_persons"})
"""Facts that rest on the same columns as others of a case, and are shown only where no other is."""


def measured(rule: Rule, dossier: Dossier, day: Day, vocabulary: FactVocabulary, language: str) -> list[dict[str, Any]]:
    """The places that show why a rule failed, and the measured facts it requires that no place shows; no answer changes either."""
    found = [*_places(rule, dossier, day, language), *_plain(rule, dossier, vocabulary, language)]
    return list({one["found"]: one for one in found}.values())


def sentence(found: list[dict[str, Any]], language: str) -> str:
    """What was measured, as a sentence that follows the message of a rule; empty where nothing was."""
    shown, more = [str(one["found"]) for one in found[:_MOST]], len(found) - _MOST
    if not shown:
        return ""
    if language == "zh":
        return f"实测：{'；'.join(shown)}{f'；另有 {more} 处' if more > 0 else ''}。"
    return f" Measured: {'; '.join(shown)}{f'; and {more} more' if more > 0 else ''}."


def _places(rule: Rule, dossier: Dossier, day: Day, language: str) -> Iterator[dict[str, Any]]:
    asked = [leaf for condition in (rule.when, rule.require) for leaf in leaves(condition) if leaf.path in dossier.seen]
    for leaf in [leaf for leaf in asked if leaf.path not in _WHOLE] or asked:
        for one in dossier.seen[leaf.path]:
            if _is_meant(leaf, one, day):
                yield {"fact": leaf.path, "table": one.table, "column": one.column, "found": one.sentence(language)}


def _is_meant(leaf: Leaf, one: Seen, day: Day) -> bool:
    """Whether a place shows what a comparison looks for: of kinds of data only those of the kinds that it names."""
    return leaf.operator != "any_is_a" or not isinstance(leaf.value, tuple) or not day.counts_as(one.term).isdisjoint(leaf.value)


def _plain(rule: Rule, dossier: Dossier, vocabulary: FactVocabulary, language: str) -> Iterator[dict[str, Any]]:
    words = Words(language, vocabulary, library.label)
    for path in dict.fromkeys(leaf.path for leaf in leaves(rule.require)):
        value = dossier.values.get(path)
        if value is not None and path not in dossier.seen and dossier.source(path) is Source.MEASURED:
            said = Leaf(path, "subset_of", ()) if value == [] else Leaf(path, "eq", value)
            yield {"fact": path, "table": "", "column": "", "found": words.clause(said)}
