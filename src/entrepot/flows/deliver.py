"""Hand the agreed data over, and start the clock of the acceptance window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from entrepot import catalogue, delivery, parties, trades
from entrepot.catalogue import Version
from entrepot.flows import gates
from entrepot.kit import Conflict, NotFound
from entrepot.runtime import Actor, Exchange, Role, Session
from entrepot.trades import AgreementState


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredFile:
    """A file with the signed address it can be fetched from."""

    name: str
    table: str
    url: str
    sha256: str
    bytes: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What was handed over, and until when its addresses are good."""

    parcel: delivery.Parcel
    files: tuple[DeliveredFile, ...]
    expires_at: datetime | None


def deliver(
    exchange: Exchange,
    actor: Actor,
    agreement_id: str,
    *,
    version_id: str | None = None,
    number: int | None = None,
    agreed_columns: bool = False,
) -> Delivered:
    """Hand the agreed version over to the acting buyer; asking again gives fresh addresses of the same delivery.

    Files are built before the transaction, so that a long build holds up nobody.

    Args:
        version_id: A later version that the agreement covers; ``number`` names it by its number.
        agreed_columns: Leave out what a later version holds about persons and the agreement was not signed for.

    Raises:
        NotFound: The agreement is another's, or covers no version of this number.
        AgreementClosed: It lets nothing be delivered now.
        CountSpent: The terms allow no further delivery.
        Refused: The actor is no buyer.
    """
    with exchange.reading(actor) as session:
        agreement = trades.get(session, agreement_id)
        parties.require_self(session, agreement.buyer_id)
        parties.require_role(session, Role.BUYER)
        trades.require_open(session, agreement, session.now)
        signed = catalogue.agreed_version(session, agreement.version_id)
        version = _version(session, agreement, signed, version_id, number)
    if agreed_columns:
        agreement = delivery.agreed_only(agreement, signed, version)
    clearance = gates.clear_delivery(exchange, actor, agreement, version)
    delivery.prepare(exchange, agreement, version)
    with exchange.session(actor) as session:
        parcel = delivery.deliver(session, agreement, version)
        clearance.keep(session)
        if parcel.method != "file":
            return Delivered(parcel=parcel, files=(), expires_at=None)
        links = delivery.download_links(session, parcel)
        until = session.now + timedelta(minutes=session.settings.download_minutes)
    files = [
        DeliveredFile(name=name, table=f.table, url=url, sha256=f.sha256, bytes=f.bytes, rows=f.rows)
        for (name, url), f in zip(links.items(), parcel.files, strict=True)
    ]
    return Delivered(parcel=parcel, files=tuple(files), expires_at=until)


def _version(session: Session, agreement: trades.Agreement, signed: Version, version_id: str | None, number: int | None) -> Version:
    if number is None:
        return signed if version_id is None else catalogue.agreed_version(session, version_id)
    covered = delivery.covered_versions(session, agreement)
    found = next((version for version in covered if version.number == number), None)
    if found is None:
        numbers = ", ".join(str(version.number) for version in covered)
        raise NotFound(f"The agreement {agreement.id} covers no version {number}.", f"It covers {numbers}.")
    return found


def share_profile(session: Session, *, rotate: bool = False) -> dict[str, Any]:
    """A Delta Sharing profile with a new token for the acting organisation; shown once."""
    return delivery.profile(session, rotate=rotate)


def resume(session: Session, agreement_id: str) -> trades.Agreement:
    """Lift a suspension, back to the state before it.

    Raises:
        Conflict: The agreement is not suspended.
    """
    agreement = trades.get(session, agreement_id)
    if agreement.state is not AgreementState.SUSPENDED:
        raise Conflict(f"Agreement {agreement.id} is {agreement.state}, not suspended.", "Look at it again.")
    return trades.move(session, agreement.id, trades.history(session, agreement.id)[-1].before, trades.Reason.RESUMED)
