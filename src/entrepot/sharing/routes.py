"""The Delta Sharing REST interface: shares, schemas, tables, their versions, metadata and files.

After https://github.com/delta-io/delta-sharing, PROTOCOL.md. Every endpoint is synchronous and runs in a worker thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header, Query, Request
from starlette.responses import JSONResponse, Response

from entrepot import delivery, flows
from entrepot.delivery import links, tokens
from entrepot.delivery.model import TokenInvalid
from entrepot.delivery.shares import SharedSchema, SharedTable, open_table, shared_schemas, table_file
from entrepot.kit import Invalid, NotFound
from entrepot.runtime import Actor, Exchange
from entrepot.sharing import capabilities, messages
from entrepot.sharing.capabilities import Capabilities
from entrepot.sharing.choosing import (
    choose_version,
    find_schema,
    find_table,
    read_refresh_token,
    refresh_token,
    tables_of,
    version_from,
    versions_of,
)
from entrepot.sharing.errors import ProtocolRoute
from entrepot.sharing.paging import page
from entrepot.sharing.predicates import may_match
from entrepot.sharing.stream import answer

# The interface is described by its own public text, so it stays out of the exchange's OpenAPI document.
router = APIRouter(prefix="/sharing", route_class=ProtocolRoute, include_in_schema=False)
_TABLE = "/shares/{share}/schemas/{schema}/tables/{table}"
_NDJSON = "application/x-ndjson; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whose token it is, and the exchange it asks."""

    exchange: Exchange
    actor: Actor
    token_id: str


def recipient(request: Request, authorization: Annotated[str, Header()] = "") -> Recipient:
    """The organisation behind the bearer token.

    Raises:
        TokenInvalid: There is no good token.
    """
    exchange: Exchange = request.app.state.exchange
    scheme, _, secret = authorization.partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise TokenInvalid("A bearer token is missing.", "Send the profile file's token as `Authorization: Bearer …`.")
    with exchange.reading() as session:
        token = tokens.find_token(session, secret.strip())
        stale = tokens.is_stale(session, token)
    if stale:
        with exchange.session() as session:
            tokens.touch(session, token.id)
    return Recipient(exchange, tokens.token_actor(token), token.id)


Who = Annotated[Recipient, Depends(recipient)]
MaxResults = Annotated[int | None, Query(alias="maxResults")]
PageToken = Annotated[str | None, Query(alias="pageToken")]
Said = Annotated[str | None, Header(alias=capabilities.HEADER)]


@router.get("/shares")
def list_shares(who: Who, most: MaxResults = None, token: PageToken = None) -> Response:
    """Shares the token opens: one per owner."""
    shares = {schema.share: _share(schema) for schema in shared_schemas(who.exchange, who.actor)}
    return _json(page(shares.values(), lambda share: str(share["name"]), lambda share: share, most=most, token=token))


@router.get("/shares/{share}")
def get_share(who: Who, share: str) -> Response:
    """One share."""
    return _json({"share": _share(_schemas_of(who, share)[0])})


@router.get("/shares/{share}/schemas")
def list_schemas(who: Who, share: str, most: MaxResults = None, token: PageToken = None) -> Response:
    """Schemas of a share: one per agreement."""
    found = _schemas_of(who, share)
    return _json(page(found, lambda s: s.name, lambda s: {"name": s.name, "share": s.share}, most=most, token=token))


@router.get("/shares/{share}/schemas/{schema}/tables")
def list_tables(who: Who, share: str, schema: str, most: MaxResults = None, token: PageToken = None) -> Response:
    """Tables of a schema."""
    found = _tables_of(who, find_schema(who.exchange, who.actor, share, schema))
    return _json(page(found, lambda table: table.name, _table, most=most, token=token))


@router.get("/shares/{share}/all-tables")
def list_all_tables(who: Who, share: str, most: MaxResults = None, token: PageToken = None) -> Response:
    """Tables of all schemas of a share."""
    found = [table for schema in _schemas_of(who, share) for table in _tables_of(who, schema)]
    return _json(page(found, lambda table: f"{table.schema.name}\x00{table.name}", _table, most=most, token=token))


@router.head(_TABLE)
@router.get(f"{_TABLE}/version")
def get_version(
    who: Who, share: str, schema: str, table: str, starting: Annotated[str | None, Query(alias="startingTimestamp")] = None
) -> Response:
    """The number of the newest version, or of the earliest since a moment."""
    found = find_schema(who.exchange, who.actor, share, schema)
    versions = versions_of(who.exchange, who.actor, found)
    find_table(found, versions, versions[-1], table)
    chosen = versions[-1] if starting is None else version_from(versions, starting)
    return Response(headers={"delta-table-version": str(chosen.number)})


@router.get(f"{_TABLE}/metadata")
def get_metadata(
    who: Who, share: str, schema: str, table: str, said: Said = None, version: int | None = None, timestamp: str | None = None
) -> Response:
    """Protocol and metadata lines of a table."""
    asked = capabilities.parse(said)
    found = find_schema(who.exchange, who.actor, share, schema)
    versions = versions_of(who.exchange, who.actor, found)
    shared = find_table(found, versions, choose_version(versions, number=version, timestamp=timestamp), table)
    return _lines(shared, asked, messages.head(shared, table_file(who.exchange, who.actor, shared), asked))


