"""Which facts a party's word could settle a rule by: what was measured no answer changes, and what has to be measured none supplies."""

from __future__ import annotations

from datetime import date
from typing import Any

from entrepot.compliance.conditions import compile_condition, known, opened, paths_of
from entrepot.compliance.dossier import Dossier, Source
from entrepot.compliance.pack_model import Rule
from entrepot.compliance.taxonomy import Day


def by_word(rule: Rule, path: str) -> bool:
    """Whether a rule takes somebody's word for a fact."""
    return path != "at" and rule.min_source.get(path, Source.DECLARED) is Source.DECLARED


def settling(rule: Rule, dossier: Dossier, at: date, day: Day) -> tuple[str, ...]:
    """The facts by which a party's word could settle a rule that fails: of what it requires, else of where it applies; none where no word can."""
    values: dict[str, Any] = dict(known({**dossier.values, "at": at.isoformat()}, dossier.sources, rule.min_source))
    for condition in (rule.require, rule.when):
        free = [path for path in dict.fromkeys(paths_of(condition)) if by_word(rule, path) and not _is_measured(path, dossier)]
        applies, kept = (compile_condition(opened(part, free), day)(values) for part in (rule.when, rule.require))
        if free and not (applies is True and kept is False):
            return tuple(free)
    return ()


def _is_measured(path: str, dossier: Dossier) -> bool:
    return path in dossier.values and dossier.source(path) is Source.MEASURED
