"""What every delivery method promises, tried on each that is registered."""

from __future__ import annotations

from pathlib import Path

import pytest

from entrepot import delivery, proof
from entrepot.delivery import links
from entrepot.runtime import SYSTEM
from entrepot.terms import Condition, Operator, Rights
from support import goods
from support.goods import Shop

RIGHTS = Rights(columns=("age", "person"), rows=(Condition(column="age", operator=Operator.AT_LEAST, value=60),))


@pytest.mark.parametrize("name", delivery.method_names())
def test_it_says_in_both_languages_what_the_buyer_gets(name: str) -> None:
    method = delivery.find_method(name)
    assert method.name == name
    assert method.summary("en") != method.summary("zh")
    assert method.summary("fr") == method.summary("en")


@pytest.mark.parametrize("name", sorted({*delivery.method_names()} - {"lookup"}))  # Which hands nothing over; see test_lookups.
def test_it_delivers_once_within_the_rights_and_leaves_a_provable_trace(shop: Shop, files: Path, name: str) -> None:
    version = shop.publish(goods.take_in(shop.exchange, goods.workers_csv(files)), person_key="person")
    agreement = shop.agree(version, method=name, rights=RIGHTS)
    with shop.exchange.session(shop.buyer) as session:
        parcel = delivery.deliver(session, agreement, version)
        assert delivery.deliver(session, agreement, version) == parcel
        old = session.engine.execute("SELECT count(*) FROM read_csv(?) WHERE age >= 60", [str(goods.workers_csv(files))]).fetchone()
    assert old is not None
    assert parcel.rows == old[0]
    for file in parcel.files:
        link = links.new_link(shop.exchange.settings, parcel_id=parcel.id, file_id=file.id, now=shop.exchange.clock.now())
        sent = delivery.FileToSend(exchange=shop.exchange, link=link, parcel=parcel, file=file)
        assert sum(map(len, sent.chunks(0, file.bytes))) == file.bytes
        delivery.record_read(shop.exchange, sent, start=0, end=file.bytes)
    with shop.exchange.reading(shop.buyer) as session:
        (receipt,) = delivery.receipts(session, agreement.id)
        used = delivery.usage(session, agreement.id)
    assert receipt.fact["rows"] == used.rows == parcel.rows
    with shop.exchange.reading(SYSTEM) as session:
        assert [e.kind for e in proof.history(session, agreement.id) if e.id == receipt.entry_id] == ["delivery.made"]
        assert delivery.check_deliveries(session) == []


@pytest.mark.parametrize("name", delivery.method_names())
def test_it_has_its_section_in_the_documentation(name: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / "delivery-methods.md").read_text()
    assert f"## `{name}`" in text
