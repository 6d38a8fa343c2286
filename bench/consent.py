"""What consents cost: a million recorded from one file, and what looking them up adds to a delivery."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from entrepot import consent, proof
from entrepot.catalogue.model import Version
from entrepot.config import Settings
from entrepot.consent import Act
from entrepot.delivery import consents
from entrepot.delivery.materialise import build
from entrepot.delivery.rights import parts
from entrepot.runtime import SYSTEM, Exchange, load_master_key
from entrepot.store import Database, migrate
from entrepot.trades.model import Agreement

_ROWS = """
SELECT printf('P%08d', i) AS person, i % 97 AS visits, hash(i) % 100000 AS spent, 'city ' || (i % 321) AS city,
       DATE '2020-01-01' + CAST(i % 900 AS INTEGER) AS since, CAST(hash(i + 1) % 1000000 AS INTEGER) AS points, md5(CAST(i AS VARCHAR))[:12] AS basket,
       (i % 7) = 0 AS member FROM range({}) t(i)
"""


def figures(persons: int = 1_000_000, changes: int = 100, rounds: int = 5) -> dict[str, Any]:
    """Record consents of so many persons, then deliver a table of them with and without looking them up, in turns.

    Before each round so many persons say something, so that neither a file nor a decision can be taken again.
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
    version = shop.publish(goods.take_in(exchange, table), person_key="person", consent="required")
    agreement = shop.agree(version)
    began = time.perf_counter()
    made = consent.import_file(exchange, shop.owner, people, act=Act.GIVEN, scope=consent.make_scope(agreement.owner_id))
    imported = time.perf_counter() - began
    first, _ = _deliver(exchange, agreement, version, looked_up=True)
    without, looked_up = [], []
    for round_ in range(rounds):
        with exchange.session(shop.owner) as session:
            for number in range(changes):
                key = f"P{(round_ * changes + number) * 13 % persons:08d}"
                said = consent.make_scope(agreement.owner_id)
                consent.say(session, consent.subject(session, agreement.owner_id, key), Act.WITHDRAWN, said, by=consent.CONTROLLER)
        without.append(_deliver(exchange, agreement, version, looked_up=False))
        looked_up.append(_deliver(exchange, agreement, version, looked_up=True))
    waited, worked = (statistics.median(w[i] / o[i] - 1 for w, o in zip(looked_up, without, strict=True)) for i in (0, 1))
    return {
        "persons": made.rows, "import_s": imported, "first_s": first, "changes": changes,
        "without_s": [wall for wall, _ in without], "looked_up_s": [wall for wall, _ in looked_up], "added": waited,
        "without_cpu_s": [cpu for _, cpu in without], "looked_up_cpu_s": [cpu for _, cpu in looked_up], "added_cpu": worked,
    }  # fmt: skip


def _deliver(exchange: Exchange, agreement: Agreement, version: Version, *, looked_up: bool) -> tuple[float, float]:
    """Seconds of making the agreed file anew, by the clock and of processor time."""
    with exchange.reading(SYSTEM) as session:
        began, used = time.perf_counter(), time.process_time()
        (part,) = consents.agreed_parts(session, agreement, version) if looked_up else parts(version, agreement.rights, agreement.terms)
        file = build(session, part, "parquet")
        took = time.perf_counter() - began, time.process_time() - used
        session.blobs.delete(f"shared/{file.id}.json")
        session.blobs.delete(file.key)
    return took
