"""The facts that rules may ask for: the type of each, the question that asks for it, and who can answer."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from entrepot.compliance.dossier import Source
from entrepot.kit import Invalid, is_id, parse_rfc3339
from entrepot.kit.words import counted
from entrepot.vocabulary.countries import CODES

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TERM = re.compile(r"[a-z][a-z-]*:[A-Za-z0-9-]+")
MAX_TEXT, MAX_ITEMS, MAX_NUMBER = 2_000, 2_000, 10**15
NONE = "none"
"""What says of a list with choices that none of them is so."""
_NONE_OF_THESE = {"en": "none of these", "zh": "以上均无"}
_MOST_SHOWN = 40
_OF_BUYER = frozenset({"buyer", "recipient", "training", "use"})


class FactType(StrEnum):
    """What a fact may be."""

    FLAG = "flag"
    NUMBER = "number"
    DATE = "date"
    MOMENT = "moment"
    TEXT = "text"
    TEXTS = "texts"
    TERMS = "terms"

    @property
    def is_list(self) -> bool:
        """Whether it has several values."""
        return self in (FactType.TEXTS, FactType.TERMS)


UNQUOTED = frozenset({FactType.FLAG, FactType.NUMBER})
"""What is written without quotes in a file: in quotes it is a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactDef:
    """One fact.

    Attributes:
        path: Such as ``asset.personal``.
        question: What a form asks, by language.
        choices: What each value is called, by language.
        source: Who usually supplies it.
        among: The fact whose values are the choices in a case, such as the fields that are offered; empty for most.
    """

    path: str
    type: FactType
    question: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]]
    source: Source = Source.DECLARED
    among: str = ""
    of_countries: bool = False

    @property
    def answers(self) -> Mapping[str, Mapping[str, str]]:
        """Its choices, and for a list besides that none of them is so."""
        return {**self.choices, NONE: _NONE_OF_THESE} if self._may_be_none else self.choices

    def of_case(self, values: Mapping[str, Any]) -> FactDef:
        """The fact with the choices that a case leaves, where they are another fact's values."""
        known = values.get(self.among, ()) if self.among else ()
        return replace(self, choices={value: {"en": value, "zh": value} for value in known}) if known else self

    @property
    def _may_be_none(self) -> bool:
        return self.type.is_list and bool(self.choices) and not self.among and NONE not in self.choices

    def remedy(self, language: str = "en") -> str:
        """What makes the fact known to a rule that takes no party's word for it."""
        words = _MEASURED_BY.get(self.path) or _MEASURED_BY.get(self.subject) or _MEASURE
        return words.get(language) or words["en"]

    @property
    def as_answer(self) -> str:
        """How an answer is written on the command line."""
        named = list(self.answers)
        shown = [*named[:_MOST_SHOWN], "…"] if len(named) > _MOST_SHOWN else named
        # Joined by what no shell reads as its own.
        return f"{self.path}={'/'.join(shown) or _VALUES[self.type]}"

    @property
    def subject(self) -> str:
        """Whom or what it is about."""
        return self.path.partition(".")[0]

    def check(self, value: Any) -> Any:
        """The value as the rules read it; nothing is coerced.

        Raises:
            Invalid: It is of another type, or not among the choices; the message names the fact.
        """
        if self._may_be_none and isinstance(value, list | tuple) and list(value) == [NONE]:
            return []
        problem = self._problem(value)
        if problem:
            allowed = f" Choose among {', '.join(self.answers or sorted(CODES))}." if self.choices or self.of_countries else ""
            quotes = ", without quotes" if isinstance(value, str) and self.type in UNQUOTED else ""
            raise Invalid(f"The fact {self.path} {problem}.", f"Give {_FORMS[self.type]}{quotes}.{allowed}"[:900], path=self.path)
        return list(value) if self.type.is_list else value

    def _problem(self, value: Any) -> str:
        if self.type.is_list:
            if not isinstance(value, list | tuple):
                return f"is {_shown(value)}, which is no list"
            if len(value) > MAX_ITEMS:
                return f"has {len(value)} entries, more than {MAX_ITEMS}"
            if self._may_be_none and NONE in value:
                return f"says {NONE} beside others"
            return next((f"holds {problem}" for item in value if (problem := self._item_problem(item))), "")
        if self.type is FactType.FLAG:
            return "" if isinstance(value, bool) else f"is {_shown(value)}, which is neither true nor false"
        if self.type is FactType.NUMBER:
            fits = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MAX_NUMBER
            return "" if fits else f"is {_shown(value)}, which is no number that can be used"
        if self.type is FactType.DATE:
            return "" if isinstance(value, str) and is_day(value) else f"is {_shown(value)}, which is no day"
        if self.type is FactType.MOMENT:
            return "" if isinstance(value, str) and _is_moment(value) else f"is {_shown(value)}, which is no time with a zone"
        problem = self._item_problem(value)
        return f"is {problem}" if problem else ""

    def _item_problem(self, item: Any) -> str:
        if not isinstance(item, str) or len(item) > MAX_TEXT:
            return f"{_shown(item)}, which is no text of at most {MAX_TEXT} characters"
        if (self.choices and item not in self.choices) or (self.of_countries and item not in CODES):
            return f"{_shown(item)}, which is not one of its values"
        if self.type is FactType.TERMS and not _TERM.fullmatch(item):
            return f"{_shown(item)}, which is no term"
        return ""


def is_of_buyer(path: str) -> bool:
    """Whether a fact is about the buyer and its use, which is for the buyer to say; of a pack's own facts those like ``port.buyer.berth``."""
    subject, _, rest = path.partition(".")
    return subject in _OF_BUYER or rest.startswith("buyer.")


