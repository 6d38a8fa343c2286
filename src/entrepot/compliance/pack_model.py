"""Rule packs as values: instruments, rules, conditions, duties and clocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from entrepot.compliance.clocks import Span
from entrepot.compliance.dossier import Source
from entrepot.compliance.model import Severity
from entrepot.compliance.vocabulary import FactDef

WAYS_OUT = frozenset(
    {"anonymise", "drop_columns", "aggregate", "ask_consent", "change_offer", "answer", "attach_document", "declare_source"}
)
"""The words that a fix may name (``do``); each leads to a page and a command."""
HOUSE = "house"
"""The pack of the guard-rails, which is asked whatever packs are chosen."""
LANGUAGES = ("en", "zh")
Texts = Mapping[str, str]
"""A text by language, ``en`` and ``zh``."""


class Gate(StrEnum):
    """The moments at which rules are asked."""

    LISTING = "listing"
    CONTRACT = "contract"
    DELIVERY = "delivery"
    OPERATION = "operation"
    NOTICE = "notice"


class Status(StrEnum):
    """Whether an instrument or a pack is in force, is being amended, or is a draft that serves what-if runs alone."""

    IN_FORCE = "in_force"
    AMENDING = "amending"
    DRAFT = "draft"


class Deontic(StrEnum):
    """What kind of rule it is, by the words of DPV."""

    OBLIGATION = "obligation"
    PROHIBITION = "prohibition"
    PERMISSION = "permission"
    RECOMMENDATION = "recommendation"


class Certainty(StrEnum):
    """How sure a citation is: the source's text was read, a summary or part of it was, or it is from memory."""

    READ = "S"
    PARTLY = "P"
    MEMORY = "M"


@dataclass(frozen=True, slots=True)
class Ref:
    """Another fact, as the value of a condition."""

    path: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison."""

    path: str
    operator: str
    value: Any
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class All:
    """True when every part is; with no part, always."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True when one part is."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of its part."""

    part: Condition


Condition = Leaf | All | AnyOf | Not
ALWAYS = All()


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """A law, regulation, standard or charter that rules cite.

    Attributes:
        edition: Which version of it, such as the year of an amendment.
        certainty: How it was read for this pack.
        source: Where it was read.
    """

    id: str
    titles: Texts
    edition: str
    in_force: date | None
    until: date | None
    status: Status
    certainty: Certainty
    source: str

    def stands(self, at: date, *, drafts: bool = False) -> bool:
        """Whether it is in force on a day; a draft is only where drafts are asked."""
        if self.status is Status.DRAFT:
            return drafts
        begun = self.in_force is None or self.in_force <= at
        return begun and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """An article of an instrument; the instrument is named by its id in the pack.

    Attributes:
        article: Such as ``33``, ``87(6)``, ``A`` for an annex, or ``whole`` where no single article is known.
    """

    instrument: str
    article: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """A way out; ``do`` names an action that a page can offer as a link."""

    texts: Texts
    do: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What a party takes upon itself; becomes an ODRL duty of the agreement.

    Attributes:
        texts: What it is called, where its pack brings it.
    """

    do: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    texts: Texts = field(default_factory=dict, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """The duty as JSON; the words of a pack go with it, so that an agreement keeps them when the pack is gone."""
        return {"do": self.do, **self.parameters, **({"words": dict(self.texts)} if self.texts else {})}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A span that begins at a fact of the case."""

    start: str
    span: Span
    on_expiry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of a pack.

    Attributes:
        id: Lasting; a change of meaning gets a new id.
        since: First day it applies; ``until`` is the first day it no longer does.
        bars: Duties that this rule forbids; another rule that demands one of them is in conflict with it.
        min_source: Who has to have supplied a fact for this rule to take it as known.
        line: Where the pack's file has it.
    """

    id: str
    gates: frozenset[Gate]
    citations: tuple[Citation, ...]
    deontic: Deontic
    severity: Severity
    when: Condition
    require: Condition
    messages: Texts
    fixes: tuple[Fix, ...] = ()
    since: date | None = None
    until: date | None = None
    evidence: tuple[str, ...] = ()
    retain: Span | None = None
    duties: tuple[Duty, ...] = ()
    bars: tuple[str, ...] = ()
    clock: Clock | None = None
    min_source: Mapping[str, Source] = field(default_factory=dict)
    line: int = 0

    def is_effective(self, day: date) -> bool:
        """Whether the rule applies that day."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pack:
    """A file of rules that speak for one jurisdiction, or for the house.

    Attributes:
        applies: When any of its rules can matter at all.
        sha256: Of the file's bytes.
        facts: Facts of its own, which the parties are asked; their paths begin with the pack's name.
        duties: Duties of its own, with what each is called.
    """

    id: str
    version: str
    jurisdiction: str
    status: Status
    titles: Texts
    applies: Condition
    instruments: Mapping[str, Instrument]
    rules: tuple[Rule, ...]
    sha256: str
    facts: Mapping[str, FactDef] = field(default_factory=dict)
    duties: Mapping[str, Texts] = field(default_factory=dict)

    @property
    def is_house(self) -> bool:
        """Whether it holds the guard-rails of the house, which no person can switch off."""
        return self.id == HOUSE

    def rule(self, rule_id: str) -> Rule | None:
        """The rule of this id, or None."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)

    def cited(self, rule: Rule, language: str = "en", *, at: date | None = None) -> tuple[str, ...]:
        """The rule's citations in words: instrument, edition, article.

        Args:
            at: Leave out what is not in force that day; where nothing is, as with a draft on trial, all are named.
        """
        standing = [c for c in rule.citations if at is None or self.instruments[c.instrument].stands(at)]
        return tuple(self.cited_as(citation, language) for citation in standing or rule.citations)

    def cited_as(self, citation: Citation, language: str) -> str:
        """One citation in words."""
        instrument = self.instruments[citation.instrument]
        title = instrument.titles.get(language) or instrument.titles["en"]
        edition = f" ({instrument.edition})" if instrument.edition else ""
        return f"{title}{edition}{_article(citation.article, language)}"


def _article(article: str, language: str) -> str:
    if article == "whole":
        return ""
    if article[:1].isalpha():
        return f"附录{article}" if language == "zh" else f", annex {article}"
    number, bracket, part = article.partition("(")
    return f"第{number}条{bracket}{part}" if language == "zh" else f", art. {article}"
