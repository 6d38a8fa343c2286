"""Judge facts by the rules of the house; every rule is data, every test a small function."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from entrepot.compliance.model import ColumnFact, Facts, Finding, Severity, Verdict
from entrepot.compliance.rules import RULES, Rule
from entrepot.kit import strictest

SURE = 0.8
"""Confidence from which a direct identifier counts as found; below it a person looks."""
_TOGETHER = 3


def check(facts: Facts) -> Verdict:
    """The verdict of the house on a table: the strictest of what its rules find."""
    found = [_finding(rule, facts, values) for rule in RULES for values in TESTS[rule.test](facts)]
    order = list(Severity)
    found.sort(key=lambda finding: -order.index(finding.severity))
    return Verdict(decision=strictest(finding.severity.decision for finding in found), findings=tuple(found))


def _finding(rule: Rule, facts: Facts, values: dict[str, Any]) -> Finding:
    shown: dict[str, Any] = {"column": "", "title": "", "fix": "", "others": "", "count": 0} | values
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        table=facts.table,
        column=shown["column"],
        message=rule.message.format(**shown),
        hint=rule.hint.format(**shown),
        citation=rule.citation,
        evidence=values.get("evidence", {}) | ({"do": list(rule.do)} if rule.do else {}),
    )


def _column(column: ColumnFact, **more: Any) -> dict[str, Any]:
    evidence = {"confidence": round(column.confidence, 2), "detectors": list(column.evidence)}
    return {"column": column.name, "title": column.title, "fix": column.fix, "evidence": evidence, **more}


def _of(facts: Facts, kind: str) -> list[ColumnFact]:
    # What nobody gets to see tells nobody apart; whether it may be asked about is for the rule packs to say.
    return [column for column in facts.columns if column.kind == kind] if facts.handed_over else []


def _direct(facts: Facts, *, public: bool) -> Iterator[dict[str, Any]]:
    if facts.public is public:
        yield from (_column(column) for column in _of(facts, "direct") if column.confidence >= SURE)


def _unsure(facts: Facts) -> Iterator[dict[str, Any]]:
    yield from (_column(column) for column in _of(facts, "direct") if column.confidence < SURE)


def _known_persons(facts: Facts) -> list[str]:
    return [column.name for column in _of(facts, "direct") if column.confidence >= SURE]


def _sensitive(facts: Facts, *, known: bool) -> Iterator[dict[str, Any]]:
    others = _known_persons(facts)
    if bool(others) is known:
        yield from (_column(column, others=_and(others)) for column in _of(facts, "sensitive"))


def _quasi_together(facts: Facts) -> Iterator[dict[str, Any]]:
    quasi = _of(facts, "quasi")
    if len(quasi) >= _TOGETHER:
        yield {"others": _and([column.name for column in quasi]), "evidence": {"columns": [column.name for column in quasi]}}


def _alerts(code: str) -> Callable[[Facts], Iterator[dict[str, Any]]]:
    def found(facts: Facts) -> Iterator[dict[str, Any]]:
        for alert in facts.alerts:
            if alert.code == code:
                evidence = {"alert": code} | ({} if alert.count is None else {"count": alert.count})
                yield {"column": alert.column, "title": alert.message, "fix": alert.hint, "evidence": evidence}

    return found


def _minors(facts: Facts, *, denied: bool) -> Iterator[dict[str, Any]]:
    if facts.ages_denied is denied:
        yield from _alerts("minors")(facts)


def _formulas(facts: Facts) -> Iterator[dict[str, Any]]:
    for column in facts.columns:
        if column.formulas:
            yield {"column": column.name, "count": column.formulas, "evidence": {"values": column.formulas}}


def _no_terms(facts: Facts) -> Iterator[dict[str, Any]]:
    if facts.described and not facts.has_terms:
        yield {}


def _unknown_person_key(facts: Facts) -> Iterator[dict[str, Any]]:
    if facts.person_key and facts.person_key not in {column.name for column in facts.columns}:
        yield {"count": facts.person_key}


def _undeclared(facts: Facts) -> Iterator[dict[str, Any]]:
    if facts.undeclared:
        yield {"title": facts.undeclared}


def _notes(facts: Facts) -> Iterator[dict[str, Any]]:
    for code, column, message in facts.notes:
        yield {"column": column, "title": message, "evidence": {"note": code}}


def _and(names: list[str]) -> str:
    shown = [*names[:5], f"{len(names) - 5} more"] if len(names) > 6 else names
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else ""


TESTS: dict[str, Callable[[Facts], Iterator[dict[str, Any]]]] = {
    "direct_public": lambda facts: _direct(facts, public=True),
    "direct_private": lambda facts: _direct(facts, public=False),
    "direct_unsure": _unsure,
    "sensitive_of_known_persons": lambda facts: _sensitive(facts, known=True),
    "sensitive": lambda facts: _sensitive(facts, known=False),
    "quasi_together": _quasi_together,
    "minors": lambda facts: _minors(facts, denied=False),
    "minors_denied": lambda facts: _minors(facts, denied=True),
    **{code: _alerts(code) for code in ("unread_ages", "credentials", "confidential", "internal_hosts", "precise_location")},
    "formulas": _formulas,
    "no_terms": _no_terms,
    "unknown_person_key": _unknown_person_key,
    "undeclared": _undeclared,
    "notes": _notes,
}
"""Where a rule applies: each yields one set of values for every finding."""
