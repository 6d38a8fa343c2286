"""Says in Chinese what an error says in English: finds the template that a sentence was made from, and fills the Chinese one.

Errors are raised with whole English sentences, which are their stable form. The catalogue ``errors.po`` has a template for each, with
numbered places: ``The terms allow {0:n} deliveries.`` What stands in a place is read back out of the sentence and kept as it is. Where
a sentence could be read in two ways, or nobody has translated it, it stays English.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

CATALOGUE = Path(__file__).parent / "locale" / "zh" / "LC_MESSAGES" / "errors.po"
PLACE = re.compile(r"\{(\d+)(?::(n|or|and|list|word))?\}")
"""A place: ``n`` holds a number, ``or``, ``and`` and ``list`` names joined so, ``word`` one of our own words."""
_NUMBER = re.compile(r"[-−+]?[\d,.]+")
_END = re.compile(r"(?<=[.?!)]) (?=\S)")
_LONGEST = 4_000
_MOST = 20
"""Sentences that a text is looked through for."""
_DEEPEST = 4
_BEGINNING = 4
_ENOUGH = 8
"""Letters that a template needs of its own before a value is taken for a sentence made from it, unless it quotes something."""
_FEW = 4
"""Letters below which a template holds only words, quotations and lists."""
_LISTS = {"or": "或", "and": "和", "list": "、"}


@dataclass(frozen=True, slots=True)
class Template:
    """An English sentence with places, and its Chinese.

    Attributes:
        literals: What stands before, between and behind the places.
        kinds: What may stand in each.
    """

    literals: tuple[str, ...]
    kinds: tuple[str, ...]
    chinese: str

    @property
    def weight(self) -> int:
        """How many letters are its own."""
        return sum(character.isalnum() for literal in self.literals for character in literal)

    def values(self, sentence: str) -> tuple[str, ...] | None:
        """What stands in the places, where the sentence can be read as this template in one way alone."""
        first = self._from_left(sentence)
        if first is None or first != self._from_right(sentence):
            return None
        fine = all(kind != "n" or _NUMBER.fullmatch(value) for kind, value in zip(self.kinds, first, strict=True))
        return first if fine else None

    def _from_left(self, sentence: str) -> tuple[str, ...] | None:
        head, *middle, tail = self.literals
        at, end, found = len(head), len(sentence) - len(tail), []
        if at > end or not (sentence.startswith(head) and sentence.endswith(tail)):
            return None
        for literal in middle:
            here = sentence.find(literal, at, end)
            if here < 0:
                return None
            found.append(sentence[at:here])
            at = here + len(literal)
        return (*found, sentence[at:end])

    def _from_right(self, sentence: str) -> tuple[str, ...] | None:
        head, *middle, tail = self.literals
        start, at, found = len(head), len(sentence) - len(tail), []
        for literal in reversed(middle):
            here = sentence.rfind(literal, start, at)
            if here < 0:
                return None
            found.append(sentence[here + len(literal) : at])
            at = here
        return (sentence[start:at], *reversed(found))


def parse(english: str, chinese: str) -> Template:
    """The template that a line of the catalogue stands for."""
    pieces = PLACE.split(english)
    return Template(tuple(pieces[::3]), tuple(kind or "" for kind in pieces[2::3]), chinese)


class Sentences:
    """The templates of one context, the plain sentences apart from those with places."""

    def __init__(self, messages: Iterable[tuple[str, str]]) -> None:
        self.plain: dict[str, str] = {}
        self._by_beginning: dict[str, list[Template]] = defaultdict(list)
        for english, chinese in messages:
            made = parse(english, chinese)
            if made.kinds:
                head = made.literals[0]
                self._by_beginning[head[:_BEGINNING] if len(head) >= _BEGINNING else ""].append(made)
            else:
                self.plain[english] = chinese

    def find(self, sentence: str, fits: Callable[[str, str], bool]) -> tuple[Template, tuple[str, ...]] | None:
        """The template that a sentence was made from, the one with most words of its own, and the values in its places.

        Args:
            fits: Whether a value may stand in a place of a kind.
        """
        found = [
            (template, values)
            for beginning in {sentence[:_BEGINNING], ""}
            for template in self._by_beginning.get(beginning, ())
            if (values := template.values(sentence)) is not None
            and (template.weight >= _FEW or all(_is_plain(*one) for one in zip(template.kinds, values, strict=True)))
            and all(fits(kind, value) for kind, value in zip(template.kinds, values, strict=True))
        ]
        return max(found, key=lambda one: (one[0].weight, _joins(*one))) if found else None


class Chinese:
    """Everything that errors say, in Chinese: whole sentences, parts that stand in places of others, and single words of ours."""

    def __init__(self, messages: Mapping[tuple[str, str], str]) -> None:
        def of(context: str) -> Sentences:
            return Sentences((english, text) for (where, english), text in messages.items() if where == context and text)

        self.sentences, self.parts, self.words = of(""), of("part"), of("word").plain

    def say(self, text: str, depth: int = 0) -> str:
        """The text in Chinese, sentence by sentence where it is several; unchanged where it is not ours."""
        if len(text) > _LONGEST or depth > _DEEPEST:
            return text
        if (whole := self._whole(text, depth)) is not None:
            return whole
        for end in reversed([match.start() for match in _END.finditer(text)][:_MOST]):
            if (first := self._whole(text[:end], depth)) is not None:
                return first + self.say(text[end + 1 :], depth + 1)
        if (whole := self._whole(text, depth, loose=True)) is not None:
            return whole
        before, colon, rest = text.partition(": ")
        if colon and (said := self._whole(rest, depth)) is not None:
            return f"{before}：{said}"
        return text

    def _whole(self, text: str, depth: int, *, loose: bool = False) -> str | None:
        """A text that is one sentence of ours, or one part; None where it is neither.

        Args:
            loose: Whether a value may hold several sentences.
        """
        for known in (self.sentences, self.parts):
            if text in known.plain:
                return known.plain[text]
            found = known.find(text, lambda kind, value: self._fits(kind, value) and (loose or not _END.search(value)))
            if found and (depth == 0 or known is self.parts or _is_telling(*found)):
                return self._filled(*found, depth)
        return None

    def _filled(self, template: Template, values: tuple[str, ...], depth: int) -> str:
        shown = [self._value(kind, value, depth + 1) for kind, value in zip(template.kinds, values, strict=True)]
        return PLACE.sub(lambda place: shown[int(place[1])], template.chinese)

    def _fits(self, kind: str, value: str) -> bool:
        return kind != "word" or self._word(value, 1) is not None

    def _value(self, kind: str, value: str, depth: int) -> str:
        if kind in _LISTS:
            return _joined(value, kind, lambda one: self._value("", one, depth))
        if kind == "word":
            return self._word(value, depth) or value
        if _is_quoted(value):
            return f"“{value[1:-1]}”"
        return self.say(value, depth)

    def _word(self, value: str, depth: int) -> str | None:
        """A word of ours, several joined by *or*, or a sentence of ours; None where it is none."""
        if known := self.words.get(value) or self._whole(value, depth):
            return known
        words = [self.words.get(one) or self.parts.plain.get(one) for one in _items(value, "or")]
        return "、".join(words[:-1]) + "或" + words[-1] if len(words) > 1 and all(words) else None  # type: ignore[arg-type,operator] # all are known


def in_chinese(text: str) -> str:
    """An error's message or hint in Chinese; as it is where the catalogue has none."""
    return _say(text) if text else text


