"""What columns say of each other: whose name it is, whose address, and whether a birth date is a known person's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from entrepot.privacy import headers
from entrepot.privacy.categories import CATEGORIES
from entrepot.privacy.columns import Looked
from entrepot.privacy.model import ColumnFinding, Evidence, Kind
from entrepot.privacy.vocabulary import words_of

NEIGHBOURS = "neighbours"
"""The detector of evidence that the columns beside one give."""
_OF_PERSONS = words_of(
    "name birth_date gender marital_status ethnicity religion sexuality politics official_id cn_resident_id passport person_number account"
)
"""Categories that only rows about persons have."""
_TELL_WHO = words_of("name email phone official_id cn_resident_id passport person_number account address payment_card iban")
"""Categories that tell whose row it is, so that the quasi-identifiers beside them are a known person's."""
_LINKED = words_of("birth_date age gender postal_code")
_CONTACTS = words_of("email phone address postal_code")
_OF_PLACES = words_of("postal_code site_address place coordinates")
_ALLOWED_CONFIDENCE = 0.65


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the columns of a table say together.

    Attributes:
        persons: Columns that only rows about persons have.
        known: Columns of what others may know of a person, such as ages; places alone are of shops too.
        organisations: Whether the rows seem to be about organisations or venues.
        venues: Whether there are columns that no person has, such as a BIC or a cuisine.
    """

    persons: int
    known: int
    organisations: bool
    venues: bool


def settle(looked: Sequence[Looked]) -> tuple[ColumnFinding, ...]:
    """The findings of a table's columns, after each has heard the others."""
    around = _surroundings(looked)
    heard = [_heard(column, around) for column in looked]
    found = [_moved(finding, around) for finding in heard if finding]
    known = sum(finding.category.id in _TELL_WHO for finding in found)
    return tuple(_linked(finding, known) for finding in found)


def _surroundings(looked: Sequence[Looked]) -> Surroundings:
    names = [column.column.name for column in looked if column.column.distinct > 0]
    found = [column.finding for column in looked if column.finding]
    own_name = any(column.allowed == "name" for column in looked)
    venues = any(headers.is_of_organisations(name) for name in names)
    mobile = sum("mobile" in headers.tokens(f.column) for f in found if f.category.id == "phone")
    persons = sum(f.category.id in _OF_PERSONS for f in found) + mobile
    # A column ``company`` beside a column ``name`` is where somebody works; without one it is what the table is about.
    named = any(headers.names_organisations(name) for name in names) and not own_name
    known = sum(f.kind is Kind.QUASI and f.category.id not in _OF_PLACES for f in found)
    return Surroundings(persons=persons, known=known, organisations=(venues or named) and persons == 0, venues=venues)


def _heard(looked: Looked, around: Surroundings) -> ColumnFinding | None:
    # Where each row has a value of its own, less must stand beside it for the rows to be persons.
    enough = around.persons or (around.known and (looked.unique or looked.allowed == "union"))
    if looked.finding or not looked.allowed or around.venues or not enough:
        return looked.finding
    evidence = Evidence(detector=NEIGHBOURS, matched=0, examined=len(looked.values))
    return ColumnFinding(
        column=looked.column.name, category=CATEGORIES[looked.allowed], confidence=_ALLOWED_CONFIDENCE, evidence=(evidence,)
    )


def _moved(finding: ColumnFinding, around: Surroundings) -> ColumnFinding:
    """Contact details move to the organisations they belong to; an address of nobody is the address of a place."""
    category = finding.category.id
    if around.organisations and category in _CONTACTS and not headers.is_own(finding.column):
        return replace(finding, category=CATEGORIES["organisation_contact"])
    if category == "address" and not around.persons and not headers.is_of_homes(finding.column):
        return replace(finding, category=CATEGORIES["site_address"])
    return finding


def _linked(finding: ColumnFinding, known: int) -> ColumnFinding:
    if not known or finding.kind is not Kind.QUASI or finding.category.id not in _LINKED:
        return finding
    return replace(finding, linked=True, evidence=(*finding.evidence, Evidence(detector=NEIGHBOURS, matched=0, examined=0)))
