"""The official Delta Sharing client reads the agreed rows, all of them and no others."""

from __future__ import annotations

import csv
import json
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from entrepot import delivery
from entrepot.kit import ManualClock, Money
from entrepot.pricing import Price
from entrepot.runtime import Actor
from entrepot.terms import Condition, Operator, Rights
from entrepot.trades import Agreement
from support import delta_client, goods
from support.goods import Shop

YOUNG = Rights(columns=("age", "earnings", "gender"), rows=(Condition(column="age", operator=Operator.AT_MOST, value=30),))


@pytest.fixture
def profile(shop: Shop, tmp_path: Path) -> Path:
    """The buyer's profile file."""
    return _profile(shop, shop.buyer, tmp_path / "buyer.share")


def _profile(shop: Shop, actor: Actor, path: Path) -> Path:
    with shop.exchange.session(actor) as session:
        path.write_text(json.dumps(delivery.profile(session)))
    return path


def _source(files: Path) -> list[dict[str, str]]:
    with goods.workers_csv(files).open(newline="") as source:
        return list(csv.DictReader(source))


def test_every_agreed_row_arrives_in_either_format_and_each_reading_is_metered(shop: Shop, server: str, profile: Path, files: Path) -> None:
    version = shop.publish(goods.take_in(shop.exchange, goods.workers_csv(files)), title="Workers")
    agreement = shop.agree(version, method="table", rights=YOUNG)
    ways = [{"use_delta_format": False}, {"use_delta_format": True}, {}]
    found = delta_client.load(profile, "harbour-statistics.workers.workers", *ways)
    expected = [[float(r["earnings"]), r["gender"], int(r["age"])] for r in _source(files) if int(r["age"]) <= 30]
    assert [rows == expected for rows in found] == [True, True, True]
    reads = _reads(shop, agreement, 3)
    with shop.exchange.reading(shop.buyer) as session:
        (receipt,) = delivery.receipts(session, agreement.id)
        used = delivery.usage(session, agreement.id)
    assert receipt.fact["rows"] == len(expected)
    assert (used.reads, used.rows) == (3, 3 * len(expected))
    assert used.bytes <= 3 * receipt.fact["bytes"]
    assert reads[0].requests > 1, "the client asks for parts of one file several times, and that is one reading"


def _reads(shop: Shop, agreement: Agreement, count: int) -> list[delivery.Read]:
    """The readings, once the server has recorded what it has sent."""
    for _ in range(200):
        with shop.exchange.reading(shop.buyer) as session:
            found = delivery.reads(session, agreement.id)
        if sum(1 for read in found if read.completed_at) >= count:
            break
        time.sleep(0.05)
    return found


def test_limits_and_predicate_hints_are_served(shop: Shop, server: str, profile: Path, files: Path) -> None:
    version = shop.publish(goods.take_in(shop.exchange, goods.workers_csv(files)), title="Workers")
    shop.agree(version, method="table")
    asked: list[dict[str, Any]] = [
        {"limit": 25},
        {"limit": 0},
        {"jsonPredicateHints": _hint("lessThan", 3)},
        {"jsonPredicateHints": _hint("equal", 30)},
    ]
    for delta in (False, True):
        found = delta_client.load(profile, "harbour-statistics.workers.workers", *(a | {"use_delta_format": delta} for a in asked))
        assert [len(rows) for rows in found] == [25, 0, 0, 61_395]


def _hint(op: str, value: Any) -> str:
    column = {"op": "column", "name": "age", "valueType": "long"}
    return json.dumps({"op": op, "children": [column, {"op": "literal", "value": str(value), "valueType": "long"}]})


