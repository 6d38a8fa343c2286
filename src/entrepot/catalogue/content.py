"""Versions as canonical JSON, the bytes their digest is taken over, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from entrepot.catalogue.model import (
    ColumnNote,
    Contact,
    DataTable,
    Frequency,
    LookupAnswer,
    LookupOffer,
    Manifest,
    Preview,
    SampleQuery,
    SourceFile,
    ThreeRights,
    Visibility,
)
from entrepot.kit import Money, rfc3339
from entrepot.pricing.model import Price
from entrepot.rights.forms import ContractForm
from entrepot.rights.model import Step
from entrepot.standards.model import ColumnDescription, ColumnType
from entrepot.terms.model import Rights, Terms
from entrepot.vocabulary.consents import ConsentMode

_LATER: dict[type, tuple[str, ...]] = {
    DataTable: ("grade", "report_digest"),
    Manifest: ("invited", "facts", "consent", "provenance", "contract", "lookup"),
}


def plain(value: Any) -> Any:
    """A model as JSON values: dataclasses by field name, times as RFC 3339 texts."""
    if isinstance(value, Terms | Rights | Price | Step):
        return value.to_dict()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, Money) or (is_dataclass(value) and not isinstance(value, type)):
        # What came with a later release is left out where there is nothing of it, so that older versions keep their digest.
        later = {f.name for f in fields(value) if f.name in _LATER.get(type(value), ()) and _is_empty(getattr(value, f.name), f)}
        return {f.name: plain(getattr(value, f.name)) for f in fields(value) if f.name not in later}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def _is_empty(value: Any, of: Field[Any]) -> bool:
    return bool(value == (of.default if of.default_factory is MISSING else of.default_factory()))


def manifest_from(value: Mapping[str, Any]) -> Manifest:
    """The manifest behind ``plain(manifest)``."""
    contact, frequency = value["contact"], value["frequency"]
    tuples = ("residency", "countries", "languages", "themes", "examples")
    simple: dict[str, Any] = {name: value[name] for name in _AS_IS} | {name: tuple(value[name]) for name in tuples}
    return Manifest(
        **simple,
        terms=Terms.from_dict(value["terms"]),
        price=Price.from_dict(value["price"]),
        offered=Rights.from_dict(value["offered"]),
        rights=ThreeRights(**{name: tuple(holders) for name, holders in value["rights"].items()}),
        files=tuple(SourceFile(**file) for file in value["files"]),
        keywords={language: tuple(words) for language, words in value["keywords"].items()},
        columns={name: ColumnNote(**note) for name, note in value["columns"].items()},
        contact=None if contact is None else Contact(**contact),
        frequency=None if frequency is None else Frequency(frequency),
        sample_queries=tuple(SampleQuery(**query) for query in value["sample_queries"]),
        visibility=Visibility(value["visibility"]),
        invited=tuple(value.get("invited", ())),
        facts=value.get("facts", {}),
        consent=ConsentMode(value["consent"]) if value.get("consent") else None,
        provenance=tuple(Step.from_dict(step) for step in value.get("provenance", ())),
        contract=ContractForm(value.get("contract", ContractForm.PROVISION)),
        lookup=_lookup_from(value["lookup"]) if value.get("lookup") else None,
    )


def _lookup_from(value: Mapping[str, Any]) -> LookupOffer:
    return LookupOffer(columns=tuple(value["columns"]), answers=LookupAnswer(value["answers"]), per_day=value["per_day"])


_AS_IS = (
    "titles", "outcomes", "descriptions", "location", "person_key", "licence", "source", "starts_on", "ends_on", "auto_approve",
    "acceptance_hours",
)  # fmt: skip


def table_from(value: Mapping[str, Any]) -> DataTable:
    """The table behind ``plain(table)``."""
    return DataTable(**{**value, "columns": tuple(column_from(column) for column in value["columns"])})


def column_from(value: Mapping[str, Any]) -> ColumnDescription:
    """The column behind ``plain(column)``."""
    return ColumnDescription(**{**value, "type": ColumnType(value["type"])})


def preview_from(value: Mapping[str, Any]) -> Preview:
    """The preview behind ``plain(preview)``."""
    return Preview(
        table=value["table"],
        columns=tuple(value["columns"]),
        rows=tuple(tuple(row) for row in value["rows"]),
        masked=tuple(value["masked"]),
    )
