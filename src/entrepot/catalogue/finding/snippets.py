"""A few words around what was found, as plain text in marked pieces; nothing here is markup."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import groupby

from entrepot.catalogue.finding import tokens as t
from entrepot.catalogue.finding.query import Query
from entrepot.catalogue.model import Segment

WIDTH = 200
_BEFORE = 60


def snippet(texts: Iterable[str], sought: Sought) -> tuple[Segment, ...]:
    """The first of the texts that holds something the query asks for, cut around it; else the beginning of the first text."""
    given = [unicodedata.normalize("NFC", text) for text in texts if text]
    for text in given:
        found = _Places(text, sought)
        first = found.first()
        if first is not None:
            return _cut(text, first, found)
    return _cut(given[0], 0, None) if given else ()


class Sought:
    """What a query asks for, word by word; one is made for a page, whose texts share most of their words."""

    def __init__(self, query: Query) -> None:
        phrases = [phrase for clause in query.words for phrase in clause]
        exact = {token for phrase in phrases for token in phrase.tokens}
        self.unspaced = [token for token in exact if t.has_unspaced(token)]
        self._exact = exact.difference(self.unspaced)
        self._begun = tuple(phrase.tokens[-1].removeprefix(t.FORM) for phrase in phrases if phrase.prefix)
        self.has_words = bool(self._exact or self._begun)
        self._known: dict[str, bool] = {}

    def is_word(self, word: str) -> bool:
        """Whether the query asks for this folded word, by its stem or its beginning."""
        known = self._known.get(word)
        if known is None:
            known = t.token(word) in self._exact or word.startswith(self._begun)
            self._known[word] = known
        return known


class _Places:
    """Where a text holds what a query asks for; folded character by character, so that places are those of the text."""

    def __init__(self, text: str, sought: Sought) -> None:
        self._sought = sought
        self._folded, self._owners = t.folded_places(text)

    def first(self) -> int | None:
        """The place of the first find, or None."""
        return min((start for start, _ in self._spans(0, len(self._folded), only_first=True)), default=None)

    def marked(self, start: int, end: int) -> list[bool]:
        """For each character between two places whether it belongs to a find."""
        marks = [False] * (end - start)
        low, high = bisect_left(self._owners, start), bisect_left(self._owners, end)
        for begin, stop in self._spans(low, high):
            marks[max(begin - start, 0) : stop - start] = [True] * (min(stop, end) - max(begin, start))
        return marks

    def _spans(self, low: int, high: int, *, only_first: bool = False) -> Iterator[tuple[int, int]]:
        """Beginning and end of each find, in places of the text, between two places of the folded text."""
        for token in self._sought.unspaced:
            at = self._folded.find(token, low, high)
            while at >= 0:
                yield self._owners[at], self._owners[at + len(token) - 1] + 1
                at = -1 if only_first else self._folded.find(token, at + 1, high)
        for match in t.spaced_words(self._folded) if self._sought.has_words else ():
            if match.end() <= low:
                continue
            if match.start() >= high:
                return
            if self._sought.is_word(match.group()):
                yield self._owners[match.start()], self._owners[match.end() - 1] + 1
                if only_first:
                    return


def _cut(text: str, first: int, found: _Places | None) -> tuple[Segment, ...]:
    start = 0 if first <= _BEFORE else _word_start(text, first - _BEFORE, first)
    end = min(len(text), start + WIDTH)
    marks = found.marked(start, end) if found else [False] * (end - start)
    pieces, at = [], start
    for hit, group in groupby(marks):
        length = len(list(group))
        pieces.append(Segment(text[at : at + length], hit))
        at += length
    return (*([Segment("…", False)] if start else []), *pieces, *([Segment("…", False)] if end < len(text) else []))


def _word_start(text: str, start: int, limit: int) -> int:
    """The next beginning of a word at or after ``start``, so that the cut falls between words where there are spaces."""
    space = text.find(" ", start, limit)
    return start if space < 0 else space + 1
