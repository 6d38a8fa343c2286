"""Releases ordered over JSON: what they must satisfy reaches the release, and what stands in the way speaks of the request's fields."""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from entrepot import flows
from entrepot.asgi import create_app
from entrepot.runtime import ALL_SCOPES, Exchange
from support.door import Door
from support.trading import Market, api_key, open_market


@pytest.fixture
def market(exchange: Exchange, tmp_path: Path) -> Market:
    """An exchange with an owner."""
    return open_market(exchange, tmp_path / "goods")


@pytest.fixture
def web(market: Market) -> Door:
    """The owner by an API key."""
    token = api_key(market.exchange, market.owner, *ALL_SCOPES)
    return Door(create_app(market.exchange), headers={"authorization": f"Bearer {token}"})


@pytest.fixture
def upload(market: Market) -> str:
    """People of whom the older and those in the north are insured more often."""
    draw = random.Random(3)
    lines = []
    for i in range(600):
        age, region = draw.randrange(20, 60), draw.choice(["Nord", "Ost", "Sued", "West"])
        insured = int(draw.random() < (0.7 if region == "Nord" else 0.3))
        lines.append(f"p{i}@mail.example,{age},{region},{insured}")
    path = market.folder / "people.csv"
    path.write_text("\n".join(["email,age,region,insured", *lines]) + "\n", "utf-8")
    return flows.add_upload(market.exchange, market.owner, path, name="people.csv").id


def ordered(market: Market, web: Door, upload: str, **asked: Any) -> Any:
    """What became of an order, once a worker has looked at it."""
    body = {"quasi_identifiers": ["age", "region"], "drop": ["email"], "suppress": 0.05} | asked
    answer = web.post(f"/api/v1/uploads/{upload}/anonymisation", json=body)
    assert answer.status_code == 202, answer.text
    market.exchange.run_due_jobs()
    return web.get(answer.headers["location"]).json()


def rows(market: Market, made: Any) -> list[dict[str, str]]:
    with market.exchange.reading(market.owner) as session:
        kept = flows.get_upload(session, made["upload"]["id"])
    with flows.open_upload(market.exchange, kept) as path, path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_weights_make_the_column_lose_less_that_counts_more(market: Market, web: Door, upload: str) -> None:
    losses = {}
    for heavy in ("age", "region"):
        made = ordered(market, web, upload, weight={heavy: 20.0}, method="global", k=100)["made"]
        assert made["report"]["settings"]["weights"] == {heavy: 20.0}
        losses[heavy] = made["report"]["release"]["loss"]
    assert losses["age"]["age"] < losses["region"]["age"]
    assert losses["region"]["region"] < losses["age"]["region"]


def test_presence_holds_in_every_class_of_the_release(market: Market, web: Door, upload: str) -> None:
    made = ordered(market, web, upload, presence="insured:0.2,0.5")["made"]
    assert made["report"]["settings"]["presence"] == {"column": "insured", "population": None, "least": 0.2, "most": 0.5}
    classes: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in rows(market, made):
        if row["age"] != "*":
            classes[row["age"], row["region"]].append(int(row["insured"]))
    assert len(classes) > 1
    assert all(0.2 <= sum(found) / len(found) <= 0.5 for found in classes.values())


def test_what_stands_in_the_way_speaks_of_the_fields_of_the_request(market: Market, web: Door, upload: str) -> None:
    named = ordered(market, web, upload, drop=[])["problem"]
    assert "Leave them out (`drop` email); or change them (`change` email=pseudonym" in named["hint"]
    assert "--" not in named["message"] + named["hint"]
    wrong = web.post(f"/api/v1/uploads/{upload}/anonymisation", json={"quasi_identifiers": ["age"], "l": ["two of age"]}).json()
    assert "is not what `l` takes" in wrong["message"]
    nothing = web.post(f"/api/v1/uploads/{upload}/aggregation", json={"by": ["region"], "count": False}).json()
    assert nothing["hint"] == "Ask for `count`, `sums` COLUMN or `means` COLUMN."
