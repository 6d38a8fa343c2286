"""What a store does for the search; one module per store, with equal hit sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.engine import Connection

from entrepot.catalogue.finding.query import Query

CAP = 1_000
"""Hits are counted and ranked up to here; beyond, they come in the static order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One listing as the index knows it.

    Attributes:
        position: Its place in the static order; smaller is better.
        card: What a result line shows.
        fields: Tokens of the title, the headline, the context and the body, in this order.
        facets: Tokens without a place: properties, and written forms of words.
    """

    listing_id: str
    position: int
    card: dict[str, Any]
    fields: Sequence[Sequence[str]]
    facets: Sequence[str]


class Index(Protocol):
    """The index of one store, within the caller's transaction."""

    def add(self, db: Connection, documents: Sequence[Document]) -> None:
        """Add documents whose listings and positions are not in the index."""

    def count(self, db: Connection, query: Query) -> int:
        """How many documents match, counted to one beyond the cap."""

    def ranked(self, db: Connection, query: Query) -> list[int]:
        """The positions of all matches, at most ``CAP``, best first."""

    def in_order(self, db: Connection, query: Query, *, after: int | None, limit: int) -> list[int]:
        """The positions of matches in the static order behind a position."""