@router.post(f"{_TABLE}/query")
def query(who: Who, share: str, schema: str, table: str, said: Said = None, body: Annotated[Any, Body()] = None) -> Response:
    """Protocol, metadata and file lines of a table; the hints may leave files out that hold no wanted row."""
    asked, wanted = capabilities.parse(said), {} if body is None else body
    if not isinstance(wanted, dict):
        raise Invalid("The body of a query is no JSON object.", "Send {} when nothing in particular is wanted.")
    if wanted.get("startingVersion") is not None:
        raise _no_changes()
    found = find_schema(who.exchange, who.actor, share, schema)
    number, timestamp, refresh = (wanted.get(name) for name in ("version", "timestamp", "refreshToken"))
    if refresh is not None:
        if number is not None or timestamp is not None:
            raise Invalid("A refreshToken stands for a version already.", "Leave version and timestamp out.")
        number = read_refresh_token(who.exchange.master_key, refresh, found)
    versions = versions_of(who.exchange, who.actor, found)
    chosen = choose_version(versions, number=number, timestamp=timestamp)
    return _files(who, find_table(found, versions, chosen, table), asked, wanted)


@router.get(f"{_TABLE}/changes")
def get_changes(who: Who, share: str, schema: str, table: str) -> Response:
    """Refused: listings publish whole versions, and no table keeps its changes row by row."""
    found = find_schema(who.exchange, who.actor, share, schema)
    versions = versions_of(who.exchange, who.actor, found)
    find_table(found, versions, versions[-1], table)
    raise _no_changes()


@router.api_route("/files/{parcel_id}/{file_id}/{name}", methods=["GET", "HEAD"])
def get_file(
    request: Request,
    parcel_id: str,
    file_id: str,
    read: str = "",
    by: str = "",
    expires: str = "",
    signature: Annotated[str, Query(alias="X-Amz-Signature")] = "",
) -> Response:
    """The bytes behind a signed address, whole or in ranges; the address itself is the permission."""
    link = delivery.parse_link(parcel_id, file_id, issue=read, token_id=by, expires=expires)
    return answer(request, delivery.open_file(request.app.state.exchange, link, signature))


def _files(who: Recipient, shared: SharedTable, asked: Capabilities, wanted: dict[str, Any]) -> Response:
    flows.require_delivery(who.exchange, who.actor, shared.schema.agreement, shared.version)
    parcel, file = open_table(who.exchange, who.actor, shared)
    lines = messages.head(shared, file, asked)
    link = links.new_link(who.exchange.settings, parcel_id=parcel.id, file_id=file.id, now=who.exchange.clock.now(), token_id=who.token_id)
    hinted = may_match(file.stats, json_hint=wanted.get("jsonPredicateHints"), sql_hints=wanted.get("predicateHints"))
    sent = hinted and wanted.get("limitHint") != 0
    if sent:
        url = links.to_url(who.exchange.settings, who.exchange.master_key, link, file)
        lines.append(messages.file_line(shared, file, asked, url=url, expires_at=link.expires_at))
    again = refresh_token(who.exchange.master_key, shared) if wanted.get("includeRefreshToken") is True else None
    if asked.end_stream_action or again is not None:
        lines.append(messages.end_line(expires_at=link.expires_at if sent else None, refresh_token=again))
    return _lines(shared, asked, lines)


def _lines(shared: SharedTable, asked: Capabilities, lines: list[dict[str, Any]]) -> Response:
    headers = {"delta-table-version": str(shared.version.number)}
    if asked.given:
        headers[capabilities.HEADER] = asked.answer
    return Response(messages.ndjson(lines), headers=headers, media_type=_NDJSON)


def _json(body: dict[str, Any]) -> Response:
    return JSONResponse(body, media_type="application/json; charset=utf-8")


def _schemas_of(who: Recipient, share: str) -> list[SharedSchema]:
    found = [schema for schema in shared_schemas(who.exchange, who.actor) if schema.share.casefold() == share.casefold()]
    if not found:
        raise NotFound(f"There is no share {share[:80]} for this token.", "List the shares it opens.")
    return found


def _tables_of(who: Recipient, schema: SharedSchema) -> list[SharedTable]:
    versions = versions_of(who.exchange, who.actor, schema)
    return tables_of(schema, versions, versions[-1])


def _share(schema: SharedSchema) -> dict[str, str]:
    return {"name": schema.share, "id": schema.share_id}


def _table(table: SharedTable) -> dict[str, str]:
    schema = table.schema
    return {"name": table.name, "schema": schema.name, "share": schema.share, "shareId": schema.share_id, "id": table.id}


def _no_changes() -> Invalid:
    return Invalid(
        "The change data feed is not enabled on this table: each version is published whole.",
        "Query two versions and compare them; `version` gives the newest number.",
    )
