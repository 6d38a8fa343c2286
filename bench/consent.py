"""What consents cost: a million recorded from one file, and what looking them up adds to a delivery."""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from entrepot import consent, delivery, flows, proof
from entrepot.catalogue.model import DataTable
from entrepot.config import Settings
from entrepot.consent import Act
from entrepot.runtime import SYSTEM, Actor, Exchange, load_master_key
from entrepot.store import Database, migrate
from entrepot.trades.model import Agreement

_ROWS = """
SELECT printf('P%08d', i) AS person, i % 97 AS visits, hash(i) % 100000 AS spent, 'city ' || (i % 321) AS city,
       DATE '2020-01-01' + CAST(i % 900 AS INTEGER) AS since, CAST(hash(i + 1) % 1000000 AS INTEGER) AS points, md5(CAST(i AS VARCHAR))[:12] AS basket,
       (i % 7) = 0 AS member FROM range({}) t(i)
"""


def figures(persons: int = 1_000_000, changes: int = 100, rounds: int = 5) -> dict[str, Any]:
    """Record consents of so many persons, then deliver a table of them with and without looking them up, in turns.

    Both are whole deliveries: the rules are asked, the file is made anew, the parcel and its log entry are written. Before each round
    so many persons say something, so that neither a file nor a decision can be taken again; the other delivery is of a listing of its own.
    """
    with tempfile.TemporaryDirectory(prefix="entrepot-bench-") as name:
        settings = Settings(data_dir=str(Path(name) / "data"), workers=0)
        database = Database(settings.resolved_database_url)
        migrate.upgrade(database)
        database.close()
        load_master_key(settings, create=True)
        with Exchange(settings) as exchange:
            return _measured(exchange, Path(name), persons, changes, rounds)


def _measured(exchange: Exchange, folder: Path, persons: int, changes: int, rounds: int) -> dict[str, Any]:
    from support import goods

    shop = goods.open_shop(exchange)
    with exchange.session(SYSTEM) as session:
        proof.create_log(session)
    cursor = exchange.engine.cursor()
    table, people = folder / "members.parquet", folder / "people.csv"
    cursor.execute(f"COPY ({_ROWS.format(persons)}) TO '{table}' (FORMAT parquet, COMPRESSION zstd)")
    cursor.execute(f"COPY (SELECT person FROM '{table}' WHERE hash(person) % 100 <> 0) TO '{people}' (FORMAT csv, HEADER true)")
    taken = goods.take_in(exchange, table)
    others = replace(shop, owner=shop.stranger)  # To whom nobody has said anything.
    agreement = _offer(shop, taken, consent="required")
    began = time.perf_counter()
    scope = consent.make_scope(agreement.owner_id)
    made = consent.import_file(exchange, shop.owner, people, act=Act.GIVEN, scope=scope)
    imported = time.perf_counter() - began
    # What the exchange does in the background once an agreement is signed or a file of consents has been taken in.
    began = time.perf_counter()
    delivery.service.look_up_consents(exchange, agreement_id=agreement.id)
    prepared = time.perf_counter() - began
    _deliver(exchange, shop.buyer, agreement)
    without, looked_up = [], []
    for round_ in range(rounds):
        beside = _offer(others, taken)
        with exchange.session(shop.owner) as session:
            for number in range(changes):
                key = f"P{(round_ * changes + number) * 13 % persons:08d}"
                consent.say(session, consent.subject(session, agreement.owner_id, key), Act.WITHDRAWN, scope, by=consent.CONTROLLER)
        without.append(_deliver(exchange, shop.buyer, beside))
        looked_up.append(_deliver(exchange, shop.buyer, agreement))
    waited, worked = (statistics.median(w[i] / o[i] - 1 for w, o in zip(looked_up, without, strict=True)) for i in (0, 1))
    return {
        "persons": made.rows, "import_s": imported, "prepared_s": prepared, "changes": changes,
        "without_s": [wall for wall, _ in without], "looked_up_s": [wall for wall, _ in looked_up], "added": waited,
        "without_cpu_s": [cpu for _, cpu in without], "looked_up_cpu_s": [cpu for _, cpu in looked_up], "added_cpu": worked,
    }  # fmt: skip


def _offer(shop: Any, table: DataTable, **entries: Any) -> Agreement:
    """An agreement on a listing of its own with this table, after what the rules ask of its owner."""
    version = shop.publish(table, person_key="person", **entries)
    facts = {"asset.under_14": False} | ({} if entries else {"consent.covers_everyone": True})
    with shop.exchange.session(shop.owner) as session:
        flows.answer_listing(session, version.listing_id, facts)
    return shop.agree(version)


def _deliver(exchange: Exchange, buyer: Actor, agreement: Agreement) -> tuple[float, float]:
    """Seconds of a delivery, by the clock and of processor time."""
    began, used = time.perf_counter(), time.process_time()
    made = flows.deliver(exchange, buyer, agreement.id)
    took = time.perf_counter() - began, time.process_time() - used
    # Else the next delivery of the same bytes, which only the one without consents makes, would find them written already.
    exchange.blobs.delete(made.parcel.files[0].key)
    return took
