"""What the exchange knows of rules: the facts they may ask for, the taxonomy, and the packs that travel with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as AnyMapping
from datetime import date
from difflib import get_close_matches
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from entrepot.compliance.dossier import Source
from entrepot.compliance.pack_model import LANGUAGES, Pack, Rule
from entrepot.compliance.pack_reader import LOADER, read_file, read_pack
from entrepot.compliance.rules import RULES
from entrepot.compliance.taxonomy import Membership, Taxonomy
from entrepot.compliance.vocabulary import FactDef, FactType, FactVocabulary
from entrepot.kit import Invalid, NotFound
from entrepot.kit.yamltree import Form, Mapping, Node, Scalar, Sequence
from entrepot.vocabulary.purposes import PURPOSES

FOLDER = Path(__file__).parent / "packs"
SHIPPED = ("house", "cn", "eu", "us")
"""The packs that travel with the program, in the order in which findings are shown."""
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_FORM = Form(name="the table", hint="Split it.", bytes=1024**2, depth=8, events=200_000, loader=LOADER)


@cache
def vocabulary() -> FactVocabulary:
    """Every fact that a rule may ask for: the common ones, and those that a pack brings in a file beside it."""
    return FactVocabulary({path: _fact(path, _entries(node)) for root in _tables("facts") for path, node in root.entries.items()})


def vocabulary_of(packs: Iterable[Pack]) -> FactVocabulary:
    """Every fact that rules of some packs may ask for: those of the program, and the packs' own."""
    return vocabulary().with_({path: fact for pack in packs for path, fact in pack.facts.items()})


@cache
def taxonomy() -> Taxonomy:
    """Kinds of data and purposes, each with its broader terms, and the sets that laws draw."""
    broader = {name: purpose.broader for name, purpose in PURPOSES.items()}
    members: list[Membership] = []
    for root in _tables("taxonomy"):
        broader |= {name: tuple(_texts(node)) for name, node in _entries(root.entries.get("terms")).items()}
        members += _memberships(_entries(root.entries.get("sets")))
    return Taxonomy(broader=broader, members=tuple(members))


@cache
def duties() -> dict[str, dict[str, str]]:
    """What each duty is called, by language, and its ODRL ``action``."""
    _, root = read_file(FOLDER / "duties.yaml", _FORM)
    return {name: _words(node) for name, node in root.entries.items()}


def duty_words(do: str, language: str = "en") -> str:
    """A duty in words."""
    found = duties().get(do, {})
    return found.get(language) or found.get("en") or do.replace("_", " ")


def said_duty(duty: AnyMapping[str, Any], language: str = "en") -> str:
    """A duty as JSON in words: those that its pack brought with it, else those of the table."""
    words = duty.get("words")
    return (words.get(language) if isinstance(words, dict) else None) or duty_words(duty["do"], language)


def texts_by_rule(name: str) -> dict[str, dict[str, dict[str, str]]]:
    """A table of texts that stands beside the packs: by rule, by what each is, by language; what has no language is the same in all."""
    _, root = read_file(FOLDER / f"{name}.yaml", _FORM)
    return {rule: {what: _in_all(text) for what, text in _entries(node).items()} for rule, node in root.entries.items()}


@cache
def follows() -> dict[str, dict[str, str]]:
    """What the papers that are kept and the ends of clocks are called, by language."""
    _, root = read_file(FOLDER / "follows.yaml", _FORM)
    return {name: _words(node) for name, node in root.entries.items()}


def follow_words(name: str, language: str = "en") -> str:
    """What follows a rule, in words: a paper that is kept, what the end of a clock brings, a duty that is forbidden."""
    found = follows().get(name) or duties().get(name, {})
    return found.get(language) or found.get("en") or name.replace("_", " ")


def duty_action(do: str) -> str:
    """The ODRL action that a duty commands, or, where its name begins with ``no_``, forbids; of our own where no other fits."""
    return duties().get(do, {}).get("action") or f"ent:{do}"


@cache
def shipped() -> tuple[Pack, ...]:
    """The packs that travel with the program, and those that installed packages register under ``entrepot.rule_packs``."""
    paths = [path for name in SHIPPED if (path := FOLDER / f"{name}.yaml").exists()]
    paths += [Path(entry.load()) for entry in entry_points(group="entrepot.rule_packs")]
    return load(paths)


