"""What a heading promises, in English and other languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from entrepot.engine.model import ColumnProfile
from entrepot.privacy import languages, vocabulary

_TOKEN = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_SCRIPT = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af\u0400-\u04ff]")
_SPELLED = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i", "đ": "d"})
_VARIANT = re.compile(r"rs\d{3,}")
_PART_OF_NAME = frozenset(["first", "last", "middle", "given", "family", "maiden", "full", "preferred", "sur", "legal"])
_WHOSE_NAME = frozenset(["billing", "shipping", "kin"])
_WIDEST_GAP = 3
_MOST_CODES = 20
_LEAST_ACCOUNTS = 3
BY_TOKENS = {
    tuple(phrase.split()): category
    for phrases in (vocabulary.PHRASES, languages.PHRASES)
    for category, some in phrases.items()
    for phrase in some
}
"""Categories by the words of their phrases."""
_LONGEST = max(map(len, BY_TOKENS))
_KNOWN = (
    {word for phrase in BY_TOKENS for word in phrase}
    | vocabulary.PERSONS
    | vocabulary.OTHER_THING
    | vocabulary.NOT_OF_PERSONS
    | _WHOSE_NAME
)
_SHORT_PARTS = frozenset(["of", "id", "no", "by", "zip", "dob", "ssn"])
_LEAST_PART = 4


def tokens(header: str) -> list[str]:
    """The words of a heading, in lower case and without accents, however they are joined."""
    return [token.lower() for token in _TOKEN.findall(without_accents(header))]


def without_accents(text: str) -> str:
    """A text in plain letters: ``José`` as ``Jose``."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.translate(_SPELLED)) if not unicodedata.combining(c))


def promised(header: str) -> str:
    """The category a heading promises, or empty."""
    if _SCRIPT.search(header):
        return _promised_in_script(header.lower())
    if _VARIANT.fullmatch(header):
        return "genetic"  # A place in the genome, as dbSNP numbers it.
    words = tokens(header)
    said = _said(words)
    return (said if said is not None else _said(spelled_out(words))) or ""


def _said(words: list[str]) -> str | None:
    """The category that words promise; empty where a word takes it back, None where they say nothing."""
    if vocabulary.STATISTICS & set(words):
        return ""
    found = phrases_in(words)
    if words and words[-1] in vocabulary.OTHER_THING:
        # Only a longer phrase speaks for such a last word: a "blood type" is no property of blood.
        found = [one for one in found if one[1] == len(words) and one[0] > 1]
        if not found:
            return ""
    # The last word of a heading says what it is: the "emergency contact phone" is a phone.
    length, _, category = max(found, default=(0, 0, ""))
    if category and vocabulary.NOT_BESIDE.get(category, frozenset()) & set(words):
        return ""
    return "name" if length <= 1 and _names_a_person(words) else category or None


def spelled_out(words: list[str]) -> list[str]:
    """The words of a heading with abbreviations written out, joined words taken apart, and plurals in the singular."""
    found: list[str] = []
    for word in words:
        if word in _KNOWN or word.isdigit():
            found.append(word)
        elif word in vocabulary.ABBREVIATIONS:
            found.append(vocabulary.ABBREVIATIONS[word])
        elif word.endswith("s") and word[:-1] in _KNOWN:
            found.append(word[:-1])
        else:
            found += _parts(word) or _parts(word.removesuffix("s")) or [word]
    return found


def _parts(word: str) -> list[str]:
    """The known words that a longer one is joined of, as few as possible; none where it is not."""
    best: list[list[str] | None] = [[], *([None] * len(word))]
    for end in range(2, len(word) + 1):
        for start in range(end - 1):
            before, part = best[start], word[start:end]
            if before is None or part not in _KNOWN or not (len(part) >= _LEAST_PART or part in _SHORT_PARTS):
                continue
            if best[end] is None or len(before) + 1 < len(best[end] or ()):
                best[end] = [*before, part]
    return best[-1] or []


def allowed(header: str) -> str:
    """The category a heading allows without promising it, or empty; the values or the columns beside it decide.

    ``name`` may be a person's or a product's, ``judge`` a name or a number, ``user`` an account or a key.
    """
    words = _without_table(tokens(header))
    phrase = " ".join(words)
    if phrase in languages.WEAK_NAMES:
        return "name"
    for category, phrases in vocabulary.WEAK.items():
        if phrase in phrases or (words[:2] == ["name", "in"] and category == "name"):
            return category
    return "name" if is_a_role(header) else ""


def is_a_role(header: str) -> bool:
    """Whether it calls a person by a role, such as ``judge``, so that values may be names, numbers or yes and no."""
    words = _without_table(tokens(header))
    return 0 < len(words) <= 2 and words[-1] in vocabulary.PERSONS and words[-1] != "user"


def speaks_of_a_name(header: str) -> bool:
    """Whether it ends in *name* or allows a person's, so that values that are names of persons are believed."""
    if _SCRIPT.search(header):
        return False
    words = [word for word in spelled_out(tokens(header)) if not word.isdigit()]
    if not words or (len(words) > 1 and words[-2] in vocabulary.NOT_OF_PERSONS | vocabulary.ORGANISATIONS):
        return False
    return words[-1] in ("name", "names", "by", "agent", *vocabulary.PERSONS) or allowed(header) == "name"


