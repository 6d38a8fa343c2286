"""What is handed over: once, within the rights, with a receipt that anyone can check."""

from __future__ import annotations

import csv
import hashlib
from datetime import timedelta
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet
import pytest
import sqlalchemy as sa

from entrepot import catalogue, delivery, parties, proof
from entrepot.delivery import repository
from entrepot.delivery.parcels import open_parcel
from entrepot.delivery.tables import deliveries, parcels
from entrepot.kit import Invalid, ManualClock, Money, NotFound, Refused, canonical_json
from entrepot.pricing import Price
from entrepot.runtime import SYSTEM
from entrepot.terms import Condition, Operator, Rights
from entrepot.trades import Agreement, AgreementClosed, AgreementState
from support import goods
from support.goods import Shop

YOUNG = Rights(columns=("age", "earnings", "person"), rows=(Condition(column="age", operator=Operator.AT_MOST, value=30),))


def _deliver(shop: Shop, agreement: Agreement, version: catalogue.Version, **named: str) -> delivery.Parcel:
    with shop.exchange.session(shop.buyer) as session:
        return delivery.deliver(session, agreement, version, **named)


def _bytes(shop: Shop, file: delivery.SharedFile) -> bytes:
    return b"".join(shop.exchange.blobs.read(file.key))


def test_whole_rights_hand_over_the_very_bytes_the_owner_published(shop: Shop, files: Path) -> None:
    path = goods.workers_csv(files)
    version = shop.publish(goods.take_in(shop.exchange, path))
    parcel = _deliver(shop, shop.agree(version), version)
    assert [_bytes(shop, file) for file in parcel.files] == [path.read_bytes()]
    assert (parcel.rows, parcel.bytes) == (61_395, path.stat().st_size)


def test_row_and_column_rights_are_made_into_a_file_without_the_person_key(shop: Shop, files: Path) -> None:
    path = goods.workers_csv(files)
    version = shop.publish(goods.take_in(shop.exchange, path), person_key="person")
    parcel = _deliver(shop, shop.agree(version, rights=YOUNG), version)
    with path.open(newline="") as source:
        expected = [[row["earnings"], row["age"]] for row in csv.DictReader(source) if int(row["age"]) <= 30]
    (file,) = parcel.files
    lines = list(csv.reader(_bytes(shop, file).decode().splitlines()))
    assert lines[0] == ["earnings", "age"]
    assert [[float(e), int(a)] for e, a in lines[1:]] == [[float(e), int(a)] for e, a in expected]
    assert file.rows == len(expected) == parcel.rows


def test_the_person_key_alone_makes_the_original_go_out_as_a_file_without_it(shop: Shop, files: Path) -> None:
    version = shop.publish(goods.take_in(shop.exchange, goods.workers_csv(files)), person_key="person")
    (file,) = _deliver(shop, shop.agree(version), version).files
    head = goods.workers_csv(files).read_bytes().splitlines()[0].split(b",")
    assert _bytes(shop, file).splitlines()[0].split(b",") == [name for name in head if name != b"person"]
    (kept,) = _deliver(shop, shop.agree(version, person_key_delivered=True), version).files
    assert kept.form == "original"


def test_equal_rights_share_one_file_and_others_do_not(shop: Shop, files: Path) -> None:
    version = shop.publish(goods.take_in(shop.exchange, goods.workers_csv(files)))
    one, same = (_deliver(shop, shop.agree(version, rights=YOUNG), version).files[0] for _ in range(2))
    other = _deliver(shop, shop.agree(version, rights=Rights(columns=("age",))), version).files[0]
    assert one == same
    assert other.id != one.id


def test_a_parquet_original_is_cut_to_parquet(shop: Shop, files: Path, tmp_path: Path) -> None:
    path = tmp_path / "workers.parquet"
    pyarrow.parquet.write_table(pyarrow.csv.read_csv(goods.workers_csv(files)), path)
    version = shop.publish(goods.take_in(shop.exchange, path))
    (file,) = _deliver(shop, shop.agree(version, rights=YOUNG), version).files
    (tmp_path / "cut.parquet").write_bytes(_bytes(shop, file))
    table = pyarrow.parquet.read_table(tmp_path / "cut.parquet")
    assert table.column_names == ["person", "earnings", "age"]
    assert max(table["age"].to_pylist()) == 30


