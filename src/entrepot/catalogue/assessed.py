"""What the check of a table, as kept with a version, says of persons in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_AGES = frozenset({"age", "birth_date"})


def shows_children(table: Mapping[str, Any]) -> bool:
    """Whether the check of a table saw ages or births below fourteen."""
    return any(alert["code"] == "minors" for alert in table["alerts"])


def tells_ages(table: Mapping[str, Any]) -> bool:
    """Whether the ages or births of a table alone say that its rows are about persons: children, births, or ages beside a person's id."""
    found = {column["category"] for column in table["columns"]} & _AGES
    return shows_children(table) or (bool(found) and len(table["columns"]) > 1 and ("birth_date" in found or bool(table.get("person_key"))))


def is_about_persons(table: Mapping[str, Any]) -> bool:
    """Whether the check of a table found that its rows are about persons."""
    return bool(table["personal"]) or tells_ages(table)
