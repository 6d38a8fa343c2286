"""Tables under another title: what a legal notice has taken off the catalogue does not come back as a new listing unseen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from entrepot import catalogue, compliance, notices, parties
from entrepot.catalogue import DataTable, Hold
from entrepot.engine.sql import identifier, parquet, target_literal
from entrepot.privacy.fingerprints import fingerprint
from entrepot.privacy.likeness import Fingerprint
from entrepot.runtime import Actor, Exchange, Session

RULE = "HOUSE-SUSPENDED-AGAIN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A table on its way to the catalogue, and the Parquet file that holds its rows."""

    table: DataTable
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """A table that is largely one which a notice holds; ``is_same`` where it is the very file."""

    table: str
    hold: Hold
    is_same: bool

    def finding(self) -> compliance.Finding:
        """What the operator reads who reviews it."""
        what = "is" if self.is_same else "has largely the rows of"
        return compliance.Finding(
            rule=RULE, severity=compliance.Severity.REVIEW, table=self.table, column="", citation="The notice that holds it",
            message=f"The table {what} one of the listing {self.hold.listing_id}, which the notice {self.hold.holder} has suspended.",
            hint="Settle the notice first, or have the operator look at what is different.",
            evidence={"notice": self.hold.holder, "listing": self.hold.listing_id},
        )  # fmt: skip


def find(exchange: Exchange, actor: Actor, offered: Sequence[Offered], *, person: str, listing_id: str | None) -> list[Again]:
    """Which of these tables the acting organisation offers on another listing that a notice holds; nothing is read where none is held."""
    with exchange.reading(actor) as session:
        held = list(_held(session, parties.acting_organisation(session), listing_id))
    if not held:
        return []
    cursor = exchange.engine.cursor()
    try:
        known = _Known(exchange, cursor, exchange.master_key.derive(f"likeness of tables of {actor.organisation_id}"), person, {})
        return [again for one in offered if (again := _first(one, held, known)) is not None]
    finally:
        cursor.close()


def tell(session: Session, found: Sequence[Again], *, listing_id: str) -> None:
    """Tell whoever filed each of the notices that what it has suspended is offered again, and waits for review."""
    for notice_id in dict.fromkeys(again.hold.holder for again in found):
        notice = notices.get(session.by_exchange(), notice_id)
        parties.notify(session, notice.issuer_id, "notice.offered_again", notice.id, number=notice.document_number, listing=listing_id)


def _held(session: Session, organisation_id: str, listing_id: str | None) -> Iterator[tuple[Hold, DataTable]]:
    for hold in catalogue.freezing_holds(session):
        if hold.listing_id != listing_id and catalogue.agreed_listing(session, hold.listing_id).organisation_id == organisation_id:
            for table in catalogue.current_version(session, hold.listing_id).tables:
                yield hold, table


def _first(offered: Offered, held: Sequence[tuple[Hold, DataTable]], known: _Known) -> Again | None:
    mine = {offered.table.original_sha256, offered.table.parquet_sha256}
    for hold, table in held:
        if mine & {table.original_sha256, table.parquet_sha256}:
            return Again(table=offered.table.name, hold=hold, is_same=True)
    for hold, table in held:
        if _is_alike(offered, table, known):
            return Again(table=offered.table.name, hold=hold, is_same=False)
    return None


def _is_alike(offered: Offered, table: DataTable, known: _Known) -> bool:
    if known.of_table(table).likeness(known.of_file(offered.path)) == "rows":
        return True
    # Under other headings, column by column: a new heading is the cheapest disguise.
    is_renamed = len(table.columns) == len(offered.table.columns)
    return is_renamed and known.of_table(table, bare=True).likeness(known.of_file(offered.path, bare=True)) == "rows"


@dataclass(frozen=True, slots=True)
class _Known:
    """Fingerprints that were made so far: each table is read once."""

    exchange: Exchange
    cursor: duckdb.DuckDBPyConnection
    key: bytes
    person: str
    made: dict[str, Fingerprint]

    def of_table(self, table: DataTable, *, bare: bool = False) -> Fingerprint:
        """Of a table that was published; ``bare`` without its headings."""
        with self.exchange.blobs.local(table.parquet_key) as path:
            return self._of(table.parquet_key, path, bare=bare)

    def of_file(self, path: Path, *, bare: bool = False) -> Fingerprint:
        """Of a table that is being published; ``bare`` without its headings."""
        return self._of(str(path), path, bare=bare)

    def _of(self, name: str, path: Path, *, bare: bool) -> Fingerprint:
        kept = f"{name} bare" if bare else name
        if kept not in self.made:
            self.made[kept] = self._without_headings(path) if bare else fingerprint(self.cursor, path, key=self.key, person=self.person)
        return self.made[kept]

    def _without_headings(self, path: Path) -> Fingerprint:
        with TemporaryDirectory(prefix="entrepot-again-") as folder:
            target = Path(folder) / "bare.parquet"
            described = self.cursor.execute(f"DESCRIBE SELECT * FROM {parquet(path)}").fetchall()
            columns = ", ".join(f"{identifier(str(row[0]))} AS c{i}" for i, row in enumerate(described))
            self.cursor.execute(f"COPY (SELECT {columns} FROM {parquet(path)}) TO {target_literal(target)} (FORMAT parquet)")
            return fingerprint(self.cursor, target, key=self.key)
