"""Test vectors: cases with their facts and the decision that the packs must come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from entrepot.compliance.dossier import Dossier, Source
from entrepot.compliance.judge import decide
from entrepot.compliance.pack_model import Gate, Pack, Status
from entrepot.compliance.pack_reader import LOADER, Problems, read_file
from entrepot.compliance.ruling import Ruling
from entrepot.compliance.taxonomy import Taxonomy
from entrepot.compliance.vocabulary import UNQUOTED, FactType, FactVocabulary, number_of
from entrepot.kit import Decision, Invalid, parse_rfc3339, rfc3339
from entrepot.kit.yamltree import Form, Node, Scalar, Sequence
from entrepot.kit.yamltree import Mapping as Entries

FORM = Form(name="the file of vectors", hint="Split it.", bytes=2 * 1024**2, depth=10, events=400_000, loader=LOADER)
TODAY = date(2026, 11, 21)
"""The day of a vector that names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """One case.

    Attributes:
        deciding: The rules that must stand in the way, no more and no fewer.
        due: When the clocks of some rules must end.
    """

    name: str
    gate: Gate
    at: date
    dossier: Dossier
    decision: Decision
    deciding: frozenset[str]
    line: int
    due: Mapping[str, datetime] = field(default_factory=dict)

    def agrees(self, ruling: Ruling) -> bool:
        """Whether a ruling is what the vector expects."""
        ends = {clock.rule: clock.due.at for clock in ruling.clocks}
        on_time = all(ends.get(rule) == moment for rule, moment in self.due.items())
        return on_time and ruling.decision is self.decision and frozenset(result.rule.id for result in ruling.deciding) == self.deciding


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A vector that came out otherwise."""

    vector: Vector
    ruling: Ruling

    def sentence(self) -> str:
        """What was expected and what came."""
        came = ", ".join(sorted(result.rule.id for result in self.ruling.deciding)) or "no rule"
        wanted = ", ".join(sorted(self.vector.deciding)) or "no rule"
        ends = {clock.rule: rfc3339(clock.due.at) for clock in self.ruling.clocks}
        late = [f" The clock of {rule} should end at {rfc3339(moment)}." for rule, moment in self.vector.due.items()]
        return (
            f"{self.vector.name!r} should be {self.vector.decision} by {wanted},"
            f" and is {self.ruling.decision} by {came}.{''.join(late)}{f' Clocks end: {ends}.' if late else ''}"
        )


def vectors_beside(pack_file: Path) -> Path:
    """Where a pack's vectors lie: ``cn.yaml`` has them in ``cn.vectors.yaml``."""
    return pack_file.with_name(f"{pack_file.stem}.vectors.yaml")


def read_vectors(path: Path, vocabulary: FactVocabulary) -> tuple[Vector, ...]:
    """The cases in a file. A case may build on a named base, and changes some of its facts; null takes a fact away.

    Raises:
        Invalid: A case cannot be read; the message names the line.
    """
    _, root = read_file(path, FORM)
    reader = _Reader(path.name, vocabulary)
    bases = {name: reader.facts(node) for name, node in _entries(root.entries.get("bases")).items()}
    cases = root.entries.get("cases")
    found = [reader.case(node, bases) for node in (cases.items if isinstance(cases, Sequence) else ())]
    reader.problems.finish()
    return tuple(vector for vector in found if vector is not None)


def read_case(path: Path, vocabulary: FactVocabulary) -> Dossier:
    """The facts of one case in a file, nested or as paths; ``by`` beside them says who supplied which, else they are declared.

    Raises:
        Invalid: A fact is unknown or of the wrong type; the message names it.
    """
    _, root = read_file(path, FORM)
    reader = _Reader(path.name, vocabulary)
    values = reader.facts(Entries({name: node for name, node in root.entries.items() if name != "by"}, root.lines, root.line))
    known = vocabulary.check({fact: value for fact, value in values.items() if value is not None})
    try:
        sources = reader.sources(root.entries.get("by"), known)
    except ValueError as error:
        raise Invalid(f"{path.name}: {error}.", f"Choose among {', '.join(Source)}.") from None
    return Dossier(known, sources)


