"""Find what is on offer, in two phases: count up to the cap, then rank what is below it or read the static order."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.catalogue.finding import index
from entrepot.catalogue.finding.base import CAP
from entrepot.catalogue.finding.query import Query, parse
from entrepot.catalogue.finding.snippets import Sought, snippet
from entrepot.catalogue.model import Filters, Hit, Page
from entrepot.catalogue.tables import search_documents
from entrepot.kit import Invalid, parse_rfc3339

MAX_LIMIT = 100


def find(db: Connection, text: str, *, filters: Filters, limit: int = 20, after: str | None = None) -> Page:
    """One page of the public listings on offer that match."""
    if not 1 <= limit <= MAX_LIMIT:
        raise Invalid(f"A page of {limit} hits cannot be.", f"Ask for 1 to {MAX_LIMIT}.")
    query = parse(text, filters)
    total = _count(db, query)
    # A list goes on in the order it began in, also when it has grown beyond the cap meanwhile.
    order, start = _start(after) if after else ("p" if total > CAP or query.is_empty else "r", None)
    if order == "p":
        positions = _in_order(db, query, after=start, limit=limit + 1)
        shown, cursor = positions[:limit], f"p{positions[limit - 1]}" if len(positions) > limit else None
    else:
        positions = index.of(db).ranked(db, query) if query.words else _in_order(db, query, after=None, limit=CAP)
        end = (start or 0) + limit
        shown, cursor = positions[end - limit : end], f"r{end}" if len(positions) > end else None
    return Page(hits=_hits(db, shown, query), total=min(total, CAP), capped=total > CAP, after=cursor)


def _start(after: str) -> tuple[str, int]:
    """The order of a list and where it goes on: ``p`` and a position, or ``r`` and a number of ranked hits."""
    if not re.fullmatch(r"[pr][0-9]{1,19}", after) or int(after[1:]) >= 2**63:
        raise Invalid(f"{after[:40]!r} is no place in a list of hits.", "Pass back what the last page gave as `after`.")
    return after[0], int(after[1:])


def _count(db: Connection, query: Query) -> int:
    if not query.is_empty:
        return index.of(db).count(db, query)
    counted = sa.select(search_documents.c.position).limit(CAP + 1).subquery()
    return int(db.execute(sa.select(sa.func.count()).select_from(counted)).scalar_one())


def _in_order(db: Connection, query: Query, *, after: int | None, limit: int) -> list[int]:
    if not query.is_empty:
        return index.of(db).in_order(db, query, after=after, limit=limit)
    place = search_documents.c.position
    return list(db.scalars(sa.select(place).where(place > (-1 if after is None else after)).order_by(place).limit(limit)))


def _hits(db: Connection, positions: list[int], query: Query) -> tuple[Hit, ...]:
    columns = sa.select(search_documents.c.position, search_documents.c.listing_id, search_documents.c.card)
    rows = {row.position: row for row in db.execute(columns.where(search_documents.c.position.in_(positions)))}
    sought = Sought(query)
    return tuple(_hit(rows[at].listing_id, rows[at].card, sought) for at in positions)


def _hit(listing_id: str, card: dict[str, Any], sought: Sought) -> Hit:
    return Hit(
        listing_id=listing_id,
        organisation_id=card["organisation_id"],
        organisation_name=card["organisation_name"],
        version_number=card["version_number"],
        titles=card["titles"],
        outcomes=card["outcomes"],
        price=card["price"],
        purposes=tuple(card["purposes"]),
        personal=card["personal"],
        formats=tuple(card["formats"]),
        rows=card["rows"],
        quality=card["quality"],
        published_at=parse_rfc3339(card["published_at"]),
        snippet=snippet([*card["texts"].values(), *card["outcomes"].values()], sought),
    )
