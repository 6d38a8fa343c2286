"""What the check of a table, as kept with a version, says of persons in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from entrepot.catalogue.model import DataTable, Preview, Version

SHOWN_FROM = 3
"""The grade from which rows that come from persons are shown to everybody: the risk of the persons is measured and acceptable."""
_AGES = frozenset({"age", "birth_date"})


def shows_children(table: Mapping[str, Any]) -> bool:
    """Whether the check of a table saw ages or births below fourteen."""
    return any(alert["code"] == "minors" for alert in table["alerts"])


def has_unread_ages(table: Mapping[str, Any]) -> bool:
    """Whether the check of a table saw values in columns of ages or births that it could not read."""
    return any(alert["code"] == "unread_ages" for alert in table["alerts"])


def tells_ages(table: Mapping[str, Any]) -> bool:
    """Whether the ages or births of a table alone say that its rows are about persons: children, births, or ages beside a person's id."""
    found = _ages(table)
    return shows_children(table) or (bool(found) and len(table["columns"]) > 1 and ("birth_date" in found or bool(table.get("person_key"))))


def _ages(table: Mapping[str, Any]) -> frozenset[str]:
    return _AGES & {column["category"] for column in table["columns"]}


def is_about_persons(table: Mapping[str, Any]) -> bool:
    """Whether the check of a table found that its rows are about persons."""
    return bool(table["personal"]) or tells_ages(table)


def for_everybody(preview: Preview, table: DataTable, assessed: Mapping[str, Any] | None, person_key: str) -> Preview:
    """What anybody may see of a table before an agreement: of rows about persons the names of their columns alone, and never a person key."""
    # A column of towns makes no table of persons, one of ages does; where no check was kept, either is enough.
    found = any(c.personal for c in table.columns) if assessed is None else is_about_persons(assessed) or bool(_ages(assessed))
    if (found or person_key in preview.columns) and (table.grade or 0) < SHOWN_FROM:
        return replace(preview, rows=(), masked=preview.columns)
    if person_key not in preview.columns:
        return preview
    at = preview.columns.index(person_key)
    return replace(
        preview,
        rows=tuple((*row[:at], None, *row[at + 1 :]) for row in preview.rows),
        masked=tuple(dict.fromkeys((*preview.masked, person_key))),
    )


def shown_preview(version: Version) -> tuple[Preview, ...]:
    """The preview of a version as anybody may see it, also of one that an earlier release published with rows about persons."""
    tables = {table.name: table for table in version.tables}
    assessed = {table["name"]: table for table in version.assessment.get("tables", ())}
    key = version.manifest.person_key or ""
    return tuple(
        for_everybody(shown, tables[shown.table], assessed.get(shown.table), key) for shown in version.preview if shown.table in tables
    )