def test_a_condition_that_does_not_fit_its_column_is_refused_without_quoting_a_cell(shop: Shop, files: Path) -> None:
    version = shop.publish(goods.take_in(shop.exchange, goods.workers_csv(files)))
    wrong = Rights(rows=(Condition(column="age", operator=Operator.EQUAL, value="old"),))
    agreement = shop.agree(version, rights=wrong)
    with pytest.raises(Invalid, match="age"):
        _deliver(shop, agreement, version)


def test_a_table_whose_rows_cannot_be_judged_is_left_out(shop: Shop, files: Path, tmp_path: Path) -> None:
    (tmp_path / "regions.csv").write_text("region,capital\nwest,Sacramento\nsouth,Atlanta\n")
    tables = goods.take_in(shop.exchange, goods.workers_csv(files)), goods.take_in(shop.exchange, tmp_path / "regions.csv")
    version = shop.publish(*tables)
    young = Rights(rows=(Condition(column="age", operator=Operator.AT_MOST, value=30),))
    assert [f.table for f in _deliver(shop, shop.agree(version, rights=young), version).files] == ["workers"]
    assert [f.table for f in _deliver(shop, shop.agree(version), version).files] == ["workers", "regions"]
    nothing = Rights(rows=(Condition(column="nowhere", operator=Operator.EQUAL, value=1),))
    with pytest.raises(Refused):
        _deliver(shop, shop.agree(version, rights=nothing), version)


def test_a_delivery_leaves_a_signed_receipt_in_the_log(shop: Shop, files: Path) -> None:
    version = shop.publish(goods.take_in(shop.exchange, goods.workers_csv(files)))
    agreement = shop.agree(version)
    parcel = _deliver(shop, agreement, version)
    with shop.exchange.reading(shop.buyer) as session:
        (receipt,) = delivery.receipts(session, agreement.id)
        keys = parties.public_keys(session)
    fact, kids = parties.jws.verify(receipt.jws, keys)
    assert fact == receipt.fact
    assert [keys[kid]["owner"] for kid in kids] == [shop.operator.organisation_id]
    assert (fact["agreement"], fact["version"], fact["to"]) == (agreement.id, version.id, shop.buyer.organisation_id)
    assert fact["files"][0]["sha256"] == hashlib.sha256(goods.workers_csv(files).read_bytes()).hexdigest()
    with shop.exchange.reading(SYSTEM) as session:
        assert proof.get(session, receipt.entry_id).fact == fact
        assert delivery.check_deliveries(session) == []
    assert parcel.entry_id == receipt.entry_id


def test_asking_again_makes_no_second_delivery_and_another_key_does(shop: Shop, files: Path) -> None:
    version = shop.publish(goods.take_in(shop.exchange, goods.workers_csv(files)))
    agreement = shop.agree(version, count_limit=2)
    first = _deliver(shop, agreement, version)
    assert _deliver(shop, agreement, version) == first
    assert _deliver(shop, agreement, version, key="again").id != first.id
    with pytest.raises(delivery.CountSpent) as refused:
        _deliver(shop, agreement, version, key="once too often")
    assert refused.value.message == "The terms allow 2 deliveries, and 2 have been made."
    assert _deliver(shop, agreement, version) == first
    with shop.exchange.reading(shop.buyer) as session:
        assert len(delivery.receipts(session, agreement.id)) == 2


def test_only_the_buyer_takes_a_delivery_and_only_the_parties_see_it(shop: Shop, files: Path) -> None:
    version = shop.publish(goods.take_in(shop.exchange, goods.workers_csv(files)))
    agreement = shop.agree(version)
    for actor in (shop.owner, shop.stranger):
        with shop.exchange.session(actor) as session, pytest.raises(NotFound):
            delivery.deliver(session, agreement, version)
    parcel = _deliver(shop, agreement, version)
    with shop.exchange.reading(shop.owner) as session:
        assert delivery.get_parcel(session, parcel.id) == parcel
        with pytest.raises(NotFound):
            delivery.download_links(session, parcel)
    with shop.exchange.reading(shop.stranger) as session:
        for asked in (
            lambda: delivery.get_parcel(session, parcel.id), lambda: delivery.receipts(session, agreement.id),
            lambda: delivery.usage(session, agreement.id), lambda: delivery.parcels_of(session, agreement.id),
        ):  # fmt: skip
            with pytest.raises(NotFound):
                asked()


