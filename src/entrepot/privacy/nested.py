"""Columns that hold objects or lists: every field is looked at as a column of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from entrepot.engine.model import ColumnProfile
from entrepot.privacy.columns import Looked, look
from entrepot.privacy.model import ColumnFinding, Evidence, Kind

_MOST_FIELDS = 200
_DEEPEST = 8
_ORDER = (Kind.DIRECT, Kind.SENSITIVE, Kind.QUASI, Kind.NONE)


def is_nested(column: ColumnProfile) -> bool:
    """Whether the type of a column holds fields or lists."""
    return column.type.startswith(("STRUCT", "MAP", "JSON", "UNION")) or column.type.endswith("]")


def look_inside(column: ColumnProfile, values: Sequence[str]) -> Looked | None:
    """The gravest finding among the fields of a column of JSON texts; None for a column that holds no JSON.

    The evidence names detectors, not fields: a key may itself be somebody's name.
    """
    if not values or sum(value.lstrip()[:1] in ("{", "[") for value in values) < 0.9 * len(values):
        return None
    fields: dict[str, list[str]] = {}
    for value in values:
        try:
            parsed = json.loads(value)
        except (ValueError, RecursionError):
            continue
        for key, leaf in _leaves(parsed, "", 0):
            if key in fields or len(fields) < _MOST_FIELDS:
                fields.setdefault(key, []).append(leaf)
    found = [finding for key, leaves in fields.items() if (finding := _field(key, leaves))]
    if not fields:
        return None
    gravest = min(found, key=lambda f: (_ORDER.index(f.kind), -f.confidence), default=None)
    evidence = (
        tuple(Evidence(detector=f"json/{e.detector}", matched=e.matched, examined=e.examined) for e in gravest.evidence) if gravest else ()
    )
    return Looked(column=column, values=values, finding=replace(gravest, column=column.name, evidence=evidence) if gravest else None)


def _field(key: str, leaves: list[str]) -> ColumnFinding | None:
    distinct = sorted(set(leaves))
    longest = max(map(len, distinct))
    profile = ColumnProfile(name=key, type="VARCHAR", nulls=0, distinct=len(distinct), distinct_exact=True, length_max=longest)
    return look(profile, distinct).finding


def _leaves(value: Any, key: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, str(name), depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, key, depth + 1)
    elif value is not None and value != "" and not isinstance(value, bool):
        yield key, str(value)
