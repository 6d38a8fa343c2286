"""What the rules say of one case: each rule's outcome, what decides, which facts are missing, which duties follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from entrepot.compliance import library, seen
from entrepot.compliance.clocks import Due
from entrepot.compliance.conditions import paths_of
from entrepot.compliance.dossier import Dossier, Source
from entrepot.compliance.model import Finding, Severity
from entrepot.compliance.pack_model import Duty, Gate, Pack, Rule
from entrepot.compliance.settling import by_word, settling
from entrepot.compliance.taxonomy import Day
from entrepot.compliance.vocabulary import FactDef, FactVocabulary, ask_the_other, how_to_answer, is_of_buyer
from entrepot.kit import Decision


class Outcome(StrEnum):
    """What one rule says of a case."""

    NOT_APPLICABLE = "not_applicable"
    PASSED = "passed"
    UNKNOWN = "unknown"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Result:
    """One rule's outcome.

    Attributes:
        missing: The facts that leave it open.
        is_sure: Whether it is known that the rule applies, or does not.
    """

    pack: Pack
    rule: Rule
    outcome: Outcome
    missing: tuple[str, ...] = ()
    is_sure: bool = True

    @property
    def decision(self) -> Decision:
        """What this rule alone would decide."""
        if self.outcome is Outcome.FAILED:
            return self.rule.severity.decision
        if self.outcome is Outcome.UNKNOWN:
            return _OPEN.get(self.rule.severity, Decision.ALLOW)
        return Decision.ALLOW

    @property
    def decides(self) -> bool:
        """Whether it stands in the way."""
        # Asked of every rule of every case, most of which are kept or do not apply.
        return self.outcome in _OPEN_OR_FAILED and self.decision is not Decision.ALLOW


_OPEN_OR_FAILED = frozenset({Outcome.UNKNOWN, Outcome.FAILED})
_OPEN = {Severity.BLOCK: Decision.NEEDS_INFO, Severity.NEEDS_INFO: Decision.NEEDS_INFO, Severity.REVIEW: Decision.REVIEW}
"""What a rule that cannot be judged leads to: a missing fact is never a pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """Two rules of one case that cannot both be kept.

    Attributes:
        about: The fact or the duty they disagree on.
        at: The day that is judged.
    """

    one: Result
    other: Result
    about: str
    at: date

    def sentence(self, language: str = "en") -> str:
        """Both demands with their citations."""
        sides = [f"{r.rule.id} ({'; '.join(r.pack.cited(r.rule, language, at=self.at))})" for r in (self.one, self.other)]
        if language == "zh":
            return f"{sides[0]}与{sides[1]}对“{self.about}”的要求互相抵触。"
        return f"{sides[0]} and {sides[1]} demand what cannot be had together: {self.about}."


