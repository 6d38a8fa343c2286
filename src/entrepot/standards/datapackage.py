"""Data Package 2.0 (Frictionless): a descriptor that tabular tools read."""

from __future__ import annotations

import re
from typing import Any

from entrepot.kit import rfc3339
from entrepot.standards import vocabularies as v
from entrepot.standards.model import (
    AgentDescription,
    ColumnDescription,
    ColumnType,
    DatasetDescription,
    FileDescription,
    TableDescription,
    pick,
)

_PROFILES = "https://datapackage.org/profiles/2.0/"
_TYPES = {
    ColumnType.DECIMAL: "number", ColumnType.LIST: "array", ColumnType.BINARY: "string", ColumnType.DURATION: "duration",
}  # fmt: skip
_FORMATS = {"text/csv": "csv", "application/vnd.apache.parquet": "parquet", "application/x-ndjson": "ndjson"}


def data_package(description: DatasetDescription, *, language: str = "en") -> dict[str, Any]:
    """The descriptor as JSON values; paths are the addresses where access to the files is asked for."""
    resources = [_resource(table, file, language) for table in description.tables for file in table.files]
    document: dict[str, Any] = {
        "$schema": f"{_PROFILES}datapackage.json",
        "name": _slug(description.identifier),
        "id": description.url,
        "title": pick(description.titles, language),
        "description": pick(description.descriptions, language) or pick(description.outcome, language),
        "homepage": description.page,
        "version": f"{description.version}.0.0",
        "created": rfc3339(description.issued_at),
        "keywords": [word for words in description.keywords.values() for word in words],
        "licenses": _licences(description),
        "sources": _sources(description),
        "contributors": _contributors(description),
        "resources": _distinct(resources) or [_place(description, language)],
    }
    return {name: value for name, value in document.items() if value not in ("", [], None)}


def _resource(table: TableDescription, file: FileDescription, language: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": _slug(table.name),
        "type": "table",
        "path": file.url,
        "title": pick(table.titles, language),
        "description": pick(table.descriptions, language),
        "mediatype": file.media_type,
        "format": _FORMATS.get(file.media_type, ""),
        "bytes": file.bytes,
        "hash": f"sha256:{file.sha256}" if file.sha256 else "",
        "schema": _schema(table, language),
    }
    return {name: value for name, value in found.items() if value != ""}


def _schema(table: TableDescription, language: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "$schema": f"{_PROFILES}tableschema.json",
        "fields": [_field(column, language) for column in table.columns],
        "primaryKey": list(table.primary_key),
    }
    return {name: value for name, value in found.items() if value != []}


def _field(column: ColumnDescription, language: str) -> dict[str, Any]:
    limits = {name: True for name, holds in (("required", not column.nullable), ("unique", column.unique)) if holds}
    found: dict[str, Any] = {
        "name": column.name,
        "type": _TYPES.get(column.type, column.type.value),
        "title": pick(column.titles, language),
        "description": pick(column.descriptions, language),
        "rdfType": column.concept,
        "constraints": limits,
    }
    return {name: value for name, value in found.items() if value not in ("", {})}


def _place(description: DatasetDescription, language: str) -> dict[str, Any]:
    """The one resource of data that stays with its owner: the listing's page."""
    return {"name": _slug(description.identifier), "path": description.page or description.url, "title": pick(description.titles, language)}


def _licences(description: DatasetDescription) -> list[dict[str, str]]:
    address = v.licence(description.licence)
    if address:
        return [{"path": address, "title": description.licence}]
    named = re.fullmatch(r"[A-Za-z0-9._-]+", description.licence)
    return [{"name": description.licence}] if named else [{"path": f"{description.page or description.url}#terms", "title": "Terms of use"}]


def _sources(description: DatasetDescription) -> list[dict[str, str]]:
    if not description.source:
        return []
    is_address = re.match(r"https?://\S+$", description.source)
    return [{"title": description.source} | ({"path": description.source} if is_address else {})]


def _contributors(description: DatasetDescription) -> list[dict[str, Any]]:
    return [_contributor(description.publisher, "publisher")] + (
        [_contributor(description.contact, "contact")] if description.contact else []
    )


def _contributor(agent: AgentDescription, role: str) -> dict[str, Any]:
    page = agent.page or agent.url
    found = {"title": agent.name, "path": page if re.match(r"https?://", page) else "", "email": agent.email, "roles": [role]}
    return {name: value for name, value in found.items() if value}


def _distinct(resources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The resources with names of their own: a table in two formats makes two."""
    seen: dict[str, int] = {}
    for resource in resources:
        name = resource["name"]
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            resource["name"] = f"{name}-{seen[name]}"
    return resources


def _slug(text: str) -> str:
    """A name as the profile wants it: small letters, digits and . _ - /."""
    return re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("-") or "table"
