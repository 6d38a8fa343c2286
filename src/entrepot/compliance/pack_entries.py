"""Read the entries of a pack's YAML: texts, words, days, choices; every problem is noted with its line, and one reading names all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import yaml

from entrepot.compliance.clocks import Span, parse_span
from entrepot.compliance.pack_model import LANGUAGES, Texts
from entrepot.compliance.vocabulary import is_day
from entrepot.kit import Invalid
from entrepot.kit.words import counted
from entrepot.kit.yamltree import Form, Mapping, Node, Scalar, Sequence, read

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
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
            more = f" And {counted(len(told) - 1, 'more problem')}." if len(told) > 1 else ""
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


class EntryReader:
    """Reads single entries and notes what is wrong with them."""

    def __init__(self, name: str) -> None:
        self.problems = Problems(name)

    def mapping(self, node: Node | None, what: str) -> Mapping:
        """A node that has to be a set of entries."""
        if isinstance(node, Mapping):
            return node
        self.problems.add(node.line if node is not None else 1, f"{what} is no set of entries")
        return Mapping({}, {}, node.line if node is not None else 1)

    def entries(self, node: Node | None, line: int) -> Iterable[tuple[str, Node]]:
        """The names and values of a node that may be left out."""
        return self.mapping(node, "this").entries.items() if node is not None else ()

    def items(self, entry: Mapping, name: str, *, needed: bool = True) -> tuple[Node, ...]:
        """The items of a list."""
        node = entry.entries.get(name)
        if isinstance(node, Sequence) and (node.items or not needed):
            return node.items
        if needed or node is not None:
            self.problems.add(entry.line, f"{name} is no list with entries")
        return ()

    def names(self, entry: Mapping, known: Iterable[str]) -> None:
        """Note every entry whose name is not known here."""
        for name in entry.entries:
            if name not in known:
                self.problems.add(entry.lines[name], f"{name[:60]!r} is no entry here; there are {', '.join(sorted(known))}")

    def text(self, entry: Mapping, name: str, *, default: str | None = None) -> str:
        """A text; without a default it has to be there."""
        node = entry.entries.get(name)
        if isinstance(node, Scalar) and node.text:
            return node.text
        if node is not None or default is None:
            self.problems.add(entry.line if node is None else node.line, f"{name} is missing" if node is None else f"{name} is no text")
        return default or ""

    def texts(self, entry: Mapping, name: str) -> Texts:
        """A text in English and in Chinese."""
        node = entry.entries.get(name)
        texts = self.mapping(node, name) if node is not None else Mapping({}, {}, entry.line)
        self.names(texts, LANGUAGES)
        for language in LANGUAGES:
            if language not in texts.entries:
                self.problems.add(texts.line, f"{name} has no text in {'English' if language == 'en' else 'Chinese'} ({language})")
        return {language: self.text(texts, language) for language in texts.entries}

    def word(self, entry: Mapping, name: str) -> str:
        """A name of small letters, digits and underscores."""
        word = self.text(entry, name)
        if not is_word(word):
            self.problems.add(entry.line, f"{name} is {word[:40]!r}; use a word of a to z, 0 to 9 and _")
        return word

    def words(self, entry: Mapping, name: str) -> tuple[str, ...]:
        """A list of texts, which may be left out."""
        items = self.items(entry, name, needed=False)
        for item in items:
            if not isinstance(item, Scalar) or not item.text:
                self.problems.add(item.line, f"{name} takes a list of words")
        return tuple(item.text for item in items if isinstance(item, Scalar))

    def choice(self, entry: Mapping, name: str, kinds: type[_E], default: _E | None, *, among: Iterable[_E] | None = None) -> _E:
        """One value of an enum, or of these of its values; without a default it has to be there."""
        if name not in entry.entries and default is not None:
            return default
        found = self.enum(self.text(entry, name), kinds if among is None else tuple(among), entry.line, name)
        return found if found is not None else next(iter(kinds))

    def each(self, entry: Mapping, name: str, kinds: type[_E]) -> Iterable[_E]:
        """Each of one or several values of an enum."""
        node = entry.entries.get(name)
        items = node.items if isinstance(node, Sequence) and node.items else (node,)
        for item in items:
            found = self.enum(item.text if isinstance(item, Scalar) else "", kinds, entry.line, name)
            if found is not None:
                yield found

    def enum(self, text: str, kinds: Iterable[_E], line: int, name: str) -> _E | None:
        """A value of an enum, or None after noting that it is none."""
        known = tuple(kinds)
        found = next((one for one in known if one.value == text), None)
        if found is None:
            self.problems.add(line, f"{name} is {text[:40]!r}; choose among {', '.join(known)}")
        return found

    def day(self, entry: Mapping, name: str) -> date | None:
        """A day, which may be left out."""
        node = entry.entries.get(name)
        if node is None:
            return None
        text = node.text if isinstance(node, Scalar) else ""
        if not is_day(text):
            self.problems.add(node.line, f"{name} is {text[:40]!r}, which is no day such as 2026-11-21")
            return None
        return date.fromisoformat(text)

    def ordered(self, entry: Mapping, first: date | None, last: date | None, first_name: str, last_name: str) -> None:
        """Note a last day that is not after the first."""
        if first is not None and last is not None and last <= first:
            self.problems.add(entry.line, f"{last_name} {last} is not after {first_name} {first}")

    def span(self, node: Node | None, line: int) -> Span | None:
        """A span of time, which may be left out."""
        if node is None:
            return None
        try:
            return parse_span(node.text if isinstance(node, Scalar) else "")
        except Invalid as error:
            self.problems.add(line, error.message)
            return None


def is_word(text: str) -> bool:
    """Whether a text is a name of small letters, digits and underscores."""
    return _WORD.fullmatch(text) is not None
