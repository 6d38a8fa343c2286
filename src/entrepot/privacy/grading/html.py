"""A report as a page that stands by itself: no script, nothing fetched, light and dark, in English and Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from entrepot.kit import Invalid
from entrepot.kit.pages import whole_page
from entrepot.privacy.grading import words
from entrepot.privacy.grading.words import WORDS
from entrepot.privacy.notes import sentence


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
    links = " · ".join(f'<a href="#{one}" lang="{words.HTML_LANGUAGE[one]}">{WORDS[one]["title"]}</a>' for one in languages)
    top = f"<nav>{links}</nav>" if len(languages) > 1 else ""
    first = languages[0]
    articles = "\n".join(
        f'<article id="{one}" lang="{words.HTML_LANGUAGE[one]}">\n<h1>{WORDS[one]["title"]}</h1>\n'
        f"{report_body(document, one, digest=digest)}\n</article>"
        for one in languages
    )
    return whole_page(WORDS[first]["title"], f"{top}\n{articles}", language=words.HTML_LANGUAGE[first])


def report_body(document: Mapping[str, Any], language: str, *, digest: str = "") -> str:
    """The report's sections as HTML for another page, without heading and style."""
    parts = (_grade, _checks, _risk, _attacks, _hierarchies, _utility, _limits, _settings)
    found = [part(document, language) for part in parts]
    foot = f'<p class="soft">{WORDS[language]["no_values"]}'
    foot += f"<br>{WORDS[language]['digest']}: <code>{escape(digest)}</code></p>" if digest else "</p>"
    return "\n".join([*found, foot])


def _grade(document: Mapping[str, Any], language: str) -> str:
    level = document["grade"]["level"]
    said = f"<strong>{WORDS[language]['grade']} {level}: {words.LEVELS[language][level]}</strong><br>{words.MEANINGS[language][level]}"
    failed = [check for check in document["grade"]["checks"] if not check["holds"]]
    steps = dict.fromkeys(words.NEXT[language][check["name"]] for check in failed)
    more = f"<h2>{WORDS[language]['next']}</h2>\n<ul>{''.join(f'<li>{step}</li>' for step in steps)}</ul>" if steps and level < 3 else ""
    return f'<p class="grade {"good" if level >= 3 else "bad"}">{said}</p>\n{more}'


def _checks(document: Mapping[str, Any], language: str) -> str:
    w = WORDS[language]
    rows = []
    for check in document["grade"]["checks"]:
        name, least = check["name"], check["name"] in ("k", "cells")
        columns = f'<br><span class="soft">{escape(", ".join(check["columns"]))}</span>' if check["columns"] else ""
        bound = f"{w['at_least' if least else 'at_most']} {_figure(name, check['limit'])}"
        interval = "" if check["interval"] is None else f" ({_percent(check['interval'][0])} – {_percent(check['interval'][1])})"
        mark = f'<span class="{"good" if check["holds"] else "bad"}">{w["holds" if check["holds"] else "fails"]}</span>'
        rows.append(
            [words.CHECKS[language][name] + columns, _figure(name, check["value"]) + interval, bound, mark, words.SOURCES[language][name]]
        )
    return _section(w["why"], _table([w["fact"], w["measured"], w["limit"], w["met"], w["source"]], rows, figures=(1, 2)))