def test_a_token_lists_exactly_the_tables_its_organisation_agreed_on(
    shop: Shop, server: str, profile: Path, files: Path, tmp_path: Path
) -> None:
    (tmp_path / "regions.csv").write_text("region,capital\nwest,Sacramento\nsouth,Atlanta\n")
    workers, regions = goods.take_in(shop.exchange, goods.workers_csv(files)), goods.take_in(shop.exchange, tmp_path / "regions.csv")
    both = shop.publish(workers, regions, title="Workers & regions")
    alone = shop.publish(workers, title="劳动者")
    shop.agree(both, method="table")
    shop.agree(both, method="file")
    shop.agree(alone, method="table", buyer=shop.stranger)
    listed = "say(sorted(f'{t.share}.{t.schema}.{t.name}' for t in client.list_all_tables()))"
    assert delta_client.run(listed, profile) == [
        "harbour-statistics.workers_regions.regions", "harbour-statistics.workers_regions.workers",
    ]  # fmt: skip
    other = _profile(shop, shop.stranger, tmp_path / "stranger.share")
    assert delta_client.run(listed, other) == ["harbour-statistics.劳动者.workers"]
    assert [len(rows) for rows in delta_client.load(other, "harbour-statistics.劳动者.workers", {})] == [61_395]
    refused = """
try:
    delta_sharing.load_as_pandas(f'{profile}#harbour-statistics.workers_regions.workers')
except Exception as error:
    say(str(error))
"""
    assert "404" in delta_client.run(refused, other)


def test_versions_and_timestamps_reach_back_to_the_signed_version(
    shop: Shop, server: str, profile: Path, files: Path, tmp_path: Path, clock: ManualClock
) -> None:
    rows = goods.workers_csv(files).read_text().splitlines(keepends=True)
    (tmp_path / "workers.csv").write_text("".join(rows[:101]))
    first = shop.publish(goods.take_in(shop.exchange, tmp_path / "workers.csv"), title="Workers")
    agreement = shop.agree(first, method="table", price=Price.monthly(Money(900, "EUR")))
    clock.advance(timedelta(days=1))
    (tmp_path / "workers.csv").write_text("".join(rows[:201]))
    shop.publish(goods.take_in(shop.exchange, tmp_path / "workers.csv"), title="Workers", listing_id=first.listing_id)
    script = """
url = f'{profile}#harbour-statistics.workers.workers'
counts = [len(delta_sharing.load_as_pandas(url, **said)) for said in arguments["said"]]
say([delta_sharing.get_table_version(url), *counts])
"""
    said: list[dict[str, Any]] = [{}, {"version": 1}, {"timestamp": "2026-11-20 12:00:00"}, {"timestamp": "2026-11-22T00:00:00Z"}]
    assert delta_client.run(script, profile, said=said) == [2, 200, 100, 100, 200]
    with shop.exchange.reading(shop.buyer) as session:
        assert sorted(receipt.fact["rows"] for receipt in delivery.receipts(session, agreement.id)) == [100, 200]


def test_types_that_delta_lacks_arrive_in_their_nearest_form(shop: Shop, server: str, profile: Path, tmp_path: Path) -> None:
    path = tmp_path / "odd.parquet"
    with shop.exchange.reading() as session:
        session.engine.execute(
            f"""COPY (SELECT i::UTINYINT small, i::UBIGINT big, i::DECIMAL(9,2) money, TIME '10:20:30' + i * INTERVAL 1 SECOND daytime,
                TIMESTAMP '2026-01-01 00:00:00' + i * INTERVAL 1 DAY moment, TIMESTAMPTZ '2026-01-01 00:00:00+00' zoned, i % 2 = 0 even,
                [i, NULL] several, {{'a': i, 'b': 'x'}} record, nullif(i, 1)::DOUBLE "a ""quoted"" 名", uuid() id
                FROM range(3) t(i)) TO '{path}' (FORMAT parquet)"""
        )
    taken = goods.take_in(shop.exchange, path)
    # The file as it is, types and all, in place of what taking it in makes of it.
    raw = replace(taken, parquet_key=taken.original_key, parquet_sha256=taken.original_sha256, parquet_bytes=taken.original_bytes)
    version = shop.publish(raw, title="Odd")
    shop.agree(version, method="table")
    for frame in delta_client.load(profile, "harbour-statistics.odd.odd", {"use_delta_format": False}, {"use_delta_format": True}):
        assert [row[0] for row in frame] == [0, 1, 2]
        assert [float(row[1]) for row in frame] == [0, 1, 2]
        assert [row[3] for row in frame] == ["10:20:30", "10:20:31", "10:20:32"]
        assert [row[4][:10] for row in frame] == ["2026-01-01", "2026-01-02", "2026-01-03"]
        assert [row[6] for row in frame] == [True, False, True]
        assert frame[2][7] == [2, None]
        assert frame[2][8] == {"a": 2, "b": "x"}
        assert [row[9] for row in frame] == [0, None, 2]
        assert len(frame[0][10]) == 36
