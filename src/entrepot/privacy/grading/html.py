"""A report as a page that stands by itself: no script, nothing fetched, light and dark, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from entrepot.kit import Invalid
from entrepot.privacy.grading import cells, words
from entrepot.privacy.grading.markup import count, listed, notes, percent, section, table
from entrepot.privacy.grading.words import WORDS

_STYLE = """
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#59636e;--rule:#d1d9e0;--paper:#fff;--good:#116329;--bad:#a40e26}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9198a1;--rule:#3d444d;--paper:#0d1117;--good:#7ee787;--bad:#ff9492}}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,"Noto Sans CJK SC","PingFang SC",sans-serif}
main{max-width:60rem;margin:0 auto;padding:1.5rem}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}
table{border-collapse:collapse;width:100%;font-size:.9rem}caption{text-align:left;color:var(--soft)}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid var(--rule);overflow-wrap:break-word}
code{overflow-wrap:anywhere}
.figure{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}.scroll{overflow-x:auto}
.grade{font-size:1.2rem;border:2px solid;border-radius:.5rem;padding:.75rem 1rem}.soft{color:var(--soft)}
.good{color:var(--good)}.bad{color:var(--bad)}code{font-size:.8rem}article+article{border-top:2px solid var(--rule);margin-top:3rem}
"""


def report_html(document: Mapping[str, Any], *, digest: str = "", languages: Sequence[str] = words.LANGUAGES) -> str:
    """A whole page of a report's document. Every value is escaped.

    Args:
        digest: Of the document; shown, so that page and JSON can be held together.
        languages: ``en``, ``zh`` or both, one below the other.

    Raises:
        Invalid: There is no such language.
    """
    unknown = [language for language in languages if language not in words.LANGUAGES]
    if unknown or not languages:
        raise Invalid(f"Reports are not written in {', '.join(unknown)[:20] or 'no language'}.", "Use en or zh.")
    links = " · ".join(f'<a href="#{one}" lang="{words.HTML_LANGUAGE[one]}">{_title(document, one)}</a>' for one in languages)
    top = f"<nav>{links}</nav>" if len(languages) > 1 else ""
    first = languages[0]
    return (
        f'<!doctype html>\n<html lang="{words.HTML_LANGUAGE[first]}">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{_title(document, first)}</title>'
        f"<style>{_STYLE}</style></head>\n<body>\n<main>\n{top}\n"
        + "\n".join(
            f'<article id="{one}" lang="{words.HTML_LANGUAGE[one]}">\n<h1>{_title(document, one)}</h1>\n'
            f"{report_body(document, one, digest=digest)}\n</article>"
            for one in languages
        )
        + "\n</main>\n</body>\n</html>\n"
    )


def report_body(document: Mapping[str, Any], language: str, *, digest: str = "") -> str:
    """The report's sections as HTML for another page, without heading and style."""
    counted = document["form"] == cells.FORM
    parts = (_grade, _checks, *cells.PARTS) if counted else (_grade, _checks, _risk, _attacks, _hierarchies, _utility, _limits, _settings)
    found = [part(document, language) for part in parts]
    foot = f'<p class="soft">{WORDS[language]["no_values"]}'
    foot += f"<br>{WORDS[language]['digest']}: <code>{escape(digest)}</code></p>" if digest else "</p>"
    return "\n".join([*found, foot])


def _title(document: Mapping[str, Any], language: str) -> str:
    return WORDS[language]["title_cells" if document.get("form") == cells.FORM else "title"]


def _grade(document: Mapping[str, Any], language: str) -> str:
    level = document["grade"]["level"]
    said = f"<strong>{WORDS[language]['grade']} {level}: {words.LEVELS[language][level]}</strong><br>{words.MEANINGS[language][level]}"
    failed = [check for check in document["grade"]["checks"] if not check["holds"]]
    steps = dict.fromkeys(words.NEXT[language][check["name"]] for check in failed)
    heading = WORDS[language]["next_cells" if document["form"] == cells.FORM else "next"]
    more = f"<h2>{heading}</h2>\n<ul>{''.join(f'<li>{step}</li>' for step in steps)}</ul>" if steps and level < 3 else ""
    return f'<p class="grade {"good" if level >= 3 else "bad"}">{said}</p>\n{more}'


def _checks(document: Mapping[str, Any], language: str) -> str:
    w = WORDS[language]
    rows = []
    for check in document["grade"]["checks"]:
        name, least = check["name"], check["name"] in ("k", "cells")
        columns = f'<br><span class="soft">{escape(", ".join(check["columns"]))}</span>' if check["columns"] else ""
        bound = f"{w['at_least' if least else 'at_most']} {_figure(name, check['limit'])}"
        interval = "" if check["interval"] is None else f" ({percent(check['interval'][0])} – {percent(check['interval'][1])})"
        mark = f'<span class="{"good" if check["holds"] else "bad"}">{w["holds" if check["holds"] else "fails"]}</span>'
        rows.append(
            [words.CHECKS[language][name] + columns, _figure(name, check["value"]) + interval, bound, mark, words.SOURCES[language][name]]
        )
    return section(
        w["why"], table([w["fact"], w["measured"], w["limit"], "", w["source"]], rows, figures=(1, 2)) + _searched(document, language)
    )


