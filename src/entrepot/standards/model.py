"""What the exchange says about data, free of any one standard's spelling: the input of every export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

Texts = Mapping[str, str]
"""One text per language: ``{"en": …, "zh": …}`` with BCP 47 language tags."""


class ColumnType(StrEnum):
    """The kinds of value a column may hold, whatever the file format calls them."""

    STRING = "string"
    INTEGER = "integer"
    DECIMAL = "decimal"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    DURATION = "duration"
    BINARY = "binary"
    LIST = "list"
    OBJECT = "object"


_DUCKDB_TYPES = {
    **dict.fromkeys(["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"], ColumnType.INTEGER),
    **dict.fromkeys(["UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "BIGNUM"], ColumnType.INTEGER),
    **dict.fromkeys(["FLOAT", "DOUBLE", "REAL"], ColumnType.NUMBER),
    **dict.fromkeys(["TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE"], ColumnType.DATETIME),
    **dict.fromkeys(["TIME", "TIME_NS", "TIME WITH TIME ZONE"], ColumnType.TIME),
    **dict.fromkeys(["STRUCT", "MAP", "UNION", "JSON", "VARIANT"], ColumnType.OBJECT),
    **dict.fromkeys(["BLOB", "BIT", "GEOMETRY"], ColumnType.BINARY),
    "DECIMAL": ColumnType.DECIMAL,
    "BOOLEAN": ColumnType.BOOLEAN,
    "DATE": ColumnType.DATE,
    "INTERVAL": ColumnType.DURATION,
}


def column_type(physical: str) -> ColumnType:
    """The kind of value behind a type name of the table engine, such as ``DECIMAL(10,2)`` or ``VARCHAR[]``."""
    name = physical.strip().upper()
    if name.endswith("]"):
        return ColumnType.LIST
    return _DUCKDB_TYPES.get(name.partition("(")[0].strip(), ColumnType.STRING)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnDescription:
    """One column of the data dictionary.

    Attributes:
        physical_type: The table engine's name of the type.
        nulls: How many rows have no value; None when nobody has counted. ``distinct`` likewise.
        minimum: The smallest value, written as text; empty where it is unknown or must not be shown. ``maximum`` likewise.
        concept: IRI of the shared term this column means.
        personal: Whether the values tell something about a person.
        category: What kind of data the check found, such as ``email``; empty for nothing in particular.
    """

    name: str
    type: ColumnType = ColumnType.STRING
    physical_type: str = ""
    titles: Texts = field(default_factory=dict)
    descriptions: Texts = field(default_factory=dict)
    nullable: bool = True
    unique: bool = False
    nulls: int | None = None
    distinct: int | None = None
    minimum: str = ""
    maximum: str = ""
    unit: str = ""
    concept: str = ""
    personal: bool = False
    category: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDescription:
    """One file in which a table is handed over; ``url`` is where access is asked for, ``bytes`` its size."""

    name: str
    media_type: str
    bytes: int
    sha256: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDescription:
    """One table: its columns in order and the files that hold it; ``rows`` is None when nobody has counted."""

    name: str
    columns: tuple[ColumnDescription, ...]
    files: tuple[FileDescription, ...] = ()
    rows: int | None = None
    titles: Texts = field(default_factory=dict)
    descriptions: Texts = field(default_factory=dict)
    primary_key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDescription:
    """An organisation or desk: ``url`` identifies it, ``email`` and ``page`` reach it."""

    name: str
    url: str = ""
    email: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueDescription:
    """The exchange itself, as a catalogue: its IRI, texts and who runs it."""

    url: str
    titles: Texts
    descriptions: Texts
    publisher: AgentDescription
    languages: tuple[str, ...] = ("en", "zh")


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetDescription:
    """Everything an export may say about one version of a listing.

    Attributes:
        url: The listing's lasting IRI; ``version_url`` names this version, ``page`` is where people read about it.
        identifier: The listing's id.
        version: The version's number as text, such as ``3``.
        outcome: What the data lets a buyer do, in one sentence per language.
        countries: Where the data is about, ISO 3166-1 alpha-2.
        residency: Where the data has to stay, ISO 3166-1 alpha-2.
        frequency: How often it is renewed, as a word of the manifest, such as ``monthly``.
        licence: IRI or name of the licence; empty when only the policy governs use.
        policy: The ODRL 2.2 offer as JSON-LD, or None.
        price: The price as a sentence; ``free`` says whether there is none.
        amount: The price as a decimal number, such as ``49.00``, where it is one sum; ``currency`` is its ISO 4217 code.
        themes: Codes of the EU data-theme vocabulary, such as ``TRAN``.
        digest: ``sha256:…`` over the version's content.
    """

    identifier: str
    url: str
    version_url: str
    page: str
    version: str
    titles: Texts
    descriptions: Texts
    publisher: AgentDescription
    catalogue: CatalogueDescription
    issued_at: datetime
    modified_at: datetime
    outcome: Texts = field(default_factory=dict)
    tables: tuple[TableDescription, ...] = ()
    contact: AgentDescription | None = None
    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    languages: tuple[str, ...] = ("en",)
    themes: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    residency: tuple[str, ...] = ()
    starts_on: str = ""
    ends_on: str = ""
    frequency: str = ""
    licence: str = ""
    source: str = ""
    provenance: Texts = field(default_factory=dict)
    policy: Mapping[str, Any] | None = None
    price: str = ""
    free: bool = False
    amount: str = ""
    currency: str = ""
    personal: bool = False
    digest: str = ""


def pick(texts: Texts, language: str = "en") -> str:
    """The text in this language, else in English, else whichever comes first; empty when there is none."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")
