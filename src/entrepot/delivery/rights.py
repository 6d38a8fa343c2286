"""From an agreement's rights to the part of each table that is handed over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from entrepot.catalogue.model import DataTable, Version
from entrepot.consent import Ruling
from entrepot.kit import Refused, canonical_json, sha256_hex
from entrepot.terms.model import Condition, Rights, Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Columns in the table's order, and the conditions its rows must meet; ``whole`` when nothing is held back.

    Attributes:
        consent: What people have said about this use, where that can hold rows back; ``person_key`` is the column that names them.
    """

    version_id: str
    table: DataTable
    columns: tuple[str, ...]
    conditions: tuple[Condition, ...]
    consent: Ruling | None = None
    person_key: str = ""

    @property
    def rights(self) -> Rights:
        """The rights that hand over just this part."""
        return Rights(columns=self.columns, rows=self.conditions)

    @property
    def whole(self) -> bool:
        """Whether every column and row is handed over."""
        return self.consent is None and not self.conditions and len(self.columns) == len(self.table.columns)

    def file_id(self, form: str) -> str:
        """The id of the file that holds this part in this form: equal parts of one version have one file."""
        said: dict[str, Any] = {
            "version": self.version_id,
            "table": self.table.name,
            "form": form,
            "columns": None if self.whole else list(self.columns),
            "rows": [condition.to_dict() for condition in self.conditions],
        }
        if self.consent is not None:
            # Files made before somebody spoke are never taken for those made after.
            said |= {"consent": self.consent.token}
        return sha256_hex(canonical_json(said))[:40]


def parts(version: Version, rights: Rights, terms: Terms) -> tuple[Part, ...]:
    """The part of each table that is handed over; tables of which nothing may be handed over are left out.

    The person key is held back unless the terms deliver it. A table that lacks a column which a row condition
    names is left out whole: its rows cannot be judged.

    Raises:
        Refused: Nothing is left of any table.
    """
    found = tuple(_parts(version, rights, terms))
    if not found:
        raise Refused(
            f"The rights of the agreement leave nothing of version {version.number} to hand over.",
            "Agree on rights that name columns of this version.",
        )
    return found


def fields(version: Version, rights: Rights, terms: Terms) -> list[str]:
    """The columns of a version that rights hand over, or that may be asked about where nothing is handed over; in order of their names."""
    if version.manifest.lookup is not None:
        return sorted(c for c in version.manifest.lookup.columns if rights.columns is None or c in rights.columns)
    return sorted({column for part in _parts(version, rights, terms) for column in part.columns})


def _parts(version: Version, rights: Rights, terms: Terms) -> Iterator[Part]:
    for table in version.tables:
        names = tuple(column.name for column in table.columns)
        hidden = set() if terms.person_key_delivered else {version.manifest.person_key}
        chosen = tuple(n for n in names if n not in hidden and (rights.columns is None or n in rights.columns))
        if chosen and all(condition.column in names for condition in rights.rows):
            yield Part(version_id=version.id, table=table, columns=chosen, conditions=rights.rows)
