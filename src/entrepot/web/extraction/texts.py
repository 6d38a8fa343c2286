"""Texts with places in them: what an f-string of the source comes to before its values are known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from string import Formatter
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: the expression it comes from, and its kind as ``kit.sentences`` reads it."""

    source: str
    kind: str = ""


_KINDS = {"title": "word", "others": "and"}
"""What the house rules fill in by these names."""
Text: TypeAlias = tuple[str | Place, ...]
"""A sentence as literal parts and places."""


def template(text: Text) -> tuple[str, tuple[str, ...]]:
    """The text with numbered places, such as ``There is no listing {0}.``, and the expressions that stand in them."""
    made = ""
    values: list[str] = []
    for part in text:
        if isinstance(part, str):
            made += part
        else:
            made += f"{{{len(values)}{part.kind and ':'}{part.kind}}}"
            values.append(part.source)
    return made, tuple(values)


def merged(parts: Iterable[str | Place]) -> Text:
    """Literal parts run together; places without a letter between them are one place."""
    made: list[str | Place] = []
    for part in parts:
        before = made[-1] if made else None
        if isinstance(part, str) and isinstance(before, str):
            made[-1] = before + part
        elif isinstance(part, Place) and isinstance(before, Place):
            made[-1] = Place(before.source + part.source)
        elif part != "":
            made.append(part)
    return tuple(made) or ("",)


def formatted(text: Text) -> Text:
    """A text with the braces of ``str.format`` as places."""
    made: list[str | Place] = []
    for part in text:
        if isinstance(part, Place):
            made.append(part)
            continue
        for literal, name, spec, _ in Formatter().parse(part):
            made += [literal] if name is None else [literal, Place(name, _KINDS.get(name, "n" if spec == "," else ""))]
    return merged(made)


def has_words(text: Text) -> bool:
    """Whether anything of it has to be translated."""
    return any(isinstance(part, str) and any(c.isalpha() for c in part) for part in text)


def distinct(texts: Iterable[Text]) -> list[Text]:
    """The texts without repeats, in their order."""
    return list(dict.fromkeys(texts))
