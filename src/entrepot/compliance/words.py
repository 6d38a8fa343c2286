"""Conditions as sentences, in English and Chinese, from the questions that ask for their facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from entrepot.compliance.pack_model import ALWAYS, All, AnyOf, Condition, Leaf, Not, Ref
from entrepot.compliance.vocabulary import FactDef, FactType, FactVocabulary

Line = tuple[int, str]
"""A line of an outline: how deep it stands, and what it says."""

_CLAUSES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "yes": "{fact} – yes", "no": "{fact} – no", "eq": "{fact} – {value}", "ne": "{fact} – not {value}",
        "in": "{fact} – one of: {value}", "not_in": "{fact} – none of: {value}",
        "gt": "{fact} – more than {value}", "gte": "{fact} – at least {value}", "lt": "{fact} – less than {value}", "lte": "{fact} – at most {value}",
        "gt_date": "{fact} – after {value}", "gte_date": "{fact} – on or after {value}",
        "lt_date": "{fact} – before {value}", "lte_date": "{fact} – on or before {value}",
        "has": "{fact} – among them {value}", "has_all": "{fact} – among them all of: {value}", "has_any": "{fact} – among them one of: {value}",
        "subset_of": "{fact} – nothing but: {value}", "none_at_all": "{fact} – none",
        "any_is_a": "{fact} – at least one counts as {value}", "all_is_a": "{fact} – each counts as {value}", "covers": "{fact} – covers {value}",
        "exists": "{fact} – answered", "absent": "{fact} – not answered",
        "ref": "the answer to {fact}", "quoted": "“{text}”", "at": "the day that is judged",
        "all": "all of this:", "any": "at least one of these:", "not": "not so:", "always": "always", "never": "never", "list": ", ",
        "and": "; and ", "or": "; or ", "unless": "not ({part})", "group": "({part})",
    },
    "zh": {
        "yes": "{fact}——是", "no": "{fact}——否", "eq": "{fact}——{value}", "ne": "{fact}——不是{value}",
        "in": "{fact}——属于：{value}", "not_in": "{fact}——不属于：{value}",
        "gt": "{fact}——大于{value}", "gte": "{fact}——不少于{value}", "lt": "{fact}——小于{value}", "lte": "{fact}——不超过{value}",
        "gt_date": "{fact}——晚于{value}", "gte_date": "{fact}——不早于{value}", "lt_date": "{fact}——早于{value}", "lte_date": "{fact}——不晚于{value}",
        "has": "{fact}——包括{value}", "has_all": "{fact}——包括全部：{value}", "has_any": "{fact}——至少包括其一：{value}",
        "subset_of": "{fact}——仅限：{value}", "none_at_all": "{fact}——无",
        "any_is_a": "{fact}——其中有属于{value}的", "all_is_a": "{fact}——均属于{value}", "covers": "{fact}——涵盖{value}",
        "exists": "{fact}——已回答", "absent": "{fact}——未回答",
        "ref": "{fact}的答案", "quoted": "“{text}”", "at": "判断之日",
        "all": "同时满足：", "any": "至少满足其一：", "not": "不得出现：", "always": "任何情况", "never": "任何情况都不", "list": "、",
        "and": "；并且", "or": "；或者", "unless": "并非（{part}）", "group": "（{part}）",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    """Says conditions in one language.

    Attributes:
        label: What a term is called, by term and language.
    """

    language: str
    vocabulary: FactVocabulary
    label: Callable[[str, str], str]

    def lines(self, condition: Condition, depth: int = 0) -> Iterator[Line]:
        """The condition as an outline: one comparison a line."""
        if isinstance(condition, All) and len(condition.parts) == 1:
            yield from self.lines(condition.parts[0], depth)
        elif isinstance(condition, Leaf) or condition in (ALWAYS, Not(ALWAYS)):
            yield depth, self.sentence(condition)
        else:
            name = "not" if isinstance(condition, Not) else "all" if isinstance(condition, All) else "any"
            yield depth, self._say(name)
            for part in (condition.part,) if isinstance(condition, Not) else condition.parts:
                yield from self.lines(part, depth + 1)

    def sentence(self, condition: Condition) -> str:
        """The condition in one line."""
        if isinstance(condition, Leaf):
            return self.clause(condition)
        if condition == ALWAYS:
            return self._say("always")
        if isinstance(condition, Not):
            return self._say("never") if condition.part == ALWAYS else self._say("unless", part=self.sentence(condition.part))
        parts = [self._grouped(part) if len(condition.parts) > 1 else self.sentence(part) for part in condition.parts]
        return self._say("and" if isinstance(condition, All) else "or").join(parts)

    def clause(self, leaf: Leaf) -> str:
        """One comparison: the question, and the answers that satisfy it."""
        fact = self.fact(leaf.path)
        if leaf.operator == "exists":
            return self._say("absent" if leaf.value is False else "exists", fact=fact)
        if leaf.operator in ("eq", "ne") and isinstance(leaf.value, bool):
            return self._say("yes" if leaf.value is (leaf.operator == "eq") else "no", fact=fact)
        if leaf.operator == "subset_of" and leaf.value == ():
            return self._say("none_at_all", fact=fact)
        found = self.vocabulary.get(leaf.path)
        dated = found is not None and found.type is FactType.DATE and f"{leaf.operator}_date" in _CLAUSES[self.language]
        return self._say(f"{leaf.operator}_date" if dated else leaf.operator, fact=fact, value=self.value(found, leaf.value))

    def fact(self, path: str) -> str:
        """The question that asks for a fact, quoted."""
        if path == "at":
            return self._say("at")
        found = self.vocabulary.get(path)
        return self._say("quoted", text=found.question[self.language] if found is not None else path)

    def value(self, fact: FactDef | None, value: Any) -> str:
        """A value as a form shows it; of a reference, which question it points to."""
        if isinstance(value, Ref):
            return self.fact(value.path) if value.path == "at" else self._say("ref", fact=self.fact(value.path))
        if isinstance(value, tuple | list):
            return self._say("list").join(self.value(fact, item) for item in value)
        if fact is not None and value in fact.choices:
            return fact.choices[value][self.language]
        if fact is not None and fact.type is FactType.TERMS:
            return self.label(str(value), self.language)
        return f"{value:,}" if isinstance(value, int | float) else str(value)

    def _grouped(self, part: Condition) -> str:
        said = self.sentence(part)
        return self._say("group", part=said) if isinstance(part, All | AnyOf) and part != ALWAYS else said

    def _say(self, name: str, **values: str) -> str:
        return _CLAUSES[self.language][name].format(**values)
