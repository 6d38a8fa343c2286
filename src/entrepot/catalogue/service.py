"""Put data on offer, find it, take it off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from entrepot import parties
from entrepot.catalogue import holds, repository, states
from entrepot.catalogue.finding import index
from entrepot.catalogue.finding.documents import document
from entrepot.catalogue.finding.search import find
from entrepot.catalogue.model import DataTable, Filters, Listing, ListingState, Manifest, Page, Preview, Version, Visibility
from entrepot.catalogue.quality import quality as measured_quality
from entrepot.kit import Conflict, Decision, Invalid, NotFound, Refused, new_id
from entrepot.runtime import Role, Scope, Session


def add(
    session: Session,
    organisation_id: str,
    manifest: Manifest,
    tables: Sequence[DataTable],
    *,
    manifest_text: str = "",
    dictionary: Mapping[str, Any] | None = None,
    profile: Mapping[str, Any] | None = None,
    assessment: Mapping[str, Any] | None = None,
    decision: Decision = Decision.ALLOW,
    preview: Sequence[Preview] = (),
    personal: bool = False,
    quality: int | None = None,
    listing_id: str | None = None,
) -> Listing:
    """Publish a new listing, or a new version of one; what the checks allow is on offer at once, the rest waits for review.

    Args:
        dictionary: The data dictionary in JSON; ``profile`` and ``assessment`` likewise.
        decision: What the checks came to.
        personal: Whether there is personal data in it.
        quality: 0 to 100; measured from the tables and the manifest when left out.
        listing_id: The listing that gets a new version.

    Raises:
        Refused: The checks block it, or the actor may not publish.
        NotFound: The listing or the organisation is not the actor's.
        Invalid: Tables, columns or previews are missing.
        Conflict: The listing is withdrawn, or was changed at the same moment.
    """
    require_publisher(session, organisation_id)
    _check_complete(manifest, tables, preview)
    if decision is Decision.BLOCK:
        raise Refused(
            "The checks block this data from being published.", "Read the findings, apply the fixes they name, and publish again."
        )
    listing = _new_listing(session, organisation_id, manifest) if listing_id is None else _own(session, organisation_id, listing_id)
    version = _numbered(
        Version(
            id=new_id("ver"), listing_id=listing.id, number=0, manifest=manifest, manifest_text=manifest_text, tables=tuple(tables),
            dictionary=dict(dictionary or {}), profile=dict(profile or {}), assessment=dict(assessment or {}), decision=decision,
            preview=tuple(preview), personal=personal, digest="", published_at=session.now,
            quality=measured_quality(manifest, tables) if quality is None else quality,
        ),
        repository.last_number(session.db, listing.id) + 1,
    )  # fmt: skip
    # The listing's row comes first: its lock makes two publishers of one listing wait for each other.
    if decision is Decision.ALLOW:
        listing = states.offer(session, listing, version)
    else:
        listing = states.changed(session, listing, pending_number=version.number)
    repository.insert_version(session.db, version)
    return listing


def get(session: Session, listing_id: str) -> Listing:
    """A listing: anybody sees a public one on offer, those invited a private one; other states only owner and operator.

    Raises:
        NotFound: There is none that the actor may see.
        ListingSuspended: A legal notice holds a listing that everybody could see.
    """
    listing = repository.find_listing(session.db, listing_id)
    if listing is None:
        raise _no_listing(listing_id)
    if listing.is_open or _is_insider(session, listing) or _is_invited(session, listing):
        return listing
    if listing.state is ListingState.SUSPENDED and listing.visibility is Visibility.PUBLIC:
        hold = holds.freezing(session, listing.id)
        if hold is not None:
            raise holds.suspended(hold)
    raise _no_listing(listing_id)


def listings_after(session: Session, after_id: str, *, limit: int) -> list[Listing]:
    """Listings that are on offer or suspended, by id, for the exchange itself and its operator.

    Raises:
        Refused: The actor is neither.
    """
    parties.require_role(session, Role.OPERATOR)
    return repository.live_after(session.db, after_id, limit=limit)


def get_version(session: Session, version_id: str) -> Version:
    """A version by its id: the one on offer for anybody who may see the listing, others for owner and operator.

    Raises:
        NotFound: There is none that the actor may see.
    """
    version = repository.find_version(session.db, version_id)
    listing = None if version is None else repository.find_listing(session.db, version.listing_id)
    if version is None or listing is None or not _may_read(session, listing, version.number):
        raise NotFound(f"There is no version {version_id[:60]}.", "Check the id, or read the listing's current version.")
    return version


def current_version(session: Session, listing_id: str, number: int | None = None) -> Version:
    """The version of a listing that is on offer, or the one with this number; before any is, its owner reads the newest one.

    Raises:
        NotFound: There is none that the actor may see.
    """
    listing = get(session, listing_id)
    chosen = number or listing.version_number or listing.pending_number or repository.last_number(session.db, listing.id)
    version = repository.find_numbered(session.db, listing.id, chosen) if _may_read(session, listing, chosen) else None
    if version is None:
        raise NotFound(f"The listing {listing.id} has no version {chosen}.", "Leave the number out for the one on offer.")
    return version


def agreed_version(session: Session, version_id: str) -> Version:
    """A version whatever became of its listing, for callers that have checked the actor's agreement on it.

    Raises:
        NotFound: There never was one.
    """
    version = repository.find_version(session.db, version_id)
    if version is None:
        raise NotFound(f"There is no version {version_id[:60]}.", "Check the id.")
    return version


def agreed_listing(session: Session, listing_id: str, *, lock: bool = False) -> Listing:
    """A listing in whatever state, for callers that have checked the actor's part in a trade of it.

    Args:
        lock: Nobody suspends it until this transaction ends.

    Raises:
        NotFound: There never was one.
    """
    listing = repository.find_listing(session.db, listing_id, lock="share" if lock else None)
    if listing is None:
        raise _no_listing(listing_id)
    return listing


def list_for(session: Session, organisation_id: str, *, after: str | None = None, limit: int = 100) -> list[Listing]:
    """An organisation's own listings in every state, newest first.

    Raises:
        NotFound: The actor does not act for it and is no operator.
    """
    if not session.actor.has_role(Role.OPERATOR):
        parties.require_self(session, organisation_id)
    return repository.listings_of(session.db, organisation_id, after=after, limit=limit)


def search(session: Session, text: str, *, filters: Filters | None = None, limit: int = 20, after: str | None = None) -> Page:
    """Public listings on offer that hold every word, best first; sees what this very session has published.

    Args:
        text: Words; quoted ones stand side by side, the last one may be unfinished. Nothing in it is syntax beyond quotes.
        after: What the page before gave.

    Raises:
        Invalid: The limit, a filter or ``after`` cannot be.
    """
    return find(session.db, text, filters=filters or Filters(), limit=limit, after=after)


def reindex(session: Session) -> int:
    """Build the search anew from the listings, for the operator; how many are in it.

    Raises:
        Refused: The actor is no operator.
    """
    parties.require_role(session, Role.OPERATOR)
    index.clear(session.db)
    names = {organisation.id: organisation.name for organisation in parties.list_organisations(session)}
    return index.load(
        session.db,
        (
            document(version, organisation_id=listing.organisation_id, organisation_name=names[listing.organisation_id])
            for listing, version in open_versions(session)
        ),
    )


def open_versions(session: Session) -> Iterator[tuple[Listing, Version]]:
    """Every public listing on offer with its version, read a few at a time: what whole-catalogue exports go through."""
    return repository.open_versions(session.db)


def require_publisher(session: Session, organisation_id: str) -> None:
    """Let members of the organisation pass that may publish for it.

    Raises:
        NotFound: The actor does not act for it.
        Refused: The actor or the key may not publish.
    """
    parties.require_self(session, organisation_id)
    parties.require_role(session, Role.OWNER)
    parties.require_scope(session, Scope.PUBLISH)


def _check_complete(manifest: Manifest, tables: Sequence[DataTable], preview: Sequence[Preview]) -> None:
    if not tables and not manifest.location:
        raise Invalid("The listing has neither a table nor a location.", "Name a file with rows and columns, or a location.")
    names = [table.name for table in tables]
    if len(set(names)) != len(names):
        raise Invalid(f"Two tables are called {max(names, key=names.count)!r}.", "Give each file a `table` of its own in the manifest.")
    bare = [table.name for table in tables if not table.columns]
    if bare:
        raise Invalid(f"The table {bare[0]!r} has no columns.", "Check that the file is a table.")
    unseen = set(names) - {shown.table for shown in preview}
    if manifest.visibility is Visibility.PUBLIC and unseen:
        raise Invalid(f"The table {min(unseen)!r} has no preview, and a public listing needs one.", "Add a preview, or make it private.")


def _new_listing(session: Session, organisation_id: str, manifest: Manifest) -> Listing:
    listing = Listing(
        id=new_id("lst"), organisation_id=organisation_id, state=ListingState.DRAFT, visibility=manifest.visibility, version_number=0,
        pending_number=None, reason="", created_at=session.now, changed_at=session.now,
    )  # fmt: skip
    repository.insert_listing(session.db, listing)
    return listing


def _own(session: Session, organisation_id: str, listing_id: str) -> Listing:
    listing = repository.find_listing(session.db, listing_id)
    if listing is None or listing.organisation_id != organisation_id:
        raise _no_listing(listing_id)
    if listing.state is ListingState.WITHDRAWN:
        raise Conflict(f"The listing {listing.id} is withdrawn.", "Publish the data as a new listing.")
    return listing


def _numbered(version: Version, number: int) -> Version:
    numbered = replace(version, number=number)
    return replace(numbered, digest=repository.digest(numbered))


def _is_insider(session: Session, listing: Listing) -> bool:
    return session.actor.has_role(Role.OPERATOR) or parties.is_self(session, listing.organisation_id)


def _may_read(session: Session, listing: Listing, number: int) -> bool:
    is_shown = listing.is_open or _is_invited(session, listing)
    return _is_insider(session, listing) or (is_shown and number == listing.version_number)


def _is_invited(session: Session, listing: Listing) -> bool:
    if listing.state is not ListingState.LIVE or session.actor.organisation_id is None:
        return False
    version = repository.find_numbered(session.db, listing.id, listing.version_number)
    return version is not None and session.actor.organisation_id in states.invited(session, version)


def _no_listing(listing_id: str) -> NotFound:
    return NotFound(f"There is no listing {listing_id[:60]}.", "Search the catalogue, or check the id.")
