"""What an organisation's share token opens: shares named after owners, a schema per agreement, the tables it covers."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from entrepot import parties, trades
from entrepot.catalogue import agreed_version
from entrepot.catalogue.model import DataTable, Version
from entrepot.delivery import parcels, repository, service
from entrepot.delivery.consents import agreed_parts
from entrepot.delivery.materialise import make_file
from entrepot.delivery.model import Parcel, SharedFile
from entrepot.delivery.rights import parts
from entrepot.delivery.tables import share_schemas
from entrepot.kit import EntrepotError
from entrepot.runtime import Actor, Exchange, Session
from entrepot.trades.model import OPEN, Agreement, AgreementClosed

METHOD = "table"
_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://entrepot.example/shares")
_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedSchema:
    """One agreement as a reader of shares sees it: ``share`` is the owner's short name, ``name`` comes from the listing's title."""

    share: str
    share_id: str
    name: str
    agreement: Agreement


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedTable:
    """One table of one version; ``id`` stays the same from version to version."""

    schema: SharedSchema
    version: Version
    table: DataTable
    name: str
    id: str


def shared_schemas(exchange: Exchange, actor: Actor) -> list[SharedSchema]:
    """Every agreement on tables that the actor's organisation may read now, sorted by share and schema."""
    with exchange.reading(actor) as session:
        agreements = list(_open_agreements(session))
        names = _names(session, [agreement.id for agreement in agreements])
        if len(names) == len(agreements):
            return _schemas(session, agreements, names)
    with exchange.session(actor) as session:
        for agreement in agreements:
            _give_name(session, agreement)
        return _schemas(session, agreements, _names(session, [agreement.id for agreement in agreements]))


def shared_tables(schema: SharedSchema, version: Version) -> list[SharedTable]:
    """The tables of a version that the agreement's rights leave something of, sorted by name; none when nothing is left."""
    try:
        agreed = {part.table.name for part in parts(version, schema.agreement.rights, schema.agreement.terms)}
    except EntrepotError:
        return []
    found, taken = [], set[str]()
    for table in version.tables:
        name = next(n for n in _numbered(readable(table.name) or "table") if n not in taken)
        taken.add(name)
        if table.name in agreed:
            table_id = str(uuid.uuid5(_SPACE, f"{version.listing_id}/{table.name}"))
            found.append(SharedTable(schema=schema, version=version, table=table, name=name, id=table_id))
    return sorted(found, key=lambda shared: shared.name)


def table_file(exchange: Exchange, actor: Actor, shared: SharedTable) -> SharedFile:
    """The Parquet file of a shared table, made now if it does not exist yet; looking at it opens nothing."""
    agreement = shared.schema.agreement
    with exchange.reading(actor) as session:
        part = next(p for p in agreed_parts(session, agreement, shared.version) if p.table.name == shared.table.name)
        found = repository.find_files(session.db, [part.file_id("parquet")])
    if found:
        return found[part.file_id("parquet")]
    service.prepare(exchange, agreement, shared.version)
    with exchange.session(actor) as session:
        return make_file(session, part, "parquet")


def open_table(exchange: Exchange, actor: Actor, shared: SharedTable) -> tuple[Parcel, SharedFile]:
    """The parcel and the file to read a shared table from; the first time opens the version for the agreement.

    Raises:
        CountSpent: The terms allow no further version to be delivered.
    """
    agreement = shared.schema.agreement
    with exchange.reading(actor) as session:
        parcel = parcels.current_parcel(session, agreement, shared.version, key="")
    if parcel is None:
        service.prepare(exchange, agreement, shared.version)
        with exchange.session(actor) as session:
            parcel = service.deliver(session, agreement, shared.version)
    return parcel, next(file for file in parcel.files if file.table == shared.table.name)


def readable(title: str) -> str:
    """A name for readers of tables: letters and digits of any script in lower case, joined by underscores."""
    return re.sub(r"\W+", "_", unicodedata.normalize("NFKC", title).lower()).strip("_")[:80]


def _open_agreements(session: Session) -> Iterator[Agreement]:
    before = None
    while page := trades.list_agreements(session, side="buyer", states=sorted(OPEN), before=before, limit=_PAGE):
        for agreement in page:
            if agreement.method == METHOD and _is_open(session, agreement):
                yield agreement
        before = page[-1].id


def _is_open(session: Session, agreement: Agreement) -> bool:
    try:
        trades.require_open(session, agreement, session.now)
    except AgreementClosed:
        return False
    return True


def _schemas(session: Session, agreements: list[Agreement], names: dict[str, str]) -> list[SharedSchema]:
    slugs = {owner: parties.get(session, owner).slug for owner in {agreement.owner_id for agreement in agreements}}
    found = [
        SharedSchema(share=slugs[a.owner_id], share_id=str(uuid.uuid5(_SPACE, a.owner_id)), name=names[a.id], agreement=a)
        for a in agreements
    ]
    return sorted(found, key=lambda schema: (schema.share, schema.name))


def _names(session: Session, agreement_ids: list[str]) -> dict[str, str]:
    query = sa.select(share_schemas.c.agreement_id, share_schemas.c.name).where(share_schemas.c.agreement_id.in_(agreement_ids))
    return {row.agreement_id: row.name for row in session.db.execute(query)}


def _give_name(session: Session, agreement: Agreement) -> None:
    """Name the schema after the listing, once and for good; a successor of a closed agreement takes its name over."""
    repository.lock(session.db, f"schemas:{agreement.buyer_id}")
    if _names(session, [agreement.id]):
        return
    open_ids = [a.id for a in _open_agreements(session) if a.owner_id == agreement.owner_id]
    taken = set(_names(session, open_ids).values())
    base = readable(agreed_version(session, agreement.version_id).manifest.title) or agreement.listing_id
    name = next(n for n in _numbered(base) if n not in taken)
    values = {"agreement_id": agreement.id, "buyer_id": agreement.buyer_id, "owner_id": agreement.owner_id, "name": name}
    repository.insert_once(session.db, share_schemas, values | {"created_at": session.now})


def _numbered(base: str) -> Iterator[str]:
    yield base
    number = 2
    while True:
        yield f"{base}_{number}"
        number += 1