def _figure(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    whole = name in ("direct_identifiers", "other_quasi_identifiers", "keys", "k", "cells")
    return f"{value:,.0f}" if whole else _percent(value)


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _count(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def _risk(document: Mapping[str, Any], language: str) -> str:
    w = WORDS[language]
    both = [document["risk"][name] for name in ("before", "after")]
    rows = [
        [w["smallest"], *(_count(one["k"]) for one in both)], [w["classes"], *(_count(one["classes"]) for one in both)],
        [w["unique"], *(_percent(one["unique"]) for one in both)], [w["prosecutor"], *(_percent(one["prosecutor"]) for one in both)],
        [w["marketer"], *(_percent(one["marketer"]) for one in both)], [w["hidden"], *(_count(one["hidden"]) for one in both)],
    ]  # fmt: skip
    for then, now in zip(both[0]["sensitive"], both[1]["sensitive"], strict=True):
        rows.append([w["told"].format(escape(now["column"])), _percent(then["told"]), _percent(now["told"])])
    return _section(w["risk"], _table(["", w["before"], w["after"]], rows, figures=(1, 2)))


def _attacks(document: Mapping[str, Any], language: str) -> str:
    w, attacks = WORDS[language], document["attacks"]
    if attacks is None:
        return _section(w["attacks"], f"<p>{w['no_attacks']}</p>")
    rows = []
    for one in attacks["attacks"]:
        title = escape(_attack(one["name"], one.get("column", ""), language))
        rate, risk = one["attack"], one["risk"]
        reached = f"{_percent(rate['share'])} ({_percent(rate['low'])} – {_percent(rate['high'])})" if rate["tries"] else "–"
        adds = f"{_percent(risk['value'])}" if rate["tries"] else "–"
        rows.append([title, reached, _percent(one["baseline"]["share"]), adds, words.GRADES[language][one["grade"]]])
    heads = [w["attack"], w["succeeds"], w["guessing"], w["adds"], w["verdict"]]
    return _section(w["attacks"], _table(heads, rows, figures=(1, 2, 3)) + _notes(attacks, language))


def _attack(name: str, column: str, language: str) -> str:
    title = words.ATTACKS[language].get(name, name)
    return WORDS[language]["of"].format(title, column) if column else title


def _hierarchies(document: Mapping[str, Any], language: str) -> str:
    w, loss = WORDS[language], document["release"]["loss"]
    rows = [
        [
            escape(one["column"]), f"{loss[one['column']]:.4f}", _count(one["levels"]), _count(one["leaves"]), w[one["made"]],
            f"<code>{escape(one['sha256'])}</code>" if one["sha256"] else "–",
        ]
        for one in document["hierarchies"]
    ]  # fmt: skip
    return _section(
        w["hierarchies"], _table([w["column"], w["loss"], w["levels"], w["values"], w["made"], w["digest"]], rows, figures=(1, 2, 3))
    )


def _utility(document: Mapping[str, Any], language: str) -> str:
    w, found = WORDS[language], document["utility"]
    if found is None:
        return _section(w["utility"], f"<p>{w['no_utility']}</p>")
    mean = sum(found["marginals"].values()) / max(1, len(found["marginals"]))
    size = found["average_class"]
    rows = [
        [w["overall"], f"{found['ncp']:.4f}"], [w["class_size"], "–" if size is None else f"{size:,.1f}"], [w["marginals"], f"{mean:.3f}"],
        [w["pairs"], "–" if found["pairs_mean"] is None else f"{found['pairs_mean']:.3f}"],
        [w["query"], _percent(found["query_error"]["median"])],
    ]  # fmt: skip
    if found["classifier"]:
        told = found["classifier"]
        shares = ", ".join(_percent(told[name]) for name in ("after", "before", "majority"))
        rows.append([w["classifier"].format(escape(told["target"])), shares])
    return _section(w["utility"], _table(["", w["measured"]], rows, figures=(1,)) + _notes(found, language))


def _limits(document: Mapping[str, Any], language: str) -> str:
    items = "".join(f"<li>{words.LIMITS[language][limit]}</li>" for limit in document["limits"])
    return _section(WORDS[language]["limits"], f"<ul>{items}</ul>")


def _settings(document: Mapping[str, Any], language: str) -> str:
    w, said, release = WORDS[language], document["settings"], document["release"]
    diversity = [f"{one['kind']} {one['l']:g}: {one['column']}" for one in said["diversity"]]
    closeness = [f"{one['distance']} {one['t']:g}: {one['column']}" for one in said["closeness"]]
    presence, population = said["presence"], said["population"]
    bounds = [f"{presence['least']:g} – {presence['most']:g}: {presence['column'] or presence['population']}"] if presence else []
    changes = [f"{one['column']}: {':'.join([one['verb'], *one['arguments']])}" for one in said["changes"]]
    rows = [
        [w["file"], escape(release["file"])], [w["digest"], f"<code>sha256:{escape(release['sha256'])}</code>"],
        [w["rows"], _count(release["rows"])], [w["k"], _count(said["k"])], [w["method"], w[said["method"]]],
        [w["quasi_identifiers"], escape(", ".join(said["quasi_identifiers"]))], [w["suppress"], _percent(said["suppress"])],
        [w["person"], escape(said["person"]) or "–"], [w["diversity"], _listed(diversity)], [w["closeness"], _listed(closeness)],
        [w["presence"], _listed(bounds)], [w["population"], escape(population or "–")], [w["drop"], _listed(said["drop"])], [w["changes"], _listed(changes)], [w["form"], f"<code>{escape(document['form'])}</code>"],
    ]  # fmt: skip
    return _section(w["settings"], _table(["", ""], rows))


def _listed(items: Iterable[str]) -> str:
    return escape("; ".join(items)) or "–"


def _notes(measured: Mapping[str, Any], language: str) -> str:
    sentences = words.NOTES.get(language)
    # English notes stand in the report itself, and alone in those of older releases.
    if sentences is None or "noted" not in measured:
        return _bulleted(measured["notes"], "" if sentences is None else ' lang="en"')
    return _bulleted([_note(one["code"], one["values"], sentences, language) for one in measured["noted"]], "")


def _note(code: str, values: Mapping[str, Any], sentences: Mapping[str, str], language: str) -> str:
    if code == "time_up":
        pairs = zip(values["names"], values["columns"], strict=True)
        values = {**values, "attacks": [_attack(name, column, language) for name, column in pairs]}
    return sentence(sentences, code, values, between="、")


def _bulleted(sentences: Iterable[str], attribute: str) -> str:
    items = "".join(f"<li>{escape(one)}</li>" for one in sentences)
    return f'<ul class="soft"{attribute}>{items}</ul>' if items else ""


def _section(title: str, body: str) -> str:
    return f"<section>\n<h2>{title}</h2>\n{body}\n</section>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, figures: Sequence[int] = ()) -> str:
    def looks(at: int) -> str:
        return ' class="figure"' if at in figures else ""

    # A head without words is a cell: a heading that says nothing would be read out.
    cells = (f'<th scope="col"{looks(i)}>{cell}</th>' if cell else "<td></td>" for i, cell in enumerate(heads))
    head = "".join(cells) if any(heads) else ""
    body = "\n".join(
        f'<tr><th scope="row">{row[0]}</th>' + "".join(f"<td{looks(i)}>{cell}</td>" for i, cell in enumerate(row[1:], start=1)) + "</tr>"
        for row in rows
    )
    return f'<div class="scroll"><table>{f"<thead><tr>{head}</tr></thead>" if head else ""}\n<tbody>\n{body}\n</tbody></table></div>'
