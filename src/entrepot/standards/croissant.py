"""Croissant 1.1 (MLCommons) on schema.org: what machine-learning tools and dataset searches read."""

from __future__ import annotations

import json
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

LEAST, MOST = 50, 5_000
"""Characters of a description that dataset searches take."""
_READABLE = {
    "text/csv": "text/csv",
    "application/vnd.apache.parquet": "application/x-parquet",
    "application/x-ndjson": "application/jsonlines",
}
_TYPES = {
    ColumnType.STRING: "sc:Text", ColumnType.INTEGER: "sc:Integer", ColumnType.DECIMAL: "sc:Float", ColumnType.NUMBER: "sc:Float",
    ColumnType.BOOLEAN: "sc:Boolean", ColumnType.DATE: "sc:Date", ColumnType.DATETIME: "sc:DateTime", ColumnType.TIME: "sc:Time",
}  # fmt: skip
_CROISSANT = re.findall(
    r"\w+",
    "arrayShape citeAs column containedIn dataBiases dataCollection equivalentProperty extract field fileProperty fileObject fileSet "
    "format includes isArray isLiveDataset jsonPath key md5 parentField path personalSensitiveInformation recordSet references regex "
    "repeated replace samplingRate separator source subField transform",
)
CONTEXT: dict[str, Any] = {
    "@language": "en", "@vocab": "https://schema.org/", "sc": "https://schema.org/", "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/", "dct": "http://purl.org/dc/terms/", "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"}, "examples": {"@id": "cr:examples", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
} | {name: f"cr:{name}" for name in _CROISSANT}  # fmt: skip


def croissant(description: DatasetDescription, *, language: str = "en") -> dict[str, Any]:
    """The dataset as JSON-LD; the files are named with where access to them is asked for, not fetched."""
    files = [(table, file) for table in description.tables for file in table.files]
    document: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "@id": description.url,
        "name": pick(description.titles, language),
        "description": _long_enough(description, language),
        "url": description.page or description.url,
        "identifier": description.identifier,
        "version": _semantic(description.version),
        "datePublished": rfc3339(description.issued_at),
        "dateModified": rfc3339(description.modified_at),
        "inLanguage": list(description.languages),
        "keywords": [word for words in description.keywords.values() for word in words],
        "license": v.licence(description.licence) or description.licence or f"{description.page or description.url}#terms",
        "creator": _organisation(description.publisher),
        "publisher": _organisation(description.publisher),
        "isAccessibleForFree": description.free,
        "citeAs": _citation(description, language),
        "temporalCoverage": f"{description.starts_on or '..'}/{description.ends_on or '..'}",
        "spatialCoverage": [{"@type": "sc:Country", "name": code} for code in description.countries],
        "offers": _offer(description),
        "sameAs": description.source if re.match(r"https?://", description.source) else "",
        "distribution": [_file(file) for _, file in files],
        "recordSet": [_records(table, language) for table in description.tables if table.files],
    }
    if not (description.starts_on or description.ends_on):
        document["temporalCoverage"] = ""
    return {name: value for name, value in document.items() if value not in ("", [], None)}


def script(document: dict[str, Any]) -> str:
    """The document for a ``<script type="application/ld+json">`` element; no text in it can end the element."""
    text = json.dumps(document, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _long_enough(description: DatasetDescription, language: str) -> str:
    parts = [pick(description.descriptions, language), pick(description.outcome, language), pick(description.titles, language)]
    text = next((part for part in parts if len(part) >= LEAST), "") or " ".join(part for part in parts if part)
    if len(text) < LEAST:
        text = f"{text} Offered by {description.publisher.name} on {pick(description.catalogue.titles, language)}, version {description.version}."
    return text if len(text) <= MOST else text[: MOST - 1] + "…"


def _semantic(version: str) -> str:
    return f"{version}.0.0" if re.fullmatch(r"[0-9]+", version) else version


def _organisation(agent: AgentDescription) -> dict[str, Any]:
    found = {"@type": "sc:Organization", "name": agent.name, "url": agent.page or agent.url, "email": agent.email}
    return {name: value for name, value in found.items() if value}


def _citation(description: DatasetDescription, language: str) -> str:
    return (
        f"{description.publisher.name} ({description.issued_at.year}): {pick(description.titles, language)}. "
        f"Version {description.version}. {description.url}"
    )


def _offer(description: DatasetDescription) -> dict[str, Any]:
    found = {"@type": "sc:Offer", "url": description.page or description.url, "description": description.price}
    if description.free:
        found |= {"price": "0", "priceCurrency": description.currency or "EUR"}
    elif description.amount:
        found |= {"price": description.amount, "priceCurrency": description.currency}
    return {name: value for name, value in found.items() if value}


def _file(file: FileDescription) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject", "@id": _name(file.name), "name": file.name, "contentUrl": file.url, "contentSize": f"{file.bytes} B",
        "encodingFormat": _READABLE.get(file.media_type, file.media_type), "sha256": file.sha256,
    }  # fmt: skip


def _records(table: TableDescription, language: str) -> dict[str, Any]:
    source = next((file for file in table.files if file.media_type in _READABLE), table.files[0])
    identifier = _name(table.name)
    found = {
        "@type": "cr:RecordSet", "@id": identifier, "name": table.name, "description": pick(table.descriptions, language),
        "key": [{"@id": _field_id(identifier, name)} for name in table.primary_key],
        "field": [_field(identifier, column, source, language) for column in table.columns],
    }  # fmt: skip
    return {name: value for name, value in found.items() if value}


def _field(record_set: str, column: ColumnDescription, source: FileDescription, language: str) -> dict[str, Any]:
    identifier = _field_id(record_set, column.name)
    found: dict[str, Any] = {
        "@type": "cr:Field", "@id": identifier, "name": column.name,
        "description": pick(column.descriptions, language) or pick(column.titles, language), "dataType": _data_type(column),
        "isArray": True if column.type is ColumnType.LIST else None, "arrayShape": "-1" if column.type is ColumnType.LIST else None,
        "source": {"fileObject": {"@id": _name(source.name)}, "extract": {"column": column.name}},
    }  # fmt: skip
    return {name: value for name, value in found.items() if value}


def _data_type(column: ColumnDescription) -> str | list[str]:
    kind = _TYPES.get(column.type, "sc:Text")
    return [kind, column.concept] if column.concept else kind


def _field_id(record_set: str, column: str) -> str:
    return f"{record_set}/{_name(column)}"


def _name(text: str) -> str:
    """A text as a part of an identifier: what does not belong there is percent-encoded, so that different names stay different."""
    return re.sub(r"[^\w.-]", lambda match: "".join(f"%{byte:02X}" for byte in match.group().encode("utf-8", "replace")), text)
