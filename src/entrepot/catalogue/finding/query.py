"""What people type, as clauses that either store can ask for; nothing they type is ever query syntax."""

from __future__ import annotations

import re
from dataclasses import dataclass

from entrepot.catalogue.finding import tokens as t
from entrepot.catalogue.finding.facets import facet, purposes_above
from entrepot.catalogue.model import Filters

MAX_TEXT = 400
MAX_CLAUSES = 24
_QUOTED = re.compile('["\u201c\u201d\u300c\u300d]([^"\u201c\u201d\u300c\u300d]*)["\u201c\u201d\u300c\u300d]')
_COMMON = frozenset(["a", "an", "and", "are", "as", "at", "by", "for", "from", "in", "is", "of", "on", "or", "the", "to", "with"])


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens that stand side by side; with ``prefix`` the last one is only the beginning of a token."""

    tokens: tuple[str, ...]
    prefix: bool = False


Clause = tuple[Phrase, ...]
"""Alternatives, one of which must be there."""


@dataclass(frozen=True, slots=True)
class Query:
    """Clauses that must all be met by the words, and by the facets; ``without`` lists facets that must be absent."""

    words: tuple[Clause, ...]
    facets: tuple[Clause, ...] = ()
    without: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether everything on offer is asked for."""
        return not self.words and not self.facets


def parse(text: str, filters: Filters) -> Query:
    """The query for a text and filters: every word must be there, quoted words side by side, the last word may be unfinished.

    Very common English words count only within quotes or when there is nothing else; beyond 24 clauses the rest is ignored.
    """
    text = text[:MAX_TEXT]
    clauses = [_phrase(quoted) for quoted in _QUOTED.findall(text)]
    loose = _QUOTED.sub(" ", text)
    found = list(t.words(loose))
    kept = [w for w in found if w[0] not in _COMMON] or (found if not any(clauses) else [])
    unfinished = bool(kept) and kept[-1] == found[-1] and not loose[-1:].isspace()
    for index, (word, unspaced) in enumerate(kept):
        if unspaced:
            clauses += [(Phrase((pair,), prefix=len(pair) == 1),) for pair in _inner_pairs(word)]
        else:
            clauses.append(_word(word, unfinished and index == len(kept) - 1))
    words = tuple(dict.fromkeys(clause for clause in clauses if clause))[:MAX_CLAUSES]
    facets, without = _facets(filters)
    return Query(words, facets, without)


def _inner_pairs(run: str) -> list[str]:
    """The pairs of a run; the single character only when there is no more, because any text may follow it."""
    return t.pairs(run)[:-1] or [run]


def _word(word: str, unfinished: bool) -> Clause:
    exact = Phrase((t.token(word),))
    if not unfinished or len(word) < 2:
        return (exact,)
    return (exact, Phrase((word,), prefix=True), Phrase((t.FORM + word,), prefix=True))


def _phrase(text: str) -> Clause:
    found = list(t.words(text))
    if not found:
        return ()
    listed: list[str] = []
    for word, unspaced in found[:-1]:
        listed += t.pairs(word) if unspaced else [t.token(word)]
    last, unspaced = found[-1]
    listed += _inner_pairs(last) if unspaced else [t.token(last)]
    return (Phrase(tuple(listed[:MAX_CLAUSES]), prefix=unspaced and len(last) == 1 and len(listed) <= MAX_CLAUSES),)


def _facets(filters: Filters) -> tuple[tuple[Clause, ...], tuple[str, ...]]:
    wanted: list[Clause] = []
    for kind in ("owner", "plan", "keyword", "format", "language"):
        value = getattr(filters, kind)
        if value is not None:
            wanted.append((Phrase((facet(kind, value),)),))
    if filters.personal is not None:
        wanted.append((Phrase((facet("personal", str(filters.personal)),)),))
    if filters.purpose is None:
        return tuple(wanted), ()
    above = purposes_above(filters.purpose)
    wanted.append(tuple(Phrase((facet("permitted", purpose),)) for purpose in above))
    return tuple(wanted), tuple(facet("prohibited", purpose) for purpose in above)
