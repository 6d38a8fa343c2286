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
        number: Its place in article 5 of the provisions, from 1.
        terms: The kinds of personal information its basic function needs; none for types that work without.
        words: What the provisions list, in Chinese.
    """

    id: str
    number: int
    title: Texts
    terms: frozenset[str]
    words: str
    certainty: Certainty


@cache
def types() -> Mapping[str, AppType]:
    """The types by id, in the order of the provisions."""
    _, root = read_file(FILE, _FORM)
    return {
        name: _type(name, number, _entries(node)) for number, (name, node) in enumerate(_entries(root.entries["types"]).items(), start=1)
    }


@cache
def apart() -> frozenset[str]:
    """Kinds that are more than their broader kind, and so are needed only where a type names them."""
    _, root = read_file(FILE, _FORM)
    listed = root.entries["apart"]
    return frozenset(_text(item) for item in listed.items) if isinstance(listed, Sequence) else frozenset()


@cache
def aliases() -> Mapping[str, tuple[str, ...]]:
    """The everyday words for kinds of data, by term."""
    _, root = read_file(KINDS, _FORM)
    words = _entries(root.entries["kinds"])
    return {term: tuple(_text(item) for item in node.items) for term, node in words.items() if isinstance(node, Sequence)}


def find_type(given: str) -> AppType:
    """The type of this id, of this number in the provisions, or of this title in English or Chinese.

    Raises:
        Invalid: There is none.
    """
    wanted = given.strip().lower()
    for found in types().values():
        if wanted in (found.id, str(found.number), *(title.lower() for title in found.title.values())):
            return found
    raise Invalid(
        f"There is no type of app {given[:60]!r}.", f"Choose among {', '.join(types())}, or give its number in the provisions, 1 to {len(types())}.",
        message_zh=f"没有“{given[:60]}”这一应用类型。", hint_zh=f"请选择：{type_titles('zh')}；也可填写规定中的序号（1至{len(types())}）。",
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
    """The collected kinds that the type does not need.

    Raises:
        Invalid: There is no such type.
    """
    return outside(necessary(app_type), collected, day)


def outside(allowed: Iterable[str], collected: Iterable[str], day: Day) -> tuple[str, ...]:
    """The collected kinds that are none of the allowed; a narrower kind counts as its broader one, except those `apart`."""
    permitted = frozenset(allowed)
    return tuple(term for term in dict.fromkeys(collected) if not _is_among(term, permitted, day))


def _is_among(term: str, allowed: frozenset[str], day: Day) -> bool:
    own = day.counts_as(term) & apart()
    return not own.isdisjoint(allowed) if own else day.covers(allowed, [term])


def _type(name: str, number: int, entry: dict[str, Node]) -> AppType:
    title = {language: _text(node) for language, node in _entries(entry["title"]).items()}
    terms = entry["terms"]
    names = frozenset(_text(item) for item in terms.items) if isinstance(terms, Sequence) else frozenset[str]()
    return AppType(
        id=name, number=number, title=title, terms=names, words=_text(entry["words"]), certainty=Certainty(_text(entry["certainty"]))
    )


def _entries(node: Node) -> dict[str, Node]:
    return node.entries if isinstance(node, Entries) else {}


def _text(node: Node) -> str:
    return node.text if isinstance(node, Scalar) else ""