def names_organisations(header: str) -> bool:
    """Whether a column names organisations or venues."""
    if _SCRIPT.search(header):
        return any(word in header for word in languages.SCRIPT_ORGANISATIONS)
    words = tokens(header)
    return bool(words) and words[0] != "is" and bool(vocabulary.ORGANISATIONS & {words[0], words[-1]})


def is_of_organisations(header: str) -> bool:
    """Whether only organisations and venues have what a column holds, such as a BIC or a cuisine."""
    return bool(vocabulary.OF_ORGANISATIONS & set(tokens(header)))


def is_of_homes(header: str) -> bool:
    """Whether it speaks of somebody's own address, whatever the table is about."""
    if _SCRIPT.search(header):
        return any(word in header for word in ("住", "家庭", "收货", "户籍", "通讯"))
    words = set(tokens(header))
    return bool(words & (vocabulary.HOME | vocabulary.PERSONS))


def is_own(header: str) -> bool:
    """Whether it speaks of a person's own details wherever it stands, as a billing address does."""
    return bool(vocabulary.OWN & set(tokens(header)))


def phrases_in(words: list[str]) -> list[tuple[int, int, str]]:
    """Length, end and category of each phrase among the words of a heading."""
    found = []
    for start in range(len(words)):
        for end in range(start + 1, min(len(words), start + _LONGEST) + 1):
            category = BY_TOKENS.get(tuple(words[start:end]))
            if category:
                found.append((end - start, end, category))
    return found


def _names_a_person(words: list[str]) -> bool:
    """Whether it is the name of somebody: ``author name``, ``LastOrCompanyName``, ``name_last``."""
    words = [word for word in words if not word.isdigit()]
    at = next((i for i, word in enumerate(words) if word in ("name", "names")), None)
    if at is None or at != len(words) - 1:
        return False
    parts = [i for i, word in enumerate(words[:at]) if word in _PART_OF_NAME]
    if parts and at - parts[-1] <= _WIDEST_GAP:
        return at - parts[-1] > 1 or words[at - 1] not in vocabulary.NOT_OF_PERSONS
    return at > 0 and words[at - 1] in vocabulary.PERSONS | _WHOSE_NAME


def _without_table(words: list[str]) -> list[str]:
    """The words without what tells one joined table from another: ``l_name``, ``rtable_name``, ``b_name``."""
    return words[1:] if len(words) > 1 and words[0] in ("ltable", "rtable", "left", "right", "l", "r", "a", "b", "x", "y", "the") else words


def _promised_in_script(header: str) -> str:
    if header.rstrip("()（） ").endswith(languages.SCRIPT_OTHER_THING):
        return ""
    return max(((len(word), category) for word, category in languages.SCRIPT if word in header), default=(0, ""))[1]


def is_plausible(category: str, column: ColumnProfile) -> bool:
    """Whether the figures of a column allow what its heading promises."""
    number = is_number(column)
    rule = _PLAUSIBLE.get(category)
    if column.distinct == 0 or column.type == "BOOLEAN":
        return category in ("health", "union", "criminal") and column.distinct > 0
    return rule(column, number) if rule else True


def is_number(column: ColumnProfile) -> bool:
    """Whether it holds numbers."""
    return column.type.partition("(")[0] in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL")


def _between(column: ColumnProfile, low: float, high: float) -> bool:
    try:
        return low <= float(column.minimum or "nan") and float(column.maximum or "nan") <= high
    except ValueError:
        return False


def _text_only(column: ColumnProfile, number: bool) -> bool:
    return column.type == "VARCHAR"


def _few(column: ColumnProfile, number: bool) -> bool:
    return column.distinct <= 200 and (not number or _coded(column, number))


def _coded(column: ColumnProfile, number: bool) -> bool:
    """Whether it is text, or numbers that can be codes; many different numbers are counts and rates."""
    return not number or (column.distinct <= _MOST_CODES and _between(column, -9, 999))


def _number(column: ColumnProfile, number: bool, low: float, high: float) -> bool:
    """Whether it is a number in the range, or a text long enough for the lower end."""
    return _between(column, low, high) if number else column.type == "VARCHAR" and (column.length_max or 0) >= len(str(int(low)))


_PLAUSIBLE: dict[str, Callable[[ColumnProfile, bool], bool]] = {
    "email": _text_only,
    "name": _text_only,
    "address": _text_only,
    "account": lambda c, number: c.type == "VARCHAR" and c.distinct >= _LEAST_ACCOUNTS,
    "secret": _text_only,
    "ip_address": _text_only,
    "mac_address": _text_only,
    "plate": _text_only,
    "iban": lambda c, number: _number(c, number, 10**6, 10**20),
    "phone": lambda c, number: _number(c, number, 10**6, 10**15),
    "official_id": lambda c, number: _number(c, number, 10**5, 10**20),
    "person_number": lambda c, number: _number(c, number, 10**3, 10**20),
    "payment_card": lambda c, number: _number(c, number, 10**12, 10**19),
    "age": lambda c, number: not number or _between(c, 0, 130),
    "gender": lambda c, number: c.distinct <= 20,
    "birth_date": lambda c, number: not number or _between(c, 1, 10**14),
    "coordinates": lambda c, number: number and _between(c, -180, 180),
    "postal_code": lambda c, number: not number or _between(c, 100, 10**10),
    "health": _coded,
    "criminal": _coded,
    "politics": _coded,
    "sexuality": _coded,
    "union": _coded,
    "place": _text_only,
    "education": _few,
    "marital_status": _few,
    "ethnicity": _few,
    "religion": _few,
    "income": lambda c, number: number or c.distinct <= 100,
}
