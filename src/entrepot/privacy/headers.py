"""What a heading promises, in English, Chinese and pinyin."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from entrepot.engine.model import ColumnProfile
from entrepot.privacy import vocabulary

_TOKEN = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_PART_OF_NAME = frozenset(["first", "last", "middle", "given", "family", "maiden", "full", "preferred", "sur", "legal"])
_WIDEST_GAP = 3
_MOST_CODES = 20
_BY_TOKENS = {tuple(phrase.split()): category for category, phrases in vocabulary.PHRASES.items() for phrase in phrases}
_LONGEST = max(map(len, _BY_TOKENS))


def tokens(header: str) -> list[str]:
    """The words of a heading, in lower case and without accents, however they are joined."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", header) if not unicodedata.combining(c))
    return [token.lower() for token in _TOKEN.findall(plain)]


def promised(header: str) -> str:
    """The category a heading promises, or empty."""
    if _CHINESE.search(header):
        return _promised_in_chinese(header)
    words = tokens(header)
    if not words or words[-1] in vocabulary.OTHER_THING:
        return ""
    # The last word of a heading says what it is: the "emergency contact phone" is a phone.
    length, _, category = max(_phrases(words), default=(0, 0, ""))
    if category and vocabulary.NOT_BESIDE.get(category, frozenset()) & set(words):
        return ""
    return "name" if length <= 1 and _names_a_person(words) else category


def allowed(header: str) -> str:
    """The category a heading allows without promising it, or empty; the values or the columns beside it decide.

    ``name`` may be a person's or a product's, ``judge`` a name or a number, ``user`` an account or a key.
    """
    words = _without_table(tokens(header))
    phrase = " ".join(words)
    for category, phrases in vocabulary.WEAK.items():
        if phrase in phrases or (words[:2] == ["name", "in"] and category == "name"):
            return category
    return "name" if is_a_role(header) else ""


def is_a_role(header: str) -> bool:
    """Whether it calls a person by a role, such as ``judge``, so that values may be names, numbers or yes and no."""
    words = _without_table(tokens(header))
    return 0 < len(words) <= 2 and words[-1] in vocabulary.PERSONS and words[-1] != "user"


def names_organisations(header: str) -> bool:
    """Whether a column names organisations or venues."""
    if _CHINESE.search(header):
        return any(word in header for word in vocabulary.CHINESE_ORGANISATIONS)
    words = tokens(header)
    return bool(words) and words[0] != "is" and bool(vocabulary.ORGANISATIONS & {words[0], words[-1]})


def is_of_organisations(header: str) -> bool:
    """Whether only organisations and venues have what a column holds, such as a BIC or a cuisine."""
    return bool(vocabulary.OF_ORGANISATIONS & set(tokens(header)))


def is_of_homes(header: str) -> bool:
    """Whether it speaks of somebody's own address, whatever the table is about."""
    if _CHINESE.search(header):
        return any(word in header for word in ("住", "家庭", "收货", "户籍", "通讯"))
    words = set(tokens(header))
    return bool(words & (vocabulary.HOME | vocabulary.PERSONS))


def _phrases(words: list[str]) -> list[tuple[int, int, str]]:
    found = []
    for start in range(len(words)):
        for end in range(start + 1, min(len(words), start + _LONGEST) + 1):
            category = _BY_TOKENS.get(tuple(words[start:end]))
            if category:
                found.append((end - start, end, category))
    return found


def _names_a_person(words: list[str]) -> bool:
    """Whether it is the name of somebody: ``author name``, ``LastOrCompanyName``, ``name_last``."""
    at = next((i for i, word in enumerate(words) if word in ("name", "names")), None)
    if at is None or at != len(words) - 1:
        return False
    parts = [i for i, word in enumerate(words[:at]) if word in _PART_OF_NAME]
    if parts and at - parts[-1] <= _WIDEST_GAP:
        return at - parts[-1] > 1 or words[at - 1] not in vocabulary.NOT_OF_PERSONS
    return at > 0 and words[at - 1] in vocabulary.PERSONS


def _without_table(words: list[str]) -> list[str]:
    """The words without what tells one joined table from another: ``l_name``, ``rtable_name``, ``b_name``."""
    return words[1:] if len(words) > 1 and words[0] in ("ltable", "rtable", "left", "right", "l", "r", "a", "b", "x", "y", "the") else words


def _promised_in_chinese(header: str) -> str:
    if header.rstrip("()（） ").endswith(vocabulary.CHINESE_OTHER_THING):
        return ""
    return max(((len(word), category) for word, category in vocabulary.CHINESE if word in header), default=(0, ""))[1]


def is_plausible(category: str, column: ColumnProfile) -> bool:
    """Whether the figures of a column allow what its heading promises."""
    kind = column.type.partition("(")[0].partition(" ")[0]
    number = kind in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL")
    rule = _PLAUSIBLE.get(category)
    if column.distinct == 0 or kind == "BOOLEAN":
        return category in ("health", "union", "criminal") and column.distinct > 0
    return rule(column, number) if rule else True


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
    "account": _text_only,
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
    "birth_date": lambda c, number: not number or _between(c, 1, 10**8),
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
