"""What is wrong with a pack that reads well: untested rules, conditions that no vector notices, citations that cannot be in force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from entrepot.compliance.conditions import compile_condition, compile_open, known, leaves, paths_of
from entrepot.compliance.named import unknown_names
from entrepot.compliance.pack_model import ALWAYS, WAYS_OUT, All, AnyOf, Condition, Leaf, Not, Pack, Rule, Status
from entrepot.compliance.ruling import Outcome
from entrepot.compliance.taxonomy import Taxonomy
from entrepot.compliance.vectors import Vector, judged, run
from entrepot.kit import Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something to mend: which rule, what about it, and the line in the pack's file, or of a case in the file of vectors."""

    rule: str
    problem: str
    line: int
    of_vectors: bool = False

    def placed(self, pack_file: str, vectors_file: str) -> str:
        """The remark with its place."""
        return f"{vectors_file if self.of_vectors else pack_file}:{self.line}: {self.rule}{self.rule and ' '}{self.problem}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A rule with one condition taken out."""

    rule: Rule
    removed: str
    line: int


def lint(
    pack: Pack, vectors: tuple[Vector, ...], taxonomy: Taxonomy, *, beside: tuple[Pack, ...] = (), known: tuple[Pack, ...] = ()
) -> tuple[Remark, ...]:
    """Every remark on a pack, by line.

    Args:
        vectors: The pack's own.
        beside: Packs that its vectors run together with.
        known: Packs that it may be put in force beside; a rule's id stands in one pack alone.
    """
    packs = (*beside, pack)
    remarks = [Remark(rule="", problem=miss.sentence(), line=miss.vector.line, of_vectors=True) for miss in run(vectors, packs, taxonomy)]
    remarks += [Remark(rule=rule.id, problem=problem, line=rule.line) for rule in pack.rules for problem in _plain(pack, rule)]
    remarks += [Remark(rule=rule.id, problem=problem, line=rule.line) for rule, problem in unknown_names(pack, (*beside, *known))]
    remarks += _taken(pack, known)
    remarks += [Remark(rule="", problem=f"no rule names its duty {do}", line=0) for do in _unowed(pack)]
    remarks += [Remark(rule="", problem=f"no rule asks for its fact {path}", line=0) for path in _idle(pack)]
    stood = {rule_id for vector in vectors for rule_id in vector.deciding}
    remarks += [Remark(rule=r.id, problem="no vector makes it fail", line=r.line) for r in pack.rules if r.id not in stood]
    remarks += [
        Remark(rule=mutant.rule.id, problem=f"no vector notices when {mutant.removed} is taken out", line=mutant.line)
        for mutant in survivors(pack, vectors, taxonomy, beside=beside)
    ]
    remarks += [
        Remark(rule="", problem=f"no vector notices when {_shown('applies', leaf)} is taken out", line=leaf.line)
        for leaf in idle_shared(pack, vectors, taxonomy, beside=beside)
    ]
    return tuple(sorted(remarks, key=lambda remark: (not remark.of_vectors, remark.line, remark.rule, remark.problem)))


def survivors(pack: Pack, vectors: tuple[Vector, ...], taxonomy: Taxonomy, *, beside: tuple[Pack, ...] = ()) -> Iterator[Mutant]:
    """The mutants that every vector takes for the original."""
    for rule in pack.rules:
        concerned = [vector for vector in vectors if vector.gate in rule.gates and rule.is_effective(vector.at)]
        for mutant in mutants(rule):
            changed = [
                vector for vector in concerned if _alone(pack, rule, vector, taxonomy) != _alone(pack, mutant.rule, vector, taxonomy)
            ]
            # A rule's own outcome may change where another rule decides all the same, so the whole decision is taken again.
            packs = (*beside, _with(pack, mutant.rule))
            if not any(_noticed(vector, packs, taxonomy) for vector in changed):
                yield mutant


def idle_shared(pack: Pack, vectors: tuple[Vector, ...], taxonomy: Taxonomy, *, beside: tuple[Pack, ...] = ()) -> Iterator[Leaf]:
    """The comparisons of what the whole pack applies to that every vector does without."""
    for path, leaf in _places(pack.applies):
        packs = (*beside, replace(pack, applies=_without(pack.applies, path)))
        if not any(_noticed(vector, packs, taxonomy) for vector in vectors):
            yield leaf


def mutants(rule: Rule) -> Iterator[Mutant]:
    """The rule with each of its conditions taken out in turn."""
    for path, leaf in _places(rule.when):
        yield Mutant(rule=replace(rule, when=_without(rule.when, path)), removed=_shown("when", leaf), line=leaf.line)
    for path, leaf in _places(rule.require):
        yield Mutant(rule=replace(rule, require=_without(rule.require, path)), removed=_shown("require", leaf), line=leaf.line)
    for fact in rule.min_source:
        kept = {path: source for path, source in rule.min_source.items() if path != fact}
        yield Mutant(rule=replace(rule, min_source=kept), removed=f"min_source of {fact}", line=rule.line)


