"""What a new version of a pack changes, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from entrepot.compliance.explain import TEXTS, clock_words, duty_words, gate_words, source_words, span_words
from entrepot.compliance.library import follow_words
from entrepot.compliance.pack_model import ALWAYS, All, Condition, Instrument, Leaf, Pack, Rule
from entrepot.compliance.words import Words

_SAYS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "version": "version {new} instead of {old}", "status": "the pack is {new} instead of {old}", "applies": "the pack applies when {new} (before: {old})",
        "law_added": "cites {what}", "law_removed": "no longer cites {what}", "law_changed": "{what} is {new} instead of {old}",
        "added": "new: {what}", "removed": "no longer there: {what}", "since": "applies {new} instead of {old}", "ends": "ends {new} instead of {old}",
        "severity": "{new} instead of {old}", "gates": "asked at {new} instead of {old}", "cites": "cites {new} instead of {old}",
        "when_added": "applies only where also: {what}", "when_removed": "also applies without: {what}", "when": "applies when: {new} (before: {old})",
        "require_added": "now also requires: {what}", "require_removed": "no longer requires: {what}", "require": "requires: {new} (before: {old})",
        "value": "{new} instead of {old}", "source": "{what}", "source_gone": "takes any source for {what}", "message": "says: {new} (before: {old})",
        "fix_added": "new way out: {what}", "fix_removed": "way out no longer offered: {what}", "more": "now also: {what}", "less": "no longer: {what}",
        "always": "ever since its instrument is in force", "never": "with its instrument", "from": "from {day}", "on": "on {day}",
    },
    "zh": {
        "version": "版本由{old}改为{new}", "status": "规则包状态由{old}改为{new}", "applies": "规则包适用条件：{new}（原：{old}）",
        "law_added": "新增依据：{what}", "law_removed": "不再引用：{what}", "law_changed": "{what}由{old}改为{new}",
        "added": "新增：{what}", "removed": "删除：{what}", "since": "适用时间由{old}改为{new}", "ends": "终止时间由{old}改为{new}",
        "severity": "由{old}改为{new}", "gates": "适用环节由{old}改为{new}", "cites": "依据由{old}改为{new}",
        "when_added": "适用条件新增：{what}", "when_removed": "适用条件不再包括：{what}", "when": "适用条件：{new}（原：{old}）",
        "require_added": "新增要求：{what}", "require_removed": "不再要求：{what}", "require": "要求：{new}（原：{old}）",
        "value": "{new}（原：{old}）", "source": "{what}", "source_gone": "{what}不再限定来源", "message": "内容：{new}（原：{old}）",
        "fix_added": "新增解决办法：{what}", "fix_removed": "不再提供的解决办法：{what}", "more": "新增：{what}", "less": "不再有：{what}",
        "always": "所依据文件生效之时", "never": "随所依据文件", "from": "自{day}起", "on": "{day}",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change; ``rule`` is empty where it is about the pack as a whole."""

    rule: str
    kind: str
    sentence: str


def differences(old: Pack, new: Pack, words: Words) -> tuple[Change, ...]:
    """Everything that differs in meaning, the pack's own changes first, then rule by rule."""
    return tuple(_Differ(words).packs(old, new))


