"""The search on SQLite: FTS5 over pre-tokenised text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.catalogue.finding.base import CAP, Document
from entrepot.catalogue.finding.query import Clause, Phrase, Query
from entrepot.catalogue.tables import FIELDS, search_documents

_ADD = sa.text(
    f"INSERT INTO search_documents (position, listing_id, card, {', '.join(FIELDS)}) "
    f"VALUES (:position, :listing_id, :card, {', '.join(':' + name for name in FIELDS)})"
).bindparams(sa.bindparam("card", type_=search_documents.c.card.type))
_COUNT = sa.text("SELECT count(*) FROM (SELECT 1 FROM search_words WHERE search_words MATCH :match LIMIT :cap)")
# Weights of title, headline, context, body and facets; ties fall into the static order.
_BEST = "ORDER BY bm25(search_words, 10.0, 5.0, 3.0, 1.0, 0.0), rowid LIMIT :cap"
_RANKED = sa.text(f"SELECT rowid FROM search_words WHERE search_words MATCH :words {_BEST}")
# BM25 counts the places of every token it is given; those of filters are many and say nothing.
# The plus keeps FTS5 from running the match once for each rowid of the list.
_RANKED_WITHIN = sa.text(
    "SELECT rowid FROM search_words WHERE search_words MATCH :words "
    f"AND +rowid IN (SELECT rowid FROM search_words WHERE search_words MATCH :match) {_BEST}"
)
_IN_ORDER = sa.text("SELECT rowid FROM search_words WHERE search_words MATCH :match AND rowid > :after ORDER BY rowid LIMIT :limit")


class SqliteIndex:
    """FTS5 does the matching, and BM25 as FTS5 computes it the ranking."""

    def add(self, db: Connection, documents: Sequence[Document]) -> None:
        """Add documents; triggers feed the full-text table."""
        if documents:
            db.execute(_ADD, [_row(document) for document in documents])

    def count(self, db: Connection, query: Query) -> int:
        """How many documents match, counted to one beyond the cap."""
        return int(db.execute(_COUNT, {"match": expression(query), "cap": CAP + 1}).scalar_one())

    def ranked(self, db: Connection, query: Query) -> list[int]:
        """The positions of all matches, at most ``CAP``, best first."""
        values = {"words": expression(Query(query.words)), "cap": CAP}
        if not query.facets:
            return list(db.execute(_RANKED, values).scalars())
        return list(db.execute(_RANKED_WITHIN, values | {"match": expression(query)}).scalars())

    def in_order(self, db: Connection, query: Query, *, after: int | None, limit: int) -> list[int]:
        """The positions of matches in the static order behind a position."""
        behind = -1 if after is None else after
        return list(db.execute(_IN_ORDER, {"match": expression(query), "after": behind, "limit": limit}).scalars())


def expression(query: Query) -> str:
    """The FTS5 expression; every token is quoted, and tokens hold no quotes."""
    wanted = " AND ".join(_clause(clause) for clause in (*query.words, *query.facets))
    if not query.without:
        return wanted
    return f"({wanted}) NOT ({' OR '.join(_phrase(Phrase((token,))) for token in query.without)})"


def _clause(clause: Clause) -> str:
    return f"({' OR '.join(map(_phrase, clause))})"


def _phrase(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.tokens)}"' + (" *" if phrase.prefix else "")


def _row(document: Document) -> dict[str, Any]:
    texts = [" ".join(tokens) for tokens in (*document.fields, document.facets)]
    row = {"position": document.position, "listing_id": document.listing_id, "card": document.card}
    return row | dict(zip(FIELDS, texts, strict=True))
