"""Listings, their versions that nobody can change, and what the search reads."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from entrepot.store import Json, UtcDateTime, metadata

listings = sa.Table(
    "listings",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("organisation_id", sa.String(40), sa.ForeignKey("organisations.id"), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("visibility", sa.String(10), nullable=False),
    sa.Column("version_number", sa.Integer, nullable=False),
    sa.Column("pending_number", sa.Integer),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Index("ix_listings_organisation", "organisation_id", "id"),
    sa.Index("ix_listings_state", "state", "id"),
)

listing_versions = sa.Table(
    "listing_versions",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("listing_id", sa.String(40), sa.ForeignKey("listings.id"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    # Canonical JSON as text, because the digest is taken over these very bytes.
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("digest", sa.String(80), nullable=False),
    sa.Column("published_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("listing_id", "number"),
)

# While a row stands the listing is not on offer; each is lifted by whoever placed it.
listing_holds = sa.Table(
    "listing_holds",
    metadata,
    sa.Column("listing_id", sa.String(40), sa.ForeignKey("listings.id"), primary_key=True),
    sa.Column("holder", sa.String(40), primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("freezes", sa.Boolean, nullable=False),
    sa.Column("placed_at", UtcDateTime, nullable=False),
)

search_documents = sa.Table(
    "search_documents",
    metadata,
    # The static order, best first: the first page of a broad search is read off in this order.
    sa.Column("position", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False),
    sa.Column("listing_id", sa.String(40), sa.ForeignKey("listings.id"), nullable=False, unique=True),
    sa.Column("card", Json, nullable=False),
)

FIELDS = ("title", "headline", "context", "body", "facets")
"""The token columns of the SQLite index, from the weightiest to the one without weight."""

_SQLITE_VERSIONS = [
    f"CREATE TRIGGER listing_versions_no_{verb} BEFORE {verb.upper()} ON listing_versions "
    f"BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END"
    for verb in ("update", "delete")
]
_POSTGRES_VERSIONS = [
    "CREATE FUNCTION listing_versions_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'a published version never changes'; END $$",
    "CREATE TRIGGER listing_versions_no_change BEFORE UPDATE OR DELETE ON listing_versions "
    "FOR EACH ROW EXECUTE FUNCTION listing_versions_refuse()",
    "CREATE TRIGGER listing_versions_no_truncate BEFORE TRUNCATE ON listing_versions "
    "FOR EACH STATEMENT EXECUTE FUNCTION listing_versions_refuse()",
]

_NAMES = ", ".join(FIELDS)
_OLD = ", ".join(f"old.{name}" for name in FIELDS)
_NEW = ", ".join(f"new.{name}" for name in FIELDS)
_FORGET = f"INSERT INTO search_words (search_words, rowid, {_NAMES}) VALUES ('delete', old.position, {_OLD});"
_LEARN = f"INSERT INTO search_words (rowid, {_NAMES}) VALUES (new.position, {_NEW});"
# The tokeniser `ascii` splits at spaces and leaves every other character of our tokens alone.
_SQLITE_SEARCH = [
    *(f"ALTER TABLE search_documents ADD COLUMN {name} TEXT NOT NULL DEFAULT ''" for name in FIELDS),
    f"CREATE VIRTUAL TABLE search_words USING fts5 ({_NAMES}, content='search_documents', content_rowid='position', "
    "tokenize='ascii', prefix='1 2 3')",
    f"CREATE TRIGGER search_documents_added AFTER INSERT ON search_documents BEGIN {_LEARN} END",
    f"CREATE TRIGGER search_documents_removed AFTER DELETE ON search_documents BEGIN {_FORGET} END",
    f"CREATE TRIGGER search_documents_changed AFTER UPDATE ON search_documents BEGIN {_FORGET} {_LEARN} END",
]
POSTGRES_SEARCH = [
    "ALTER TABLE search_documents ADD COLUMN lexemes tsvector NOT NULL DEFAULT ''",
    # Reading in order looks into many of them; unpacking would cost more than the space is worth.
    "ALTER TABLE search_documents ALTER COLUMN lexemes SET STORAGE EXTERNAL",
    # All but the body: small enough to lie in the row itself, where ranking a thousand hits finds it.
    "ALTER TABLE search_documents ADD COLUMN head tsvector NOT NULL DEFAULT ''",
    # A list of pending entries would be read by every search, so entries go straight into the index.
    "CREATE INDEX ix_search_documents_lexemes ON search_documents USING gin (lexemes) WITH (fastupdate = off)",
]


def _attach(table: sa.Table, event: str, dialect: str, statements: list[str]) -> None:
    ddl: Any = sa.DDL  # Its constructor carries no types.
    for statement in statements:
        sa.event.listen(table, event, ddl(statement).execute_if(dialect=dialect))


_attach(listing_versions, "after_create", "sqlite", _SQLITE_VERSIONS)
_attach(listing_versions, "after_create", "postgresql", _POSTGRES_VERSIONS)
_attach(listing_versions, "after_drop", "postgresql", ["DROP FUNCTION listing_versions_refuse()"])
_attach(search_documents, "after_create", "sqlite", _SQLITE_SEARCH)
_attach(search_documents, "after_create", "postgresql", POSTGRES_SEARCH)
_attach(search_documents, "before_drop", "sqlite", ["DROP TABLE search_words"])
