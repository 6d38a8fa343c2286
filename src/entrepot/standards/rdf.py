"""A small tree of RDF statements, written as Turtle or JSON-LD; every text is escaped, every address made a valid IRI."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

PREFIXES: Mapping[str, str] = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
# RFC 3987: characters that an IRI cannot hold; they are written as percent-encoded UTF-8.
_NOT_IN_IRI = re.compile('[\x00-\x20<>"{}|\\\\^`\x7f-\x9f\ue000-\uf8ff\ufff0-\uffff\U000f0000-\U0010ffff]|%(?![0-9A-Fa-f]{2})')


@dataclass(frozen=True, slots=True)
class Iri:
    """An address as a value; build it with ``iri``."""

    value: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A text with a language, or a value with a datatype such as ``xsd:date``."""

    text: str
    language: str = ""
    datatype: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """Something with an IRI (or none), types and properties; names are prefixed ones of ``PREFIXES`` or whole IRIs."""

    id: str | None
    types: tuple[str, ...]
    properties: list[tuple[str, Value]] = field(default_factory=list)

    def add(self, name: str, *values: Value | None) -> Node:
        """Say something of it; None says nothing."""
        self.properties.extend((name, value) for value in values if value is not None)
        return self


Value = Iri | Literal | Node


def iri(text: str) -> Iri:
    """An address with what an IRI cannot hold percent-encoded; a text without a scheme counts as one of our own."""
    clean = _NOT_IN_IRI.sub(_percent, _sound(text))
    return Iri(clean if _SCHEME.match(clean) else f"urn:entrepot:{clean}")


def texts(values: Mapping[str, str]) -> list[Literal]:
    """A literal per language."""
    return [Literal(text, language=language) for language, text in values.items() if text]


def turtle_prefixes() -> str:
    """The head of a Turtle document."""
    return "".join(f"@prefix {name}: <{address}> .\n" for name, address in PREFIXES.items()) + "\n"


def turtle(node: Node) -> str:
    """One node and all below it as Turtle, without the prefixes."""
    subject = f"<{node.id}>" if node.id else "[]"
    said = " ;\n    ".join(_statements(node, 1))
    return f"{subject} {said or 'a rdfs:Resource'} .\n"


def json_ld(node: Node) -> dict[str, Any]:
    """One node and all below it as JSON-LD, without the context."""
    found: dict[str, Any] = {"@id": node.id} if node.id else {}
    if node.types:
        found["@type"] = list(node.types)
    grouped: dict[str, list[Any]] = {}
    for name, value in node.properties:
        grouped.setdefault(name, []).append(_json_value(value))
    return found | {name: values[0] if len(values) == 1 else values for name, values in grouped.items()}


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match.group().encode())


def _sound(text: str) -> str:
    """The text with halves of characters replaced, because no encoding can carry them."""
    return text.encode("utf-8", "replace").decode() if re.search("[\ud800-\udfff]", text) else text


def _statements(node: Node, depth: int) -> Iterator[str]:
    if node.types:
        yield "a " + ", ".join(_name(one) for one in node.types)
    grouped: dict[str, list[Value]] = {}
    for name, value in node.properties:
        grouped.setdefault(name, []).append(value)
    for name, values in grouped.items():
        yield f"{_name(name)} {', '.join(_turtle_value(value, depth) for value in values)}"


def _turtle_value(value: Value, depth: int) -> str:
    if isinstance(value, Iri):
        return f"<{value.value}>"
    if isinstance(value, Literal):
        return _quoted(value.text) + _suffix(value)
    # A node that has an IRI is written as a statement of its own by `flatten`; here only unnamed ones are left.
    indent = "    " * (depth + 1)
    return "[ " + f" ;\n{indent}".join(_statements(value, depth + 1)) + " ]"


def flatten(node: Node) -> list[Node]:
    """The node and every named one below it, each once, linked by IRI: what Turtle can write."""
    found: dict[str, Node] = {}
    rest: list[Node] = []
    root = _unlink(node, found)
    if isinstance(root, Node):
        rest.append(root)
    return [*rest, *found.values()]


def _unlink(node: Node, found: dict[str, Node], *, top: bool = True) -> Value:
    bare = Node(node.id, node.types, [])
    if node.id and not top:
        if node.id in found and (found[node.id].properties or not node.properties):
            return Iri(node.id)
        found[node.id] = bare
    for name, value in node.properties:
        bare.properties.append((name, _unlink(value, found, top=False) if isinstance(value, Node) else value))
    return Iri(node.id) if node.id and not top else bare


def _suffix(value: Literal) -> str:
    if value.language and _LANGUAGE.fullmatch(value.language):
        return f"@{value.language}"
    return f"^^{_name(value.datatype)}" if value.datatype else ""


def _quoted(text: str) -> str:
    return '"' + "".join(_ESCAPES.get(c) or (f"\\u{ord(c):04X}" if ord(c) < 32 or 127 <= ord(c) < 160 else c) for c in _sound(text)) + '"'


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _name(name: str) -> str:
    prefix, separator, local = name.partition(":")
    if separator and prefix in PREFIXES and re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", local):
        return name
    return f"<{PREFIXES[prefix]}{local}>" if prefix in PREFIXES else f"<{iri(name).value}>"


def _json_value(value: Value) -> Any:
    if isinstance(value, Iri):
        return {"@id": value.value}
    if isinstance(value, Node):
        return json_ld(value)
    if value.language and _LANGUAGE.fullmatch(value.language):
        return {"@value": _sound(value.text), "@language": value.language}
    return {"@value": _sound(value.text), "@type": value.datatype} if value.datatype else _sound(value.text)


def documents(nodes: Iterable[Node]) -> Iterator[str]:
    """Turtle of some trees, piece by piece, named nodes once per tree."""
    yield turtle_prefixes()
    for node in nodes:
        for part in flatten(node):
            yield turtle(part)