def left_to_a_person(clashes: Iterable[Clash]) -> frozenset[str]:
    """The rules, by id, that contradict each other, so that a person may decide between them; never one of the house that fails."""
    sides = [side for clash in clashes for side in (clash.one, clash.other)]
    return frozenset(side.rule.id for side in sides if not (side.pack.is_house and side.outcome is Outcome.FAILED))


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingFact:
    """A fact that has to be supplied; ``source`` is the least that the rules take."""

    path: str
    source: Source
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A clock that a rule starts.

    Attributes:
        is_sure: Whether the rule applies; else that is not known yet, and the clock runs if it does.
    """

    rule: str
    due: Due
    on_expiry: str
    is_sure: bool = True

    def to_dict(self) -> dict[str, Any]:
        """The clock as JSON."""
        return {"rule": self.rule, **self.due.to_dict(), "on_expiry": self.on_expiry, "if_it_applies": not self.is_sure}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """The decision at a gate.

    Attributes:
        deciding: The rules that stand in the way, gravest first; of those that contradict each other after what else blocks or is open.
        trace: Every rule that was asked.
        clashes: Rules that contradict each other in this case.
    """

    gate: Gate
    at: date
    decision: Decision
    deciding: tuple[Result, ...]
    trace: tuple[Result, ...]
    clashes: tuple[Clash, ...]
    missing: tuple[MissingFact, ...]
    duties: tuple[Duty, ...]
    clocks: tuple[Running, ...]
    dossier: Dossier
    packs: tuple[Pack, ...]

    @property
    def asked(self) -> list[str]:
        """The packs that were asked, each with its version."""
        return [f"{pack.id} {pack.version}" for pack in self.packs]

    @property
    def forbidding(self) -> tuple[Result, ...]:
        """The rules that forbid it whatever a person decides."""
        excused = left_to_a_person(self.clashes)
        return tuple(result for result in self.deciding if result.decision is Decision.BLOCK and result.rule.id not in excused)

    @property
    def own_facts(self) -> dict[str, FactDef]:
        """The facts that the packs which were asked bring themselves."""
        return {path: fact for pack in self.packs for path, fact in pack.facts.items()}

    def is_sure(self, duty: Duty) -> bool:
        """Whether a rule that is known to apply asks for a duty; else it is owed if one of its rules does."""
        return any(duty in result.rule.duties for result in self.trace if result.outcome is not Outcome.NOT_APPLICABLE and result.is_sure)

    def shown_duties(self) -> list[dict[str, Any]]:
        """The duties as JSON, each with whether it is only owed if its rule applies."""
        return [{**duty.to_dict(), "if_it_applies": not self.is_sure(duty)} for duty in self.duties]

    def record(self, decider: str) -> dict[str, Any]:
        """What is kept of the decision, and committed to the log: no fact of it, only their digest."""
        return {
            "gate": self.gate.value,
            "at": self.at.isoformat(),
            "decision": self.decision.value,
            "facts": self.dossier.digest,
            "packs": [{"pack": p.id, "version": p.version, "sha256": p.sha256} for p in self.packs],
            "trace": {r.rule.id: r.outcome.value for r in self.trace if r.outcome is not Outcome.NOT_APPLICABLE},
            "missing": [fact.path for fact in self.missing],
            "conflicts": [[clash.one.rule.id, clash.other.rule.id] for clash in self.clashes],
            "decider": decider,
        }

    def answers(self, result: Result) -> tuple[str, ...]:
        """The facts by which a party's word can settle a rule that stands in the way."""
        if result.outcome is Outcome.UNKNOWN:
            return tuple(path for path in result.missing if by_word(result.rule, path))
        return settling(result.rule, self.dossier, self.at, library.taxonomy().on(self.at))

    def findings(
        self, vocabulary: FactVocabulary, language: str = "en", *, subject: str | None = None, side: str = ""
    ) -> tuple[Finding, ...]:
        """What stands in the way, as findings beside those of the tables; clashes first where they alone decide.

        Args:
            subject: What hints name as the place of an answer; empty where only a manifest can say it, None for a case in a file.
            side: Who reads it, ``owner`` or ``buyer``: of a trade, hints then ask only for what that side may answer.
        """
        clashes = tuple(_clash_finding(clash, language) for clash in self.clashes)
        reader = _Reader(
            vocabulary.with_(self.own_facts), library.taxonomy().on(self.at), language, subject, side if self.gate is Gate.CONTRACT else ""
        )
        found = _once(tuple(_finding(result, self, reader) for result in self.deciding))
        # Where something else stands in the way, no person is asked to decide between the two.
        return found + clashes if self.forbidding or self.decision is Decision.NEEDS_INFO else clashes + found


@dataclass(frozen=True, slots=True)
class _Reader:
    """For whom findings are worded, and for which day."""

    vocabulary: FactVocabulary
    day: Day
    language: str
    subject: str | None
    side: str

    def answers(self, path: str) -> bool:
        return not self.side or is_of_buyer(path) is (self.side == "buyer")


