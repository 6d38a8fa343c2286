"""Read rule packs: YAML that strangers may have written, so every entry is checked, and every problem is named with its line.

A pack is data. Nothing in it is run, anchors and aliases are refused, and a file over a mebibyte is not read at all.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from entrepot.compliance.clocks import LONGEST, Span
from entrepot.compliance.dossier import Source
from entrepot.compliance.model import WRITTEN, Severity
from entrepot.compliance.pack_entries import LOADER, Problems, is_word, read_file
from entrepot.compliance.pack_facts import FactReader
from entrepot.compliance.pack_model import LANGUAGES, Certainty, Citation, Clock, Deontic, Duty, Fix, Gate, Instrument, Pack, Rule, Status
from entrepot.compliance.vocabulary import FactDef, FactType, FactVocabulary
from entrepot.kit.yamltree import Form, Mapping, Node, Scalar

__all__ = ["LOADER", "Problems", "read_file", "read_pack"]
FORM = Form(name="the pack", hint="Split it into packs.", bytes=1024**2, depth=14, events=200_000, loader=LOADER)
_ID = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)+")


def read_pack(path: Path, vocabulary: FactVocabulary, is_term: Callable[[str], bool], *, kept: bool = False) -> Pack:
    """The pack in a file.

    Args:
        is_term: Whether the taxonomy knows a term.
        kept: Whether it is in force already: a limit on clocks that was drawn since then must not stop every decision.

    Raises:
        Invalid: Anything in it is wrong; the message names the first problem with its line, ``details`` list all.
    """
    text, root = read_file(path, FORM)
    reader = _PackReader(path.name, vocabulary, is_term)
    return reader.pack(root, hashlib.sha256(text.encode()).hexdigest(), kept=kept)


class _PackReader(FactReader):
    def pack(self, root: Mapping, sha256: str, *, kept: bool) -> Pack:
        """The pack of a tree."""
        self._kept = kept
        self.names(root, {"pack", "version", "jurisdiction", "status", "title", "applies", "facts", "duties", "instruments", "rules"})
        pack_id = self.word(root, "pack")
        facts = self.own_facts(root.entries.get("facts"), pack_id)
        self.vocabulary = self.vocabulary.with_(facts)
        duties = self.own_duties(root.entries.get("duties"))
        instruments = {name: self._instrument(name, node) for name, node in self.entries(root.entries.get("instruments"), root.line)}
        seen: dict[str, int] = {}
        rules = tuple(self._rule(node, instruments, seen) for node in self.items(root, "rules"))
        pack = Pack(
            id=pack_id,
            facts=facts,
            duties=duties,
            version=self.text(root, "version"),
            jurisdiction=self.text(root, "jurisdiction", default=""),
            status=self.choice(root, "status", Status, Status.IN_FORCE),
            titles=self.texts(root, "title"),
            applies=self.condition(root.entries.get("applies")),
            instruments=instruments,
            rules=rules,
            sha256=sha256,
        )
        self.problems.finish()
        return pack

    def _instrument(self, name: str, node: Node) -> Instrument:
        entry = self.mapping(node, f"the instrument {name}")
        self.names(entry, {"title", "edition", "in_force", "until", "status", "certainty", "source"})
        found = Instrument(
            id=name, titles=self.texts(entry, "title"), edition=self.text(entry, "edition", default=""),
            in_force=self.day(entry, "in_force"), until=self.day(entry, "until"),
            status=self.choice(entry, "status", Status, Status.IN_FORCE), certainty=self.choice(entry, "certainty", Certainty, None),
            source=self.text(entry, "source", default=""),
        )  # fmt: skip
        self.ordered(entry, found.in_force, found.until, "in_force", "until")
        return found

    def _rule(self, node: Node, instruments: dict[str, Instrument], seen: dict[str, int]) -> Rule:
        entry = self.mapping(node, "a rule")
        self.names(entry, _RULE_ENTRIES)
        rule_id = self.text(entry, "id")
        if not _ID.fullmatch(rule_id):
            self.problems.add(entry.line, f"the rule id {rule_id[:80]!r} is not like CN-PIPL-23")
        if rule_id in seen:
            self.problems.add(entry.line, f"the rule {rule_id[:80]} stands here a second time (first in line {seen[rule_id]})")
        seen[rule_id] = entry.line
        effective = self.mapping(entry.entries.get("effective", Mapping({}, {}, entry.line)), "effective")
        self.names(effective, {"from", "until"})
        rule = Rule(
            id=rule_id,
            gates=frozenset(self.each(entry, "gate", Gate)),
            citations=self._citations(entry, instruments),
            deontic=self.choice(entry, "deontic", Deontic, None),
            severity=self._severity(entry),
            when=self.condition(entry.entries.get("when")),
            require=self.condition(entry.entries.get("require"), needed_in=entry),
            messages=self.texts(entry, "message"),
            fixes=tuple(self._fix(node) for node in self.items(entry, "fix", needed=False)),
            since=self.day(effective, "from"),
            until=self.day(effective, "until"),
            evidence=self.words(entry, "evidence"),
            retain=self.span(entry.entries.get("retain"), entry.line),
            duties=tuple(self._duty(node) for node in self.items(entry, "duties", needed=False)),
            bars=self.words(entry, "bars"),
            clock=self._clock(entry),
            min_source=self._min_source(entry),
            line=entry.line,
        )
        self.ordered(effective, rule.since, rule.until, "from", "until")
        return rule

    def _severity(self, entry: Mapping) -> Severity:
        # A pack that is in force already may hold what was allowed when it was installed.
        return self.choice(entry, "severity", Severity, None, among=None if self._kept else WRITTEN)

    def _citations(self, entry: Mapping, instruments: dict[str, Instrument]) -> tuple[Citation, ...]:
        found = []
        for node in self.items(entry, "cite"):
            cited = self.mapping(node, "a citation")
            self.names(cited, {"i", "art"})
            citation = Citation(instrument=self.text(cited, "i"), article=self.text(cited, "art"))
            if citation.instrument not in instruments:
                self.problems.add(cited.line, f"the citation names {citation.instrument[:80]!r}, which is no instrument of this pack")
            found.append(citation)
        return tuple(found)

    def _fix(self, node: Node) -> Fix:
        entry = self.mapping(node, "a fix")
        self.names(entry, {"en", "zh", "do"})
        return Fix(texts={lang: self.text(entry, lang) for lang in LANGUAGES}, do=self.text(entry, "do", default=""))

    def _duty(self, node: Node) -> Duty:
        entry = self.mapping(node, "a duty")
        values = {name: value.text for name, value in entry.entries.items() if isinstance(value, Scalar)}
        if len(values) != len(entry.entries) or not is_word(values.get("do", "")):
            self.problems.add(entry.line, "a duty is written {do: a_word}, with texts beside it")
        if "words" in entry.entries and not self._kept:
            self.problems.add(entry.lines["words"], "a duty is called what the pack's own list of duties calls it")
        do = values.pop("do", "")
        return Duty(do=do, parameters=values, texts=self.duties.get(do, {}))

    def _clock(self, entry: Mapping) -> Clock | None:
        node = entry.entries.get("clock")
        if node is None:
            return None
        clock = self.mapping(node, "a clock")
        self.names(clock, {"start", "span", "on_expiry"})
        if "start" not in clock.entries:
            self.problems.add(clock.line, "the clock has a span and no start")
            return None
        start = self.fact(self.text(clock, "start"), clock.line)
        span = self.span(clock.entries.get("span"), clock.line)
        if span is None:
            self.problems.add(clock.line, "the clock has no span")
            return None
        if start is not None and not self._kept:
            self._runs(start, span, clock.line)
        return Clock(start=self.text(clock, "start"), span=span, on_expiry=self.text(clock, "on_expiry", default=""))

    def _runs(self, start: FactDef, span: Span, line: int) -> None:
        if start.type not in (FactType.DATE, FactType.MOMENT):
            self.problems.add(line, f"the clock starts with {start.path}, which is no date and no moment but a {start.type.value}")
        if span.is_too_long:
            self.problems.add(line, f"the clock's span {span} is longer than {LONGEST} years")

    def _min_source(self, entry: Mapping) -> dict[str, Source]:
        found = {}
        for path, node in self.entries(entry.entries.get("min_source"), entry.line):
            self.fact(path, node.line)
            source = self.enum(node.text if isinstance(node, Scalar) else "", Source, node.line, "min_source")
            if path in self.own and source is not Source.DECLARED:
                self.problems.add(node.line, f"min_source wants {path} {source}, and a fact of a pack's own is always declared")
            found[path] = source or Source.MEASURED
        return found


_RULE_ENTRIES = frozenset(
    {
        "id", "gate", "cite", "effective", "deontic", "severity", "when", "require", "message", "fix", "evidence", "retain", "duties",
        "bars", "clock", "min_source",
    }
)  # fmt: skip