@lru_cache(maxsize=256)
def _say(text: str) -> str:
    return _chinese().say(text)


@lru_cache(maxsize=1)
def _chinese() -> Chinese:
    return Chinese(read_catalogue())


def read_catalogue() -> dict[tuple[str, str], str]:
    """Every line of the catalogue, by context and English."""
    from babel.messages.pofile import read_po

    with CATALOGUE.open("rb") as file:
        found = read_po(file, locale="zh")
    return {(message.context or "", str(message.id)): str(message.string) for message in found if message.id}


def _is_plain(kind: str, value: str) -> bool:
    """Whether a value may stand in a template that has hardly any words of its own: one word, something quoted, a list."""
    return kind != "" or " " not in value or _is_quoted(value)


def _is_telling(template: Template, values: tuple[str, ...]) -> bool:
    """Whether a value that reads like a template is surely made from it, and nobody's own words."""
    return template.weight >= _ENOUGH or "word" in template.kinds or any(_is_quoted(value) for value in values)


def _is_quoted(value: str) -> bool:
    return len(value) > 2 and value[0] == value[-1] == "'" and "'" not in value[1:-1]


def _joined(text: str, kind: str, say: Callable[[str], str]) -> str:
    """A list joined as Chinese joins it: ``a、b或c``."""
    shown = [say(one) for one in _items(text, kind)]
    return "、".join(shown[:-1]) + _LISTS[kind] + shown[-1] if len(shown) > 1 else shown[0]


def _items(text: str, kind: str) -> list[str]:
    if kind == "list":
        return text.split(", ")
    head, _, tail = text.rpartition(f" {kind} ")
    return [*(head.replace(f" {kind} ", ", ").split(", ") if head else ()), tail]


def _joins(template: Template, values: tuple[str, ...]) -> int:
    """How many places of a list hold one that is joined as they say; it tells apart templates that differ in nothing else."""
    return sum(
        ", " in value and " or " not in value if kind == "list" else f" {kind} " in value
        for kind, value in zip(template.kinds, values, strict=True)
        if kind in _LISTS
    )
