"""How the consents that people gave on the exchange stand for a case, as facts for the rules; what is kept elsewhere stays the owner's word."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from entrepot import consent, delivery, trades
from entrepot.catalogue import Version
from entrepot.flows.unnamed import possible_keys
from entrepot.privacy.categories import CATEGORIES
from entrepot.runtime import Session
from entrepot.trades import Agreement, Negotiation
from entrepot.vocabulary.consents import ConsentMode


def of_listing(session: Session, organisation_id: str, *, listing_id: str, mode: ConsentMode) -> dict[str, Any]:
    """The kind of consent behind an offer that hands over only the rows of those who gave one; nothing where none is known."""
    if mode is not ConsentMode.REQUIRED:
        return {}
    kind = consent.weakest_kind(session, organisation_id, listing_id=listing_id)
    return {} if kind is None else {"consent.kind": kind.value}


def of_deal(session: Session, version: Version, deal: Negotiation | Agreement) -> dict[str, Any]:
    """How consents stand for a recipient and a purpose; only that none is required where the records hold none for this use."""
    return _standing(session, version, deal, _coverage(session, version, deal))


def of_delivery(session: Session, version: Version, agreement: Agreement) -> dict[str, Any]:
    """Besides, how many would go out although they said no, and how many in all where not everybody consented."""
    found = _coverage(session, version, agreement)
    facts = _standing(session, version, agreement, found)
    present = found.withdrawn_present if found is not None and version.manifest.consent_mode is ConsentMode.NONE else 0
    facts["delivery.withdrawn_present"] = present
    if found is not None and facts.get("consent.covers_everyone") is False:
        facts["delivery.persons"] = _handed_over(version, found) + found.keyless_rows + _rows_without_key(version)
    return facts


def unnamed(session: Session, version: Version, agreement: Agreement) -> dict[str, Any]:
    """That persons who said no have rows in tables that do not say whose they are, found by the keys they are known by; nothing where none has."""
    tables = possible_keys(session, agreement.owner_id, version) if consent.current_seq(session, agreement.owner_id) else []
    present = consent.against_in(session, _use(session, version, agreement, ConsentMode.OBJECTIONS), tables) if tables else 0
    return {"asset.personal": True, "delivery.withdrawn_present": present} if present else {}


def _standing(session: Session, version: Version, deal: Negotiation | Agreement, found: consent.Coverage | None) -> dict[str, Any]:
    if version.manifest.lookup is not None:
        return _token_by_token(version, deal)
    if version.manifest.consent_mode is ConsentMode.REQUIRED:
        return _where_required(session, version, deal)
    given = None if found is None else consent.standing(session, _use(session, version, deal, ConsentMode.OBJECTIONS))
    if found is None or given is None:
        return {"consent.required": False}
    # A row whose key is empty is somebody's, and nobody knows whose consent to look for.
    everyone = found.covered >= _handed_over(version, found) and not found.keyless_rows and not _rows_without_key(version)
    facts = {"consent.required": False, "consent.covers_everyone": everyone}
    return facts | (_given(version, deal, given) if everyone else {"consent.kind": "none", "consent.status": "incomplete"})


def _where_required(session: Session, version: Version, deal: Negotiation | Agreement) -> dict[str, Any]:
    # Of a keyed table only rows of those go out who gave a consent that covers this recipient, so all of this holds of whoever goes out.
    everyone = not _rows_without_key(version)
    facts = {"consent.required": True} | dict.fromkeys(_OF_EVERYONE, everyone)
    use = _use(session, version, deal, ConsentMode.REQUIRED)
    found = consent.standing(session, use)
    if found is None or not everyone or not consent.gives_anybody(session, use):
        return facts | {"consent.kind": "none", "consent.status": "incomplete"}
    return facts | _given(version, deal, found)


def _token_by_token(version: Version, deal: Negotiation | Agreement) -> dict[str, Any]:
    """Each answer is given on a consent of its person to this recipient and purpose alone, so that all of this holds of whoever is asked about."""
    asked = delivery.lookups.categories_of(version)
    return {"consent.required": True, **dict.fromkeys(_OF_EVERYONE, True)} | {
        "consent.kind": consent.Kind.SEPARATE.value, "consent.names_recipient": True, "consent.purposes": [deal.purpose],
        "consent.categories": _terms(asked), "consent.status": "given",
    }  # fmt: skip


_OF_EVERYONE = ("consent.receipts_complete", "consent.covers_recipient", "consent.covers_everyone")


def _given(version: Version, deal: Negotiation | Agreement, found: consent.Standing) -> dict[str, Any]:
    return {
        "consent.kind": found.kind.value, "consent.names_recipient": found.names_recipient,
        "consent.covers_recipient": True, "consent.purposes": [deal.purpose], "consent.categories": _terms(_categories(version)), "consent.status": "given",
    }  # fmt: skip


def _terms(categories: Iterable[str]) -> list[str]:
    return sorted({CATEGORIES[category].term for category in categories if category in CATEGORIES})


def _coverage(session: Session, version: Version, deal: Negotiation | Agreement) -> consent.Coverage | None:
    """How far consents cover the persons in the tables; None where the records hold nothing, or whose row is whose is not known."""
    tables = _person_tables(version)
    mode = version.manifest.consent_mode
    if mode is ConsentMode.REQUIRED or not tables or not consent.current_seq(session, deal.owner_id):
        return None
    if mode is ConsentMode.OBJECTIONS and consent.weakest_kind(session, deal.owner_id, listing_id=version.listing_id) is None:
        return None  # Objections alone are no consents, and the delivery leaves out whoever objected.
    return consent.coverage(session, _use(session, version, deal, ConsentMode.OBJECTIONS), tables)


def _handed_over(version: Version, found: consent.Coverage) -> int:
    """Persons whose rows go out: a delivery leaves out those who said no, unless the listing looks at no consent at all."""
    return found.persons - (0 if version.manifest.consent_mode is ConsentMode.NONE else found.withdrawn_present)


def _use(session: Session, version: Version, deal: Negotiation | Agreement, mode: ConsentMode) -> consent.Use:
    rights = deal.rights if isinstance(deal, Agreement) else trades.offer_on_table(session, deal.id).rights
    return consent.Use(
        controller_id=deal.owner_id, listing_id=version.listing_id, recipient_id=deal.buyer_id, purpose=deal.purpose,
        categories=_categories(version, rights.columns), mode=mode,
    )  # fmt: skip


def _categories(version: Version, handed: Collection[str] | None = None) -> frozenset[str]:
    """Kinds of data about persons in a version, or in those of its columns that are handed over: nobody has to consent to what is not."""
    columns = (column for table in version.tables for column in table.columns if handed is None or column.name in handed)
    return frozenset(str(column.category) for column in columns if column.personal and column.category)


def _person_tables(version: Version) -> list[consent.PersonTable]:
    key = version.manifest.person_key
    return [
        consent.PersonTable(parquet_key=table.parquet_key, parquet_sha256=table.parquet_sha256, column=key)
        for table in version.tables if key and key in {column.name for column in table.columns}
    ]  # fmt: skip


def _rows_without_key(version: Version) -> int:
    """Rows of tables that do not say whose they are, beside others that do, where these hold personal data."""
    key = version.manifest.person_key
    bare = [table for table in version.tables if key not in {column.name for column in table.columns}]
    return sum(table.rows for table in bare if any(column.personal for column in table.columns))