def answer_command(subject: str) -> str:
    """The command that answers what is asked about a subject, without the answers."""
    is_trade = is_id(subject, "lst") or is_id(subject, "neg")
    return f"entrepot {'answer' if is_trade else 'operations answer'} {subject}"


def how_to_answer(facts: Sequence[FactDef], language: str = "en", subject: str | None = None) -> str:
    """One sentence that says where these facts are answered, all at once.

    Args:
        subject: What the question is about; empty for a table that is no listing yet, whose manifest says it; None for a case in a file.
    """
    answers = [fact.as_answer for fact in facts]
    if subject:
        said, told = _ANSWER, " ".join([answer_command(subject), *map(shlex.quote, answers)])
    else:
        said, told = _STATE if subject is None else _DECLARE, ", ".join(answer.replace("=", ": ", 1) for answer in answers)
    return (said.get(language) or said["en"]).format(told=told)


def ask_the_other(facts: Sequence[FactDef], language: str = "en") -> str:
    """One sentence that says that these facts are for the other side of a trade to answer."""
    return (_OTHERS.get(language) or _OTHERS["en"]).format(told=", ".join(fact.path for fact in facts))


_ANSWER = {
    "en": "Answer it on the page of what the rules say, or with `{told}`.",
    "zh": "请在“规则怎么说”页面或用 `{told}` 回答。",
}
_STATE = {
    "en": "Write it among the facts of the case: `{told}`.",
    "zh": "请写入案例事实：`{told}`。",
}
_OTHERS = {
    "en": "The other side has to answer: {told}.",
    "zh": "须由对方回答：{told}。",
}
_DECLARE = {
    "en": "Answer it in the manifest: `facts: {{{told}}}`.",
    "zh": "请在清单中填写：`facts: {{{told}}}`。",
}
_MEASURE = {
    "en": "The exchange has to measure it, or the operator to confirm it; a party's word does not settle it.",
    "zh": "须由平台实测或经运营方确认，当事方自行声明不足以认定。",
}
_MEASURED_BY = {
    "asset.grade": {
        "en": "Have a release made and graded (`entrepot anonymise`, `entrepot aggregate`), and offer that.",
        "zh": "请制作并评定发布版本（`entrepot anonymise`、`entrepot aggregate`）后挂牌。",
    },
    "consent": {
        "en": "Name the person_key and record the consents on the exchange (`entrepot consent import`); with consent: required the others are left out.",
        "zh": "请指定 person_key 并在平台登记同意（`entrepot consent import`）；设为 consent: required 时未同意者不予交付。",
    },
}
"""What a party can do where its word does not settle a fact, by the fact or by what it is about."""
_VALUES = {
    FactType.FLAG: "true/false", FactType.NUMBER: "NUMBER", FactType.DATE: "DAY", FactType.MOMENT: "TIME", FactType.TEXT: "TEXT",
    FactType.TEXTS: "TEXTS", FactType.TERMS: "TERMS",
}  # fmt: skip
"""What stands for an answer where a question names no choices."""
_FORMS = {
    FactType.FLAG: "true or false",
    FactType.NUMBER: "a number",
    FactType.DATE: "a day such as 2026-11-21",
    FactType.MOMENT: "a time such as 2026-11-21T09:30:00+08:00",
    FactType.TEXT: "a text",
    FactType.TEXTS: "a list of texts",
    FactType.TERMS: "a list of terms such as pd:Health",
}


@dataclass(frozen=True, slots=True)
class FactVocabulary:
    """Every fact by its path."""

    facts: Mapping[str, FactDef]

    def get(self, path: str) -> FactDef | None:
        """The fact of this path, or None."""
        return self.facts.get(path)

    def with_(self, more: Mapping[str, FactDef]) -> FactVocabulary:
        """The same facts and more."""
        return FactVocabulary({**self.facts, **more}) if more else self

    def check(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values as the rules read them.

        Raises:
            Invalid: A path is unknown, or a value of the wrong type; the first of them is named, ``details`` list all.
        """
        checked: dict[str, Any] = {}
        problems: list[Invalid] = []
        for path, value in values.items():
            try:
                checked[path] = self._known(path).check(value)
            except Invalid as error:
                problems.append(error)
        if problems:
            more = f" And {counted(len(problems) - 1, 'more fact')} cannot be used." if len(problems) > 1 else ""
            raise Invalid(problems[0].message + more, problems[0].hint, problems=[p.message for p in problems])
        return checked

    def near(self, path: str) -> Iterable[str]:
        """Known paths that look alike."""
        return get_close_matches(path, self.facts, n=3, cutoff=0.6)

    def _known(self, path: str) -> FactDef:
        found = self.facts.get(path)
        if found is None:
            near = list(self.near(path))
            hint = f"Did you mean {' or '.join(near)}?" if near else "`entrepot rules facts` lists the facts."
            raise Invalid(f"{path[:100]!r} is no fact that rules ask for.", hint, path=path)
        return found


def number_of(text: str) -> int | float | str:
    """The number that a text is, or the text itself, which a check then refuses by name."""
    if len(text) <= 40:
        for kind in (int, float):
            try:
                return kind(text)
            except ValueError:
                continue
    return text


def is_day(text: str) -> bool:
    """Whether a text is a day written like 2026-11-21."""
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_moment(text: str) -> bool:
    try:
        parse_rfc3339(text)
    except Invalid:
        return False
    return True


def _shown(value: Any) -> str:
    return repr(value)[:60]
