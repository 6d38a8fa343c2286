"""Two requests at the same moment make one file, one parcel, one receipt."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from entrepot import delivery
from entrepot.delivery import links, materialise
from entrepot.delivery.model import covers, merge_spans, touches
from entrepot.delivery.tables import shared_files
from entrepot.kit import NotFound
from entrepot.runtime import SYSTEM
from entrepot.terms import Rights
from support import goods
from support.goods import Shop


def _together(count: int, work: Callable[[], Any]) -> list[Any]:
    """Results or errors of as many threads that begin at the same moment."""
    gate, found = threading.Barrier(count), list[Any]()

    def run() -> None:
        gate.wait()
        try:
            found.append(work())
        except Exception as error:
            found.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_a_file_is_built_once_however_many_ask_for_it(shop: Shop, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    version = shop.publish(goods.take_in(shop.exchange, goods.workers_csv(files)))
    agreements = [shop.agree(version, rights=Rights(columns=("age", "earnings"))) for _ in range(4)]
    built = []
    make = materialise._make
    monkeypatch.setattr(materialise, "_make", lambda *arguments: built.append(1) or make(*arguments))
    waiting = iter(agreements)

    def take() -> delivery.Parcel:
        agreement = next(waiting)
        delivery.prepare(shop.exchange, agreement, version)
        with shop.exchange.session(shop.buyer) as session:
            return delivery.deliver(session, agreement, version)

    parcels = _together(4, take)
    assert len({parcel.files[0].key for parcel in parcels}) == 1
    assert built == [1]
    with shop.exchange.reading() as session:
        assert session.db.scalar(sa.select(sa.func.count()).select_from(shared_files)) == 1


def test_racing_requests_open_one_parcel_with_one_receipt(shop: Shop, files: Path) -> None:
    version = shop.publish(goods.take_in(shop.exchange, goods.workers_csv(files)))
    agreement = shop.agree(version, count_limit=1)

    def take() -> delivery.Parcel:
        with shop.exchange.session(shop.buyer) as session:
            return delivery.deliver(session, agreement, version)

    assert len({parcel.id for parcel in _together(6, take)}) == 1
    with shop.exchange.reading(shop.buyer) as session:
        assert len(delivery.receipts(session, agreement.id)) == 1


def test_racing_requests_never_open_more_than_the_terms_allow(shop: Shop, files: Path) -> None:
    version = shop.publish(goods.take_in(shop.exchange, goods.workers_csv(files)))
    agreement = shop.agree(version, count_limit=2)
    keys = iter("abcdef")

    def take() -> delivery.Parcel:
        with shop.exchange.session(shop.buyer) as session:
            return delivery.deliver(session, agreement, version, key=next(keys))

    found = _together(6, take)
    assert sorted(type(result).__name__ for result in found) == ["CountSpent"] * 4 + ["Parcel"] * 2


def test_racing_last_reads_make_one_delivery(shop: Shop, files: Path) -> None:
    version = shop.publish(goods.take_in(shop.exchange, goods.workers_csv(files)))
    agreement = shop.agree(version, method="table")
    with shop.exchange.session(shop.buyer) as session:
        parcel = delivery.deliver(session, agreement, version)
    file = parcel.files[0]

    def read() -> delivery.Parcel:
        link = links.new_link(shop.exchange.settings, parcel_id=parcel.id, file_id=file.id, now=shop.exchange.clock.now())
        sent = delivery.FileToSend(exchange=shop.exchange, link=link, parcel=parcel, file=file)
        return delivery.record_read(shop.exchange, sent, start=0, end=file.bytes)

    assert {p.entry_id for p in _together(6, read)} != {None}
    with shop.exchange.reading(SYSTEM) as session:
        assert len(delivery.receipts(session, agreement.id)) == 1
        assert delivery.usage(session, agreement.id).reads == 6
        assert delivery.check_deliveries(session) == []


def test_a_share_is_delivered_when_its_last_table_has_been_read_whole(shop: Shop, files: Path, tmp_path: Path) -> None:
    (tmp_path / "regions.csv").write_text("region,capital\nwest,Sacramento\nsouth,Atlanta\n")
    version = shop.publish(goods.take_in(shop.exchange, goods.workers_csv(files)), goods.take_in(shop.exchange, tmp_path / "regions.csv"))
    agreement = shop.agree(version, method="table")
    with shop.exchange.session(shop.buyer) as session:
        parcel = delivery.deliver(session, agreement, version)
    made = []
    for file in parcel.files:
        half = file.row_groups[0].end // 2
        for start, end in ((half, file.bytes), (0, half)):
            link = links.new_link(shop.exchange.settings, parcel_id=parcel.id, file_id=file.id, now=shop.exchange.clock.now(), issue="one")
            sent = delivery.FileToSend(exchange=shop.exchange, link=link, parcel=parcel, file=file)
            made.append(delivery.record_read(shop.exchange, sent, start=start, end=end).entry_id is not None)
    assert made == [False, False, False, True]


def test_a_look_at_the_footer_costs_nothing(shop: Shop, files: Path) -> None:
    version = shop.publish(goods.take_in(shop.exchange, goods.workers_csv(files)))
    agreement = shop.agree(version, method="table")
    with shop.exchange.session(shop.buyer) as session:
        parcel = delivery.deliver(session, agreement, version)
    file = parcel.files[0]
    link = links.new_link(shop.exchange.settings, parcel_id=parcel.id, file_id=file.id, now=shop.exchange.clock.now())
    sent = delivery.FileToSend(exchange=shop.exchange, link=link, parcel=parcel, file=file)
    delivery.record_read(shop.exchange, sent, start=file.row_groups[-1].end, end=file.bytes)
    with shop.exchange.reading(shop.buyer) as session:
        assert delivery.usage(session, agreement.id).reads == 0


def test_tokens_are_hashed_listed_without_secrets_and_only_their_own_organisation_ends_them(shop: Shop) -> None:
    with shop.exchange.session(shop.buyer) as session:
        token, secret = delivery.create_token(session, name="notebook")
        assert [t.id for t in delivery.list_tokens(session)] == [token.id]
        dump = str(session.db.execute(sa.text("SELECT * FROM share_tokens")).all())
    assert secret not in dump
    with shop.exchange.session(shop.stranger) as session, pytest.raises(NotFound):
        delivery.revoke_token(session, token.id)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=12))
def test_merged_spans_hold_the_same_bytes(spans: list[tuple[int, int]]) -> None:
    merged = merge_spans(spans)
    held = {byte for start, end in spans for byte in range(start, end)}
    assert {byte for start, end in merged for byte in range(start, end)} == held
    assert list(merged) == sorted(merged)
    for byte in range(60):
        assert covers(merged, byte, byte + 1) == touches(merged, byte, byte + 1) == (byte in held)
