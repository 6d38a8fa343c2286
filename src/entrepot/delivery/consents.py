"""What people have said, held against a delivery: whose rows stay out of it, and when it no longer is what it may be."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from entrepot import consent
from entrepot.catalogue.model import DataTable, Version
from entrepot.consent.keys import Rows
from entrepot.delivery.model import Parcel, ParcelOutdated
from entrepot.delivery.rights import Part, parts
from entrepot.delivery.tables import parcel_consents
from entrepot.kit import Refused, sha256_hex
from entrepot.runtime import Session
from entrepot.trades.model import Agreement


def agreed_parts(session: Session, agreement: Agreement, version: Version) -> tuple[Part, ...]:
    """The part of each table that is handed over now, after what people have said.

    Raises:
        Refused: Nothing is left of any table.
    """
    return tuple(_with_consent(session, part, agreement, version) for part in parts(version, agreement.rights, agreement.terms))


def use_of(agreement: Agreement, version: Version, columns: tuple[str, ...], table: DataTable) -> consent.Use:
    """What an agreement does with the columns of a table, as consents speak of it."""
    categories = frozenset(c.category for c in table.columns if c.name in columns and c.category and c.personal)
    return consent.Use(
        controller_id=agreement.owner_id, listing_id=agreement.listing_id, recipient_id=agreement.buyer_id, purpose=agreement.purpose,
        categories=categories, mode=version.manifest.consent_mode,
    )  # fmt: skip


def person_table(part: Part) -> consent.PersonTable:
    """The table of a part as consents look at it."""
    return consent.PersonTable(parquet_key=part.table.parquet_key, parquet_sha256=part.table.parquet_sha256, column=part.person_key)


def held_rows(session: Session, part: Part) -> Rows | None:
    """The numbers of the rows that stay out of a part; None where nobody could hold one back."""
    return None if part.consent is None else consent.held_rows(session, part.consent, person_table(part))


def note(session: Session, parcel: Parcel, agreement: Agreement, version: Version) -> None:
    """Remember what people had said when a parcel was made."""
    if version.manifest.consent_mode is not consent.ConsentMode.NONE:
        values = {"seq": consent.current_seq(session, agreement.owner_id), "state": _state(session, agreement, version), "at": session.now}
        session.db.execute(sa.insert(parcel_consents).values(parcel_id=parcel.id, **values))


def is_as_said(session: Session, parcel: Parcel, agreement: Agreement, version: Version) -> bool:
    """Whether nothing has been said since a parcel was made that may change it."""
    state = session.db.scalar(sa.select(parcel_consents.c.state).where(parcel_consents.c.parcel_id == parcel.id))
    return (state or "") == _state(session, agreement, version)


def require_current(session: Session, parcel: Parcel, agreement: Agreement, version: Version) -> None:
    """Let a parcel be read while everybody in it still is part of its use.

    Raises:
        ParcelOutdated: Somebody withdrew, objected, or a consent ran out since it was made.
    """
    seq, at = _noted(session, parcel)
    try:
        found = agreed_parts(session, agreement, version)
    except Refused:
        return  # The rights leave nothing, which the delivery itself says.
    for part in found:
        if part.consent is not None and consent.lost_since(session, part.consent, person_table(part), seq=seq, at=at):
            raise ParcelOutdated(
                f"Somebody whose rows are in the delivery {parcel.id} has withdrawn since.",
                "Ask for the delivery again; it leaves these rows out.",
            )


def _state(session: Session, agreement: Agreement, version: Version) -> str:
    """One word for what people have said about every part; empty where nobody has."""
    tokens = [part.consent.token for part in agreed_parts(session, agreement, version) if part.consent is not None]
    return sha256_hex(" ".join(tokens).encode()) if tokens else ""


def _noted(session: Session, parcel: Parcel) -> tuple[int, datetime]:
    row = session.db.execute(sa.select(parcel_consents).where(parcel_consents.c.parcel_id == parcel.id)).one_or_none()
    return (0, parcel.opened_at) if row is None else (int(row.seq), row.at)


def _with_consent(session: Session, part: Part, agreement: Agreement, version: Version) -> Part:
    key = version.manifest.person_key
    if version.manifest.consent_mode is consent.ConsentMode.NONE or key not in {column.name for column in part.table.columns}:
        return part
    return replace(part, consent=consent.ruling(session, use_of(agreement, version, part.columns, part.table)), person_key=key)
