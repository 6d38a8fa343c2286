"""The lines of an answer about a table: protocol, metadata and files, in the formats ``parquet`` and ``delta``.

After the Delta Sharing protocol's "API Response Format in Parquet" and "API Response Format in Delta".
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from entrepot.delivery.model import SharedFile
from entrepot.delivery.shares import SharedTable
from entrepot.sharing.capabilities import Capabilities

_NTZ = "timestampNtz"


def ndjson(lines: Iterable[dict[str, Any]]) -> bytes:
    """One JSON document a line, and no line without one."""
    return b"".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for line in lines)


def head(table: SharedTable, file: SharedFile, capabilities: Capabilities) -> list[dict[str, Any]]:
    """The protocol line and the metadata line."""
    ntz = capabilities.format == "delta" and _NTZ.lower() in capabilities.features and _has_ntz(file.fields)
    schema = {"type": "struct", "fields": list(file.fields) if ntz else [_without_ntz(field) for field in file.fields]}
    titles = table.version.manifest
    described = {"id": table.id, "name": table.name, "description": titles.outcome}
    common = {"schemaString": json.dumps(schema, ensure_ascii=False, sort_keys=True), "partitionColumns": [], "configuration": {}}
    sizes = {"version": table.version.number, "size": file.bytes, "numFiles": 1}
    if capabilities.format == "parquet":
        meta = described | {"format": {"provider": "parquet"}} | common | sizes
        return [{"protocol": {"minReaderVersion": 1}}, {"metaData": meta}]
    features = {"minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": [_NTZ], "writerFeatures": [_NTZ]}
    protocol = features if ntz else {"minReaderVersion": 1, "minWriterVersion": 2}
    created = {"createdTime": milliseconds(table.version.published_at)}
    meta = described | {"format": {"provider": "parquet", "options": {}}} | common | created
    return [{"protocol": {"deltaProtocol": protocol}}, {"metaData": sizes | {"deltaMetadata": meta}}]


def file_line(table: SharedTable, file: SharedFile, capabilities: Capabilities, *, url: str, expires_at: datetime) -> dict[str, Any]:
    """The line of one file under a signed address."""
    published = milliseconds(table.version.published_at)
    stats = {} if file.stats is None else {"stats": json.dumps(file.stats, ensure_ascii=False, sort_keys=True)}
    common = {"id": file.id, "size": file.bytes, "version": table.version.number, "timestamp": published}
    common |= {"expirationTimestamp": milliseconds(expires_at)}
    if capabilities.format == "parquet":
        return {"file": {"url": url, "partitionValues": {}} | common | stats}
    add = {"path": url, "partitionValues": {}, "size": file.bytes, "modificationTime": published, "dataChange": True} | stats
    return {"file": common | {"deltaSingleAction": {"add": add}}}


def end_line(*, expires_at: datetime | None, refresh_token: str | None) -> dict[str, Any]:
    """The last line, for clients that want to know that nothing is missing."""
    said: dict[str, Any] = {}
    if refresh_token is not None:
        said["refreshToken"] = refresh_token
    if expires_at is not None:
        said["minUrlExpirationTimestamp"] = milliseconds(expires_at)
    return {"endStreamAction": said}


def milliseconds(moment: datetime) -> int:
    """Unix time in milliseconds."""
    return int(moment.timestamp() * 1000)


def _has_ntz(kind: Any) -> bool:
    if isinstance(kind, dict):
        return any(_has_ntz(value) for value in kind.values())
    return any(map(_has_ntz, kind)) if isinstance(kind, list | tuple) else kind == "timestamp_ntz"


def _without_ntz(kind: Any) -> Any:
    """The same type for readers that know one kind of timestamp only."""
    if isinstance(kind, dict):
        # A column may be called like the type, so only places where a type stands are changed.
        return {k: _without_ntz(v) if k in ("type", "elementType", "keyType", "valueType", "fields") else v for k, v in kind.items()}
    if isinstance(kind, list):
        return [_without_ntz(item) for item in kind]
    return "timestamp" if kind == "timestamp_ntz" else kind
