"""Collects the messages of pages and errors for the translators: ``python -m entrepot.web.messages`` brings the catalogues up to date."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from entrepot.kit import sentences
from entrepot.web.extraction.sayings import sayings
from entrepot.web.languages import LOCALE_FOLDER

PACKAGE = Path(__file__).parent
TRANSLATED = ("zh",)
_METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
_OPTIONS = {"templates/**.html": {"trimmed": "false", "silent": "false"}}
_KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "gettext": None, "say": None, "ngettext": (1, 2)}


def extract() -> Catalog:
    """Every message of the templates and the pages, as they are written in English."""
    found = Catalog(project="Entrepot", version="1", charset="utf-8", fuzzy=False)
    for message, context in _messages():
        found.add(message, context=context)
    return found


def update(language: str) -> Path:
    """Bring one catalogue up to date: new messages come in untranslated, those nobody shows any more go out."""
    path = LOCALE_FOLDER / language / "LC_MESSAGES" / "pages.po"
    template = extract()
    known: dict[str | tuple[str, ...] | list[str], str | tuple[str, ...] | list[str] | None] = {}
    if path.exists():
        with path.open("rb") as file:
            known = {message.id: message.string for message in read_po(file, locale=language)}
    made = Catalog(locale=language, charset="utf-8", fuzzy=False)
    for message in template:
        if message.id:
            made.add(message.id, known.get(message.id) or "")
    return _write(made, path)


def update_errors() -> Path:
    """Bring the catalogue of what errors say up to date: sorted by module, with the expressions that stand in the places."""
    path = sentences.CATALOGUE
    known = sentences.read_catalogue() if path.exists() else {}
    made = Catalog(locale="zh", charset="utf-8", fuzzy=False)
    for key, one in sayings().items():
        notes = [f"{{{number}}}: {value}" for number, value in enumerate(one.values)]
        made.add(one.template, known.get(key) or one.known, context=one.context or None, locations=[(one.where, 0)], auto_comments=notes)
    return _write(made, path)


def _write(made: Catalog, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, made, width=140, sort_output=True, omit_header=True)
    return path


def _messages() -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    for _, _, message, _, context in extract_from_dir(PACKAGE, _METHODS, _OPTIONS, keywords=_KEYWORDS):
        yield message, context


if __name__ == "__main__":
    for code in TRANSLATED:
        print(update(code))
    print(update_errors())
