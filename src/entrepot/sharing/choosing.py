"""Find the table and the version a request names."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from entrepot import delivery
from entrepot.catalogue.model import Version
from entrepot.delivery.shares import SharedSchema, SharedTable, shared_schemas, shared_tables
from entrepot.kit import Invalid, NotFound, b64url, unb64url
from entrepot.runtime import Actor, Exchange, MasterKey

_SIMPLE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9}))?)?", re.ASCII)
_PURPOSE = "sharing.refresh-tokens"


def find_schema(exchange: Exchange, actor: Actor, share: str, schema: str) -> SharedSchema:
    """The agreement behind a share and schema; names are compared without regard to case.

    Raises:
        NotFound: The organisation has no such schema.
    """
    for found in shared_schemas(exchange, actor):
        if _same(found.share, share) and _same(found.name, schema):
            return found
    raise NotFound(f"There is no schema {share[:80]}.{schema[:80]} for this token.", "List the shares and schemas it opens.")


def versions_of(exchange: Exchange, actor: Actor, schema: SharedSchema) -> tuple[Version, ...]:
    """The versions the agreement covers, oldest first."""
    with exchange.reading(actor) as session:
        return delivery.covered_versions(session, schema.agreement)


def tables_of(schema: SharedSchema, versions: tuple[Version, ...], version: Version) -> list[SharedTable]:
    """The tables of one of the versions that the agreement covers; of later ones without columns about persons that nobody signed for."""
    return shared_tables(replace(schema, agreement=delivery.agreed_only(schema.agreement, versions[0], version)), version)


def find_table(schema: SharedSchema, versions: tuple[Version, ...], version: Version, name: str) -> SharedTable:
    """The table of this name in one of the versions that the agreement covers.

    Raises:
        NotFound: The agreement covers no such table there.
    """
    for table in tables_of(schema, versions, version):
        if _same(table.name, name):
            return table
    raise NotFound(
        f"There is no table {schema.share}.{schema.name}.{name[:80]} in version {version.number}.", "List the tables of the schema."
    )


def choose_version(versions: tuple[Version, ...], *, number: Any = None, timestamp: Any = None) -> Version:
    """The version of this number, or the one that was on offer at this moment; without either, the newest.

    Raises:
        Invalid: Both are given, or the agreement covers no such version.
    """
    if number is not None and timestamp is not None:
        raise Invalid("Both a version and a timestamp are given.", "Send one of them.")
    covered = f"{versions[0].number} to {versions[-1].number}" if len(versions) > 1 else str(versions[0].number)
    if number is not None:
        if isinstance(number, bool) or not isinstance(number, int):
            raise Invalid(f"The version is {str(number)[:40]!r}.", "Send a whole number.")
        found = next((version for version in versions if version.number == number), None)
        if found is None:
            raise Invalid(f"The agreement does not cover version {number}.", f"It covers {covered}.")
        return found
    if timestamp is None:
        return versions[-1]
    moment = parse_timestamp(timestamp)
    older = [version for version in versions if version.published_at <= moment]
    if not older:
        raise Invalid(
            f"The agreement covers no version published by {moment:%Y-%m-%d %H:%M:%S} UTC.",
            f"The first one was published at {versions[0].published_at:%Y-%m-%d %H:%M:%S} UTC.",
        )
    return older[-1]


def version_from(versions: tuple[Version, ...], timestamp: str) -> Version:
    """The earliest version published at or after a moment.

    Raises:
        Invalid: None was.
    """
    moment = parse_timestamp(timestamp)
    found = next((version for version in versions if version.published_at >= moment), None)
    if found is None:
        raise Invalid(f"No version was published at or after {moment:%Y-%m-%d %H:%M:%S} UTC.", "Ask without startingTimestamp.")
    return found


def parse_timestamp(text: Any) -> datetime:
    """A moment as clients write it: ISO 8601, or ``yyyy-m-d hh:mm:ss[.f]``; without a zone it is UTC.

    Raises:
        Invalid: It is neither.
    """
    try:
        match = _SIMPLE.fullmatch(str(text).strip())
        if match:
            year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
            return datetime(year, month, day, hour, minute, second, int((match[7] or "0").ljust(6, "0")[:6]), tzinfo=UTC)
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise Invalid(f"{str(text)[:60]!r} is no timestamp.", "Write it like 2026-11-21 09:30:00 or 2026-11-21T09:30:00Z.") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def refresh_token(key: MasterKey, table: SharedTable) -> str:
    """A word by which a client gets new addresses for the very version it is reading."""
    said = json.dumps([table.schema.agreement.id, table.id, table.version.number]).encode()
    return b64url(hmac.new(key.derive(_PURPOSE), said, hashlib.sha256).digest() + said)


def read_refresh_token(key: MasterKey, token: Any, schema: SharedSchema) -> int:
    """The version number a refresh token stands for.

    Raises:
        Invalid: It was not made by this exchange for this agreement.
    """
    data = unb64url(token) if isinstance(token, str) and len(token) < 2000 else b""
    mac, said = data[:32], data[32:]
    if hmac.compare_digest(mac, hmac.new(key.derive(_PURPOSE), said, hashlib.sha256).digest()):
        agreement_id, _, number = json.loads(said)
        if agreement_id == schema.agreement.id:
            return int(number)
    raise Invalid("This refreshToken is not one of ours for this table.", "Query the table without it.")


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
