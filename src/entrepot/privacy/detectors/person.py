"""Names, addresses and places of persons that show in the values themselves, and closed lists of what persons are."""

from __future__ import annotations

import re

from entrepot.privacy.detectors.base import Detector
from entrepot.privacy.gazetteers import GIVEN, PINYIN_SURNAMES, SURNAMES, given_names
from entrepot.privacy.headers import without_accents
from entrepot.privacy.vocabulary import words_of

_LONGEST_NAME = 16
_SEPARATORS = re.compile(r"[,.()\s]+")
_HONORIFICS = frozenset(["mr", "mrs", "ms", "miss", "dr", "prof", "sir", "rev", "hon", "jr", "sr", "ii", "iii"])


def is_person_name(value: str) -> bool:
    """Whether two to five words hold a frequent given name among the first two, or an initial before a frequent surname."""
    words = [word for word in _SEPARATORS.split(value.lower()) if word and word not in _HONORIFICS]
    if not 2 <= len(words) <= 5 or any(len(word) > _LONGEST_NAME for word in words) or OF_PLACES & set(words):
        return False
    if words[0] in GIVEN or words[1] in GIVEN:
        return True
    return (len(words[0]) == 1 and words[-1] in SURNAMES) or (len(words) == 2 and words[0] in PINYIN_SURNAMES and words[1] in _PINYIN_GIVEN)


def is_one_name(value: str) -> bool:
    """Whether one word is a frequent given name or surname, with or without its accents."""
    word = value.strip().lower()
    return word in GIVEN or word in SURNAMES or (not word.isascii() and without_accents(word) in GIVEN)


def is_listed_name(value: str) -> bool:
    """Whether it is a given name of the long list, alone or among up to five words that speak of nothing else."""
    words = [word for word in _SEPARATORS.split(value.lower()) if word and word not in _HONORIFICS]
    if not 1 <= len(words) <= 5 or not all(word.replace("-", "").replace("'", "").replace("’", "").isalpha() for word in words):
        return False
    if OF_PLACES & set(words):
        return False
    if len(words[0]) == 1 and len(words) > 1:
        return words[-1] in SURNAMES or words[-1] in given_names()
    return any(word in given_names() for word in words[:2]) or (len(words) == 1 and words[0] in SURNAMES)


OF_PLACES = words_of(
    "the of and house inn grill academy county city school hotel park lake street road avenue university college center centre club united fc hospital"
    " church cafe bar restaurant airport station beach river mount fort port valley hills heights springs inc ltd llc gmbh corp bank north south east west"
)
_PINYIN_GIVEN = frozenset(
    [
        "wei",
        "fang",
        "na",
        "min",
        "jing",
        "li",
        "qiang",
        "lei",
        "jun",
        "yang",
        "yong",
        "yan",
        "jie",
        "juan",
        "tao",
        "ming",
        "chao",
        "xiuying",
        "ping",
        "gang",
    ]
)
_ONE_OF = r"(?i)^\s*({})\s*$"
_STREETS = r"st|street|ave|avenue|rd|road|blvd|boulevard|ln|lane|dr|drive|ct|court|way|pl|place|pkwy|parkway|hwy|highway|ter|terrace|cir|circle|sq|square"
_FAITHS = "christian|christianity|muslim|islam|hindu|hinduism|buddhist|buddhism|jewish|judaism|sikh|sikhism|catholic|protestant|orthodox|atheist|佛教|道教|伊斯兰教|天主教|基督教"
_PEOPLES = "汉族|壮族|回族|满族|维吾尔族|苗族|彝族|土家族|藏族|蒙古族|侗族|布依族|瑶族|白族|朝鲜族|哈尼族|黎族|哈萨克族|傣族"
_ETHNIC = "hispanic|hispanic or latino|latino|caucasian|african[ -]american|black or african american|american indian.*|native american|native hawaiian.*|pacific islander|asian|white|black|mixed|other"

DETECTORS = (
    Detector(
        name="person-name", category="name", shape=r"^\s*\(?\p{Lu}[\p{L}'’.\-]*,?(\s+\(?[\p{L}][\p{L}'’.)\-]*,?)+\s*$", check=is_person_name,
        gate=r"^\s*\S+(\s+\S+){1,5}\s*$", share=0.3, least=5, confidence=0.85,
    ),
    Detector(name="one-name", category="name", shape=r"^\s*\p{L}+\s*$", gate=r"^\s*\S{2,16}\s*$", check=is_one_name, share=0.5, least=20, confidence=0.75),
    Detector(
        name="street-address", category="address", gate=r"^\s*\d+\S?\s", shape=rf"(?i)^\s*\d{{1,6}}[a-z]?\s+([\p{{L}}\d.'’\-]+\s+){{1,5}}({_STREETS})\b.*$", share=0.4, least=5,
        confidence=0.85,
    ),
    Detector(
        name="strasse", category="address", gate=r"\s\d", shape=r"(?i)^\s*[\p{L}.\- ]+(straße|strasse|str\.|weg|allee|platz|gasse|ring|ufer)\s+\d{1,4}\s?[a-z]?\b.*$",
        share=0.5, least=5, confidence=0.85,
    ),
    Detector(
        name="coordinate-pair", category="coordinates", shape=r"^\s*\(?-?\d{1,2}\.\d{3,}\s*[,; ]\s*-?\d{1,3}\.\d{3,}\)?\s*$", share=0.8, confidence=0.9
    ),
    Detector(name="gender-words", category="gender", shape=_ONE_OF.format("male|female|man|woman|男|女|男性|女性|masculin|féminin|männlich|weiblich"), share=0.65, least=2, confidence=0.85, closed=True),
    Detector(name="blood-groups", category="health", shape=_ONE_OF.format(r"(a|b|ab|o)[ +\-]?(rh)?[+\-]|(a|b|ab|o) (positive|negative)"), share=0.9, least=4, confidence=0.85, closed=True),
    Detector(name="faiths", category="religion", shape=_ONE_OF.format(_FAITHS), share=0.6, least=3, confidence=0.85, closed=True),
    Detector(name="peoples", category="ethnicity", shape=_ONE_OF.format(_PEOPLES), share=0.6, least=2, confidence=0.9, closed=True),
    Detector(name="ethnic-words", category="ethnicity", shape=_ONE_OF.format(_ETHNIC), share=0.7, least=3, confidence=0.85, headed=True),
)  # fmt: skip
