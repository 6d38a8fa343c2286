"""Person keys that stand in no table: what is said about them is kept, and holds nobody's rows back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from entrepot import catalogue, consent, trades
from entrepot.catalogue import Version
from entrepot.consent import PersonTable
from entrepot.flows import consent_questions
from entrepot.runtime import Session
from entrepot.trades.model import OPEN

_SOON = 200_000
"""Rows up to which the index of a table is made on the spot; of larger tables only what is there is looked at."""
_PAGE = 500


def is_stranger(session: Session, key: str) -> bool | None:
    """Whether a key stands in none of the acting controller's tables; None where large tables have no index yet."""
    controller_id = consent.acting_controller(session)
    found = count(session, controller_id, [consent.subject(session, controller_id, key)])
    return None if found is None else found > 0


def count(session: Session, controller_id: str, subjects: Any) -> int | None:
    """How many of these digests stand in none of a controller's tables; None where some were not found and not every table could be looked at."""
    looked, passed_over = [], False
    # As the exchange, since every agreement on a listing is looked at; nothing but the count leaves here.
    for table, rows in _tables(session.by_exchange(), controller_id):
        is_quick = rows <= _SOON or consent.is_indexed(session, controller_id, table)
        looked += [table] if is_quick else []
        passed_over |= not is_quick
    missing = consent.count_missing(session, controller_id, looked, subjects)
    return None if missing and passed_over else missing


def _tables(session: Session, controller_id: str) -> Iterator[tuple[PersonTable, int]]:
    seen: set[str] = set()
    for version in _versions(session, controller_id):
        key = version.manifest.person_key
        for table in version.tables:
            if key and table.parquet_sha256 not in seen and key in {column.name for column in table.columns}:
                seen.add(table.parquet_sha256)
                yield PersonTable(parquet_key=table.parquet_key, parquet_sha256=table.parquet_sha256, column=key), table.rows


def _versions(session: Session, controller_id: str) -> Iterator[Version]:
    """What is on offer, and what running agreements hand over besides."""
    for listing in consent_questions.listings(session, controller_id):
        on_offer = catalogue.current_version(session, listing.id)
        yield on_offer
        running = trades.list_agreements(session, states=OPEN, listing_id=listing.id, everybody=True, limit=_PAGE)
        for version_id in {deal.version_id for deal in running} - {on_offer.id}:
            yield catalogue.agreed_version(session, version_id)
