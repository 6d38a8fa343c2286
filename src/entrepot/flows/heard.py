"""Whether an answer counts: what the exchange measures is refused by name, because no word of a party changes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from entrepot import compliance
from entrepot.compliance import Ruling, Source, library
from entrepot.compliance.conditions import paths_of
from entrepot.compliance.settling import by_word
from entrepot.compliance.vocabulary import FactDef
from entrepot.kit import Invalid
from entrepot.runtime import Session

_ADMITS = ("asset.personal", "asset.under_14", "asset.persons", "asset.rows_about_persons", "asset.categories", "consent.", "use.")
"""Answers that may admit to something; an admission counts beside what was measured."""
_MEASURED = frozenset({"agreement", "asset", "buyer", "contract", "deal", "delivery", "exchange", "offer", "owner", "source"})
"""Whom or what the exchange knows for itself at one gate or another, as far as it usually supplies a fact; of others it may have to ask."""


def require_heard(session: Session, ruling: Ruling, said: Mapping[str, Any]) -> None:
    """Refuse answers that count for nothing in a ruling that was made with them.

    Raises:
        Invalid: The exchange measures one of the facts, or no rule takes a party's word for it.
    """
    given = {path: value for path, value in said.items() if value is not None and not path.startswith(_ADMITS)}
    for path, value in sorted(given.items()):
        if (fact := library.vocabulary().get(path)) is None:
            continue
        if _is_always_measured(fact) or _is_overruled(ruling, path, value):
            raise Invalid(
                f"The exchange measures {path} itself, so an answer to it counts for nothing.", fact.remedy(), hint_zh=fact.remedy("zh"),
                path=path,
            )  # fmt: skip
        if _is_no_matter_of_word(session, path):
            raise Invalid(
                f"No rule takes a party's word for {path}, so an answer to it counts for nothing.", fact.remedy(),
                hint_zh=fact.remedy("zh"), path=path,
            )  # fmt: skip


def _is_always_measured(fact: FactDef) -> bool:
    return fact.source is Source.MEASURED and fact.subject in _MEASURED and fact.path != "asset.medium"


def _is_overruled(ruling: Ruling, path: str, value: Any) -> bool:
    known = ruling.dossier.values.get(path)
    same = set(known) == set(value) if isinstance(known, list) and isinstance(value, list) else known == value
    return ruling.dossier.source(path) is Source.MEASURED and not same


def _is_no_matter_of_word(session: Session, path: str) -> bool:
    """Whether rules ask for a fact and each wants it from another source."""
    packs = compliance.in_force(session)
    asking = [
        rule
        for pack in packs
        for rule in pack.rules
        for condition in (pack.applies, rule.when, rule.require)
        if path in paths_of(condition)
    ]
    return bool(asking) and not any(by_word(rule, path) for rule in asking)
