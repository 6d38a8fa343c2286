"""The ODRL policy of a dataset as part of its description: JSON-LD under ODRL's own context, read into RDF without fetching it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from entrepot.standards.rdf import PREFIXES, Iri, Literal, Node, Value, iri

_POLICY = "http://www.w3.org/ns/odrl/2/Policy"


def policy_node(policy: Mapping[str, Any]) -> Node:
    """The policy as a node that is typed as its own kind and as ``odrl:Policy``, which validators without inference look for."""
    prefixes = dict(PREFIXES) | _own_prefixes(policy.get("@context"))
    node = _node(policy, prefixes)
    types = tuple(dict.fromkeys([*node.types, _POLICY]))
    return Node(node.id, types, node.properties)


def _own_prefixes(context: Any) -> dict[str, str]:
    parts = context if isinstance(context, list) else [context]
    return {name: address for part in parts if isinstance(part, Mapping) for name, address in part.items() if isinstance(address, str)}


def _node(value: Mapping[str, Any], prefixes: Mapping[str, str]) -> Node:
    identifier = value.get("@id") or value.get("uid")
    kinds = value.get("@type") or ()
    kinds = [kinds] if isinstance(kinds, str) else kinds
    node = Node(
        iri(_expand(str(identifier), prefixes)).value if identifier else None, tuple(_expand(str(kind), prefixes) for kind in kinds)
    )
    for name, item in value.items():
        if name.startswith("@") or name == "uid":
            continue
        for one in item if isinstance(item, list) else [item]:
            node.add(_expand(name, prefixes), _value(one, prefixes))
    return node


def _value(value: Any, prefixes: Mapping[str, str]) -> Value:
    if isinstance(value, Mapping):
        if "@value" in value:
            kind = str(value.get("@type", ""))
            return Literal(str(value["@value"]), str(value.get("@language", "")), _expand(kind, prefixes) if kind else "")
        if set(value) == {"@id"}:
            return iri(_expand(str(value["@id"]), prefixes))
        return _node(value, prefixes)
    if isinstance(value, bool):
        return Literal("true" if value else "false", datatype="xsd:boolean")
    if isinstance(value, int):
        return Literal(str(value), datatype="xsd:integer")
    # Under ODRL's context, plain texts of these entries name things.
    return Iri(iri(_expand(str(value), prefixes)).value)


def _expand(name: str, prefixes: Mapping[str, str]) -> str:
    prefix, separator, local = name.partition(":")
    if separator and prefix in prefixes and not local.startswith("//"):
        return prefixes[prefix] + local
    return name if separator else PREFIXES["odrl"] + name
