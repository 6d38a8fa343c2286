"""Persons whom longer texts speak of: names behind a title, listed given names before a surname, and where somebody lives."""

from __future__ import annotations

import re

from entrepot.privacy.detectors.base import Detector
from entrepot.privacy.detectors.person import OF_PLACES
from entrepot.privacy.gazetteers import CHINESE_DOUBLE_SURNAMES, CHINESE_SURNAMES, GIVEN, SURNAMES, given_names
from entrepot.privacy.vocabulary import words_of

_EDGES = "-–.,;:!?()[]{}\"'“”„‘’«»<>*/"
_ENDS = frozenset(".,;:!?)]}")
_LETTERS = re.compile(r"[^\W\d_]+([-'’][^\W\d_]+)*")
_LEAST_LETTERS = 3
_LEAST_WORDS = 4
_SMALL_WORDS = 2
"""Words in small letters that a text must have, beside a third of all its words, to be sentences and no title of something."""
_ALSO_WORDS = words_of(
    # Given names that begin sentences, or name places, brands, months and things, more often than persons.
    "add alla alpha ami amber angel angle april arch are art ash atlas august austin author autumn baby bash berlin bill blake blossom branch brook brooke"
    " brooklyn buddy but cal candy cap carolina carry carter case chance chad chase chelsea chester cherry che christian christmas clay cleveland cliff columbus"
    " con content cooper cole crystal dakota dale dallas daisy dan dawn dean del dell della delle delta denver des devi doc doctor doi dom don dot drew duke early"
    " earnest else ember emerald ever fair fairly faith field fleet florence ford forest france general georgia ginger glen grace grant gray green guy hal handy harm"
    " harper haven hazel heather hence holly honey hope houston hue hunter independence india infinity iris israel ivory ivy jackson jade jan jersey job jordan josh"
    " joy judge june jung kay kelly kent king kit kumar lane lang lawyer lee len less lex lily lim lincoln lexus link little logan london long love mac madison"
    " madrid major male man manual many marc march mark marshal mason math max may media mercedes mercy meta miller min minor misty montana moral more morgan mr mrs nature"
    " new noble norm north numbers olive omega orange page paris parker pat patch patience pearl penny pepper phoenix ping pink polly porter precious price prince"
    " princess queen rain read reason red rich rico river robin rocky rose royal ruby rusty sage sandy santa savannah see sha sim sing skip sky sol soon spring star"
    " step sterling stone storm story summer sun sunny sydney tab tasha taylor tea tennessee than thi theta travis treasure true truly tyler una unique unknown uri"
    " barry birch brown burgess cinnamon earl ena english flower french golden herb jasmine kong miss park primo russell sang sue sugar"
    " val van vienna violet virginia von wade ward washington webster welcome west will winter worth young zeta"
)
_NO_SURNAMES = OF_PLACES | words_of(
    "grey farm farms tea coffee beer crackers terrier pasta vanilla"
    " january february march april may june july august september october november december monday tuesday wednesday thursday friday saturday sunday"
    " montag dienstag mittwoch donnerstag freitag samstag sonntag blvd boulevard highway hwy parkway square plaza bridge tower stadium arena foundation"
    " institute prize award cup trophy syndrome disease test score scale index method law theorem model effect company corporation group son sons brothers"
    " straße strasse platz allee weg gymnasium klinik schule stiftung rue but not who she he they his her has had is was said i a an in on at for to from with by"
)
_PLACES = (OF_PLACES - words_of("the of and")) | words_of(
    "straße strasse platz allee weg gymnasium klinik schule blvd boulevard highway hwy stadium foundation institute prize award trophy"
)
_BEFORE_PLACES = words_of("st saint san santa fort lake mount port cape rue avenue via the")
_COLOURS = words_of(
    "black white brown green gray rose stone wood west lake long price bell cook hill park field young king baker day may rice fox wolf"
)


def is_text(value: str) -> bool:
    """Whether it has four words or more, as names alone seldom have."""
    return len(value.split()) >= _LEAST_WORDS


def names_somebody(text: str) -> bool:
    """Whether a listed given name stands before a surname in it: any surname within sentences, a listed one elsewhere."""
    words = text.split()
    bare = [word.strip(_EDGES) for word in words]
    prose: bool | None = None
    for at in range(len(words) - 1):
        if words[at][-1] in _ENDS or not _is_given(bare[at]):
            continue
        # An initial may stand between them.
        after = at + 2 if len(bare[at + 1]) == 1 and at + 2 < len(words) else at + 1
        if not _is_surname(bare, at, after) or _is_a_place(words, bare, at, after):
            continue
        if bare[after].lower() in SURNAMES:
            return True
        prose = _is_prose(bare) if prose is None else prose
        if prose and bare[at].lower() not in _ALSO_WORDS:
            return True
    return False


def _is_given(word: str) -> bool:
    first = word.partition("-")[0].lower()
    return len(first) >= _LEAST_LETTERS and first not in _BEFORE_PLACES and (first in GIVEN or first in given_names())


def _is_surname(bare: list[str], at: int, after: int) -> bool:
    given, word = bare[at], bare[after]
    surname = word.lower()
    if surname in _NO_SURNAMES or len(surname) < _LEAST_LETTERS or not _LETTERS.fullmatch(surname):
        return False
    if given[0].isupper() and word[0].isupper() and not (given.isupper() or word.isupper()):
        return given.lower() not in _ALSO_WORDS or surname in SURNAMES - _COLOURS
    # Without capitals, or in nothing else, only two listed names that are no words make a person.
    return given.lower() in GIVEN and given.lower() not in _ALSO_WORDS and surname in SURNAMES - _COLOURS


