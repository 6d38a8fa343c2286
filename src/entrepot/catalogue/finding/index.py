"""Keep the index in step with the listings, in their own transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.catalogue.finding.base import Document, Index
from entrepot.catalogue.finding.postgres import PostgresIndex
from entrepot.catalogue.finding.sqlite import SqliteIndex
from entrepot.catalogue.tables import search_documents

_INDEXES: dict[str, Index] = {"sqlite": SqliteIndex(), "postgresql": PostgresIndex()}
_BATCH = 1_000


def of(db: Connection) -> Index:
    """The index that belongs to the store behind a connection."""
    return _INDEXES[db.dialect.name]


def put(db: Connection, document: Document) -> None:
    """Index a listing, in place of what was known of it; searches in this transaction find it at once."""
    remove(db, document.listing_id)
    load(db, [document])


def remove(db: Connection, listing_id: str) -> None:
    """Take a listing out of the search; nothing happens when it is not in it."""
    db.execute(sa.delete(search_documents).where(search_documents.c.listing_id == listing_id))


def clear(db: Connection) -> None:
    """Empty the index."""
    db.execute(sa.delete(search_documents))


def load(db: Connection, documents: Iterable[Document]) -> int:
    """Index many listings that are not in the index yet; how many."""
    count = 0
    waiting = iter(documents)
    while batch := list(islice(waiting, _BATCH)):
        of(db).add(db, _placed(db, batch))
        count += len(batch)
    return count


def _placed(db: Connection, documents: list[Document]) -> list[Document]:
    """The documents, each at the first free place from its own on."""
    wanted = [document.position for document in documents]
    nearby = search_documents.c.position.in_({at + step for at in wanted for step in range(3)})
    taken = set(db.scalars(sa.select(search_documents.c.position).where(nearby)))
    placed = []
    for document in documents:
        at = document.position
        while at in taken or (at - document.position > 2 and _is_taken(db, at)):
            at += 1
        taken.add(at)
        placed.append(replace(document, position=at))
    return placed


def _is_taken(db: Connection, position: int) -> bool:
    return db.scalar(sa.select(search_documents.c.position).where(search_documents.c.position == position)) is not None
