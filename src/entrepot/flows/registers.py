"""The register of rights: who has which right in a listing's data, as its version states it."""

from __future__ import annotations

from datetime import date

from entrepot import catalogue, compliance, parties, rights
from entrepot.catalogue import Manifest, Version
from entrepot.rights import Register, Right
from entrepot.runtime import Session


def rights_of(session: Session, listing_id: str, number: int | None = None) -> tuple[Version, Register]:
    """A version of a listing with its rights as they stand today, for whoever may see the listing.

    Raises:
        NotFound: There is no such listing or version for the actor.
    """
    listing = catalogue.get(session, listing_id)
    version = catalogue.current_version(session, listing.id, number)
    owner = parties.get(session, listing.organisation_id)
    return version, registered(version.manifest, owner.name, at=compliance.today(session))


def registered(manifest: Manifest, owner: str, *, at: date) -> Register:
    """The rights that a manifest states, on a day.

    Args:
        owner: The name of the listing's owner.
    """
    words = manifest.rights
    said = {Right.HOLD: words.held_by, Right.PROCESS: words.processed_by, Right.OPERATE: words.operated_by}
    return rights.register(owner=owner, chain=manifest.provenance, said=said, contract=manifest.contract, at=at)
