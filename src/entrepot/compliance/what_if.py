"""What other packs would change: every live case is judged by both, one after the other, and the differences stream out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from entrepot.compliance.conditions import TERM_OPERATORS, leaves, paths_of
from entrepot.compliance.dossier import Dossier
from entrepot.compliance.judge import Compiled, RuleSet, ask, dated, decide, rule_set
from entrepot.compliance.pack_model import Gate, Pack
from entrepot.compliance.ruling import Outcome, Ruling
from entrepot.compliance.taxonomy import Taxonomy
from entrepot.kit import Decision

Progress = Callable[[int], None]
"""Told how many cases are done."""
_STEP = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A listing, an agreement or another case as it stands.

    Attributes:
        current: The decision in force; None where it has never been taken, or may be out of date.
    """

    subject: str
    gate: Gate
    dossier: Dossier
    current: Decision | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A case whose decision, reasons, questions or duties would be others.

    Attributes:
        new_reasons: Rules that would stand in the way and do not now; ``lifted`` are those the other way round.
        asked: Facts that would have to be supplied.
    """

    subject: str
    gate: Gate
    before: Decision
    after: Decision
    new_reasons: tuple[str, ...]
    lifted: tuple[str, ...]
    asked: tuple[str, ...]
    new_duties: tuple[str, ...]

    @property
    def decides_otherwise(self) -> bool:
        """Whether the decision itself would be another."""
        return self.before is not self.after

    def to_dict(self) -> dict[str, Any]:
        """The change as JSON."""
        return {
            "subject": self.subject, "gate": self.gate.value, "before": self.before.value, "after": self.after.value,
            "new_reasons": list(self.new_reasons), "lifted": list(self.lifted), "asked": list(self.asked), "new_duties": list(self.new_duties),
        }  # fmt: skip


def what_if(
    cases: Iterable[Case], *, now: tuple[Pack, ...], then: tuple[Pack, ...], at: date, taxonomy: Taxonomy, then_at: date | None = None,
    progress: Progress | None = None,
) -> Iterator[Changed]:  # fmt: skip
    """The cases that other packs would judge otherwise, as they are found; drafts among them are asked as if they were in force.

    Args:
        then_at: The day to judge the other packs for; the same day without it.
    """
    touch: dict[Gate, tuple[Rules, Rules]] = {}
    later = then_at or at
    turns = _Turns(at, later, is_alike=taxonomy.on(at).is_like(taxonomy.on(later)))
    for number, case in enumerate(cases, start=1):
        if case.gate not in touch:
            sets = rule_set(now, case.gate, at, taxonomy), rule_set(then, case.gate, later, taxonomy, drafts=True)
            touch[case.gate] = turns.differing(*sets)
        gone, new = touch[case.gate]
        touched = _applies(gone, case.dossier, at) or _applies(new, case.dossier, later)
        if touched or case.current is not None:
            after = decide(then, case.gate, case.dossier, at=later, taxonomy=taxonomy, drafts=True)
            before = decide(now, case.gate, case.dossier, at=at, taxonomy=taxonomy) if touched else after
            if (changed := _changed(case, before, after)) is not None:
                yield changed
        if progress is not None and number % _STEP == 0:
            progress(number)


Rules = tuple[Compiled, ...]


@dataclass(frozen=True, slots=True)
class _Turns:
    """What may come out otherwise: rules that only one of two sets has, and those that hang on the day where it is another.

    Attributes:
        is_alike: Whether every kind of data counts as the same on both days.
    """

    at: date
    later: date
    is_alike: bool

    def differing(self, now: RuleSet, then: RuleSet) -> tuple[Rules, Rules]:
        """Those of each set; a case to which none of them applies is judged alike by both."""
        before, after = ([(replace(one.rule, line=0), one.pack.applies) for one in rules.rules] for rules in (now, then))
        gone = tuple(one for one, key in zip(now.rules, before, strict=True) if key not in after or self._hangs_on_the_day(one))
        return gone, tuple(one for one, key in zip(then.rules, after, strict=True) if key not in before or self._hangs_on_the_day(one))

    def _hangs_on_the_day(self, one: Compiled) -> bool:
        if self.at == self.later:
            return False
        conditions = (one.pack.applies, one.rule.when, one.rule.require)
        names_it = any(path == "at" for condition in conditions for path in paths_of(condition))
        counts_terms = any(leaf.operator in TERM_OPERATORS for condition in conditions for leaf in leaves(condition))
        return names_it or (counts_terms and not self.is_alike)


def _applies(rules: tuple[Compiled, ...], dossier: Dossier, at: date) -> bool:
    values = dated(dossier, at)
    return any(ask(one, values, dossier).outcome is not Outcome.NOT_APPLICABLE for one in rules)


def _changed(case: Case, before: Ruling, after: Ruling) -> Changed | None:
    current = case.current or before.decision
    reasons, others = _reasons(before), _reasons(after)
    duties, more = ({duty.do for duty in ruling.duties} for ruling in (before, after))
    asked = tuple(sorted({fact.path for fact in after.missing} - {fact.path for fact in before.missing}))
    if current is after.decision and reasons == others and not asked and more <= duties:
        return None
    return Changed(
        subject=case.subject, gate=case.gate, before=current, after=after.decision, new_reasons=tuple(sorted(others - reasons)),
        lifted=tuple(sorted(reasons - others)), asked=asked, new_duties=tuple(sorted(more - duties)),
    )  # fmt: skip


def _reasons(ruling: Ruling) -> set[str]:
    clashes = {rule for clash in ruling.clashes for rule in (clash.one.rule.id, clash.other.rule.id)}
    return {result.rule.id for result in ruling.deciding} | clashes
