"""Durable appends to the log: eight clients, each recording one fact in a transaction of its own, while the sealer works.

``bench/proof.py`` measures the tree, proofs and appends in groups; this one measures what a single append waits.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.trades import CLIENTS, STORES, repeat
from entrepot import flows, proof
from entrepot.config import Settings
from entrepot.runtime import SYSTEM, Exchange
from support import postgres


def figures(*, count: int = 2_000, repeats: int = 3, clients: int = CLIENTS, stores: Sequence[str] = STORES) -> list[dict[str, Any]]:
    """One row per store: appends a second (median and each repeat), and milliseconds of one append."""
    rows = []
    with ExitStack() as stack:
        for store in stores:
            if store == "postgresql" and postgres.find_binaries() is None:
                continue
            url = stack.enter_context(postgres.server(durable=True)) if store == "postgresql" else ""
            with tempfile.TemporaryDirectory(prefix="entrepot-bench-") as folder:
                settings = Settings(data_dir=str(Path(folder) / "data"), database_url=url)
                rows.append({"bench": "appends", "store": store, **_measure(settings, count, repeats, clients)})
    return rows


def _measure(settings: Settings, count: int, repeats: int, clients: int) -> dict[str, Any]:
    flows.initialise(settings, email="operator@example.org")
    with Exchange(settings) as exchange:
        exchange.start_workers()

        def append(times: dict[str, list[float]]) -> None:
            began = time.perf_counter()
            with exchange.session(SYSTEM) as session:
                proof.record(session, "agreement.signed", {"client": began})
            times.setdefault("append", []).append(time.perf_counter() - began)

        rates, times = repeat([append] * clients, count, repeats)
        exchange.tick()
        with exchange.reading(SYSTEM) as session:
            assert proof.check_log(session) == []
    cuts = statistics.quantiles(times["append"], n=100, method="inclusive")
    return {
        "appends_per_second": statistics.median(rates), "repeats": rates, "p50_ms": cuts[49] * 1_000, "p99_ms": cuts[98] * 1_000,
    }  # fmt: skip