def _taken(pack: Pack, known: tuple[Pack, ...]) -> Iterator[Remark]:
    owners = {rule.id: other.id for other in known if other.id != pack.id for rule in other.rules}
    for rule in pack.rules:
        if rule.id in owners:
            yield Remark(rule=rule.id, problem=f"the pack {owners[rule.id]} has a rule of this id; give it another", line=rule.line)


def _idle(pack: Pack) -> Iterator[str]:
    asked = {path for rule in pack.rules for condition in (pack.applies, rule.when, rule.require) for path in paths_of(condition)}
    asked |= {rule.clock.start for rule in pack.rules if rule.clock is not None}
    yield from (path for path in pack.facts if path not in asked)


def _unowed(pack: Pack) -> Iterator[str]:
    named = {name for rule in pack.rules for name in (*(duty.do for duty in rule.duties), *rule.bars)}
    named |= {rule.clock.on_expiry for rule in pack.rules if rule.clock is not None}
    yield from (do for do in pack.duties if do not in named)


def _never_asked(pack: Pack, rule: Rule) -> Iterator[str]:
    """Why no day comes on which a rule is asked."""
    cited = [pack.instruments[citation.instrument] for citation in rule.citations]
    ended = [i for i in cited if rule.since is not None and i.until is not None and i.until <= rule.since]
    if ended and len(ended) == len(cited):
        yield f"it starts on {rule.since}, after {' and '.join(f'{i.id} ended (until {i.until})' for i in ended)}, so it is never asked"
    if pack.status is not Status.DRAFT and cited and all(i.status is Status.DRAFT for i in cited):
        yield "it rests on drafts alone, so it is asked in what-if runs only and no vector tries it; write `status: draft` for the pack"


def _plain(pack: Pack, rule: Rule) -> Iterator[str]:
    yield from _never_asked(pack, rule)
    for citation in rule.citations:
        instrument = pack.instruments[citation.instrument]
        if rule.until is not None and instrument.in_force is not None and instrument.in_force >= rule.until:
            yield f"it ends on {rule.until}, before {instrument.id} is in force"
    if not rule.fixes and rule.severity.decision is not Decision.ALLOW:
        yield "it stands in the way and names no way out (fix)"
    for do in dict.fromkeys(fix.do for fix in rule.fixes if fix.do and fix.do not in WAYS_OUT):
        yield f"its fix names {do[:40]!r} (do), which leads nowhere; there are {', '.join(sorted(WAYS_OUT))}"
    asked = {leaf.path for condition in (rule.when, rule.require) for leaf in leaves(condition)}
    for path in rule.min_source:
        if path not in asked:
            yield f"min_source names {path}, which the rule does not ask for"


def _alone(pack: Pack, rule: Rule, vector: Vector, taxonomy: Taxonomy) -> Outcome | tuple[str, ...]:
    day = taxonomy.on(vector.at)
    values = known({**vector.dossier.values, "at": vector.at.isoformat()}, vector.dossier.sources, rule.min_source)
    when, require = All((pack.applies, rule.when)), rule.require
    applies = compile_condition(when, day)(values)
    if applies is False:
        return Outcome.NOT_APPLICABLE
    kept = compile_condition(require, day)(values)
    if kept is True:
        return Outcome.PASSED
    if applies is True and kept is False:
        return Outcome.FAILED
    return tuple(compile_open(require if applies else when, day)(values))


def _noticed(vector: Vector, packs: tuple[Pack, ...], taxonomy: Taxonomy) -> bool:
    return not vector.agrees(judged(vector, packs, taxonomy))


def _with(pack: Pack, rule: Rule) -> Pack:
    return replace(pack, rules=tuple(rule if r.id == rule.id else r for r in pack.rules))


def _places(condition: Condition, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Leaf]]:
    if isinstance(condition, Leaf):
        yield path, condition
    elif isinstance(condition, Not):
        yield from _places(condition.part, (*path, 0))
    else:
        for index, part in enumerate(condition.parts):
            yield from _places(part, (*path, index))


def _without(condition: Condition, path: tuple[int, ...]) -> Condition:
    if not path:
        return ALWAYS
    if isinstance(condition, Not):
        inner = _without(condition.part, path[1:])
        return ALWAYS if inner == ALWAYS else Not(inner)
    assert isinstance(condition, All | AnyOf)
    inner = _without(condition.parts[path[0]], path[1:])
    kept = (inner,) if inner != ALWAYS else ()
    parts = (*condition.parts[: path[0]], *kept, *condition.parts[path[0] + 1 :])
    if not parts:
        return ALWAYS
    return All(parts) if isinstance(condition, All) else AnyOf(parts)


def _shown(where: str, leaf: Leaf) -> str:
    value = f"{{ref: {leaf.value.path}}}" if hasattr(leaf.value, "path") else leaf.value
    return f"[{leaf.path}, {leaf.operator}, {value}] of {where}"


def boundaries(pack: Pack) -> tuple[date, ...]:
    """The days on which something of the pack begins or ends."""
    days = {day for rule in pack.rules for day in (rule.since, rule.until) if day is not None}
    days |= {day for i in pack.instruments.values() for day in (i.in_force, i.until) if day is not None}
    return tuple(key for key, _ in groupby(sorted(days)))
