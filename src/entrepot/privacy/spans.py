"""What a text of an age may stand for, and which texts stand for a missing one."""

from __future__ import annotations

import math
import re
import unicodedata

Span = tuple[float, float]
"""The least and the greatest that a value may stand for: an age in years, or a birth in days."""
_MISSING = frozenset(
    [
        "unknown", "unkn", "unk", "n/a", "na", "n.a.", "n.a", "nan", "nat", "null", "none", "nil", "missing", "blank", "empty", "not available", "not known",
        "not applicable", "not stated", "not given", "not provided", "not specified", "not recorded", "not reported", "unspecified", "undisclosed", "unavailable",
        "withheld", "redacted", "hidden", "masked", "suppressed", "private", "prefer not to say", "refused", "declined", "tbd", "tba", "infinity", "-infinity",
        r"\n", "#n/a", "#n/a n/a", "<na>", "(null)", "(none)", "[null]", "unbekannt", "k.a.", "keine angabe", "inconnu", "inconnue", "non renseigné", "desconocido", "desconocida",
        "sin dato", "desconhecido", "sconosciuto", "onbekend", "неизвестно", "нет данных", "미상", "不詳", "不明", "不详", "未知", "未詳", "无", "無", "空", "未填", "未填写",
        "未提供", "未登记", "未说明", "保密", "缺失", "暂无", "不清楚", "不知道",
    ]
)  # fmt: skip
CAN_BE_READ = (
    r"(?is)\D{0,2}\d{4}\D{1,3}\d.*|(?:[^a-z]|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    r"|dec(?:ember)?|(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?|years?|yrs?|months?|mths?|mos?|weeks?|wks?|days?|born|circa|aged?|old(?:er)?|over|above"
    r"|under|below|less|than|young(?:er)?|and|or|to|on|in|of|st|nd|rd|th|[bcdmoqstwxyz]|yo)*"
)
"""What every text with digits that is read as an age or a birth matches (RE2)."""
_NO_VALUE = re.compile(r"[-–—−_*?.#/\\x\s]*|-\d+(?:\.0)?|0{4,8}(?:\.0)?|0000[-/.]00[-/.]00|00[-/.]00[-/.]0000|9{5,8}(?:\.0)?")
_N = r"(\d{1,4}(?:\.\d+)?)"
_EXACT = re.compile(_N)
_RANGE = re.compile(rf"{_N} ?(?:-|–|—|~|～|至|到|to) ?{_N}")
_INTERVAL = re.compile(rf"[\[\](] ?{_N} ?[,;] ?{_N} ?([\[\])])")
_FROM = re.compile(rf"(?:≥|>=|≧|>|over|above|older than|超过) ?{_N}|{_N} ?(?:\+|and over|and older|or older|及以上|以上)")
_BELOW = re.compile(rf"(<=|≤|≦|<|under|below|less than|younger than|不满|未满|小于) ?{_N}")
_UP_TO = re.compile(rf"{_N} ?(?:and under|and younger|or younger|or less|及以下|以下)")
_AGED = re.compile(r"^(?:aged?|约) ?(?=\d)")
_UNIT = re.compile(r" ?(?:years? old|years?|yrs?\.?|y\.?/?o\.?|y|周岁|歳|세|岁|年)(?=$|[ ~+–—至到及以-])")
_WITH_MONTHS = re.compile(r"(\d{1,3}) ?(?:;|years?,?(?: and)?|yrs?|y|岁) ?(\d{1,2})(?:\.\d{0,2})? ?(?:months?|mos?\.?|m|个月|月)?(?: old)?")
_SMALLER = re.compile(r"(\d{1,4}(?:\.\d+)?)[ -]?(months?|mos?\.?|mths?|个月|月龄?|weeks?|wks?|周龄?|days?|天|日龄)(?: old)?")
_IN_YEAR = {"m": 12.0, "个": 12.0, "月": 12.0, "w": 52.18, "周": 52.18, "d": 365.25, "天": 365.25, "日": 365.25}


def plain(text: str) -> str:
    """A text in small letters with single spaces and plain digits, out of its quotation marks."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.split()).strip("\"'`“”‘’ ").lower()


def is_missing(text: str) -> bool:
    """Whether it stands for no value: empty, a word such as *unknown*, a mask, or a code such as -1 or 0000-00-00."""
    text = plain(text)
    return text in _MISSING or text.strip("()[]<>. ") in _MISSING or _NO_VALUE.fullmatch(text) is not None


def age(text: str) -> Span | None:
    """The least and the greatest age in years that a text stands for; None where it cannot be read."""
    text = _AGED.sub("", plain(text))
    if match := _SMALLER.fullmatch(text):
        years = float(match[1]) / _IN_YEAR[match[2][0]]
        return years, years
    if match := _WITH_MONTHS.fullmatch(text):
        years = float(match[1]) + min(int(match[2]), 11) / 12
        return years, years
    return numbers(_UNIT.sub("", text))


def numbers(text: str) -> Span | None:
    """The two ends that a number, a range or an interval stands for; None where it is none of them."""
    if match := _EXACT.fullmatch(text):
        return float(match[1]), float(match[1])
    if match := _RANGE.fullmatch(text):
        return float(match[1]), float(match[2])
    if match := _INTERVAL.fullmatch(text):
        return float(match[1]), float(match[2]) if match[3] == "]" else _just_below(float(match[2]))
    if match := _FROM.fullmatch(text):
        return float(match[1] or match[2]), math.inf
    if match := _UP_TO.fullmatch(text):
        return 0.0, float(match[1])
    if match := _BELOW.fullmatch(text):
        end = float(match[2])
        return 0.0, end if match[1] in ("<=", "≤", "≦") else _just_below(end)
    return None


def _just_below(number: float) -> float:
    return math.nextafter(number, -math.inf)
