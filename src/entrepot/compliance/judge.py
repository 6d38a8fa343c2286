"""Ask the packs: which rules apply to a case, what each says, and what that comes to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache, partial
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from entrepot.compliance.clashes import Pair, pairs
from entrepot.compliance.clocks import ZONES, due
from entrepot.compliance.conditions import Open, Test, Truth, Values, compile_condition, compile_open, known, paths_of
from entrepot.compliance.dossier import Dossier, Source
from entrepot.compliance.pack_model import ALWAYS, All, Duty, Gate, Pack, Rule, Status
from entrepot.compliance.ruling import Clash, MissingFact, Outcome, Result, Ruling, Running, left_to_a_person
from entrepot.compliance.taxonomy import Day, Taxonomy
from entrepot.kit import Decision, Invalid, parse_rfc3339, strictest


@dataclass(frozen=True, slots=True)
class Compiled:
    """A rule ready to be asked."""

    pack: Pack
    rule: Rule
    when: Test
    require: Test
    open_when: Open
    open_require: Open
    not_applicable: Result
    passed: Result
    failed: Result


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of one gate on one day, ready to be asked."""

    rules: tuple[Compiled, ...]
    pairs: tuple[Pair, ...]
    packs: tuple[Pack, ...]
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Rules that share what their pack applies to, and what they come to where that is not so."""

    applies: Test
    rules: tuple[Compiled, ...]
    outside: tuple[Result, ...]


def decide(packs: tuple[Pack, ...], gate: Gate, dossier: Dossier, *, at: date, taxonomy: Taxonomy, drafts: bool = False) -> Ruling:
    """What the packs say of a case.

    Args:
        packs: In any order; the order never changes the decision.
        at: The day to judge for; rules that were not yet, or are no longer, in force that day are left out.
        drafts: Ask draft packs and rules that rest on draft instruments too; for what-if runs alone.
    """
    rules = rule_set(packs, gate, at, taxonomy, drafts)
    values = dated(dossier, at)
    trace = tuple(_asked(rules.groups, values, dossier))
    deciding = [result for result in trace if result.decides]
    clashes = tuple(_clashes(rules.pairs, trace, at)) if rules.pairs else ()
    excused = left_to_a_person(clashes)
    decision = _decision(deciding, clashes, excused)
    deciding.sort(key=partial(_gravity, excused=excused, is_conflict=decision is Decision.CONFLICT))
    applied = [result for result in trace if result.outcome is not Outcome.NOT_APPLICABLE]
    return Ruling(
        gate=gate, at=at, decision=decision, deciding=tuple(deciding), trace=trace, clashes=clashes, missing=_missing(deciding),
        duties=_duties(applied),
        clocks=tuple(_clocks(applied, values)), dossier=dossier, packs=rules.packs,
    )  # fmt: skip


def _decision(deciding: Iterable[Result], clashes: Collection[Clash], excused: Collection[str]) -> Decision:
    """What the results come to; a conflict is left to a person only once nothing beside it blocks or is open."""
    beside = strictest(result.decision for result in deciding if result.rule.id not in excused)
    return Decision.CONFLICT if clashes and beside in (Decision.ALLOW, Decision.REVIEW) else beside


def _gravity(result: Result, *, excused: Collection[str], is_conflict: bool) -> tuple[bool, int, str]:
    """Gravest first; rules that contradict each other come after what stands in the way whatever a person says of them."""
    is_later = (result.rule.id in excused) is not is_conflict
    return is_later, -list(Decision).index(result.decision), result.rule.id


def dated(dossier: Dossier, at: date) -> dict[str, Any]:
    """The facts of a case with the day that is judged among them."""
    return {**dossier.values, "at": at.isoformat()}


@lru_cache(maxsize=256)
def rule_set(packs: tuple[Pack, ...], gate: Gate, at: date, taxonomy: Taxonomy, drafts: bool = False) -> RuleSet:
    """The rules of a gate on a day, compiled; kept, because the same packs are asked again and again."""
    used = tuple(sorted((p for p in packs if drafts or p.status is not Status.DRAFT), key=lambda p: p.id))
    day = taxonomy.on(at)
    chosen = [(pack, rule) for pack in used for rule in pack.rules if gate in rule.gates and in_force(pack, rule, at, drafts)]
    compiled = tuple(_compiled(pack, rule, day) for pack, rule in chosen)
    return RuleSet(compiled, pairs(chosen), used, tuple(_groups(compiled, day)))


def _groups(compiled: tuple[Compiled, ...], day: Day) -> Iterator[Group]:
    for (pack, is_shared), found in groupby(compiled, key=_shares):
        rules = tuple(found)
        yield Group(compile_condition(pack.applies if is_shared else ALWAYS, day), rules, tuple(one.not_applicable for one in rules))


def _shares(compiled: Compiled) -> tuple[Pack, bool]:
    # A rule that takes a fact of the pack's condition from some sources alone judges that condition for itself.
    return compiled.pack, compiled.rule.min_source.keys().isdisjoint(paths_of(compiled.pack.applies))


def _asked(groups: tuple[Group, ...], values: Values, dossier: Dossier) -> Iterator[Result]:
    for group in groups:
        if group.applies(values) is False:
            yield from group.outside
        else:
            for compiled in group.rules:
                yield ask(compiled, values, dossier)


def _compiled(pack: Pack, rule: Rule, day: Day) -> Compiled:
    when, require = _whole(pack, rule), rule.require
    results = (Result(pack, rule, outcome) for outcome in (Outcome.NOT_APPLICABLE, Outcome.PASSED, Outcome.FAILED))
    return Compiled(
        pack,
        rule,
        compile_condition(when, day),
        compile_condition(require, day),
        compile_open(when, day),
        compile_open(require, day),
        *results,
    )


def _whole(pack: Pack, rule: Rule) -> All:
    return All((pack.applies, rule.when)) if pack.applies != ALWAYS else All((rule.when,))


def in_force(pack: Pack, rule: Rule, at: date, drafts: bool = False) -> bool:
    """Whether a rule is asked on a day: it is effective, and one of the instruments it cites stands."""
    if not rule.is_effective(at):
        return False
    cited = [pack.instruments[citation.instrument] for citation in rule.citations]
    return not cited or any(instrument.stands(at, drafts=drafts) for instrument in cited)


def ask(compiled: Compiled, values: Values, dossier: Dossier) -> Result:
    """What one rule says of a case.

    Args:
        values: The dossier's, and the day as ``at``.
    """
    rule = compiled.rule
    if rule.min_source:
        values = known(values, dossier.sources, rule.min_source)
    applies = compiled.when(values)
    if applies is False:
        return compiled.not_applicable
    kept = compiled.require(values)
    if kept is True:
        return compiled.passed if applies is True else Result(compiled.pack, rule, Outcome.PASSED, is_sure=False)
    if applies is True and kept is False:
        return compiled.failed
    return Result(compiled.pack, rule, Outcome.UNKNOWN, _open(compiled, applies, values), is_sure=applies is True)


def _open(compiled: Compiled, applies: Truth, values: Values) -> tuple[str, ...]:
    # Whether the rule applies is asked first, so that a form never asks for what turns out not to matter.
    return tuple(dict.fromkeys((compiled.open_require if applies is True else compiled.open_when)(values)))


def _duties(applied: Iterable[Result]) -> tuple[Duty, ...]:
    found = {(duty.do, *sorted(duty.parameters.items())): duty for result in applied for duty in result.rule.duties}
    return tuple(found[key] for key in sorted(found))


def _missing(deciding: Iterable[Result]) -> tuple[MissingFact, ...]:
    rules: dict[str, list[str]] = {}
    sources: dict[str, Source] = {}
    for result in deciding:
        for path in result.missing:
            rules.setdefault(path, []).append(result.rule.id)
            least = result.rule.min_source.get(path, Source.DECLARED)
            if path not in sources or least.rank > sources[path].rank:
                sources[path] = least
    return tuple(MissingFact(path=path, source=sources[path], rules=tuple(ids)) for path, ids in rules.items())


def _clashes(found: Iterable[Pair], trace: Iterable[Result], at: date) -> Iterator[Clash]:
    by_id = {result.rule.id: result for result in trace}
    for pair in found:
        one, other = by_id[pair.one], by_id[pair.other]
        if {one.outcome, other.outcome}.isdisjoint({Outcome.NOT_APPLICABLE, Outcome.UNKNOWN}):
            yield Clash(one=one, other=other, about=pair.about, at=at)


def _clocks(applied: Iterable[Result], values: Mapping[str, Any]) -> Iterator[Running]:
    for result in applied:
        clock = result.rule.clock
        if clock is not None and isinstance(start := values.get(clock.start), str):
            zone = ZONES.get(result.pack.jurisdiction, "UTC")
            # A pack or a fact from before today's checks must not keep the case from being decided.
            with suppress(ValueError, Invalid, OverflowError):
                ends = due(_began(start, zone), clock.span, zone=zone)
                yield Running(rule=result.rule.id, due=ends, on_expiry=clock.on_expiry, is_sure=result.is_sure)


def _began(start: str, zone: str) -> datetime:
    # A day without an hour begins at the authority's midnight; elsewhere it may still be the day before.
    return parse_rfc3339(start) if "T" in start else datetime.combine(date.fromisoformat(start), time(), ZoneInfo(zone)).astimezone(UTC)