def test_nothing_is_delivered_while_an_agreement_is_suspended_or_after_its_end(shop: Shop, files: Path, clock: ManualClock) -> None:
    version = shop.publish(goods.take_in(shop.exchange, goods.workers_csv(files)))
    agreement = shop.agree(version)
    shop.move(agreement, AgreementState.SUSPENDED)
    with pytest.raises(AgreementClosed, match="suspended"):
        _deliver(shop, agreement, version)
    shop.move(agreement, AgreementState.ACTIVE)
    clock.advance(timedelta(days=30))
    with pytest.raises(AgreementClosed, match="ended"):
        _deliver(shop, agreement, version)


def test_a_flat_price_buys_the_signed_version_and_a_monthly_one_the_later_ones_too(shop: Shop, files: Path) -> None:
    table = goods.take_in(shop.exchange, goods.workers_csv(files))
    first = shop.publish(table)
    once, monthly = (shop.agree(first, price=price(Money(900, "EUR"))) for price in (Price.flat, Price.monthly))
    second = shop.publish(table, listing_id=first.listing_id)
    assert second.number == 2
    with pytest.raises(Refused, match="does not cover version 2"):
        _deliver(shop, once, second)
    assert _deliver(shop, monthly, second).version_id == second.id
    with shop.exchange.session(SYSTEM) as session:
        catalogue.suspend(session, first.listing_id, reason="to be looked at")
    with shop.exchange.reading(shop.buyer) as session:
        assert [v.number for v in delivery.covered_versions(session, monthly)] == [1]


def test_files_built_ahead_are_the_ones_delivered(shop: Shop, files: Path) -> None:
    version = shop.publish(goods.take_in(shop.exchange, goods.workers_csv(files)))
    agreement = shop.agree(version, rights=YOUNG)
    delivery.prepare(shop.exchange, agreement, version)
    before = set(shop.exchange.blobs.keys())
    parcel = _deliver(shop, agreement, version)
    assert set(shop.exchange.blobs.keys()) == before
    assert parcel.files[0].key in before


def test_what_was_handed_over_cannot_be_rewritten(shop: Shop, files: Path) -> None:
    version = shop.publish(goods.take_in(shop.exchange, goods.workers_csv(files)))
    _deliver(shop, shop.agree(version), version)
    for table in (parcels, deliveries):
        for change in (sa.update(table).values(agreement_id="agr_other"), sa.delete(table)):
            with pytest.raises(sa.exc.DBAPIError, match="never change"), shop.exchange.session(SYSTEM) as session:
                session.db.execute(change)


def test_the_doctor_names_a_delivery_without_its_entry_and_a_file_that_is_gone(shop: Shop, files: Path) -> None:
    version = shop.publish(goods.take_in(shop.exchange, goods.workers_csv(files)))
    agreement = shop.agree(version)
    parcel = _deliver(shop, agreement, version)
    with shop.exchange.session(SYSTEM) as session:
        opened, _ = open_parcel(session, agreement, version, lambda: parcel.files, key="other")
        fact = canonical_json({"fact": opened.fact(session.now), "jws": {"payload": "", "signatures": []}}).decode()
        repository.add_delivery(session.db, opened, entry_id="ent_nowhere", receipt=fact, at=session.now)
    shop.exchange.blobs.delete(parcel.files[0].key)
    with shop.exchange.reading(SYSTEM) as session:
        problems = delivery.check_deliveries(session)
    assert any("ent_nowhere" in problem for problem in problems)
    assert any("workers.csv" in problem and "gone" in problem for problem in problems)


def test_there_is_no_method_of_an_unknown_name() -> None:
    assert set(delivery.method_names()) >= {"file", "table"}
    with pytest.raises(Invalid) as refused:
        delivery.find_method("pigeon")
    assert "file, table" in refused.value.hint
