"""Cases for the rules: read from files, and shown for people or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from entrepot.cli.context import out, show

if TYPE_CHECKING:
    from entrepot.compliance.app_audit import AppAudit
    from entrepot.compliance.app_portfolio import Unread
    from entrepot.compliance.pack_model import Pack
    from entrepot.compliance.ruling import Ruling
    from entrepot.compliance.what_if import Case

_APPS = {
    "en": {
        "found": "{beyond} beyond the necessary, {lacking} without consent", "unjudged": "not judged", "unread": "row {row} ({app}) is not audited: {problem} {hint}",
        "unnamed": "no name", "kept": "{page}: the report with each notice; {data}: the same as JSON",
    },
    "zh": {
        "found": "超出必要范围 {beyond} 项，其中 {lacking} 项未取得单独同意", "unjudged": "未予认定", "unread": "第 {row} 行（{app}）未予检查：{problem}{hint}", "unnamed": "无名称",
        "kept": "{page}：报告及各份通知书；{data}：同样内容的 JSON",
    },
}  # fmt: skip
_LOOKS = {"block": "✗", "conflict": "✗", "needs_info": "?", "review": "●", "warn": "!", "info": "·"}


def read_cases(path: Path, packs: Iterable[Pack]) -> Iterator[Case]:
    """The cases of a file of JSON lines, one at a time.

    Args:
        packs: Those that are asked, whose own facts a case may have.

    Raises:
        Invalid: A line cannot be read; the message names it.
    """
    from entrepot.compliance.library import vocabulary_of
    from entrepot.kit import EntrepotError, Invalid

    known = vocabulary_of(packs)
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                yield _case(json.loads(line), known)
            except (ValueError, KeyError, TypeError, AttributeError, EntrepotError) as error:
                said = error.message if isinstance(error, EntrepotError) else "it is no case"
                hint = '{"subject": "lst_1", "gate": "listing", "facts": {"asset.personal": false}, "by": {"asset.personal": "measured"}}'
                raise Invalid(f"{path.name} line {number}: {said}", f"Write it like {hint}") from None


def _case(read: dict[str, Any], known: Any) -> Case:
    from entrepot.compliance.dossier import Dossier, Source, flatten
    from entrepot.compliance.pack_model import Gate
    from entrepot.compliance.what_if import Case
    from entrepot.kit import Decision

    facts = known.check(dict(flatten(read["facts"])))
    sources = {path: Source(by) for path, by in flatten(read.get("by", {}))}
    current = Decision(read["current"]) if read.get("current") else None
    return Case(subject=str(read["subject"]), gate=Gate(read["gate"]), dossier=Dossier(facts, sources), current=current)


_IF_IT_APPLIES = {"en": " (if it applies)", "zh": "（如适用）"}


def show_ruling(ruling: Ruling, language: str) -> None:
    """A decision with its reasons, questions, duties and clocks."""
    from entrepot.compliance.explain import duty_words
    from entrepot.compliance.library import vocabulary_of
    from entrepot.compliance.questions import questions
    from entrepot.compliance.vocabulary import how_to_answer

    vocabulary = vocabulary_of(ruling.packs)
    findings, asked = ruling.findings(vocabulary, language), questions(ruling, vocabulary, language)
    known, unsure = vocabulary.facts, _IF_IT_APPLIES[language]
    said = {question.path for question in asked if question.may_be_declared}

    def human(_: Any) -> None:
        for one in findings:
            out.print(f" {_LOOKS[one.severity.value]} {one.message}  ({one.rule}: {one.citation})", markup=False)
            # What answers settle is said once, below the questions.
            missing = one.evidence.get("missing", ())
            if one.hint and (not missing or said.isdisjoint(missing)):
                out.print(f"   → {one.hint}", markup=False, style="dim")
        for question in asked:
            choices = f"  [{' | '.join(value for value, _ in question.choices)}]" if question.choices else ""
            source = "" if question.may_be_declared else f"  ({question.needs.value.replace('_', ' ')})"
            out.print(f" ? {question.path}: {question.text}{choices}{source}", markup=False)
        if said:
            out.print(
                f"   → {how_to_answer([known[path].of_case(ruling.dossier.values) for path in sorted(said)], language)}",
                markup=False,
                style="dim",
            )
        for duty in ruling.duties:
            out.print(f" · {duty_words(duty, language)}{'' if ruling.is_sure(duty) else unsure}", markup=False)
        for clock in ruling.clocks:
            ends = f"{clock.due.at:%Y-%m-%d %H:%M} UTC{'' if clock.is_sure else unsure}"
            out.print(f" ⏱ {clock.rule}: {ends} {clock.due.assumption}", markup=False)
        out.print(f"\n{ruling.decision.value.replace('_', ' ')}", style="bold")

    show(
        ruling.record("") | {
            "findings": [one.to_dict() for one in findings], "questions": [question.to_dict() for question in asked],
            "duties": ruling.shown_duties(),
            "clocks": [clock.to_dict() for clock in ruling.clocks],
        },
        human,
    )  # fmt: skip


def show_audits(audits: Sequence[AppAudit], unread: Sequence[Unread], folder: Path | None, language: str) -> None:
    """What the audit of apps found; with a folder, the report as a page and as JSON in it."""
    from entrepot.compliance.app_report import fix, notice, remark, report_html, report_json

    say, document = _APPS[language], report_json(audits, unread)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "apps.html").write_text(report_html(audits, unread), "utf-8")
        (folder / "apps.json").write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", "utf-8")

    def human(_: Any) -> None:
        for found in audits:
            mark = _LOOKS["block"] if found.lacking else "✓" if found.is_judged else _LOOKS["info"]
            counts = say["found"].format(beyond=len(found.beyond), lacking=len(found.lacking)) if found.is_judged else say["unjudged"]
            out.print(f" {mark} {found.app.name} ({found.app.type.title[language]}): {counts}", markup=False)
            if found.lacking and len(audits) == 1:
                out.print(f"\n{notice(found, language)}\n\n → {fix(found, language)}\n\n{remark(found, language)}", markup=False)
        if (early := next((found for found in audits if not found.is_judged), None)) is not None:
            out.print(f"\n{remark(early, language)}", markup=False)
        for row in unread:
            words = {"app": row.app or say["unnamed"], "problem": row.problem[language], "hint": row.hint[language]}
            out.print(f" ? {say['unread'].format(row=row.row, **words)}", markup=False)
        if folder is not None:
            out.print(say["kept"].format(page=folder / "apps.html", data=folder / "apps.json"), markup=False)

    show(document, human)


def show_kinds() -> None:
    """The kinds of data that an app's file may name, with every word for each."""
    from entrepot.compliance.app_audit import kinds

    found = kinds()

    def human(_: Any) -> None:
        for one in found:
            words = ", ".join([str(one["en"]), str(one["zh"]), *map(str, cast("list[str]", one["also"]))])
            out.print(f"{one['term']!s:<32} {words}", markup=False)

    show(found, human)
