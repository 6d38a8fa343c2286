"""Open Data Contract Standard 3.1.0 (Bitol, Linux Foundation) as YAML."""

from __future__ import annotations

from typing import Any

import yaml

from entrepot.kit import rfc3339
from entrepot.standards import vocabularies as v
from entrepot.standards.model import ColumnDescription, ColumnType, DatasetDescription, TableDescription, pick

_TYPES = {
    ColumnType.STRING: "string", ColumnType.INTEGER: "integer", ColumnType.DECIMAL: "number", ColumnType.NUMBER: "number",
    ColumnType.BOOLEAN: "boolean", ColumnType.DATE: "date", ColumnType.TIME: "time", ColumnType.DATETIME: "timestamp",
    ColumnType.DURATION: "string", ColumnType.BINARY: "string", ColumnType.LIST: "array", ColumnType.OBJECT: "object",
}  # fmt: skip


def odcs(description: DatasetDescription, *, language: str = "en") -> dict[str, Any]:
    """The contract as JSON values."""
    document: dict[str, Any] = {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": description.identifier,
        "name": pick(description.titles, language),
        "version": f"{description.version}.0.0",
        "status": "active",
        "dataProduct": description.url,
        "domain": ", ".join(description.themes),
        "tenant": description.publisher.name,
        "description": _about(description, language),
        "tags": [word for words in description.keywords.values() for word in words],
        "schema": [_table(table, language) for table in description.tables],
        "price": _price(description),
        "support": _support(description),
        "slaProperties": _service(description),
        "authoritativeDefinitions": [{"type": "businessDefinition", "url": description.page or description.url}],
        "customProperties": _custom(description),
        "contractCreatedTs": rfc3339(description.issued_at),
    }
    return {name: value for name, value in document.items() if value not in ("", [], {}, None)}


def odcs_yaml(description: DatasetDescription, *, language: str = "en") -> str:
    """The contract as YAML; texts that look like dates or numbers are quoted, so that they are read back as texts."""
    return yaml.safe_dump(odcs(description, language=language), allow_unicode=True, sort_keys=False, width=120)


def _about(description: DatasetDescription, language: str) -> dict[str, Any]:
    found = {
        "purpose": pick(description.outcome, language) or pick(description.descriptions, language) or pick(description.titles, language),
        "usage": pick(description.descriptions, language),
        "limitations": "Use is governed by the ODRL policy of the listing." if description.policy else "",
    }
    return {name: value for name, value in found.items() if value}


def _table(table: TableDescription, language: str) -> dict[str, Any]:
    found = {
        "name": table.name,
        "physicalName": table.files[0].name if table.files else table.name,
        "physicalType": "file",
        "logicalType": "object",
        "businessName": pick(table.titles, language),
        "description": pick(table.descriptions, language),
        "properties": [_column(table, column, language) for column in table.columns],
    }
    if table.rows is not None:
        found["customProperties"] = [{"property": "rows", "value": table.rows}]
    return {name: value for name, value in found.items() if value not in ("", [])}


def _column(table: TableDescription, column: ColumnDescription, language: str) -> dict[str, Any]:
    is_key = column.name in table.primary_key
    found: dict[str, Any] = {
        "name": column.name,
        "businessName": pick(column.titles, language),
        "description": pick(column.descriptions, language),
        "logicalType": _TYPES[column.type],
        "physicalType": column.physical_type,
        "required": not column.nullable,
        "unique": column.unique,
        "primaryKey": is_key,
        "primaryKeyPosition": table.primary_key.index(column.name) + 1 if is_key else None,
        "classification": "personal" if column.personal else "",
        "tags": [column.category] if column.category else [],
        "authoritativeDefinitions": [{"type": "businessDefinition", "url": column.concept}] if column.concept else [],
        "customProperties": [{"property": "unit", "value": column.unit}] if column.unit else [],
    }
    if column.type is ColumnType.LIST:
        found["items"] = {"logicalType": "string"}
    return {name: value for name, value in found.items() if value not in ("", [], None)}


def _price(description: DatasetDescription) -> dict[str, Any]:
    if description.free:
        return {"priceAmount": 0, "priceCurrency": description.currency, "priceUnit": "dataset"} if description.currency else {}
    if not description.amount:
        return {}
    # The schema wants a JSON number; it is written here and reckoned with nowhere.
    return {"priceAmount": float(description.amount), "priceCurrency": description.currency, "priceUnit": "dataset"}


def _support(description: DatasetDescription) -> list[dict[str, str]]:
    contact = description.contact or description.publisher
    url = f"mailto:{contact.email}" if contact.email else contact.page or contact.url
    found = {"channel": contact.name, "url": url, "tool": "email" if contact.email else "", "scope": "interactive"}
    return [{name: value for name, value in found.items() if value}]


def _service(description: DatasetDescription) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [{"property": "residency", "value": code} for code in description.residency]
    if description.frequency in v.DAYS:
        found.append({"property": "frequency", "value": v.DAYS[description.frequency], "unit": "d"})
    return found


def _custom(description: DatasetDescription) -> list[dict[str, Any]]:
    found = {"digest": description.digest, "licence": description.licence, "price": description.price, "source": description.source}
    listed: list[dict[str, Any]] = [{"property": name, "value": value} for name, value in found.items() if value]
    return [*listed, {"property": "odrlPolicy", "value": dict(description.policy)}] if description.policy else listed
