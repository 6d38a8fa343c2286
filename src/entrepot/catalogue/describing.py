"""A version as the description that every export reads; addresses begin with the exchange's public one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache

from entrepot import parties
from entrepot.catalogue import repository
from entrepot.catalogue.model import DataTable, Listing, Manifest, Version
from entrepot.kit import exponent
from entrepot.parties.model import Organisation
from entrepot.pricing import sentence
from entrepot.pricing.model import Plan, Price
from entrepot.rights import provenance
from entrepot.runtime import Session
from entrepot.standards.model import AgentDescription, CatalogueDescription, DatasetDescription, FileDescription, TableDescription
from entrepot.terms.odrl import to_odrl


def describe(session: Session, listing: Listing, version: Version, *, duties: Mapping[str, str] | None = None) -> DatasetDescription:
    """What the exchange says of a version, for callers that have got both through the session.

    Args:
        duties: What the rules lay upon a buyer, for its policy: each name with its ODRL action.

    Raises:
        Conflict: The exchange has not been initialised, so there is no catalogue to be in.
    """
    owner = parties.get(session, listing.organisation_id)
    return _description(session, listing, version, owner, describe_catalogue(session), duties)


def describe_catalogue(session: Session) -> CatalogueDescription:
    """What the exchange says of itself.

    Raises:
        Conflict: The exchange has not been initialised.
    """
    exchange = parties.exchange_organisation(session)
    return CatalogueDescription(
        url=f"{_base(session)}/catalogue",
        titles={"en": f"Data on offer at {exchange.name}", "zh": f"{exchange.name}的数据目录"},
        descriptions={
            "en": f"Datasets that organisations offer at {exchange.name}, with their terms and prices.",
            "zh": f"各机构在{exchange.name}上提供的数据集及其使用条款和价格。",
        },
        publisher=_agent(session, exchange),
    )


def describe_all(session: Session) -> Iterator[DatasetDescription]:
    """Every public listing on offer, read a few at a time: what whole-catalogue exports go through.

    Raises:
        Conflict: The exchange has not been initialised.
    """
    catalogue = describe_catalogue(session)

    @cache
    def owner(organisation_id: str) -> Organisation:
        return parties.get(session, organisation_id)

    for listing, version in repository.open_versions(session.db):
        yield _description(session, listing, version, owner(listing.organisation_id), catalogue)


def _description(
    session: Session,
    listing: Listing,
    version: Version,
    owner: Organisation,
    catalogue: CatalogueDescription,
    duties: Mapping[str, str] | None = None,
) -> DatasetDescription:
    manifest, price = version.manifest, version.manifest.price
    page = f"{_base(session)}/listings/{listing.id}"
    publisher = _agent(session, owner)
    return DatasetDescription(
        identifier=listing.id,
        url=f"{page}#dataset",
        version_url=f"{page}/versions/{version.number}",
        page=page,
        version=str(version.number),
        titles=manifest.titles,
        descriptions=manifest.descriptions or manifest.outcomes,
        outcome=manifest.outcomes,
        publisher=publisher,
        catalogue=catalogue,
        issued_at=listing.created_at,
        modified_at=version.published_at,
        tables=tuple(_table(table, manifest, page) for table in version.tables),
        contact=_contact(manifest),
        keywords=manifest.keywords,
        languages=manifest.languages,
        themes=manifest.themes,
        countries=manifest.countries,
        residency=manifest.residency,
        starts_on=manifest.starts_on,
        ends_on=manifest.ends_on,
        frequency=manifest.frequency.value if manifest.frequency else "",
        licence=manifest.licence,
        source=manifest.source,
        provenance=provenance(manifest.provenance),
        policy=to_odrl(
            manifest.terms,
            uid=f"{page}/versions/{version.number}#policy",
            kind="Offer",
            target=f"{page}#dataset",
            assigner=publisher.url,
            price=price.amount if price.plan is Plan.FLAT else None,
            duties=duties,
        ),
        price=sentence(price),
        free=price.plan is Plan.FREE,
        amount=_decimal(price) if price.plan is Plan.FLAT else "",
        currency=price.currency if price.plan is Plan.FLAT else "",
        personal=version.personal,
        digest=version.digest,
    )


def _table(table: DataTable, manifest: Manifest, page: str) -> TableDescription:
    original = FileDescription(
        name=table.original_name,
        media_type=table.media_type,
        bytes=table.original_bytes,
        sha256=table.original_sha256,
        url=f"{page}#access",
    )
    parquet = FileDescription(
        name=f"{table.name}.parquet", media_type="application/vnd.apache.parquet", bytes=table.parquet_bytes, sha256=table.parquet_sha256,
        url=f"{page}#access",
    )  # fmt: skip
    same = table.original_sha256 == table.parquet_sha256 or not table.parquet_sha256
    return TableDescription(name=table.name, columns=table.columns, rows=table.rows, files=(original,) if same else (original, parquet))


def _contact(manifest: Manifest) -> AgentDescription | None:
    contact = manifest.contact
    return None if contact is None else AgentDescription(name=contact.name, email=contact.email, page=contact.page)


def _agent(session: Session, organisation: Organisation) -> AgentDescription:
    return AgentDescription(name=organisation.name, url=f"{_base(session)}/organisations/{organisation.slug}")


def _base(session: Session) -> str:
    return session.settings.public_url.rstrip("/")


def _decimal(price: Price) -> str:
    return "" if price.amount is None else f"{Decimal(price.amount.amount).scaleb(-exponent(price.amount.currency)):f}"
