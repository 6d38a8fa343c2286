"""The facts that a decision still needs, as questions of a form; and the answers of a form as facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from entrepot.compliance.dossier import Source
from entrepot.compliance.pack_model import Gate
from entrepot.compliance.ruling import MissingFact, Ruling
from entrepot.compliance.vocabulary import FactDef, FactType, FactVocabulary, is_of_buyer, number_of
from entrepot.kit import Invalid

_YES = {"yes": True, "true": True, "on": True, "no": False, "false": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """A rule that asks, and where it is written."""

    rule: str
    citations: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of a form.

    Attributes:
        choices: Each value with its label; empty where any answer may be given.
        needs: The weakest source that the rules take.
        usual: Who usually knows: what is usually measured, a form asks last.
        remedy: What makes it known where no word settles it.
        side: Which party of a trade answers it, ``owner`` or ``buyer``; empty where there are not two, or no word settles it.
    """

    path: str
    type: FactType
    text: str
    choices: tuple[tuple[str, str], ...]
    why: tuple[Why, ...]
    needs: Source
    usual: Source
    side: str = ""
    remedy: str = ""

    @property
    def may_be_declared(self) -> bool:
        """Whether an answer in a form settles it; else it has to be measured or confirmed."""
        return self.needs is Source.DECLARED

    def to_dict(self) -> dict[str, Any]:
        """The question as JSON."""
        return {
            "path": self.path,
            "type": self.type.value,
            "question": self.text,
            "choices": [{"value": value, "label": label} for value, label in self.choices],
            "why": [{"rule": why.rule, "citations": list(why.citations)} for why in self.why],
            "needs": self.needs.value,
            "answered_by": self.side,
            "remedy": self.remedy,
        }


def questions(ruling: Ruling, vocabulary: FactVocabulary, language: str = "en") -> tuple[Question, ...]:
    """What has to be answered before a case can be decided: what a form may ask first, then what has to be measured."""
    vocabulary = vocabulary.with_(ruling.own_facts)
    cited = {result.rule.id: result.pack.cited(result.rule, language, at=ruling.at) for result in ruling.deciding}
    found = [
        _question(missing, fact.of_case(ruling.dossier.values), cited, language)
        for missing in ruling.missing
        if (fact := vocabulary.get(missing.path)) is not None
    ]
    if ruling.gate is Gate.CONTRACT:
        found = [replace(one, side="buyer" if is_of_buyer(one.path) else "owner") if one.may_be_declared else one for one in found]
    return tuple(sorted(found, key=lambda question: (question.needs.rank, question.usual.rank)))


def read_answers(form: Mapping[str, Sequence[str]], asked: Sequence[str], vocabulary: FactVocabulary) -> dict[str, Any]:
    """The facts that a submitted form declares; a question left empty stays open, and what was not asked is not read.

    Args:
        form: The texts of each field; a field is named by its fact.
        asked: The facts that were asked for.

    Raises:
        Invalid: An answer is of the wrong kind; the first is named, ``details`` list all.
    """
    found: dict[str, Any] = {}
    for path in asked:
        fact = vocabulary.get(path)
        texts = [text.strip() for text in form.get(path, ()) if text.strip()]
        if fact is not None and texts:
            found[path] = _answer(fact, texts)
    return vocabulary.check(found)


def read_words(fact: FactDef, words: str | Sequence[str]) -> Any:
    """The value that somebody wrote for a fact, by its type; what does not fit stays as it is, for ``FactDef.check`` to name."""
    return _answer(fact, [words] if isinstance(words, str) else list(words))


def question_about(fact: FactDef, language: str = "en") -> Question:
    """A question that no rule has asked yet."""
    choices = tuple((value, labels[language]) for value, labels in fact.answers.items())
    return Question(
        path=fact.path, type=fact.type, text=fact.question[language], choices=choices, why=(), needs=Source.DECLARED, usual=fact.source
    )


def _question(missing: MissingFact, fact: FactDef, cited: Mapping[str, tuple[str, ...]], language: str) -> Question:
    why = tuple(Why(rule=rule, citations=cited[rule]) for rule in missing.rules)
    remedy = "" if missing.source is Source.DECLARED else fact.remedy(language)
    return replace(question_about(fact, language), why=why, needs=missing.source, remedy=remedy)


def _answer(fact: FactDef, texts: list[str]) -> Any:
    if fact.type.is_list:
        parts = (
            texts
            if fact.choices or (fact.among and len(texts) > 1)
            else [part.strip() for text in texts for part in text.replace("\n", ",").replace("，", ",").split(",")]
        )
        return list(dict.fromkeys(part for part in parts if part))
    if len(texts) > 1:
        raise Invalid(f"The fact {fact.path} has {len(texts)} answers.", "Give one.", path=fact.path)
    if fact.type is FactType.FLAG:
        return _YES.get(texts[0].lower(), texts[0])
    return number_of(texts[0].replace(",", "")) if fact.type is FactType.NUMBER else texts[0]
