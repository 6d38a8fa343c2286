"""One tokeniser for both stores: folds, stems English and spreads unspaced scripts over pairs of characters.

A run of Chinese (or another script written without spaces) of n characters turns into its n - 1 pairs and its last
character: 上海港 gives 上海, 海港, 港. Every character then begins exactly one token, so that a single character is
found as the beginning of a token, two as a token and more as neighbours.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from entrepot.catalogue.finding.porter import stem

BREAK = "\ue001"
"""Stands between texts of one field, so that no phrase reaches from one into the next; nobody can type it in a query."""
FORM = "\ue002"
"""Begins the written form of a word whose stem differs, so that half a word still finds it."""
MAX_TOKENS = 16_000
"""Tokens of one listing that are indexed; PostgreSQL knows no positions beyond 16,383."""
MAX_REPEATS = 200
"""Places of one token in one listing; PostgreSQL keeps 255."""
MAX_WORD = 64

_UNSPACED_LETTER = (
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u312f\u31a0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00016fe0-\U00018fff\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)
_UNSPACED = re.compile(f"{_UNSPACED_LETTER}+")
_SPACED_WORD = re.compile(f"(?:(?!{_UNSPACED_LETTER})\\S)+")
_POSSESSIVE = re.compile("['\u2019]s\\b", re.IGNORECASE)
_CAMEL = re.compile("(?<=[a-z0-9])(?=[A-Z])")


class _Folding(dict[int, str]):
    """What a character turns into: compatibility forms unified, small, without Latin accents; no letter or digit is a space."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", chr(code)).casefold())
        folded = "".join(_letter(c) for c in plain if not "\u0300" <= c <= "\u036f")
        self[code] = folded
        return folded


def _letter(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf":  # Soft hyphens and joiners stand inside words.
        return ""
    return character if category[0] in "LMN" else " "


_FOLDING = _Folding()


def fold(text: str) -> str:
    """The text as it is compared: words and spaces only."""
    if text.isascii():
        return _POSSESSIVE.sub("", text).translate(_FOLDING)
    folded = unicodedata.normalize("NFC", _POSSESSIVE.sub("", text)).translate(_FOLDING)
    return unicodedata.normalize("NFC", folded)


def folded_places(text: str) -> tuple[str, Sequence[int]]:
    """A composed text folded character by character, and for each folded character the place of the one it came from."""
    if text.isascii() or all(len(_FOLDING[ord(character)]) == 1 for character in set(text)):
        return text.translate(_FOLDING), range(len(text))
    pieces = [_FOLDING[ord(character)] for character in text]
    return "".join(pieces), [at for at, piece in enumerate(pieces) for _ in piece]


def words(text: str) -> Iterator[tuple[str, bool]]:
    """The folded words and unspaced runs of a text; the flag says that it is such a run."""
    for word in fold(text).split():
        if word.isascii():
            yield word[:MAX_WORD], False
            continue
        at = 0
        for run in _UNSPACED.finditer(word):
            if run.start() > at:
                yield word[at : run.start()][:MAX_WORD], False
            yield run.group(), True
            at = run.end()
        if at < len(word):
            yield word[at:][:MAX_WORD], False


def token(word: str) -> str:
    """What a word of a spaced script is indexed as: its English stem, or itself."""
    return stem(word) if word.isascii() and word.isalpha() else word


def pairs(run: str) -> list[str]:
    """The tokens of an unspaced run: each character with its neighbour, and the last one."""
    return [run[i : i + 2] for i in range(len(run))]


def tokens(text: str) -> list[str]:
    """The tokens of a text in order."""
    found: list[str] = []
    for word, unspaced in words(text):
        if unspaced:
            found += pairs(word)
        else:
            found.append(token(word))
    return found


def forms(text: str) -> set[str]:
    """The written forms of the words whose stem is no beginning of what people type, each marked as such."""
    return {FORM + word for word, unspaced in words(text) if not unspaced and token(word) != word}


def names(identifiers: Iterable[str]) -> list[str]:
    """Identifiers with spaces where their words begin: ``pickupTime`` gives ``pickup Time pickupTime``."""
    return [f"{spaced} {name}" if (spaced := _CAMEL.sub(" ", name)) != name else name for name in identifiers]


def fields(texts: Iterable[Iterable[str]]) -> list[list[str]]:
    """The tokens of some fields of several texts each, within the limits that both stores keep."""
    left, seen = MAX_TOKENS, Counter[str]()
    result: list[list[str]] = []
    for field in texts:
        found: list[str] = []
        for text in field:
            if left <= 0:
                break
            for one in [*tokens(text)[: left - 1], BREAK]:
                seen[one] += 1
                # A token beyond its last place leaves a gap, so that its neighbours stay where they are.
                found.append(one if seen[one] <= MAX_REPEATS else BREAK)
                left -= 1
        result.append(found)
    return result


def spaced_words(folded: str) -> Iterator[re.Match[str]]:
    """Where the words of spaced scripts stand in a folded text."""
    return _SPACED_WORD.finditer(folded)


def has_unspaced(text: str) -> bool:
    """Whether a text holds characters of a script that is written without spaces."""
    return _UNSPACED.search(text) is not None
