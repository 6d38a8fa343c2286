"""A rule in words: when it applies, what it requires, where that is written, since when, and what the way out is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from entrepot.compliance import library
from entrepot.compliance.clocks import Span
from entrepot.compliance.judge import in_force
from entrepot.compliance.pack_model import ALWAYS, All, Clock, Duty, Gate, Instrument, Pack, Rule
from entrepot.compliance.words import Line, Words

TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "says": "Says", "gates": "Asked at", "when": "Applies when", "require": "Requires", "cited": "Cited from", "dates": "In force",
        "fixes": "Ways out", "follows": "What follows", "gate_listing": "publishing", "gate_contract": "signing", "gate_delivery": "delivering",
        "gate_operation": "operating", "gate_notice": "a regulator's notice",
        "block": "blocks", "review": "asks for a person", "needs_info": "asks for facts", "warn": "warns", "info": "informs",
        "conflict": "conflicts", "obligation": "obligation", "prohibition": "prohibition", "permission": "permission",
        "recommendation": "recommendation", "S": "text read", "P": "read in part", "M": "from memory, to be checked",
        "from": "from {day}", "until": "until {day}", "since_ever": "whenever its instrument is", "stands": "on {day}: asked",
        "rests": "on {day}: not asked", "draft": "draft", "amending": "being amended", "in_force": "in force",
        "duty": "duty: {what}", "bars": "forbids the duty {what}", "evidence": "kept with the decision: {what}", "retain": "kept for {span}",
        "clock": "a clock of {span} from {start}", "expiry": "; when it ends: {what}", "source": "{fact} has to be {source}",
        "list": ", ", "declared": "declared", "third_party": "confirmed by a third party", "measured": "measured",
    },
    "zh": {
        "says": "内容", "gates": "适用环节", "when": "适用条件", "require": "要求", "cited": "依据", "dates": "效力", "fixes": "解决办法",
        "follows": "后续义务", "gate_listing": "上架", "gate_contract": "签约", "gate_delivery": "交付", "gate_operation": "运营",
        "gate_notice": "监管通知", "block": "阻止", "review": "须人工审核", "needs_info": "须补充信息", "warn": "警告", "info": "提示",
        "conflict": "冲突", "obligation": "义务", "prohibition": "禁止", "permission": "许可", "recommendation": "建议",
        "S": "已查阅原文", "P": "已查阅部分内容", "M": "凭记忆，待核对", "from": "自{day}起", "until": "至{day}止", "since_ever": "与所依据文件同步",
        "stands": "{day}：适用", "rests": "{day}：不适用", "draft": "草案", "amending": "修订中", "in_force": "有效",
        "duty": "义务：{what}", "bars": "禁止的义务：{what}", "evidence": "随决定留存：{what}", "retain": "保存{span}",
        "clock": "自{start}起{span}", "expiry": "；到期：{what}", "source": "{fact}须为{source}", "list": "、", "declared": "申报", "third_party": "第三方确认",
        "measured": "实测", "unit_H": "{n}小时", "unit_D": "{n}日", "unit_M": "{n}个月", "unit_Y": "{n}年",
        "unit_CNBD": "{n}个中国工作日",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of an explanation, as an outline."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A rule in words.

    Attributes:
        heading: What kind of rule it is, and what it does.
        is_asked: Whether it is asked on the day in question.
    """

    rule: str
    heading: str
    sections: tuple[Section, ...]
    is_asked: bool