class _Differ:
    def __init__(self, words: Words) -> None:
        self._words = words
        self._language = words.language

    def packs(self, old: Pack, new: Pack) -> Iterator[Change]:
        if old.version != new.version:
            yield self._change("", "version", old=old.version, new=new.version)
        if old.status is not new.status:
            yield self._change("", "status", old=self._term(old.status), new=self._term(new.status))
        if old.applies != new.applies:
            yield self._change("", "applies", old=self._words.sentence(old.applies), new=self._words.sentence(new.applies))
        yield from self._instruments(old.instruments, new.instruments)
        before, after = ({rule.id: rule for rule in pack.rules} for pack in (old, new))
        for rule_id in sorted(before.keys() | after.keys()):
            if rule_id not in before:
                yield self._change(rule_id, "added", what=after[rule_id].messages[self._language])
            elif rule_id not in after:
                yield self._change(rule_id, "removed", what=before[rule_id].messages[self._language])
            else:
                yield from self._rule(old, before[rule_id], new, after[rule_id])

    def _instruments(self, old: Mapping[str, Instrument], new: Mapping[str, Instrument]) -> Iterator[Change]:
        for name in sorted(old.keys() | new.keys()):
            if name not in old or name not in new:
                kind = "law_added" if name in new else "law_removed"
                yield self._change("", kind, what=(new.get(name) or old[name]).titles[self._language])
            elif (before := self._standing(old[name])) != (after := self._standing(new[name])):
                yield self._change("", "law_changed", what=new[name].titles[self._language], old=before, new=after)

    def _rule(self, old_pack: Pack, old: Rule, new_pack: Pack, new: Rule) -> Iterator[Change]:
        said = {
            "since": (self._day(old.since, "always"), self._day(new.since, "always")),
            "ends": (self._day(old.until, "never"), self._day(new.until, "never")),
            "severity": (self._term(old.severity), self._term(new.severity)),
            "gates": (gate_words(old, self._language), gate_words(new, self._language)),
            "cites": ("; ".join(old_pack.cited(old, self._language)), "; ".join(new_pack.cited(new, self._language))),
            "message": (old.messages[self._language], new.messages[self._language]),
        }
        yield from (self._change(new.id, kind, old=before, new=after) for kind, (before, after) in said.items() if before != after)
        yield from self._conditions(new.id, "when", old.when, new.when)
        yield from self._conditions(new.id, "require", old.require, new.require)
        for path in sorted(old.min_source.keys() | new.min_source.keys()):
            if path not in new.min_source:
                yield self._change(new.id, "source_gone", what=self._words.fact(path))
            elif old.min_source.get(path) is not new.min_source[path]:
                yield self._change(new.id, "source", what=source_words(path, new.min_source[path].value, self._words))
        fixes = ([fix.texts[self._language] for fix in rule.fixes] for rule in (old, new))
        yield from self._lists(new.id, *fixes, kinds=("fix_added", "fix_removed"))
        yield from self._lists(new.id, list(self._follows(old)), list(self._follows(new)), kinds=("more", "less"))

    def _conditions(self, rule: str, kind: str, old: Condition, new: Condition) -> Iterator[Change]:
        if old == new:
            return
        before, after = _conjuncts(old), _conjuncts(new)
        gone, come = [part for part in before if part not in after], [part for part in after if part not in before]
        for one in list(gone):
            alone = come[0] if len(gone) == len(come) == 1 else None
            other = next((part for part in come if _same_question(one, part)), alone)
            if other is not None:
                gone.remove(one)
                come.remove(other)
                yield self._change(rule, kind, old=self._words.sentence(one), new=self._words.sentence(other))
        yield from (self._change(rule, f"{kind}_added", what=self._words.sentence(part)) for part in come)
        yield from (self._change(rule, f"{kind}_removed", what=self._words.sentence(part)) for part in gone)

    def _follows(self, rule: Rule) -> Iterator[str]:
        say = TEXTS[self._language]
        yield from (say["duty"].format(what=duty_words(duty, self._language)) for duty in rule.duties)
        yield from (say["bars"].format(what=follow_words(what, self._language)) for what in rule.bars)
        yield from (say["evidence"].format(what=follow_words(what, self._language)) for what in rule.evidence)
        if rule.retain is not None:
            yield say["retain"].format(span=span_words(rule.retain, self._language))
        if rule.clock is not None:
            yield clock_words(rule.clock, self._words)

    def _lists(self, rule: str, old: list[str], new: list[str], *, kinds: tuple[str, str]) -> Iterator[Change]:
        yield from (self._change(rule, kinds[0], what=item) for item in new if item not in old)
        yield from (self._change(rule, kinds[1], what=item) for item in old if item not in new)

    def _standing(self, instrument: Instrument) -> str:
        say = _SAYS[self._language]
        days = [say["from"].format(day=instrument.in_force)] if instrument.in_force else []
        days += [TEXTS[self._language]["until"].format(day=instrument.until)] if instrument.until else []
        return ", ".join([self._term(instrument.status), *days, *([instrument.edition] if instrument.edition else [])])

    def _day(self, day: date | None, otherwise: str) -> str:
        say = _SAYS[self._language]
        return say[otherwise] if day is None else say["from" if otherwise == "always" else "on"].format(day=day)

    def _term(self, word: Any) -> str:
        return TEXTS[self._language][word.value]

    def _change(self, rule: str, kind: str, **values: str) -> Change:
        return Change(rule=rule, kind=kind, sentence=_SAYS[self._language][kind].format(**values))


def _conjuncts(condition: Condition) -> list[Condition]:
    """The conditions that all have to hold."""
    if condition == ALWAYS:
        return []
    return [inner for part in condition.parts for inner in _conjuncts(part)] if isinstance(condition, All) else [condition]


def _same_question(one: Condition, other: Condition) -> bool:
    return isinstance(one, Leaf) and isinstance(other, Leaf) and one.path == other.path
