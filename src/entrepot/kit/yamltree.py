"""YAML as a tree whose every value knows its line; the parts of YAML that surprise people or machines are refused.

Values are read by what the entry calls for, not by YAML's guesses, so that ``NO`` stays a country and ``12:30`` a text.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any, NoReturn

import yaml

from entrepot.kit.errors import Invalid

# Marks that make text read otherwise than it is stored.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value as it is written; ``quoted`` values are texts whatever they look like."""

    text: str
    quoted: bool
    line: int

    @property
    def is_null(self) -> bool:
        """Nothing is given."""
        return not self.quoted and self.text in ("", "~", "null")


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """Entries by name; ``lines`` has the line of each name."""

    entries: dict[str, Node]
    lines: dict[str, int]
    line: int


Node = Scalar | Sequence | Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What kind of text is read, for its messages, and how large it may be.

    Attributes:
        name: What to call it in a sentence, such as "the manifest".
        hint: What to do when it is too large or holds too much.
        events: Names, values and brackets, counted together.
    """

    name: str
    hint: str
    bytes: int = 256 * 1024
    depth: int = 8
    events: int = 50_000
    loader: Any = yaml.SafeLoader


def read(text: str, form: Form) -> Mapping:
    """The tree of a YAML text.

    Raises:
        Invalid: It is too large, no YAML, holds anchors, aliases, tags or control characters, or is no set of entries.
    """
    if len(text.encode("utf-8", "surrogatepass")) > form.bytes:
        raise Invalid(f"{form.name.capitalize()} is larger than {form.bytes // 1024} KiB.", form.hint)
    try:
        _check(text, form)
        root = _build(yaml.compose(text, Loader=form.loader), form)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"Line {mark.line + 1}: {form.name}" if mark else form.name.capitalize()
        problem = getattr(error, "problem", None) or "a character that YAML does not allow"
        raise Invalid(f"{where} is not YAML: {problem}.", "Write `name: value`, one a line; quote texts with a colon.") from None
    if not isinstance(root, Mapping):
        raise Invalid(f"{form.name.capitalize()} is no set of entries.", "Write `name: value`, one a line.")
    return root


def check_text(text: str, line: int) -> str:
    """A text without control characters, surrogates or marks that turn its direction, composed as NFC."""
    for character in text:
        if (unicodedata.category(character) in ("Cc", "Cs", "Co") and character not in "\n\t") or character in _TURNING:
            raise Invalid(f"Line {line}: the text holds the invisible character U+{ord(character):04X}.", "Remove it.", line=line)
    return unicodedata.normalize("NFC", text)


def _check(text: str, form: Form) -> None:
    """See that the text's events hold nothing that a tree could be blown up with."""
    depth = 0
    for number, event in enumerate(yaml.parse(text, Loader=form.loader)):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if number > form.events:
            _refuse(line, "more entries than it can have", form.hint, form)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            _refuse(line, "an anchor or alias (& or *)", "Write the value out, or quote a text that begins so.", form)
        if tag := getattr(event, "tag", None):
            _refuse(line, f"the tag {tag[:60]}", "Leave tags (!) out, or quote a text that begins so.", form)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > form.depth:
            _refuse(line, f"entries nested deeper than {form.depth}", "Write it flatter.", form)


def _build(node: yaml.Node | None, form: Form) -> Node:
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, form)
    if isinstance(node, yaml.SequenceNode):
        return Sequence(tuple(_build(item, form) for item in node.value), node.start_mark.line + 1)
    if isinstance(node, yaml.ScalarNode):
        line = node.start_mark.line + 1
        # The loader in C calls the style of a plain value empty, the one in Python None.
        return Scalar(check_text(node.value, line), bool(node.style), line)
    return Mapping({}, {}, 1)


def _mapping(node: yaml.MappingNode, form: Form) -> Mapping:
    entries: dict[str, Node] = {}
    lines: dict[str, int] = {}
    for name, value in node.value:
        line = name.start_mark.line + 1
        if not isinstance(name, yaml.ScalarNode):
            _refuse(line, "a name that is a list or a set of entries", "Use plain words as names.", form)
        text = check_text(name.value, line)
        if text in entries:
            _refuse(line, f"{text[:60]!r} a second time (first in line {lines[text]})", _again(text, name.value), form)
        entries[text], lines[text] = _build(value, form), line
    return Mapping(entries, lines, node.start_mark.line + 1)


def _again(text: str, written: str) -> str:
    # What looks the same on the screen has to be told apart in words, or nobody finds the second one.
    apart = "" if text == written else " Its accents are letters of their own here, and composed it is the same name."
    return f"Keep one of the two.{apart}"


def _refuse(line: int, what: str, hint: str, form: Form) -> NoReturn:
    raise Invalid(f"Line {line}: {form.name} holds {what}.", hint, line=line)