def explain(pack: Pack, rule: Rule, words: Words, *, at: date) -> Explained:
    """The rule in the words' language, and whether it is asked on a day."""
    say = TEXTS[words.language]
    when = All((pack.applies, rule.when)) if ALWAYS not in (pack.applies, rule.when) else pack.applies if rule.when == ALWAYS else rule.when
    asked = in_force(pack, rule, at)
    parts = {
        "says": [(0, rule.messages[words.language])],
        "gates": [(0, gate_words(rule, words.language))],
        "when": list(words.lines(when)),
        "require": [*words.lines(rule.require), *_sources(rule, words)],
        "cited": [(0, line) for line in _cited(pack, rule, words.language)],
        "dates": [(0, _dates(rule, say)), (0, say["stands" if asked else "rests"].format(day=at))],
        "fixes": [(0, fix.texts[words.language]) for fix in rule.fixes],
        "follows": [(0, line) for line in follows(rule, words)],
    }
    sections = tuple(Section(title=say[name], lines=tuple(lines)) for name, lines in parts.items() if lines)
    return Explained(rule=rule.id, heading=f"{say[rule.deontic]} · {say[rule.severity]}", sections=sections, is_asked=asked)


def gate_words(rule: Rule, language: str) -> str:
    """The gates at which a rule is asked, in their order."""
    comma = "、" if language == "zh" else ", "
    return comma.join(TEXTS[language][f"gate_{gate}"] for gate in Gate if gate in rule.gates)


def follows(rule: Rule, words: Words) -> Iterator[str]:
    """What a rule brings with it: duties, a clock, what is kept and for how long."""
    say = TEXTS[words.language]
    yield from (say["duty"].format(what=duty_words(duty, words.language)) for duty in rule.duties)
    yield from (say["bars"].format(what=library.follow_words(what, words.language)) for what in rule.bars)
    if rule.clock is not None:
        yield clock_words(rule.clock, words)
    if rule.evidence:
        yield say["evidence"].format(what=say["list"].join(library.follow_words(what, words.language) for what in rule.evidence))
    if rule.retain is not None:
        yield say["retain"].format(span=span_words(rule.retain, words.language))


def clock_words(clock: Clock, words: Words) -> str:
    """When a clock starts, how long it runs and what its end brings."""
    say = TEXTS[words.language]
    expiry = say["expiry"].format(what=library.follow_words(clock.on_expiry, words.language)) if clock.on_expiry else ""
    return say["clock"].format(span=span_words(clock.span, words.language), start=words.fact(clock.start)) + expiry


def duty_words(duty: Duty, language: str = "en") -> str:
    """A duty with what it is about."""
    about = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in sorted(duty.parameters.items()))
    said = library.said_duty(duty.to_dict(), language)
    return said + (f"（{about}）" if language == "zh" else f" ({about})") if about else said


def span_words(span: Span, language: str) -> str:
    """A span of time in words."""
    return span.words if language == "en" else TEXTS[language][f"unit_{span.unit}"].format(n=span.count)


def source_words(path: str, source: str, words: Words) -> str:
    """Who has to have supplied a fact."""
    say = TEXTS[words.language]
    return say["source"].format(fact=words.fact(path), source=say[source])


def _sources(rule: Rule, words: Words) -> Iterator[Line]:
    for path, source in rule.min_source.items():
        yield 0, source_words(path, source.value, words)


def _cited(pack: Pack, rule: Rule, language: str) -> Iterator[str]:
    for citation, said in zip(rule.citations, pack.cited(rule, language), strict=True):
        yield f"{said} – {standing_words(pack.instruments[citation.instrument], language)}"


def standing_words(instrument: Instrument, language: str) -> str:
    """Since when and until when an instrument stands, and how it was read."""
    say = TEXTS[language]
    parts = [say[instrument.status]] if instrument.status.value != "in_force" else []
    parts += [say["from"].format(day=instrument.in_force)] if instrument.in_force else []
    parts += [say["until"].format(day=instrument.until)] if instrument.until else []
    return ", ".join([*parts, say[instrument.certainty]])


def _dates(rule: Rule, say: Mapping[str, str]) -> str:
    parts = [say["from"].format(day=rule.since)] if rule.since else []
    parts += [say["until"].format(day=rule.until)] if rule.until else []
    return " ".join(parts) or say["since_ever"]