def _searched(document: Mapping[str, Any], language: str) -> str:
    """What was not searched for columns that single out together."""
    w, found = WORDS[language], document.get("untreated")
    if not found or not found["size"]:
        return ""
    said = [w["searched"].format(count(found["searched"]), found["size"])]
    said += [w["skipped"].format(count(found["skipped"]))] if found["skipped"] else []
    said += [w["left_out"].format(escape(", ".join(found["left_out"])))] if found["left_out"] else []
    return f'<p class="soft">{" ".join(said)}</p>'


def _figure(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    whole = name in ("direct_identifiers", "other_quasi_identifiers", "keys", "k", "cells")
    return f"{value:,.0f}" if whole else percent(value)


def _risk(document: Mapping[str, Any], language: str) -> str:
    w = WORDS[language]
    both = [document["risk"][name] for name in ("before", "after")]
    rows = [
        [w["smallest"], *(count(one["k"]) for one in both)], [w["classes"], *(count(one["classes"]) for one in both)],
        [w["unique"], *(percent(one["unique"]) for one in both)], [w["prosecutor"], *(percent(one["prosecutor"]) for one in both)],
        [w["marketer"], *(percent(one["marketer"]) for one in both)], [w["hidden"], *(count(one["hidden"]) for one in both)],
    ]  # fmt: skip
    for then, now in zip(both[0]["sensitive"], both[1]["sensitive"], strict=True):
        rows.append([w["told"].format(escape(now["column"])), percent(then["told"]), percent(now["told"])])
    return section(w["risk"], table(["", w["before"], w["after"]], rows, figures=(1, 2)))


def _attacks(document: Mapping[str, Any], language: str) -> str:
    w, attacks = WORDS[language], document["attacks"]
    if attacks is None:
        return section(w["attacks"], f"<p>{w['no_attacks']}</p>")
    rows = []
    for one in attacks["attacks"]:
        name = words.ATTACKS[language].get(one["name"], escape(one["name"]))
        title = w["of"].format(name, escape(one["column"])) if one.get("column") else name
        rate, risk = one["attack"], one["risk"]
        reached = f"{percent(rate['share'])} ({percent(rate['low'])} – {percent(rate['high'])})" if rate["tries"] else "–"
        adds = f"{percent(risk['value'])}" if rate["tries"] else "–"
        rows.append([title, reached, percent(one["baseline"]["share"]), adds, words.GRADES[language][one["grade"]]])
    heads = [w["attack"], w["succeeds"], w["guessing"], w["adds"], w["verdict"]]
    return section(w["attacks"], table(heads, rows, figures=(1, 2, 3)) + notes(attacks["notes"]))


def _hierarchies(document: Mapping[str, Any], language: str) -> str:
    w, loss = WORDS[language], document["release"]["loss"]
    rows = [
        [
            escape(one["column"]), f"{loss[one['column']]:.4f}", count(one["levels"]), count(one["leaves"]), w[one["made"]],
            f"<code>{escape(one['sha256'])}</code>" if one["sha256"] else "–",
        ]
        for one in document["hierarchies"]
    ]  # fmt: skip
    return section(
        w["hierarchies"], table([w["column"], w["loss"], w["levels"], w["values"], w["made"], w["digest"]], rows, figures=(1, 2, 3))
    )


def _utility(document: Mapping[str, Any], language: str) -> str:
    w, found = WORDS[language], document["utility"]
    if found is None:
        return section(w["utility"], f"<p>{w['no_utility']}</p>")
    mean = sum(found["marginals"].values()) / max(1, len(found["marginals"]))
    size = found["average_class"]
    rows = [
        [w["overall"], f"{found['ncp']:.4f}"], [w["class_size"], "–" if size is None else f"{size:,.1f}"], [w["marginals"], f"{mean:.3f}"],
        [w["pairs"], "–" if found["pairs_mean"] is None else f"{found['pairs_mean']:.3f}"],
        [w["query"], percent(found["query_error"]["median"])],
    ]  # fmt: skip
    if found["classifier"]:
        told = found["classifier"]
        shares = ", ".join(percent(told[name]) for name in ("after", "before", "majority"))
        rows.append([w["classifier"].format(escape(told["target"])), shares])
    return section(w["utility"], table(["", w["measured"]], rows, figures=(1,)) + notes(found["notes"]))


def _limits(document: Mapping[str, Any], language: str) -> str:
    items = "".join(f"<li>{words.LIMITS[language][limit]}</li>" for limit in document["limits"])
    return section(WORDS[language]["limits"], f"<ul>{items}</ul>")


def _settings(document: Mapping[str, Any], language: str) -> str:
    w, said, release = WORDS[language], document["settings"], document["release"]
    diversity = [f"{one['kind']} {one['l']:g}: {one['column']}" for one in said["diversity"]]
    closeness = [f"{one['distance']} {one['t']:g}: {one['column']}" for one in said["closeness"]]
    changes = [f"{one['column']}: {':'.join([one['verb'], *one['arguments']])}" for one in said["changes"]]
    rows = [
        [w["file"], escape(release["file"])], [w["digest"], f"<code>sha256:{escape(release['sha256'])}</code>"],
        [w["rows"], count(release["rows"])], [w["k"], count(said["k"])], [w["method"], w[said["method"]]],
        [w["quasi_identifiers"], escape(", ".join(said["quasi_identifiers"]))], [w["suppress"], percent(said["suppress"])],
        [w["person"], escape(said["person"]) or "–"], [w["diversity"], listed(diversity)], [w["closeness"], listed(closeness)],
        [w["drop"], listed(said["drop"])], [w["changes"], listed(changes)], [w["form"], f"<code>{escape(document['form'])}</code>"],
    ]  # fmt: skip
    return section(w["settings"], table(["", ""], rows))
