"""Read rule packs: YAML that strangers may have written, so every entry is checked, and every problem is named with its line.

A pack is data. Nothing in it is run, anchors and aliases are refused, and a file over a mebibyte is not read at all.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import yaml

from entrepot.compliance.clocks import Span, parse_span
from entrepot.compliance.conditions import LIST_OPERATORS, OPERATORS, ORDER_OPERATORS, TERM_OPERATORS
from entrepot.compliance.dossier import Source
from entrepot.compliance.model import Severity
from entrepot.compliance.pack_model import (
    ALWAYS,
    All,
    AnyOf,
    Certainty,
    Citation,
    Clock,
    Condition,
    Deontic,
    Duty,
    Fix,
    Gate,
    Instrument,
    Leaf,
    Not,
    Pack,
    Ref,
    Rule,
    Status,
    Texts,
)  # fmt: skip
from entrepot.compliance.vocabulary import FactDef, FactType, FactVocabulary
from entrepot.kit import Invalid
from entrepot.kit.yamltree import Form, Mapping, Node, Scalar, Sequence, read

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FORM = Form(name="the pack", hint="Split it into packs.", bytes=1024**2, depth=14, events=200_000, loader=LOADER)
_ID = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)+")
_WORD = re.compile(r"[a-z][a-z0-9_]*")
_E = TypeVar("_E", bound=StrEnum)


class Problems:
    """Collects what is wrong, so that one reading names everything."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[tuple[int, str]] = []

    def add(self, line: int, problem: str) -> None:
        """Note a problem."""
        self.found.append((line, problem))

    def finish(self) -> None:
        """Raise what was noted.

        Raises:
            Invalid: Anything was.
        """
        if self.found:
            told = [f"{self.name} line {line}: {problem}" for line, problem in sorted(self.found)]
            more = f" And {len(told) - 1} more problems." if len(told) > 1 else ""
            raise Invalid(told[0] + more, "Mend the file; nothing of it was loaded.", problems=told[:200])


def read_file(path: Path, form: Form) -> tuple[str, Mapping]:
    """The text and the tree of a YAML file.

    Raises:
        Invalid: It cannot be read, is too large, or holds what a pack must not hold; the message names the file.
    """
    try:
        if path.stat().st_size > form.bytes:
            raise Invalid(f"{path.name} is larger than {form.bytes // 1024} KiB.", form.hint)
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(f"{path.name} is not UTF-8 text.", "Save it as UTF-8.") from None
    except OSError as error:
        raise Invalid(f"{path.name} cannot be read: {error.strerror}.", "Check the path.") from None
    try:
        return text, read(text, form)
    except Invalid as error:
        raise Invalid(f"{path.name}: {error.message}", error.hint, **error.details) from None


def read_pack(path: Path, vocabulary: FactVocabulary, is_term: Callable[[str], bool]) -> Pack:
    """The pack in a file.

    Args:
        is_term: Whether the taxonomy knows a term.

    Raises:
        Invalid: Anything in it is wrong; the message names the first problem with its line, ``details`` list all.
    """
    text, root = read_file(path, FORM)
    return _Reader(path.name, vocabulary, is_term).pack(root, hashlib.sha256(text.encode()).hexdigest())