def label(term: str, language: str = "en") -> str:
    """What a kind of data, a purpose or a set is called; a term without a name of its own is spelled out."""
    if (purpose := PURPOSES.get(term)) is not None:
        return purpose.zh if language == "zh" else purpose.en
    words = _labels().get(term, {})
    return words.get(language) or words.get("en") or _HUMP.sub(" ", term.partition(":")[2] or term).lower()


@cache
def _labels() -> dict[str, dict[str, str]]:
    return {term: _words(node) for root in _tables("terms") for term, node in root.entries.items()}


def load(paths: Iterable[Path]) -> tuple[Pack, ...]:
    """The packs in some files, all or none.

    Raises:
        Invalid: One of them cannot be read, or they cannot be asked together.
    """
    known = taxonomy()
    return apart(tuple(read_pack(path, vocabulary(), known.knows) for path in paths))


def apart(packs: tuple[Pack, ...]) -> tuple[Pack, ...]:
    """The packs, if they can be asked together.

    Raises:
        Invalid: Two have the same name or share a rule's id.
    """
    seen: dict[str, str] = {}
    for pack in packs:
        for name in (pack.id, *(rule.id for rule in pack.rules)):
            if name in seen:
                raise Invalid(f"{name} stands in the packs {seen[name]} and {pack.id}.", "Give one of them another name.")
            seen[name] = pack.id
    return packs


def choose(wanted: Iterable[str], packs: Iterable[Pack]) -> tuple[Pack, ...]:
    """The packs of these names; the house's own is always among them.

    Raises:
        Invalid: There is no pack of a name.
    """
    by_id = {pack.id: pack for pack in packs}
    names = ["house", *(name for name in wanted if name != "house")]
    if missing := [name for name in names if name not in by_id]:
        raise Invalid(f"There is no rule pack {missing[0][:60]!r}.", f"There are {', '.join(by_id)}.")
    return tuple(by_id[name] for name in names)


def find_rule(rule_id: str, packs: Iterable[Pack]) -> tuple[Pack, Rule]:
    """The rule of this id, with its pack.

    Raises:
        NotFound: None of the packs has it.
    """
    ids: list[str] = []
    for pack in packs:
        if (found := pack.rule(rule_id)) is not None:
            return pack, found
        ids += [rule.id for rule in pack.rules]
    ids += [rule.id for rule in RULES if rule.id not in ids]
    near = get_close_matches(rule_id.upper()[:80], ids, n=3)
    raise NotFound(
        f"There is no rule {rule_id[:80]!r}.", f"Did you mean {' or '.join(near)}?" if near else "`entrepot rules list` lists them."
    )


def _tables(kind: str) -> Iterator[Mapping]:
    for name in (kind, *(f"{pack}.{kind}" for pack in SHIPPED)):
        if (path := FOLDER / f"{name}.yaml").exists():
            yield read_file(path, _FORM)[1]


def _fact(path: str, entry: dict[str, Node]) -> FactDef:
    choices = {name: _words(node) for name, node in _entries(entry.get("in")).items()}
    return FactDef(
        path=path, type=FactType(_text(entry["type"])), question={"en": _text(entry["en"]), "zh": _text(entry["zh"])}, choices=choices,
        source=Source(_text(entry["by"])) if "by" in entry else Source.DECLARED, among=_text(entry["among"]) if "among" in entry else "",
        of_countries="countries" in entry,
    )  # fmt: skip


def _memberships(sets: dict[str, Node]) -> Iterator[Membership]:
    for name, node in sets.items():
        entry = _entries(node)
        members = entry["members"]
        for part in members.items if isinstance(members, Sequence) else ():
            values = _entries(part)
            yield Membership(
                set=name, terms=frozenset(_texts(values["terms"])), since=_day(values.get("from")), until=_day(values.get("until"))
            )


def _entries(node: Node | None) -> dict[str, Node]:
    return node.entries if isinstance(node, Mapping) else {}


def _in_all(node: Node) -> dict[str, str]:
    return _words(node) if isinstance(node, Mapping) else dict.fromkeys(LANGUAGES, _text(node))


def _words(node: Node) -> dict[str, str]:
    return {language: _text(text) for language, text in _entries(node).items()}


def _texts(node: Node) -> list[str]:
    return [item.text for item in node.items if isinstance(item, Scalar)] if isinstance(node, Sequence) else []


def _text(node: Node) -> str:
    return node.text if isinstance(node, Scalar) else ""


def _day(node: Node | None) -> date | None:
    return date.fromisoformat(_text(node)) if node is not None else None
