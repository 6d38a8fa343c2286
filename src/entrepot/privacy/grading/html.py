"""A report as a page that stands by itself: no script, nothing fetched, light and dark, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from entrepot.kit import Invalid
from entrepot.kit.pages import whole_page
from entrepot.privacy.grading import cells, words
from entrepot.privacy.grading.markup import count, listed, percent, section, table
from entrepot.privacy.grading.model import AT_LEAST
from entrepot.privacy.grading.noted import attack_title, notes
from entrepot.privacy.grading.words import WORDS


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
    articles = "\n".join(
        f'<article id="{one}" lang="{words.HTML_LANGUAGE[one]}">\n<h1>{_title(document, one)}</h1>\n'
        f"{report_body(document, one, digest=digest)}\n</article>"
        for one in languages
    )
    return whole_page(_title(document, first), f"{top}\n{articles}", language=words.HTML_LANGUAGE[first])


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
        name, least = check["name"], check["name"] in AT_LEAST
        columns = f'<br><span class="soft">{escape(", ".join(check["columns"]))}</span>' if check["columns"] else ""
        bound = f"{w['at_least' if least else 'at_most']} {_figure(name, check['limit'])}"
        interval = "" if check["interval"] is None else f" ({percent(check['interval'][0])} – {percent(check['interval'][1])})"
        mark = f'<span class="{"good" if check["holds"] else "bad"}">{w["holds" if check["holds"] else "fails"]}</span>'
        rows.append(
            [words.CHECKS[language][name] + columns, _figure(name, check["value"]) + interval, bound, mark, words.SOURCES[language][name]]
        )
    facts = table([w["fact"], w["measured"], w["limit"], w["met"], w["source"]], rows, figures=(1, 2))
    return section(w["why"], facts + _searched(document, language))


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
    whole = name in ("direct_identifiers", "other_quasi_identifiers", "keys", *AT_LEAST)
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
    noted = notes(document["release"], language) if document["release"].get("notes") else ""
    return section(w["risk"], table(["", w["before"], w["after"]], rows, figures=(1, 2)) + noted)


def _attacks(document: Mapping[str, Any], language: str) -> str:
    w, attacks = WORDS[language], document["attacks"]
    if attacks is None:
        return section(w["attacks"], f"<p>{w['no_attacks']}</p>")
    rows = []
    for one in attacks["attacks"]:
        title = escape(attack_title(one["name"], one.get("column", ""), language))
        rate, risk = one["attack"], one["risk"]
        reached = f"{percent(rate['share'])} ({percent(rate['low'])} – {percent(rate['high'])})" if rate["tries"] else "–"
        adds = f"{percent(risk['value'])}" if rate["tries"] else "–"
        rows.append([title, reached, percent(one["baseline"]["share"]), adds, words.GRADES[language][one["grade"]]])
    heads = [w["attack"], w["succeeds"], w["guessing"], w["adds"], w["verdict"]]
    return section(w["attacks"], table(heads, rows, figures=(1, 2, 3)) + notes(attacks, language))


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
    return section(w["utility"], table(["", w["measured"]], rows, figures=(1,)) + notes(found, language))


def _limits(document: Mapping[str, Any], language: str) -> str:
    items = "".join(f"<li>{words.LIMITS[language][limit]}</li>" for limit in document["limits"])
    return section(WORDS[language]["limits"], f"<ul>{items}</ul>")


def _settings(document: Mapping[str, Any], language: str) -> str:
    w, said, release = WORDS[language], document["settings"], document["release"]
    diversity = [f"{one['kind']} {one['l']:g}: {one['column']}" for one in said["diversity"]]
    closeness = [f"{one['distance']} {one['t']:g}: {one['column']}" for one in said["closeness"]]
    presence, population = said["presence"], said["population"]
    bounds = [f"{presence['least']:g} – {presence['most']:g}: {presence['column'] or presence['population']}"] if presence else []
    changes = [f"{one['column']}: {':'.join([one['verb'], *one['arguments']])}" for one in said["changes"]]
    rows = [
        [w["file"], escape(release["file"])], [w["digest"], f"<code>sha256:{escape(release['sha256'])}</code>"],
        [w["rows"], count(release["rows"])], [w["k"], count(said["k"])], [w["method"], w[said["method"]]],
        [w["quasi_identifiers"], escape(", ".join(said["quasi_identifiers"]))], [w["suppress"], percent(said["suppress"])],
        [w["person"], escape(said["person"]) or "–"], [w["diversity"], listed(diversity)], [w["closeness"], listed(closeness)],
        [w["presence"], listed(bounds)], [w["population"], escape(population or "–")], [w["drop"], listed(said["drop"])],
        [w["changes"], listed(changes)], [w["form"], f"<code>{escape(document['form'])}</code>"],
    ]  # fmt: skip
    return section(w["settings"], table(["", ""], rows))
