"""The Delta Sharing protocol to the letter, as any client would see it on the wire."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from entrepot import delivery
from entrepot.kit import ManualClock
from entrepot.runtime import Actor
from entrepot.sharing import messages
from entrepot.sharing.predicates import may_match
from entrepot.terms import Rights
from entrepot.trades import AgreementState
from support import goods
from support.goods import Shop

TABLE = "/shares/harbour-statistics/schemas/workers/tables/workers"
BOTH = {"delta-sharing-capabilities": "responseformat=delta,parquet;readerfeatures=deletionvectors,columnmapping,timestampntz"}
DELTA = {"delta-sharing-capabilities": "responseformat=delta;readerfeatures=deletionvectors,columnmapping,timestampntz"}


@dataclass(frozen=True)
class Wire:
    """Requests with one bearer token."""

    address: str
    token: str

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.send("GET", path, **options)

    def send(self, method: str, path: str, *, headers: dict[str, str] | None = None, **options: Any) -> httpx.Response:
        own = {"Authorization": f"Bearer {self.token}"}
        return httpx.request(method, f"{self.address}/sharing{path}", headers=own | (headers or {}), **options)

    def query(self, body: Any = None, **headers: str) -> httpx.Response:
        return self.send("POST", f"{TABLE}/query", json={} if body is None else body, headers=headers)


def _lines(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson; charset=utf-8"
    assert answer.text.endswith("\n")
    assert "" not in answer.text.removesuffix("\n").split("\n")
    return [json.loads(line) for line in answer.text.splitlines()]


def _wire(shop: Shop, server: str, actor: Actor, **options: Any) -> Wire:
    with shop.exchange.session(actor) as session:
        return Wire(server, delivery.profile(session, **options)["bearerToken"])


@pytest.fixture
def wire(shop: Shop, server: str, files: Path) -> Wire:
    """The buyer, who has agreed on the workers."""
    shop.agree(shop.publish(goods.take_in(shop.exchange, goods.workers_csv(files)), title="Workers"), method="table")
    return _wire(shop, server, shop.buyer)


def test_the_profile_file_is_version_one_and_names_the_public_address(shop: Shop, server: str) -> None:
    with shop.exchange.session(shop.buyer) as session:
        profile = delivery.profile(session)
    assert set(profile) == {"shareCredentialsVersion", "endpoint", "bearerToken", "expirationTime"}
    assert (profile["shareCredentialsVersion"], profile["endpoint"]) == (1, f"{server}/sharing")


def test_shares_schemas_and_tables_are_listed_with_ids_that_stay(wire: Wire) -> None:
    (share,) = wire.get("/shares").json()["items"]
    assert share["name"] == "harbour-statistics"
    assert wire.get("/shares/HARBOUR-statistics").json() == {"share": share}
    assert wire.get("/shares/harbour-statistics/schemas").json() == {"items": [{"name": "workers", "share": "harbour-statistics"}]}
    tables = wire.get("/shares/harbour-statistics/schemas/Workers/tables").json()
    assert tables == wire.get("/shares/harbour-statistics/all-tables").json()
    (table,) = tables["items"]
    assert table | {"id": ""} == {"name": "workers", "schema": "workers", "share": "harbour-statistics", "shareId": share["id"], "id": ""}
    assert re.fullmatch(r"[0-9a-f-]{36}", table["id"])


def test_lists_are_paged_and_zero_results_still_lead_on(shop: Shop, wire: Wire, tmp_path: Path) -> None:
    tables = []
    for name in ("alpha", "beta", "gamma"):
        (tmp_path / f"{name}.csv").write_text("a,b\n1,2\n3,4\n")
        tables.append(goods.take_in(shop.exchange, tmp_path / f"{name}.csv"))
    shop.agree(shop.publish(*tables, title="Greek"), method="table")
    path = "/shares/harbour-statistics/all-tables"
    names, token = [], None
    for _ in range(4):
        page = wire.get(path, params={"maxResults": 1} | ({"pageToken": token} if token else {})).json()
        names += [item["name"] for item in page["items"]]
        token = page.get("nextPageToken")
    assert (names, token) == (["alpha", "beta", "gamma", "workers"], None)
    nothing = wire.get(path, params={"maxResults": 0}).json()
    assert nothing["items"] == []
    assert wire.get(path, params={"pageToken": nothing["nextPageToken"]}).json() == wire.get(path).json()
    for wrong in ({"maxResults": -1}, {"maxResults": "many"}, {"pageToken": "never ours"}):
        assert wire.get(path, params=wrong).status_code == 400


def test_the_version_is_in_the_header_for_get_and_the_older_head(wire: Wire) -> None:
    for answer in (wire.get(f"{TABLE}/version"), wire.send("HEAD", TABLE)):
        assert (answer.status_code, answer.headers["delta-table-version"], answer.content) == (200, "1", b"")
    assert wire.get(f"{TABLE}/version", params={"startingTimestamp": "2026-01-01T00:00:00Z"}).headers["delta-table-version"] == "1"
    assert wire.get(f"{TABLE}/version", params={"startingTimestamp": "2036-01-01T00:00:00Z"}).status_code == 400


def test_metadata_and_files_in_the_parquet_format(wire: Wire) -> None:
    answer = wire.get(f"{TABLE}/metadata")
    protocol, metadata = _lines(answer)
    assert answer.headers["delta-table-version"] == "1"
    assert "delta-sharing-capabilities" not in answer.headers
    assert protocol == {"protocol": {"minReaderVersion": 1}}
    schema = json.loads(metadata["metaData"]["schemaString"])
    assert [(f["name"], f["type"]) for f in schema["fields"]][:2] == [("person", "long"), ("earnings", "double")]
    assert (metadata["metaData"]["format"], metadata["metaData"]["partitionColumns"]) == ({"provider": "parquet"}, [])
    first, second, file = _lines(wire.query())
    assert [first, second] == [protocol, metadata]
    stats = json.loads(file["file"]["stats"])
    assert (stats["numRecords"], stats["minValues"]["age"], stats["maxValues"]["age"], stats["nullCount"]["age"]) == (61_395, 21, 64, 0)
    assert "X-Amz-Signature=" in file["file"]["url"]
    assert file["file"]["partitionValues"] == {}
    assert file["file"]["expirationTimestamp"] > file["file"]["timestamp"]
    assert len(httpx.get(file["file"]["url"]).content) == file["file"]["size"] == metadata["metaData"]["size"]
    again = _lines(wire.query())[2]["file"]
    assert (again["id"], again["url"] != file["file"]["url"]) == (file["file"]["id"], True)


def test_metadata_and_files_in_the_delta_format(wire: Wire) -> None:
    answer = wire.query(**DELTA)
    assert answer.headers["delta-sharing-capabilities"] == "responseformat=delta"
    protocol, metadata, file = _lines(answer)
    assert protocol["protocol"] == {"deltaProtocol": {"minReaderVersion": 1, "minWriterVersion": 2}}
    assert metadata["metaData"]["numFiles"] == 1
    assert metadata["metaData"]["deltaMetadata"]["format"] == {"provider": "parquet", "options": {}}
    add = file["file"]["deltaSingleAction"]["add"]
    assert add["size"] == file["file"]["size"]
    assert httpx.head(add["path"]).status_code == 200


def test_a_client_that_reads_both_formats_is_told_which_one_it_gets(wire: Wire) -> None:
    assert wire.get(f"{TABLE}/metadata", headers=BOTH).headers["delta-sharing-capabilities"] == "responseformat=parquet"
    refused = wire.get(f"{TABLE}/metadata", headers={"delta-sharing-capabilities": "responseformat=iceberg"})
    assert (refused.status_code, refused.json()["errorCode"]) == (400, "INVALID_PARAMETER_VALUE")


def test_the_last_line_is_sent_only_when_asked_for_and_a_refresh_token_renews_the_address(wire: Wire) -> None:
    assert all("endStreamAction" not in line for line in _lines(wire.query()))
    answer = wire.query(**{"delta-sharing-capabilities": "responseformat=delta;includeendstreamaction=true"})
    assert answer.headers["delta-sharing-capabilities"] == "responseformat=delta;includeendstreamaction=true"
    lines = _lines(answer)
    assert lines[-1]["endStreamAction"]["minUrlExpirationTimestamp"] == lines[-2]["file"]["expirationTimestamp"]
    token = _lines(wire.query({"includeRefreshToken": True}))[-1]["endStreamAction"]["refreshToken"]
    renewed = _lines(wire.query({"refreshToken": token}))[2]["file"]
    assert httpx.head(renewed["url"]).status_code == 200
    for wrong in ({"refreshToken": token, "version": 1}, {"refreshToken": token[:-3] + "AAA"}, {"refreshToken": 7}):
        assert wire.query(wrong).status_code == 400


@pytest.mark.parametrize(
    "body",
    [{"version": 2}, {"version": 0}, {"version": "one"}, {"version": 1, "timestamp": "2026-11-21"}, {"timestamp": "2020-01-01"},
     {"timestamp": "yesterday"}, {"startingVersion": 1}, [], "text"],
)  # fmt: skip
def test_a_query_that_cannot_be_answered_is_refused_once_and_for_all(wire: Wire, body: Any) -> None:
    answer = wire.query(body)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "INVALID_PARAMETER_VALUE")
    assert answer.json()["message"]


def test_the_change_feed_is_refused_and_says_what_to_do_instead(wire: Wire) -> None:
    answer = wire.get(f"{TABLE}/changes", params={"startingVersion": 0})
    assert answer.status_code == 400
    assert "change data feed is not enabled" in answer.json()["message"]
    assert answer.json()["hint"]


def test_without_a_good_token_everything_answers_401(shop: Shop, server: str, wire: Wire, clock: ManualClock) -> None:
    rotated = _wire(shop, server, shop.buyer, rotate=True)
    assert httpx.get(f"{server}/sharing/shares").status_code == 401
    assert httpx.get(f"{server}/sharing/shares", headers={"Authorization": f"Basic {rotated.token}"}).status_code == 401
    for bad in (Wire(server, "unknown"), wire):
        for path in ("/shares", "/shares/harbour-statistics", f"{TABLE}/version", f"{TABLE}/metadata"):
            answer = bad.get(path)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
            assert answer.json()["errorCode"] == "UNAUTHENTICATED"
    assert rotated.get("/shares").status_code == 200
    clock.advance(timedelta(days=90))
    assert rotated.get("/shares").status_code == 401


def test_what_another_organisation_agreed_on_does_not_exist(shop: Shop, server: str, wire: Wire) -> None:
    other = _wire(shop, server, shop.stranger)
    assert other.get("/shares").json() == {"items": []}
    for path in (
        "/shares/harbour-statistics",
        "/shares/harbour-statistics/schemas",
        f"{TABLE}/version",
        f"{TABLE}/metadata",
        f"{TABLE}/changes",
    ):
        answer = other.get(path)
        assert (answer.status_code, answer.json()["errorCode"]) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert other.query().status_code == 404
    for path in (
        "/shares/nobody",
        "/shares/harbour-statistics/schemas/none/tables",
        TABLE.replace("tables/workers", "tables/none") + "/version",
    ):
        assert wire.get(path).status_code == 404


def test_a_suspended_agreement_disappears_and_comes_back(shop: Shop, server: str, files: Path) -> None:
    agreement = shop.agree(shop.publish(goods.take_in(shop.exchange, goods.workers_csv(files)), title="Workers"), method="table")
    wire = _wire(shop, server, shop.buyer)
    url = _lines(wire.query())[2]["file"]["url"]
    shop.move(agreement, AgreementState.SUSPENDED)
    assert wire.query().status_code == 404
    assert httpx.get(url).status_code == 403
    shop.move(agreement, AgreementState.ACTIVE)
    assert httpx.get(url).status_code == 200


def test_versions_beyond_the_count_of_the_terms_are_refused(shop: Shop, server: str, files: Path) -> None:
    first = shop.publish(goods.take_in(shop.exchange, goods.workers_csv(files)), title="Workers")
    one = shop.agree(first, method="table", count_limit=1)
    with shop.exchange.session(shop.buyer) as session:
        delivery.deliver(session, one, first)
    wire = _wire(shop, server, shop.buyer)
    assert [wire.query().status_code for _ in range(2)] == [200, 200]
    with shop.exchange.reading(shop.buyer) as session:
        assert [p.delivered_at for p in delivery.parcels_of(session, one.id)] == [None], "opened, and nothing read yet"


def test_two_agreements_on_one_listing_are_two_schemas_each_with_its_own_rights(shop: Shop, server: str, files: Path) -> None:
    version = shop.publish(goods.take_in(shop.exchange, goods.workers_csv(files)), title="Workers")
    shop.agree(version, method="table")
    wire = _wire(shop, server, shop.buyer)
    before = wire.get("/shares/harbour-statistics/schemas").json()
    shop.agree(version, method="table", rights=Rights(columns=("age",)))
    names = [item["name"] for item in wire.get("/shares/harbour-statistics/schemas").json()["items"]]
    assert ([item["name"] for item in before["items"]], names) == (["workers"], ["workers", "workers_2"])
    narrow = _lines(wire.get(TABLE.replace("schemas/workers", "schemas/workers_2") + "/metadata"))[1]
    assert [f["name"] for f in json.loads(narrow["metaData"]["schemaString"])["fields"]] == ["age"]


def test_a_file_is_left_out_only_when_its_statistics_rule_every_row_out() -> None:
    stats = {
        "numRecords": 9,
        "minValues": {"age": 21, "day": "2026-01-02"},
        "maxValues": {"age": 64, "day": "2026-03-04"},
        "nullCount": {"age": 0},
    }
    out = ["age < 21", "age > 64", "65 <= age", "age = 20", "age = 30.5e", "`age` >= 64.5", "day < '2026-01-02'", "day = '2027-01-01'"]
    assert [text for text in out if may_match(stats, sql_hints=[text])] == ["age = 30.5e"]
    kept = ["age = 30", "age >= 64", "21 >= age", "other = 1", "day = '2026-02-01'", "age <> 30", "nonsense", "age = 'x'", 7]
    assert [text for text in kept if not may_match(stats, sql_hints=[text])] == []
    column, old = {"op": "column", "name": "age"}, {"op": "literal", "value": "99"}
    assert not may_match(stats, json_hint=json.dumps({"op": "isNull", "children": [column]}))
    assert may_match(stats, json_hint=json.dumps({"op": "not", "children": [{"op": "isNull", "children": [column]}]}))
    assert not may_match(stats, json_hint=json.dumps({"op": "and", "children": [{"op": "equal", "children": [column, old]}]}))
    assert may_match(stats, json_hint=json.dumps({"op": "or", "children": [{"op": "equal", "children": [column, old]}, {"op": "what"}]}))
    for broken in ("{", "[]", json.dumps({"op": "and", "children": 3}), json.dumps({"op": "equal", "children": [column]})):
        assert may_match(stats, json_hint=broken)


def test_a_column_called_like_a_type_keeps_its_name_for_older_readers() -> None:
    field = {"name": "timestamp_ntz", "type": "timestamp_ntz", "nullable": True, "metadata": {}}
    assert messages._without_ntz(field) == field | {"type": "timestamp"}
