"""Listings and versions as rows, and back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.catalogue.content import manifest_from, plain, preview_from, table_from
from entrepot.catalogue.model import Listing, ListingState, Version, Visibility
from entrepot.catalogue.tables import listing_holds, listing_versions, listings
from entrepot.kit import Decision, canonical_json, sha256_hex

Lock = Literal["change", "share"]
_CONTENT = (
    "id", "listing_id", "number", "manifest", "manifest_text", "tables", "dictionary", "profile", "assessment", "decision", "preview",
    "personal", "quality", "published_at",
)  # fmt: skip
# Built once: putting a statement together takes several times as long as SQLite needs to run it.
_LISTING = sa.select(listings).where(listings.c.id == sa.bindparam("id"))
_CONTENT_OF = sa.select(listing_versions.c.content, listing_versions.c.digest)
_VERSION = _CONTENT_OF.where(listing_versions.c.id == sa.bindparam("id"))
_NUMBERED = _CONTENT_OF.where(
    listing_versions.c.listing_id == sa.bindparam("listing_id"), listing_versions.c.number == sa.bindparam("number")
)


def content(version: Version) -> bytes:
    """The canonical JSON that the version's digest is taken over."""
    return canonical_json({name: plain(getattr(version, name)) for name in _CONTENT})


def digest(version: Version) -> str:
    """``sha256:…`` of the version's content."""
    return "sha256:" + sha256_hex(content(version))


def insert_listing(db: Connection, listing: Listing) -> None:
    """Keep a new listing."""
    db.execute(sa.insert(listings).values({name: plain_enum(getattr(listing, name)) for name in Listing.__slots__}))


def insert_version(db: Connection, version: Version) -> None:
    """Keep a new version, for good."""
    db.execute(
        sa.insert(listing_versions).values(
            id=version.id,
            listing_id=version.listing_id,
            number=version.number,
            content=content(version).decode(),
            digest=version.digest,
            published_at=version.published_at,
        )
    )


def live_after(db: Connection, after_id: str, *, limit: int) -> list[Listing]:
    """Listings that are on offer or suspended, by id, for work that goes through them all."""
    states = [ListingState.LIVE.value, ListingState.SUSPENDED.value]
    query = sa.select(listings).where(listings.c.state.in_(states), listings.c.id > after_id, listings.c.version_number > 0)
    return [_listing(row) for row in db.execute(query.order_by(listings.c.id).limit(limit))]


def plain_enum(value: Any) -> Any:
    """The text of an enum member; anything else as it is."""
    return value.value if isinstance(value, ListingState | Visibility) else value


def find_listing(db: Connection, listing_id: str, *, lock: Lock | None = None) -> Listing | None:
    """The listing, or None; locked, it stays as it is until the transaction ends: for this one to ``change``, or for all who ``share``."""
    query = _LISTING if lock is None else _LISTING.with_for_update(read=lock == "share")
    row = db.execute(query, {"id": listing_id}).one_or_none()
    return None if row is None else _listing(row)


def find_version(db: Connection, version_id: str) -> Version | None:
    """The version by its id, or None."""
    return _one(db, _VERSION, {"id": version_id})


def find_numbered(db: Connection, listing_id: str, number: int) -> Version | None:
    """The version of a listing by its number, or None."""
    return _one(db, _NUMBERED, {"listing_id": listing_id, "number": number})


def last_number(db: Connection, listing_id: str) -> int:
    """The number of the newest version, reviewed or not; 0 when there is none."""
    found = db.scalar(sa.select(sa.func.max(listing_versions.c.number)).where(listing_versions.c.listing_id == listing_id))
    return int(found or 0)


def change(db: Connection, listing: Listing, *, now: datetime, **values: Any) -> bool:
    """Change the listing's state columns if it still is as the caller saw it; False when somebody was faster."""
    seen = sa.and_(
        listings.c.id == listing.id,
        listings.c.state == listing.state.value,
        listings.c.version_number == listing.version_number,
        listings.c.pending_number.is_not_distinct_from(listing.pending_number),
        listings.c.changed_at == listing.changed_at,
    )
    changed = {name: plain_enum(value) for name, value in values.items()} | {"changed_at": now}
    return db.execute(sa.update(listings).where(seen).values(changed)).rowcount == 1


def listings_of(db: Connection, organisation_id: str, *, after: str | None, limit: int) -> list[Listing]:
    """The organisation's listings in every state, newest first, behind a listing's id."""
    query = sa.select(listings).where(listings.c.organisation_id == organisation_id).order_by(listings.c.id.desc()).limit(limit)
    return [_listing(row) for row in db.execute(query if after is None else query.where(listings.c.id < after))]


def waiting(db: Connection, *, limit: int) -> list[Listing]:
    """Listings with a version that waits for review, oldest first."""
    query = sa.select(listings).where(listings.c.pending_number.is_not(None), listings.c.state != ListingState.WITHDRAWN.value)
    return [_listing(row) for row in db.execute(query.order_by(listings.c.changed_at, listings.c.id).limit(limit))]


def held_by(db: Connection, holder: str, *, limit: int) -> list[Listing]:
    """Suspended listings without a waiting version that somebody holds, held longest first."""
    query = sa.select(listings).join(listing_holds, listing_holds.c.listing_id == listings.c.id)
    query = query.where(
        listing_holds.c.holder == holder, listings.c.state == ListingState.SUSPENDED.value, listings.c.pending_number.is_(None)
    )
    return [_listing(row) for row in db.execute(query.order_by(listing_holds.c.placed_at, listings.c.id).limit(limit))]


def open_versions(db: Connection) -> Iterator[tuple[Listing, Version]]:
    """Every public listing on offer with its version, a hundred at a time, so that memory stays small."""
    last = ""
    while True:
        chosen = sa.and_(
            listings.c.state == ListingState.LIVE.value, listings.c.visibility == Visibility.PUBLIC.value, listings.c.id > last
        )
        found = [_listing(row) for row in db.execute(sa.select(listings).where(chosen).order_by(listings.c.id).limit(100))]
        if not found:
            return
        for listing in found:
            version = find_numbered(db, listing.id, listing.version_number)
            if version is not None:
                yield listing, version
        last = found[-1].id


def _one(db: Connection, query: sa.Select[Any], values: dict[str, Any]) -> Version | None:
    row = db.execute(query, values).one_or_none()
    return None if row is None else _version(json.loads(row.content), row.digest)


def _version(value: dict[str, Any], kept_digest: str) -> Version:
    return Version(
        **{name: value[name] for name in ("id", "listing_id", "number", "manifest_text", "dictionary", "profile", "assessment")},
        personal=value["personal"],
        quality=value["quality"],
        manifest=manifest_from(value["manifest"]),
        tables=tuple(table_from(table) for table in value["tables"]),
        decision=Decision(value["decision"]),
        preview=tuple(preview_from(preview) for preview in value["preview"]),
        published_at=datetime.fromisoformat(value["published_at"]),
        digest=kept_digest,
    )


def _listing(row: Any) -> Listing:
    values = dict(row._mapping)
    return Listing(**values | {"state": ListingState(values["state"]), "visibility": Visibility(values["visibility"])})