def _is_a_place(words: list[str], bare: list[str], at: int, after: int) -> bool:
    """Whether what follows in capitals shows a street or a school that is called so, or what stands before it a town."""
    following = [] if words[after][-1] in _ENDS else bare[after + 1 : after + 3]
    return any(word[:1].isupper() and word.lower() in _PLACES for word in following) or (at > 0 and bare[at - 1].lower() in _BEFORE_PLACES)


def _is_prose(bare: list[str]) -> bool:
    small = sum(word[:1].islower() for word in bare)
    return small >= _SMALL_WORDS and 3 * small >= len(bare)


_ROLES = "患者|病人|病患|客户|顾客|家属|家长|学生|员工|乘客|投诉人|联系人|当事人|被告|原告|患儿"
_NO_FIRST = frozenset("高于方白应常安明时后连温单项路向成党关全平和车金钱马万任毛石水周余何项鲁易")
_IN_CHINESE = re.compile(
    rf"(?:{_ROLES})(?:姓名)?[:： ]?([\u4e00-\u9fff]{{2,4}}?)(?=[，,。、;；:：(（\s\d男女因于的自在已来今入电手拒要称反投表诉]|$)"
)
_NO_CHINESE_NAMES = frozenset(
    [
        "黄疸",
        "黄色",
        "黄染",
        "许可",
        "谢绝",
        "罗音",
        "曾经",
        "孔径",
        "宋体",
        "代表",
        "程度",
        "段落",
        "张力",
        "史无",
        "汤剂",
        "雷同",
        "付款",
        "贺卡",
        "严重",
        "郑重",
        "顾问",
    ]
)


def names_a_patient(text: str) -> bool:
    """Whether a Chinese name follows what a person is called, such as 患者."""
    return any(_is_chinese_name(name) for name in _IN_CHINESE.findall(text))


def _is_chinese_name(name: str) -> bool:
    if name.startswith(CHINESE_DOUBLE_SURNAMES):
        return len(name) > 2
    return len(name) <= 3 and name[0] in CHINESE_SURNAMES and name[0] not in _NO_FIRST and name[:2] not in _NO_CHINESE_NAMES


_NAME = r"(Dr\.?\s+)?\p{Lu}[\p{L}'’\-]*\p{Ll}"
_HONORIFICS = "Mr|Mrs|Ms|Prof|Professor|Herrn?|Frau|Mme|Mlle|Monsieur|Madame|Señora?|Sra"
_TITLE = rf"(^|[^\p{{L}}])({_HONORIFICS})\.?\s+{_NAME}"
# Behind a name it would be a drive.
_DOCTOR = rf"(^\s*|(^|[^\p{{L}}])\p{{Ll}}+[,:;]?\s+|[.:,;(]\s*)(Dr\.?|M\.)\s+(med\.\s+)?{_NAME}"
_STREETS = "Street|Avenue|Road|Lane|Drive|Boulevard|Court|Place|Terrace|Crescent|Square|St|Ave|Rd|Ln|Blvd"
_ENGLISH = rf"(^|[^\d.,/-])\d{{1,5}}[A-Za-z]?\s+(\p{{Lu}}[\p{{L}}'.-]*\s+){{1,3}}({_STREETS})\b"
_GERMAN = r"\p{Lu}[\p{L}.-]*([ -]?(S|s)tra(ß|ss)e|[ -]?(S|s)tr\.|weg|allee|platz|gasse|[ -](Weg|Allee|Platz|Gasse|Ring|Ufer|Damm))\s+\d{1,4}\s?[a-z]?\b"
_FRENCH = (
    r"\b\d{1,4}(\s?(bis|ter))?,?\s+(rue|avenue|boulevard|allée|impasse|chemin|place|quai)\s+(de |du |des |de la |de l['’]|d['’])?\p{Lu}"
)
_SURNAMES_CN = "".join(sorted(CHINESE_SURNAMES))

DETECTORS = (
    Detector(
        name="titled-name-in-text", category="name", gate=rf"({_HONORIFICS}|Dr|M)\.?\s", shape=rf"(?s)^.*({_TITLE}|{_DOCTOR}).*$", check=is_text, share=0.02,
        least=2, confidence=0.84, inside=True,
    ),
    Detector(
        name="name-in-text", category="name", shape=r"(?s)^\s*(\S+\s+){3}.*$", check=names_somebody, share=0.02, least=2, confidence=0.78, inside=True,
    ),
    Detector(
        name="cn-titled-name-in-text", category="name", shape=rf"(?s)^.*[{_SURNAMES_CN}][\x{{4e00}}-\x{{9fff}}]{{0,2}}(先生|女士|小姐|太太|老太).*$", share=0.02, least=2,
        confidence=0.84, inside=True,
    ),
    Detector(
        name="cn-name-in-text", category="name", shape=rf"(?s)^.*({_ROLES})(姓名)?[:： ]?[\x{{4e00}}-\x{{9fff}}].*$", check=names_a_patient, share=0.02, least=2,
        confidence=0.78, inside=True,
    ),
    Detector(
        name="address-in-text", category="address", gate=r"(?s)\s.*\d", shape=rf"(?s)^.*\p{{Ll}}{{2,}}\s.*({_ENGLISH}|{_GERMAN}|{_FRENCH}).*$",
        share=0.02, least=2, confidence=0.77, inside=True,
    ),
)  # fmt: skip
