"""What an owner declares for the rules, read by the types that the rules ask for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from entrepot.catalogue.manifest.reader import Reader
from entrepot.compliance.library import vocabulary
from entrepot.compliance.questions import read_words
from entrepot.compliance.vocabulary import UNQUOTED
from entrepot.kit import Invalid
from entrepot.kit.yamltree import Mapping, Node, Scalar, Sequence

MAX_FACTS = 500


def facts(reader: Reader, node: Node | None) -> dict[str, Any]:
    """Facts by path; nested entries and paths such as ``source.kinds`` are the same."""
    entries = reader.mapping(node, "facts")
    if entries is None:
        return {}
    found: dict[str, Any] = {}
    for path, value in _flat(entries, ""):
        if len(found) >= MAX_FACTS:
            reader.complain(value.line, f"facts has more than {MAX_FACTS} entries.", "Leave out those that no rule asks for.")
            break
        try:
            found |= vocabulary().check({path: _value(path, value)})
        except Invalid as error:
            reader.complain(value.line, error.message, error.hint)
    return found


def _flat(node: Mapping, prefix: str) -> Iterator[tuple[str, Node]]:
    for name, value in node.entries.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _value(path: str, node: Node) -> Any:
    fact = vocabulary().get(path)
    if isinstance(node, Sequence):
        words: str | list[str] = [item.text if isinstance(item, Scalar) else "" for item in node.items]
    else:
        words = node.text if isinstance(node, Scalar) else ""
    is_text = isinstance(node, Scalar) and node.quoted and fact is not None and fact.type in UNQUOTED
    return words if fact is None or is_text else read_words(fact, words)
