"""Columns about persons that a later version holds and the version signed did not; and an agreement without them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from entrepot.catalogue.assessed import is_about_persons
from entrepot.catalogue.model import DataTable, Version
from entrepot.delivery.rights import fields
from entrepot.privacy.categories import CATEGORIES
from entrepot.privacy.model import Kind
from entrepot.standards import ColumnDescription
from entrepot.trades.model import Agreement

_ANONYMOUS = 4
_WEIGHT = {Kind.NONE: 0, Kind.QUASI: 1, Kind.SENSITIVE: 2, Kind.DIRECT: 2}
"""How much a column tells of a person."""


def unsigned(agreement: Agreement, signed: Version, version: Version) -> list[str]:
    """What an agreement would hand over about persons that it was not signed for, in order of the names.

    In tables about persons every column is about them: a new one counts unless the agreement names it, and so does one that tells more of
    persons than it did. Tables of grade 4 are about nobody.
    """
    if version.id == signed.id or not version.personal:
        return []
    handed, agreed = set(fields(version, agreement.rights, agreement.terms)), set(fields(signed, agreement.rights, agreement.terms))
    known = {name: [c for table in signed.tables for c in table.columns if c.name == name] for name in agreed}
    named = set(agreement.rights.columns or ())
    return sorted({c.name for c in _about_persons(version) if c.name in handed and not _is_signed(c, known.get(c.name), c.name in named)})


def agreed_only(agreement: Agreement, signed: Version, version: Version) -> Agreement:
    """The agreement with rights to nothing of a version that it was not signed for; as it is where nothing else would be left."""
    left_out = set(unsigned(agreement, signed, version))
    kept = tuple(name for name in fields(version, agreement.rights, agreement.terms) if name not in left_out)
    return replace(agreement, rights=replace(agreement.rights, columns=kept)) if left_out and kept else agreement


def _about_persons(version: Version) -> Iterator[ColumnDescription]:
    assessed = {table["name"]: table for table in version.assessment.get("tables", ())}
    for table in version.tables:
        found = assessed.get(table.name)
        if table.grade != _ANONYMOUS and (_tells(version, table) or (found is not None and is_about_persons(found))):
            yield from table.columns


def _tells(version: Version, table: DataTable) -> bool:
    return any(column.personal or column.name == version.manifest.person_key for column in table.columns)


def _is_signed(column: ColumnDescription, before: list[ColumnDescription] | None, is_named: bool) -> bool:
    if not before:
        return is_named
    return any(not _is_more(column, one) for one in before)


def _is_more(now: ColumnDescription, before: ColumnDescription) -> bool:
    """Whether a column tells more of persons than it did: something weightier, or another thing of the weightiest sort."""
    weight, earlier = _weight(now), _weight(before)
    return weight > earlier or (weight == max(_WEIGHT.values()) and now.category != before.category)


def _weight(column: ColumnDescription) -> int:
    category = CATEGORIES.get(column.category)
    return _WEIGHT[category.kind] if category is not None else 0