class _Reader:
    def __init__(self, name: str, vocabulary: FactVocabulary, is_term: Callable[[str], bool]) -> None:
        self.problems = Problems(name)
        self._vocabulary = vocabulary
        self._is_term = is_term

    def pack(self, root: Mapping, sha256: str) -> Pack:
        self._names(root, {"pack", "version", "jurisdiction", "status", "title", "applies", "instruments", "rules"})
        instruments = {name: self._instrument(name, node) for name, node in self._entries(root.entries.get("instruments"), root.line)}
        seen: dict[str, int] = {}
        rules = tuple(self._rule(node, instruments, seen) for node in self._items(root, "rules") if isinstance(node, Mapping))
        pack = Pack(
            id=self._word(root, "pack"),
            version=self._text(root, "version"),
            jurisdiction=self._text(root, "jurisdiction", default=""),
            status=self._choice(root, "status", Status, Status.IN_FORCE),
            titles=self._texts(root, "title"),
            applies=self._condition(root.entries.get("applies")),
            instruments=instruments,
            rules=rules,
            sha256=sha256,
        )
        self.problems.finish()
        return pack

    def _instrument(self, name: str, node: Node) -> Instrument:
        entry = self._mapping(node, f"the instrument {name}")
        self._names(entry, {"title", "edition", "in_force", "until", "status", "certainty", "source"})
        found = Instrument(
            id=name, titles=self._texts(entry, "title"), edition=self._text(entry, "edition", default=""),
            in_force=self._day(entry, "in_force"), until=self._day(entry, "until"),
            status=self._choice(entry, "status", Status, Status.IN_FORCE), certainty=self._choice(entry, "certainty", Certainty, None),
            source=self._text(entry, "source", default=""),
        )  # fmt: skip
        self._ordered(entry, found.in_force, found.until, "in_force", "until")
        return found

    def _rule(self, entry: Mapping, instruments: dict[str, Instrument], seen: dict[str, int]) -> Rule:
        self._names(entry, _RULE_ENTRIES)
        rule_id = self._text(entry, "id")
        if not _ID.fullmatch(rule_id):
            self.problems.add(entry.line, f"the rule id {rule_id[:80]!r} is not like CN-PIPL-23")
        if rule_id in seen:
            self.problems.add(entry.line, f"the rule {rule_id} stands here a second time (first in line {seen[rule_id]})")
        seen[rule_id] = entry.line
        effective = self._mapping(entry.entries.get("effective", Mapping({}, {}, entry.line)), "effective")
        self._names(effective, {"from", "until"})
        rule = Rule(
            id=rule_id,
            gates=frozenset(self._each(entry, "gate", Gate)),
            citations=self._citations(entry, instruments),
            deontic=self._choice(entry, "deontic", Deontic, None),
            severity=self._choice(entry, "severity", Severity, None),
            when=self._condition(entry.entries.get("when")),
            require=self._condition(entry.entries.get("require"), needed_in=entry),
            messages=self._texts(entry, "message"),
            fixes=tuple(self._fix(node) for node in self._items(entry, "fix", needed=False)),
            since=self._day(effective, "from"),
            until=self._day(effective, "until"),
            evidence=self._words(entry, "evidence"),
            retain=self._span(entry.entries.get("retain"), entry.line),
            duties=tuple(self._duty(node) for node in self._items(entry, "duties", needed=False)),
            bars=self._words(entry, "bars"),
            clock=self._clock(entry),
            min_source=self._min_source(entry),
            line=entry.line,
        )
        self._ordered(effective, rule.since, rule.until, "from", "until")
        return rule

    def _citations(self, entry: Mapping, instruments: dict[str, Instrument]) -> tuple[Citation, ...]:
        found = []
        for node in self._items(entry, "cite"):
            cited = self._mapping(node, "a citation")
            self._names(cited, {"i", "art"})
            citation = Citation(instrument=self._text(cited, "i"), article=self._text(cited, "art"))
            if citation.instrument not in instruments:
                self.problems.add(cited.line, f"the citation names {citation.instrument!r}, which is no instrument of this pack")
            found.append(citation)
        return tuple(found)

    def _fix(self, node: Node) -> Fix:
        entry = self._mapping(node, "a fix")
        self._names(entry, {"en", "zh", "do"})
        return Fix(texts={lang: self._text(entry, lang) for lang in ("en", "zh")}, do=self._text(entry, "do", default=""))

    def _duty(self, node: Node) -> Duty:
        entry = self._mapping(node, "a duty")
        values = {name: value.text for name, value in entry.entries.items() if isinstance(value, Scalar)}
        if len(values) != len(entry.entries) or not _WORD.fullmatch(values.get("do", "")):
            self.problems.add(entry.line, "a duty is written {do: a_word}, with texts beside it")
        return Duty(do=values.pop("do", ""), parameters=values)

    def _clock(self, entry: Mapping) -> Clock | None:
        node = entry.entries.get("clock")
        if node is None:
            return None
        clock = self._mapping(node, "a clock")
        self._names(clock, {"start", "span", "on_expiry"})
        if "start" not in clock.entries:
            self.problems.add(clock.line, "the clock has a span and no start")
            return None
        self._fact(self._text(clock, "start"), clock.line)
        span = self._span(clock.entries.get("span"), clock.line)
        if span is None:
            self.problems.add(clock.line, "the clock has no span")
            return None
        return Clock(start=self._text(clock, "start"), span=span, on_expiry=self._text(clock, "on_expiry", default=""))

    def _min_source(self, entry: Mapping) -> dict[str, Source]:
        found = {}
        for path, node in self._entries(entry.entries.get("min_source"), entry.line):
            self._fact(path, node.line)
            source = self._enum(node.text if isinstance(node, Scalar) else "", Source, node.line, "min_source")
            found[path] = source or Source.MEASURED
        return found

    def _condition(self, node: Node | None, *, needed_in: Mapping | None = None) -> Condition:
        if node is None:
            if needed_in is not None:
                self.problems.add(needed_in.line, "the rule requires nothing")
            return ALWAYS
        if isinstance(node, Sequence):
            return self._leaf(node)
        if isinstance(node, Scalar) and node.text == "always":
            return ALWAYS
        if not isinstance(node, Mapping) or len(node.entries) != 1 or next(iter(node.entries)) not in ("all", "any", "not"):
            self.problems.add(node.line, "a condition is [fact, operator, value], or one of all, any and not")
            return ALWAYS
        name, inner = next(iter(node.entries.items()))
        if name == "not":
            return Not(self._condition(inner))
        if not isinstance(inner, Sequence) or not inner.items:
            self.problems.add(node.line, f"{name} takes a list of conditions")
            return ALWAYS
        parts = tuple(self._condition(part) for part in inner.items)
        return All(parts) if name == "all" else AnyOf(parts)

    def _leaf(self, node: Sequence) -> Condition:
        words = [item.text if isinstance(item, Scalar) else "" for item in node.items[:2]]
        if len(node.items) != 3 or not all(words):
            self.problems.add(node.line, "a comparison is [fact, operator, value]")
            return ALWAYS
        path, operator = words
        fact = self._fact(path, node.line)
        if operator not in OPERATORS:
            self.problems.add(node.line, f"{operator[:40]!r} is no operator; there are {', '.join(OPERATORS)}")
        elif fact is not None:
            self._fits(fact, operator, node.line)
            return Leaf(path, operator, self._value(fact, operator, node.items[2]), node.line)
        return ALWAYS

    def _fits(self, fact: FactDef, operator: str, line: int) -> None:
        if operator == "exists":
            return
        wrong = (operator in LIST_OPERATORS) is not fact.type.is_list
        wrong |= operator in ORDER_OPERATORS and fact.type not in (FactType.NUMBER, FactType.DATE)
        wrong |= operator in TERM_OPERATORS and fact.type is not FactType.TERMS
        if wrong:
            self.problems.add(line, f"{operator} cannot be asked of {fact.path}, which is of the type {fact.type}")

    def _value(self, fact: FactDef, operator: str, node: Node) -> Any:
        if isinstance(node, Mapping):
            other = node.entries.get("ref")
            if len(node.entries) != 1 or not isinstance(other, Scalar):
                self.problems.add(node.line, "a value is plain, a list, or {ref: another.fact}")
                return None
            self._fact(other.text, node.line)
            return Ref(other.text)
        if operator == "exists":
            return self._scalar(FactType.FLAG, node)
        item_type = {FactType.TEXTS: FactType.TEXT, FactType.TERMS: FactType.TEXT}.get(fact.type, fact.type)
        if isinstance(node, Sequence):
            if operator not in ("in", "not_in", *LIST_OPERATORS) or operator == "has":
                self.problems.add(node.line, f"{operator} takes one value, not a list")
            values = tuple(self._scalar(item_type, item) for item in node.items)
        elif operator in ("in", "not_in") or (operator in LIST_OPERATORS and operator != "has"):
            self.problems.add(node.line, f"{operator} takes a list of values, or a ref")
            return None
        else:
            values = (self._scalar(item_type, node),)
        for value in values:
            self._known_value(fact, value, node.line)
        return values if isinstance(node, Sequence) else values[0]

    def _known_value(self, fact: FactDef, value: Any, line: int) -> None:
        if fact.choices and value not in fact.choices:
            self.problems.add(line, f"{value!r} is no value of {fact.path}; there are {', '.join(fact.choices)}"[:400])
        elif fact.type is FactType.TERMS and isinstance(value, str) and not self._is_term(value):
            self.problems.add(line, f"{value!r} is no term of the taxonomy")

    def _scalar(self, wanted: FactType, node: Node) -> Any:
        text = node.text if isinstance(node, Scalar) else None
        if wanted is FactType.FLAG and text in ("true", "false"):
            return text == "true"
        if wanted is FactType.NUMBER and text is not None and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
            return float(text) if "." in text else int(text)
        if wanted is FactType.DATE and text is not None and self._is_day(text):
            return text
        if wanted is FactType.TEXT and text:
            return text
        self.problems.add(node.line, f"{'a list or entries' if text is None else repr(text[:40])} stands where a {wanted} is asked for")
        return None

    def _fact(self, path: str, line: int) -> FactDef | None:
        found = self._vocabulary.get(path)
        if found is None:
            near = " or ".join(self._vocabulary.near(path))
            self.problems.add(line, f"{path[:80]!r} is no known fact" + (f"; did you mean {near}?" if near else ""))
        return found

    def _span(self, node: Node | None, line: int) -> Span | None:
        if node is None:
            return None
        try:
            return parse_span(node.text if isinstance(node, Scalar) else "")
        except Invalid as error:
            self.problems.add(line, error.message)
            return None

    def _is_day(self, text: str) -> bool:
        try:
            date.fromisoformat(text)
        except ValueError:
            return False
        return len(text) == 10

    def _day(self, entry: Mapping, name: str) -> date | None:
        node = entry.entries.get(name)
        if node is None:
            return None
        text = node.text if isinstance(node, Scalar) else ""
        if not self._is_day(text):
            self.problems.add(node.line, f"{name} is {text[:40]!r}, which is no day such as 2026-11-21")
            return None
        return date.fromisoformat(text)

    def _ordered(self, entry: Mapping, first: date | None, last: date | None, first_name: str, last_name: str) -> None:
        if first is not None and last is not None and last <= first:
            self.problems.add(entry.line, f"{last_name} {last} is not after {first_name} {first}")

    def _texts(self, entry: Mapping, name: str) -> Texts:
        node = entry.entries.get(name)
        texts = self._mapping(node, name) if node is not None else Mapping({}, {}, entry.line)
        for language in ("en", "zh"):
            if language not in texts.entries:
                self.problems.add(texts.line, f"{name} has no text in {'English' if language == 'en' else 'Chinese'} ({language})")
        return {lang: value.text for lang, value in texts.entries.items() if isinstance(value, Scalar)}

    def _text(self, entry: Mapping, name: str, *, default: str | None = None) -> str:
        node = entry.entries.get(name)
        if isinstance(node, Scalar) and node.text:
            return node.text
        if node is not None or default is None:
            self.problems.add(entry.line if node is None else node.line, f"{name} is missing" if node is None else f"{name} is no text")
        return default or ""

    def _word(self, entry: Mapping, name: str) -> str:
        word = self._text(entry, name)
        if not _WORD.fullmatch(word):
            self.problems.add(entry.line, f"{name} is {word[:40]!r}; use a word of a to z, 0 to 9 and _")
        return word

    def _words(self, entry: Mapping, name: str) -> tuple[str, ...]:
        return tuple(item.text for item in self._items(entry, name, needed=False) if isinstance(item, Scalar))

    def _choice(self, entry: Mapping, name: str, kinds: type[_E], default: _E | None) -> _E:
        if name not in entry.entries and default is not None:
            return default
        found = self._enum(self._text(entry, name), kinds, entry.line, name)
        return found if found is not None else next(iter(kinds))

    def _each(self, entry: Mapping, name: str, kinds: type[_E]) -> Iterable[_E]:
        node = entry.entries.get(name)
        items = node.items if isinstance(node, Sequence) else (node,)
        for item in items:
            found = self._enum(item.text if isinstance(item, Scalar) else "", kinds, entry.line, name)
            if found is not None:
                yield found

    def _enum(self, text: str, kinds: type[_E], line: int, name: str) -> _E | None:
        try:
            return kinds(text)
        except ValueError:
            self.problems.add(line, f"{name} is {text[:40]!r}; choose among {', '.join(kinds)}")
            return None

    def _mapping(self, node: Node | None, what: str) -> Mapping:
        if isinstance(node, Mapping):
            return node
        self.problems.add(node.line if node is not None else 1, f"{what} is no set of entries")
        return Mapping({}, {}, node.line if node is not None else 1)

    def _entries(self, node: Node | None, line: int) -> Iterable[tuple[str, Node]]:
        return self._mapping(node, "this").entries.items() if node is not None else ()

    def _items(self, entry: Mapping, name: str, *, needed: bool = True) -> tuple[Node, ...]:
        node = entry.entries.get(name)
        if isinstance(node, Sequence) and (node.items or not needed):
            return node.items
        if needed or node is not None:
            self.problems.add(entry.line, f"{name} is no list with entries")
        return ()

    def _names(self, entry: Mapping, known: Iterable[str]) -> None:
        for name in entry.entries:
            if name not in known:
                self.problems.add(entry.lines[name], f"{name[:60]!r} is no entry here; there are {', '.join(sorted(known))}")


_RULE_ENTRIES = frozenset(
    {
        "id", "gate", "cite", "effective", "deontic", "severity", "when", "require", "message", "fix", "evidence", "retain", "duties",
        "bars", "clock", "min_source",
    }
)  # fmt: skip
