"""What the scope audit says: the notice a regulator would write, the way out, and a report of many apps as a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from entrepot.compliance.app_audit import AppAudit
from entrepot.compliance.app_portfolio import Unread
from entrepot.compliance.clocks import assumption_in
from entrepot.compliance.library import label
from entrepot.kit.pages import whole_page

_TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "lang": "en", "list": ", ", "title": "Scope audit of apps", "of": "{lacking} of {count} apps collect personal information without need and without a consent of its own.",
        "app": "App", "type": "Type", "beyond": "Beyond the necessary", "lacking": "Of that, without separate consent", "none": "nothing",
        "ok": "No remark: everything beyond the necessary has a separate optional consent.",
        "notice": "Notice of rectification\n\nTo the operator of “{app}”{operator}:\n\nAn app of the type “{type}” needs for its basic function: {necessary}. "
        "“{app}” also collects {lacking}, and does not ask for it separately in a way that can be refused.\n\n"
        "This does not keep to: {cited}.\n\nStop collecting it, delete what has been collected, and file a report on what was done by {due}. "
        "An app that fails the re-test may be taken down.",
        "row": "Row", "unread": "{count} rows of the portfolio could not be read and are not audited", "why": "What is wrong", "todo": "What to do",
        "nothing_needed": "no personal information at all",
        "fix": "Stop collecting {lacking}, in the app and in the kits built into it; or ask for each in a separate consent, shown when it is used, that may be "
        "refused without losing the basic function. Then delete what was collected before.",
        "between": "; ", "unjudged": "not judged", "not_in_force": "The provisions that say what each type of app needs came into force on {since}: for {at} nothing is "
        "held against an app by them. What is listed as beyond the necessary is so by their lists.",
        "label": "Draft, not legal advice. Written by a program, not by an authority.", "memory": "The list of this type is from memory: check it before use.",
    },
    "zh": {
        "lang": "zh-Hans", "list": "、", "title": "应用程序收集个人信息范围检查报告", "of": "共 {count} 款应用，其中 {lacking} 款超范围收集个人信息且未取得单独同意。",
        "app": "应用", "type": "类型", "beyond": "超出必要范围", "lacking": "其中未取得单独同意", "none": "无",
        "ok": "未发现问题：超出必要范围的信息均已取得单独、可选的同意。",
        "notice": "责令改正通知书（样式）\n\n“{app}”运营者{operator}：\n\n“{type}”应用的基本功能所必需的个人信息为：{necessary}。"
        "经检查，“{app}”还收集{lacking}，且未以可拒绝的方式单独征得用户同意。\n\n上述行为不符合：{cited}。\n\n"
        "请停止收集，删除已收集的信息，并于 {due} 前（含当日）提交整改报告。复检不合格的，可能被下架。",
        "row": "行", "unread": "清单中有 {count} 行无法读取，未予检查", "why": "问题", "todo": "处理办法",
        "nothing_needed": "无须收集任何个人信息",
        "fix": "在应用及内嵌的第三方工具包中停止收集{lacking}；或者在使用时逐项单独征求同意，用户拒绝后仍可使用基本功能。随后删除此前收集的信息。",
        "between": "；", "unjudged": "未予认定", "not_in_force": "规定各类应用必要个人信息范围的规定自 {since} 起施行，{at} 时尚未生效，不据此认定；所列“超出必要范围”系按其清单比对。",
        "label": "草案，不构成法律意见。由程序生成，并非主管部门出具。", "memory": "该类型的清单凭记忆整理，使用前请核对。",
    },
}  # fmt: skip

_CITED: Mapping[str, Mapping[str, str]] = {
    "app39": {"en": "Provisions on Necessary Personal Information for Common Types of Apps (2021), art. 5", "zh": "《常见类型移动互联网应用程序必要个人信息范围规定》（2021）第五条"},
    "pipl": {"en": "Personal Information Protection Law, art. 6 and 16", "zh": "《个人信息保护法》第六条、第十六条"},
    "app191": {"en": "Method for identifying unlawful collection by apps (2019), art. 4", "zh": "《App违法违规收集使用个人信息行为认定方法》（2019）第四条"},
}  # fmt: skip
"""How a notice cites the instruments of the rule."""


def notice(found: AppAudit, language: str = "en") -> str:
    """The notice that a regulator would write; empty where there is nothing to mend."""
    if not found.lacking:
        return ""
    say = _TEXTS[language]
    brackets = "（{}）" if language == "zh" else " ({})"
    return say["notice"].format(
        app=found.app.name, operator=brackets.format(found.app.operator) if found.app.operator else "", type=found.app.type.title[language],
        necessary=_kinds(sorted(found.app.type.terms), language) or say["nothing_needed"], lacking=_kinds(found.lacking, language),
        cited=say["between"].join(_CITED[name][language] for name in found.standing), due=found.due,
    )  # fmt: skip


def fix(found: AppAudit, language: str = "en") -> str:
    """The way out; empty where there is nothing to mend."""
    return _TEXTS[language]["fix"].format(lacking=_kinds(found.lacking, language)) if found.lacking else ""


def remark(found: AppAudit, language: str = "en") -> str:
    """What else to know: what was not in force that day, assumptions of the calendar, and a list that is from memory."""
    say = _TEXTS[language]
    if not found.is_judged:
        return _not_in_force(found, language) + ("" if language == "zh" else " ") + say["label"]
    memory = [say["memory"]] if found.app.type.certainty.value == "M" else []
    parts = [assumption_in(found.assumption, language), *memory, say["label"]]
    return ("" if language == "zh" else " ").join(part for part in parts if part)


def _not_in_force(found: AppAudit, language: str) -> str:
    return _TEXTS[language]["not_in_force"].format(since=found.since, at=found.at)


def report_json(audits: Iterable[AppAudit], unread: Iterable[Unread] = ()) -> list[dict[str, object]]:
    """The audits as JSON, each with its notice and its way out in both languages; then the rows that could not be read."""
    return [
        found.to_dict()
        | {name: {lang: write(found, lang) for lang in _TEXTS} for name, write in (("notice", notice), ("fix", fix), ("remark", remark))}
        for found in audits
    ] + [row.to_dict() for row in unread]


def report_html(audits: Sequence[AppAudit], unread: Sequence[Unread] = ()) -> str:
    """The audits as a page that stands by itself, in English and Chinese; every value is escaped."""
    links = " · ".join(f'<a href="#{lang}" lang="{say["lang"]}">{say["title"]}</a>' for lang, say in _TEXTS.items())
    parts = "\n".join(
        f'<article id="{lang}" lang="{say["lang"]}">\n{_article(audits, unread, lang)}\n</article>' for lang, say in _TEXTS.items()
    )
    return whole_page(_TEXTS["en"]["title"], f"<nav>{links}</nav>\n{parts}", language="en")


def _article(audits: Sequence[AppAudit], unread: Sequence[Unread], language: str) -> str:
    say = _TEXTS[language]
    lacking = [found for found in audits if found.lacking]
    early = next((found for found in audits if not found.is_judged), None)
    unjudged = f"<p>{escape(_not_in_force(early, language))}</p>\n" if early else ""
    heads = "".join(f'<th scope="col">{say[name]}</th>' for name in ("app", "type", "beyond", "lacking"))
    rows = "\n".join(_row(found, language) for found in audits)
    return (
        f"<h1>{say['title']}</h1>\n<p>{say['of'].format(lacking=len(lacking), count=len(audits))}</p>\n{unjudged}"
        f'<div class="scroll"><table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table></div>\n'
        + "\n".join(_letter(found, language) for found in lacking)
        + _unread(unread, language)
        + f'\n<p class="soft">{say["label"]}</p>'
    )


def _unread(unread: Sequence[Unread], language: str) -> str:
    if not unread:
        return ""
    say = _TEXTS[language]
    heads = "".join(f'<th scope="col">{say[name]}</th>' for name in ("row", "app", "why", "todo"))
    rows = "\n".join(
        f'<tr><th scope="row">{one.row}</th><td>{escape(one.app)}</td><td>{escape(one.problem[language])}</td><td>{escape(one.hint[language])}</td></tr>'
        for one in unread
    )
    heading = say["unread"].format(count=len(unread))
    return f'\n<section>\n<h2>{heading}</h2>\n<div class="scroll"><table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table></div>\n</section>'


def _row(found: AppAudit, language: str) -> str:
    say = _TEXTS[language]
    look = "bad" if found.lacking else "good" if found.is_judged else ""
    judged = say["none"] if found.is_judged else say["unjudged"]
    return (
        f'<tr><th scope="row">{escape(found.app.name)}</th><td>{escape(found.app.type.title[language])}</td>'
        f"<td>{escape(_kinds(found.beyond, language)) or say['none']}</td>"
        f'<td class="{look}">{escape(_kinds(found.lacking, language)) or judged}</td></tr>'
    )


def _letter(found: AppAudit, language: str) -> str:
    heading, *paragraphs = notice(found, language).split("\n\n")
    body = "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    return f'<section>\n<h2>{escape(found.app.name)}: {escape(heading)}</h2>\n{body}\n<p>→ {escape(fix(found, language))}</p>\n<p class="soft">{escape(remark(found, language))}</p>\n</section>'


def _kinds(terms: Iterable[str], language: str) -> str:
    return _TEXTS[language]["list"].join(label(term, language) for term in terms)
