"""Columns that may hold the keys of persons although no person_key names them: the same rows under another listing, or in a second table."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from entrepot import catalogue, consent
from entrepot.catalogue import Version
from entrepot.catalogue.model import DataTable, ListingState
from entrepot.runtime import Session
from entrepot.standards.model import ColumnDescription, ColumnType

_MOST_LISTINGS = 300
_FEW = 20
"""Fewer different texts are a list of choices."""
_ROWS_OF_ONE = 20
"""A key with more rows for each value is looked at twice: a column of visits named as the key hides whose they are."""
_MOST = 12
"""Columns of a table that are looked into; those with most different values."""


def names_of_keys(session: Session, organisation_id: str, *, without: str = "") -> frozenset[str]:
    """The person keys of an owner's other listings, of the newest three hundred that are not withdrawn."""
    session = session.by_exchange()  # A buyer's delivery asks too; nothing of the listings is shown.
    page = catalogue.list_for(session, organisation_id, limit=_MOST_LISTINGS)
    kept = [one for one in page if one.version_number and one.id != without and one.state is not ListingState.WITHDRAWN]
    return frozenset(catalogue.current_version(session, one.id).manifest.person_key or "" for one in kept) - {""}


def named_elsewhere(
    session: Session, organisation_id: str, person_key: str | None, fields: Sequence[str], *, listing_id: str = ""
) -> list[str]:
    """Columns of an offer that tell whose row it is in another listing of this owner, and are named no person key here."""
    return sorted((names_of_keys(session, organisation_id, without=listing_id) & set(fields)) - {person_key})


def possible_keys(session: Session, organisation_id: str, version: Version) -> list[consent.PersonTable]:
    """The columns of a version that may hold keys of persons besides the named one, where that is missing or hardly tells rows apart."""
    key = version.manifest.person_key
    names = names_of_keys(session, organisation_id) - {key}
    found = [(table, names if _is_key(table, key) else None) for table in version.tables]
    return [
        consent.PersonTable(parquet_key=table.parquet_key, parquet_sha256=table.parquet_sha256, column=name)
        for table, alone in found for name in _likely(table, names, key) if alone is None or name in alone
    ]  # fmt: skip


def _is_key(table: DataTable, key: str | None) -> bool:
    column = next((one for one in table.columns if one.name == key), None)
    return column is not None and (column.distinct is None or column.distinct * _ROWS_OF_ONE >= table.rows)


def _likely(table: DataTable, names: Collection[str], key: str | None) -> Iterator[str]:
    found = [one for one in table.columns if one.name != key and (one.name in names or _tells_apart(one, table.rows))]
    yield from [column.name for column in sorted(found, key=lambda c: (c.name not in names, -(c.distinct or table.rows)))][:_MOST]


def _tells_apart(column: ColumnDescription, rows: int) -> bool:
    """Whether values may be keys: many different texts, or numbers that hardly ever come twice."""
    distinct = rows if column.distinct is None else column.distinct
    if column.type is ColumnType.STRING:
        return distinct >= min(_FEW, rows)
    return column.type is ColumnType.INTEGER and distinct >= min(max(_FEW, rows * 9 // 10), rows)
