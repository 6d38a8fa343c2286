"""Listings to find and trade in tests."""

from __future__ import annotations

from typing import Any

import yaml

from entrepot import catalogue
from entrepot.catalogue import DataTable, Listing, Manifest, Preview
from entrepot.runtime import Actor, Exchange, Session
from entrepot.standards import ColumnDescription, ColumnType


def manifest(**entries: Any) -> Manifest:
    """A manifest with these entries in place of the usual ones."""
    usual: dict[str, Any] = {
        "title": "Flights from New York",
        "outcome": "Shows which departures ran late, and how weather played into it.",
        "file": "flights.csv",
        "terms": {"purposes": ["ResearchAndDevelopment"]},
        "price": "49.00 EUR",
    }
    return catalogue.load_manifest(yaml.safe_dump({k: v for k, v in (usual | entries).items() if v is not None}, allow_unicode=True))


def table(name: str = "flights", *, format: str = "csv") -> DataTable:
    """A table that says it holds three columns; its bytes are not in the object store."""
    return DataTable(
        name=name,
        original_name=f"{name}.{format}",
        original_key=f"sha256/aa/{'a' * 64}",
        original_sha256="a" * 64,
        original_bytes=31_000_000,
        media_type="text/csv",
        format=format,
        parquet_key=f"sha256/bb/{'b' * 64}",
        parquet_sha256="b" * 64,
        parquet_bytes=8_000_000,
        rows=336_776,
        columns=(
            ColumnDescription(name="carrier", physical_type="VARCHAR", nulls=0, distinct=16, descriptions={"en": "Two-letter carrier"}),
            ColumnDescription(
                name="dep_delay", type=ColumnType.INTEGER, physical_type="BIGINT", nulls=8_255, minimum="-43", maximum="1301"
            ),
            ColumnDescription(name="time_hour", type=ColumnType.DATETIME, physical_type="TIMESTAMP", nulls=0),
        ),
    )


def add(session: Session, organisation_id: str, tables: list[DataTable] | None = None, **options: Any) -> Listing:
    """Publish within a session; options that ``catalogue.add`` does not know are entries of the manifest."""
    own = ("decision", "personal", "quality", "listing_id", "manifest_text", "assessment")
    given = {name: options.pop(name) for name in own if name in options}
    chosen = tables if tables is not None else [table()]
    preview = [Preview(table=t.name, columns=tuple(c.name for c in t.columns), rows=(("UA", "2", None),)) for t in chosen]
    return catalogue.add(session, organisation_id, manifest(**options), chosen, preview=preview, **given)


def publish(exchange: Exchange, owner: Actor, tables: list[DataTable] | None = None, **options: Any) -> Listing:
    """Publish in a session of the owner's."""
    assert owner.organisation_id is not None
    with exchange.session(owner) as session:
        return add(session, owner.organisation_id, tables, **options)
