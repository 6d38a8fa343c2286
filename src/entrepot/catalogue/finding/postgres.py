"""The search on PostgreSQL: a tsvector made of our own tokens, with a GIN index.

GIN knows which texts hold two words, but not whether one follows the other; for common words it would unpack text after text
to see. So each pair of neighbours is a token too, and most phrases are answered by the index alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.catalogue.finding.base import CAP, Document
from entrepot.catalogue.finding.query import Clause, Phrase, Query
from entrepot.catalogue.finding.tokens import BREAK, FORM
from entrepot.catalogue.tables import search_documents

_ADD = sa.text(
    "INSERT INTO search_documents (position, listing_id, card, lexemes, head) "
    "VALUES (:position, :listing_id, :card, CAST(:lexemes AS tsvector), CAST(:head AS tsvector))"
).bindparams(sa.bindparam("card", type_=search_documents.c.card.type))
_COUNT = sa.text("SELECT count(*) FROM (SELECT 1 FROM search_documents WHERE lexemes @@ CAST(:match AS tsquery) LIMIT :cap) AS counted")
# The weights stand for D, C, B and A; 1 divides by the logarithm of the length. Hits in the body alone fall into the static order.
_RANKED = sa.text(
    "SELECT position FROM search_documents WHERE lexemes @@ CAST(:match AS tsquery) "
    "ORDER BY ts_rank('{0.1, 0.3, 0.5, 1.0}', head, CAST(:rank AS tsquery), 1) DESC, position LIMIT :cap"
)
# The planner weighs reading in order until the page is full against gathering all matches and sorting them.
_IN_ORDER = sa.text(
    "SELECT position FROM search_documents WHERE lexemes @@ CAST(:match AS tsquery) AND position > :after ORDER BY position LIMIT :limit"
)
# Looking into row after row unpacks each text, which the planner takes to be free; and a plan that is kept for all queries
# knows nothing of how common the words of this one are.
_PLANS = {"enable_seqscan": "off", "plan_cache_mode": "force_custom_plan"}
_SHOW = sa.text("SELECT " + ", ".join(f"current_setting('{name}') AS {name}" for name in _PLANS))
_SET = sa.text("SELECT " + ", ".join(f"set_config('{name}', :{name}, true)" for name in _PLANS))
_WEIGHTS = ("A", "B", "C", "D")
_PAIR = "\ue003"
"""Begins a pair of neighbours and stands between the two; nobody can type it in a query."""


class PostgresIndex:
    """GIN does the matching, and ``ts_rank`` over all fields but the body the ranking."""

    def add(self, db: Connection, documents: Sequence[Document]) -> None:
        """Add documents."""
        if documents:
            db.execute(_ADD, [_row(document) for document in documents])

    def count(self, db: Connection, query: Query) -> int:
        """How many documents match, counted to one beyond the cap."""
        with _planned(db):
            return int(db.execute(_COUNT, {"match": expression(query), "cap": CAP + 1}).scalar_one())

    def ranked(self, db: Connection, query: Query) -> list[int]:
        """The positions of all matches, at most ``CAP``, best first."""
        rank = " | ".join(f"({' | '.join(map(_in_row, clause))})" for clause in query.words)
        with _planned(db):
            return list(db.execute(_RANKED, {"match": expression(query), "rank": rank, "cap": CAP}).scalars())

    def in_order(self, db: Connection, query: Query, *, after: int | None, limit: int) -> list[int]:
        """The positions of matches in the static order behind a position."""
        behind = -1 if after is None else after
        with _planned(db):
            return list(db.execute(_IN_ORDER, {"match": expression(query), "after": behind, "limit": limit}).scalars())


@contextmanager
def _planned(db: Connection) -> Iterator[None]:
    """Plan the statements within for this very query; the transaction's own choices are put back afterwards."""
    before = dict(db.execute(_SHOW).one()._mapping)
    db.execute(_SET, _PLANS)
    yield
    db.execute(_SET, before)


def expression(query: Query) -> str:
    """The text of the tsquery; every token is quoted, and tokens hold no quotes or backslashes."""
    parts = [_clause(clause) for clause in (*query.words, *query.facets)] + [f"!'{token}'" for token in query.without]
    return " & ".join(parts)


def lexemes(fields: Sequence[Sequence[str]], facets: Sequence[str]) -> str:
    """The text of the tsvector: each token with its places and the weight of its field."""
    places: dict[str, list[str]] = {token: [] for token in facets}
    at = 0
    for weight, tokens in zip(_WEIGHTS, fields, strict=False):
        for token in tokens:
            at += 1
            if token != BREAK:
                places.setdefault(token, []).append(f"{at}{weight}")
    return " ".join(f"'{token}':{','.join(found)}" if found else f"'{token}'" for token, found in places.items())


def _row(document: Document) -> dict[str, Any]:
    return {
        "position": document.position,
        "listing_id": document.listing_id,
        "card": document.card,
        "lexemes": lexemes(document.fields, [*document.facets, *_pairs(document.fields)]),
        "head": lexemes(document.fields[:3], [facet for facet in document.facets if facet.startswith(FORM)]),
    }


def _clause(clause: Clause) -> str:
    return f"({' | '.join(map(_phrase, clause))})"


def _phrase(phrase: Phrase) -> str:
    if len(phrase.tokens) == 1:
        return _in_row(phrase)
    paired = " & ".join(f"'{_pair(*both)}'" for both in pairwise(phrase.tokens)) + (":*" if phrase.prefix else "")
    return f"({paired})" if len(phrase.tokens) == 2 else f"({paired} & {_in_row(phrase)})"


def _pairs(fields: Sequence[Sequence[str]]) -> Iterator[str]:
    return (_pair(*both) for tokens in fields for both in pairwise(tokens) if BREAK not in both)


def _pair(one: str, other: str) -> str:
    return f"{_PAIR}{one}{_PAIR}{other}"


def _in_row(phrase: Phrase) -> str:
    quoted = [f"'{token}'" for token in phrase.tokens]
    return "(" + " <-> ".join(quoted) + (":*" if phrase.prefix else "") + ")"