def judged(vector: Vector, packs: tuple[Pack, ...], taxonomy: Taxonomy) -> Ruling:
    """What packs come to in a case; a draft among them is asked, because that is what the case tries."""
    drafts = any(pack.status is Status.DRAFT for pack in packs)
    return decide(packs, vector.gate, vector.dossier, at=vector.at, taxonomy=taxonomy, drafts=drafts)


def run(vectors: tuple[Vector, ...], packs: tuple[Pack, ...], taxonomy: Taxonomy) -> tuple[Miss, ...]:
    """The cases that come out otherwise than expected."""
    ruled = [(v, judged(v, packs, taxonomy)) for v in vectors]
    return tuple(Miss(vector=vector, ruling=ruling) for vector, ruling in ruled if not vector.agrees(ruling))


class _Reader:
    def __init__(self, name: str, vocabulary: FactVocabulary) -> None:
        self.problems = Problems(name)
        self._vocabulary = vocabulary

    def facts(self, node: Node | None) -> dict[str, Any]:
        """Facts written nested or as paths, each read by its type; None where one is taken away."""
        return dict(self._flat(node, "")) if isinstance(node, Entries) else {}

    def sources(self, node: Node | None, known: Mapping[str, Any]) -> dict[str, Source]:
        """Who supplied which fact; one word is said of all."""
        if isinstance(node, Scalar):
            return dict.fromkeys(known, Source(node.text))
        return {path: Source(_text(by)) for path, by in self._paths(node, "")}

    def case(self, node: Node, bases: Mapping[str, Mapping[str, Any]]) -> Vector | None:
        entry = _entries(node)
        name, base = _text(entry.get("case")), _text(entry.get("base"))
        if unknown := set(entry) - {"case", "gate", "at", "base", "facts", "by", "expect", "rules", "due"}:
            self.problems.add(node.line, f"{min(unknown)!r} is no entry of a case")
        if base and base not in bases:
            self.problems.add(node.line, f"there is no base {base!r}")
        values = {**bases.get(base, {}), **self.facts(entry.get("facts"))}
        known = {path: value for path, value in values.items() if value is not None}
        try:
            gate, decision, at = Gate(_text(entry.get("gate"))), Decision(_text(entry.get("expect"))), self._day(entry.get("at"))
            known = self._vocabulary.check(known)
            sources = self.sources(entry.get("by"), known)
            ends = {rule: parse_rfc3339(_text(moment)) for rule, moment in _entries(entry.get("due")).items()}
        except (ValueError, Invalid) as error:
            for problem in error.details.get("problems", [error.message]) if isinstance(error, Invalid) else [str(error)]:
                self.problems.add(node.line, f"{name!r}: {problem}")
            return None
        # What a case does not say otherwise was measured, so that it tests one thing at a time.
        dossier = Dossier(known, {path: sources.get(path, Source.MEASURED) for path in known})
        rules = entry.get("rules")
        deciding = frozenset(_text(item) for item in rules.items) if isinstance(rules, Sequence) else frozenset()
        return Vector(name=name, gate=gate, at=at, dossier=dossier, decision=decision, deciding=deciding, line=node.line, due=ends)

    def _flat(self, node: Node, prefix: str) -> list[tuple[str, Any]]:
        return [(path, self._value(path, value)) for path, value in self._paths(node, prefix)]

    def _paths(self, node: Node | None, prefix: str) -> list[tuple[str, Node]]:
        found: list[tuple[str, Node]] = []
        for name, value in _entries(node).items():
            path = f"{prefix}{name}"
            found += self._paths(value, f"{path}.") if isinstance(value, Entries) else [(path, value)]
        return found

    def _value(self, path: str, node: Node) -> Any:
        fact = self._vocabulary.get(path)
        if isinstance(node, Sequence):
            return [_text(item) for item in node.items]
        text = _text(node)
        if fact is None or (isinstance(node, Scalar) and node.is_null):
            return None if fact is not None else text
        if isinstance(node, Scalar) and node.quoted and fact.type in UNQUOTED:
            return text
        if fact.type is FactType.FLAG and text in ("true", "false"):
            return text == "true"
        if fact.type is FactType.NUMBER:
            return number_of(text)
        return text

    def _day(self, node: Node | None) -> date:
        return date.fromisoformat(_text(node)) if node is not None else TODAY


def _entries(node: Node | None) -> dict[str, Node]:
    return node.entries if isinstance(node, Entries) else {}


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""