def _once(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings with each open question asked once, whichever rules ask it."""
    found: dict[object, Finding] = {}
    for at, one in enumerate(findings):
        asked: object = (tuple(one.evidence["missing"]), one.severity, one.hint) if one.evidence.get("missing") else at
        first = found.get(asked)
        if first is None:
            found[asked] = one
            continue
        citation = "; ".join(dict.fromkeys([*first.citation.split("; "), *one.citation.split("; ")]))
        rules = [*first.evidence.get("rules", [first.rule]), one.rule]
        found[asked] = replace(first, citation=citation, evidence={**first.evidence, "rules": rules})
    return tuple(found.values())


def _finding(result: Result, ruling: Ruling, reader: _Reader) -> Finding:
    rule, language = result.rule, reader.language
    is_open = result.outcome is Outcome.UNKNOWN
    fixes = _answers(result, ruling.dossier, reader) if is_open else [fix.texts.get(language) or fix.texts["en"] for fix in rule.fixes]
    shown = seen.measured(rule, ruling.dossier, reader.day, reader.vocabulary, language) if result.decision is Decision.BLOCK else []
    message = _open_question(result, reader) if is_open else rule.messages.get(language) or rule.messages["en"]
    answers = ruling.answers(result)
    return Finding(
        rule=rule.id, severity=Severity.NEEDS_INFO if result.decision is Decision.NEEDS_INFO else rule.severity, table="", column="",
        message=message + seen.sentence(shown, language), hint=" ".join(fixes),
        citation="; ".join(result.pack.cited(rule, language, at=ruling.at)),
        evidence={
            "outcome": result.outcome.value, "missing": list(result.missing), "facts": list(dict.fromkeys(paths_of(rule.require))),
            "answers": list(answers), "do": _ways(result, answers), **({"measured": shown} if shown else {}),
        },
    )  # fmt: skip


def _ways(result: Result, answers: tuple[str, ...]) -> list[str]:
    """The ways out of one rule: where it is open, an answer; and what the pack names, unless an answer alone would do."""
    named = [fix.do for fix in result.rule.fixes if fix.do]
    if result.outcome is not Outcome.UNKNOWN:
        return named
    is_all = set(result.missing) <= set(answers)
    return [*(["answer"] if answers else []), *([] if is_all else [do for do in named if do != "answer"])]


def _open_question(result: Result, reader: _Reader) -> str:
    language = reader.language
    questions = [fact.question.get(language) or fact.question["en"] for path in result.missing if (fact := reader.vocabulary.get(path))]
    if language == "zh":
        return f"判断之前需要知道：{''.join(questions)}"
    return f"This has to be known first: {' '.join(questions)}"


def _answers(result: Result, dossier: Dossier, reader: _Reader) -> list[str]:
    """The ways out of what is not known: an answer, or for a fact that no word settles, what gets it measured."""
    facts = [fact.of_case(dossier.values) for path in result.missing if (fact := reader.vocabulary.get(path))]
    declared = [fact for fact in facts if result.rule.min_source.get(fact.path, Source.DECLARED) is Source.DECLARED]
    mine = [fact for fact in declared if reader.answers(fact.path)]
    theirs = [fact for fact in declared if fact not in mine]
    return [
        *([how_to_answer(mine, reader.language, reader.subject)] if mine else []),
        *([ask_the_other(theirs, reader.language)] if theirs else []),
        *dict.fromkeys(fact.remedy(reader.language) for fact in facts if fact not in declared),
    ]


def _clash_finding(clash: Clash, language: str) -> Finding:
    hint = "由负责人判断。" if language == "zh" else "A person has to decide; ask a lawyer."
    cited = [text for side in (clash.one, clash.other) for text in side.pack.cited(side.rule, language, at=clash.at)]
    return Finding(
        rule=clash.one.rule.id, severity=Severity.CONFLICT, table="", column="", message=clash.sentence(language), hint=hint,
        citation="; ".join(cited), evidence={"rules": [clash.one.rule.id, clash.other.rule.id]},
    )  # fmt: skip
