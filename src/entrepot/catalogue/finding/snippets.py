"""A few words around what was found, as plain text in marked pieces; nothing here is markup."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby

from entrepot.catalogue.finding import tokens as t
from entrepot.catalogue.finding.query import Query
from entrepot.catalogue.model import Segment

WIDTH = 200
_BEFORE = 60
_WORD = re.compile(r"\S+")


def snippet(texts: Iterable[str], query: Query) -> tuple[Segment, ...]:
    """The first of the texts that holds something the query asks for, cut around it; else the beginning of the first text."""
    given = [text for text in texts if text]
    for text in given:
        composed = unicodedata.normalize("NFC", text)
        marked = _marked(composed, query)
        if any(marked):
            return _cut(composed, marked)
    return _cut(given[0], [False] * len(given[0])) if given else ()


def _marked(text: str, query: Query) -> list[bool]:
    """For each character whether it belongs to something the query asks for."""
    exact = {token for clause in query.words for phrase in clause for token in phrase.tokens}
    begun = tuple(phrase.tokens[-1].removeprefix(t.FORM) for clause in query.words for phrase in clause if phrase.prefix)
    marked = [False] * len(text)
    for token, written, start, end in _places(text):
        if token in exact or (begun and written.startswith(begun)):
            marked[start:end] = [True] * (end - start)
    return marked


def _places(text: str) -> Iterator[tuple[str, str, int, int]]:
    """Token, written form and place of everything in a text, folded character by character so that places are known."""
    folded, owners = "", list[int]()
    for index, character in enumerate(text):
        piece = t.fold(character)
        folded += piece
        owners += [index] * len(piece)
    for match in _WORD.finditer(folded):
        at = match.start()
        for word, unspaced in t.words(match.group()):
            end = min(at + len(word), len(owners))
            if unspaced:
                for offset, pair in enumerate(t.pairs(word)):
                    yield pair, pair, owners[at + offset], owners[min(at + offset + len(pair), end) - 1] + 1
            elif end > at:
                yield t.token(word), word, owners[at], owners[end - 1] + 1
            at = end


def _cut(text: str, marked: list[bool]) -> tuple[Segment, ...]:
    first = marked.index(True) if True in marked else 0
    start = 0 if first <= _BEFORE else _word_start(text, first - _BEFORE, first)
    end = min(len(text), start + WIDTH)
    pieces = [Segment("".join(text[i] for i in group), hit) for hit, group in groupby(range(start, end), key=lambda index: marked[index])]
    return (*([Segment("…", False)] if start else []), *pieces, *([Segment("…", False)] if end < len(text) else []))


def _word_start(text: str, start: int, limit: int) -> int:
    """The next beginning of a word at or after ``start``, so that the cut falls between words where there are spaces."""
    space = text.find(" ", start, limit)
    return start if space < 0 else space + 1
