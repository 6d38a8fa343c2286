"""Types of apps and the personal information each needs for its basic function (provisions on necessary information, 2021)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from entrepot.compliance.pack_model import Certainty, Texts
from entrepot.compliance.pack_reader import LOADER, read_file
from entrepot.compliance.taxonomy import Day
from entrepot.kit import Invalid
from entrepot.kit.yamltree import Form, Node, Scalar, Sequence
from entrepot.kit.yamltree import Mapping as Entries

FILE = Path(__file__).parent / "packs" / "cn.app_types.yaml"
KINDS = FILE.with_name("cn.app_kinds.yaml")
_FORM = Form(name="the table of app types", hint="Split it.", loader=LOADER)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppType:
    """One type of app.

    Attributes:
        terms: The kinds of personal information its basic function needs; none for types that work without.
        words: What the provisions list, in Chinese.
    """

    id: str
    title: Texts
    terms: frozenset[str]
    words: str
    certainty: Certainty


@cache
def types() -> Mapping[str, AppType]:
    """The types by id, in the order of the provisions."""
    _, root = read_file(FILE, _FORM)
    return {name: _type(name, _entries(node)) for name, node in _entries(root.entries["types"]).items()}


@cache
def aliases() -> Mapping[str, tuple[str, ...]]:
    """The everyday words for kinds of data, by term."""
    _, root = read_file(KINDS, _FORM)
    words = _entries(root.entries["kinds"])
    return {term: tuple(_text(item) for item in node.items) for term, node in words.items() if isinstance(node, Sequence)}


def find_type(given: str) -> AppType:
    """The type of this id, or of this title in English or Chinese.

    Raises:
        Invalid: There is none.
    """
    wanted = given.strip().lower()
    for found in types().values():
        if wanted in (found.id, *(title.lower() for title in found.title.values())):
            return found
    raise Invalid(
        f"There is no type of app {given[:60]!r}.", f"Choose among {', '.join(types())}.",
        message_zh=f"没有“{given[:60]}”这一应用类型。", hint_zh=f"请选择：{type_titles('zh')}。",
    )  # fmt: skip


def type_titles(language: str) -> str:
    """The types of apps by title, in a row."""
    return ("、" if language == "zh" else ", ").join(found.title[language] for found in types().values())


def necessary(app_type: str) -> frozenset[str]:
    """The kinds of personal information a type of app needs.

    Raises:
        Invalid: There is no such type.
    """
    return find_type(app_type).terms


def beyond(app_type: str, collected: Iterable[str], day: Day) -> tuple[str, ...]:
    """The collected kinds that the type does not need; a narrower kind counts as its broader one.

    Raises:
        Invalid: There is no such type.
    """
    allowed = necessary(app_type)
    return tuple(term for term in dict.fromkeys(collected) if not day.covers(allowed, [term]))


def _type(name: str, entry: dict[str, Node]) -> AppType:
    title = {language: _text(node) for language, node in _entries(entry["title"]).items()}
    terms = entry["terms"]
    names = frozenset(_text(item) for item in terms.items) if isinstance(terms, Sequence) else frozenset[str]()
    return AppType(id=name, title=title, terms=names, words=_text(entry["words"]), certainty=Certainty(_text(entry["certainty"])))


def _entries(node: Node) -> dict[str, Node]:
    return node.entries if isinstance(node, Entries) else {}


def _text(node: Node) -> str:
    return node.text if isinstance(node, Scalar) else ""
