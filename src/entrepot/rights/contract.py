"""A whole contract in one language, as headings with what stands below them, and as a page that needs nothing beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

_LANGUAGES = {"en": "en", "zh": "zh-Hans"}
_STYLE = (
    "body{font:1rem/1.6 system-ui,'Noto Sans CJK SC',sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#111;background:#fff}"
    "h1{font-size:1.6rem}h2{font-size:1.1rem;margin:1.6em 0 .3em}dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}"
    "dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}footer{margin-top:2rem;font-size:.85rem;overflow-wrap:anywhere}"
    "@media print{body{margin:0;max-width:none}h2{break-after:avoid}}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One heading: pairs of name and value, then paragraphs, then points of a list; each may be missing."""

    id: str
    heading: str
    facts: tuple[tuple[str, str], ...] = ()
    paragraphs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """A contract in one language.

    Attributes:
        number: The agreement's id.
        notes: What a reader has to know of the text itself, such as that it is a draft form.
    """

    number: str
    language: str
    title: str
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The contract as JSON."""
        return asdict(self)


def contract_html(contract: Contract) -> str:
    """A whole page; every value is escaped, its style is inside it, and it loads nothing."""
    body = "\n".join(_section(number, section) for number, section in enumerate(contract.sections, 1))
    notes = "".join(f"<p>{escape(note)}</p>" for note in contract.notes)
    return (
        f'<!doctype html>\n<html lang="{_LANGUAGES[contract.language]}">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(contract.title)} {escape(contract.number)}</title>'
        f"<style>{_STYLE}</style></head>\n<body>\n<main>\n<h1>{escape(contract.title)}</h1>\n<p>{escape(contract.number)}</p>\n"
        f"{body}\n</main>\n<footer>{notes}</footer>\n</body>\n</html>\n"
    )


def _section(number: int, section: Section) -> str:
    parts = [f"<h2>{number}. {escape(section.heading)}</h2>"]
    if section.facts:
        parts.append("<dl>" + "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in section.facts) + "</dl>")
    parts += [f"<p>{escape(paragraph)}</p>" for paragraph in section.paragraphs]
    if section.points:
        parts.append(f"<ul>{_items(section.points)}</ul>")
    return f"<section>{''.join(parts)}</section>"


def _items(points: Iterable[str]) -> str:
    return "".join(f"<li>{escape(point)}</li>" for point in points)
