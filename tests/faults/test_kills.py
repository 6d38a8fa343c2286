"""The process dies at random moments, and no trade is lost, doubled or left half done."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from entrepot import catalogue, delivery, flows, parties, proof, settlement, trades
from entrepot.client import Client
from entrepot.client.errors import Unreachable
from entrepot.config import Settings
from entrepot.kit import EntrepotError, Money
from entrepot.runtime import ALL_SCOPES, SYSTEM, Actor, Exchange, Role
from support import victim
from support.goods import free_port
from support.trading import broken_laws, iris_csv, iris_text, manifest_text, total

PRICE, OPENING = 4_900, 10_000_000
PATIENCE = 480.0  # Seconds after which a client that makes no progress gives the test up.


class Victim:
    """The exchange's process: started, killed without warning, started again."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.kills = 0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("ENTREPOT_") and k != "PYTHONDONTWRITEBYTECODE"}
        # Compiled once, so that a restart on a busy machine takes seconds.
        environment["PYTHONPYCACHEPREFIX"] = str(self.settings.data_path.with_name("compiled"))
        log = (self.settings.data_path.parent / "victim.log").open("ab")
        command = [sys.executable, victim.__file__, json.dumps(asdict(self.settings))]
        self.process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        deadline = time.monotonic() + PATIENCE
        while True:
            assert self.process.poll() is None, (self.settings.data_path.parent / "victim.log").read_text()[-4_000:]
            assert time.monotonic() < deadline, "the exchange does not answer"
            try:
                httpx.get(f"{self.settings.public_url}/api/v1/me", timeout=5)
                return
            except httpx.TransportError:
                time.sleep(0.05)

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.kills += 1

    def stop(self) -> None:
        """End it for good."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


@dataclass
class Trade:
    """One client's trade, and what it saw of it."""

    number: int
    stop_at: str
    negotiation: str = ""
    agreement: str = ""
    entries: set[str] = field(default_factory=set)
    retries: int = 0
    done: bool = False


def _patiently(trade: Trade, call: Callable[[], Any]) -> Any:
    """Repeat a call until the exchange has answered it, as a client with a retry policy does."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return call()
        except (httpx.TransportError, Unreachable):
            trade.retries += 1
            assert time.monotonic() < deadline, f"trade {trade.number} got no answer"
            time.sleep(0.3)


@dataclass(frozen=True)
class Scene:
    """Who trades what."""

    settings: Settings
    owner: str
    buyer: str
    key: str
    listing: str


def _open_scene(folder: Path, database_url: str) -> Scene:
    port = free_port()
    settings = Settings(
        data_dir=str(folder / "data"), database_url=database_url, port=port, public_url=f"http://127.0.0.1:{port}", seal_seconds=0.2,
        workers=1,
    )  # fmt: skip
    flows.initialise(settings, email="operator@example.org")
    with Exchange(settings) as exchange:
        with exchange.session(SYSTEM) as session:
            owner = parties.create_organisation(session, "Harbour Statistics", country="DE", roles=frozenset({Role.OWNER}))
            buyer = parties.create_organisation(session, "Quay Research", country="NL", roles=frozenset({Role.BUYER}))
            settlement.deposit(session, buyer.id, Money(OPENING, "EUR"), "opening balance")
        seller = Actor(organisation_id=owner.id, roles=owner.roles, scopes=ALL_SCOPES, via="local")
        customer = Actor(organisation_id=buyer.id, roles=buyer.roles, scopes=ALL_SCOPES, via="local")
        with exchange.session(customer) as session:
            key = parties.create_api_key(session, "kills", scopes=ALL_SCOPES)[1]
        text = manifest_text()
        listing = flows.publish(exchange, seller, catalogue.load_manifest(text), [iris_csv(folder)], manifest_text=text).listing_id
    return Scene(settings, owner.id, buyer.id, key, listing)


class Steps:
    """Counts the steps that clients have seen answered, so that kills are spread over the work and not over idle time."""

    def __init__(self) -> None:
        self.count = 0
        self._changed = threading.Condition()

    def made(self) -> None:
        """One more."""
        with self._changed:
            self.count += 1
            self._changed.notify_all()

    def wait_for(self, count: int, seconds: float) -> None:
        """Wait until there were so many, or for so long."""
        with self._changed:
            self._changed.wait_for(lambda: self.count >= count, seconds)


def _run(scene: Scene, trade: Trade, steps: Steps) -> None:
    """One whole trade over HTTP; each step is repeated with its own key until it is answered."""
    with Client(scene.settings.public_url, scene.key) as client:

        def step(call: Callable[[], Any]) -> Any:
            answer = _patiently(trade, call)
            steps.made()
            return answer

        asked = step(lambda: client.request(scene.listing, purpose="AcademicResearch", method="file", key=f"ask-{trade.number}"))
        trade.negotiation = asked["id"]
        if trade.stop_at == "asked":
            return
        signed = step(lambda: client.accept(asked["id"], key=f"sign-{trade.number}"))
        trade.agreement = signed["id"]
        if trade.stop_at == "signed":
            return
        parcel = step(lambda: client.deliver(signed["id"]))
        trade.entries.add(parcel["receipt"])
        assert step(lambda: _download(parcel["files"][0]["url"])) == iris_text()
        settled = step(lambda: client.accept_delivery(signed["id"]))
        assert settled["escrow"]["state"] == "released"
        trade.done = True


def _download(url: str) -> str:
    return httpx.get(url, timeout=60).raise_for_status().text


@contextmanager
def _killing(process: Victim, steps: Steps, dice: random.Random, *, kills: int, of: int) -> Iterator[threading.Thread]:
    """Kill and restart so often, a random while after random steps of the ones expected."""
    moments, errors = sorted(dice.randrange(of) for _ in range(kills)), []

    def work() -> None:
        try:
            for moment in moments:
                steps.wait_for(moment, 30)
                time.sleep(dice.uniform(0.0, 0.25))
                process.kill()
                process.start()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield thread
    thread.join(PATIENCE)
    assert not errors, errors
    assert not thread.is_alive()


def _trade_through_kills(folder: Path, database_url: str, *, count: int, clients: int, kills: int, seed: int) -> str:
    dice, scene = random.Random(seed), _open_scene(folder, database_url)
    # Some clients give up half-way, as real ones do; what they began must be whole up to there.
    all_trades = [Trade(number, dice.choice(["", "", "", "", "asked", "signed"])) for number in range(count)]
    process, steps, started = Victim(scene.settings), Steps(), time.monotonic()
    process.start()
    expected = sum({"": 5, "asked": 1, "signed": 2}[t.stop_at] for t in all_trades)
    try:
        with _killing(process, steps, random.Random(seed + 1), kills=kills, of=expected), ThreadPoolExecutor(clients) as pool:
            running = [pool.submit(_run, scene, trade, steps) for trade in all_trades]
            for one in running:
                one.result()
    finally:
        process.stop()
    _check(scene, all_trades)
    taken, retries = time.monotonic() - started, sum(t.retries for t in all_trades)
    return f"{len(all_trades)} trades, {process.kills} kills, {retries} retries, {taken:.1f} s"


def _check(scene: Scene, all_trades: list[Trade]) -> None:
    with Exchange(scene.settings) as exchange:
        exchange.run_due_jobs()
        exchange.tick()
        assert broken_laws(exchange) == []
        with exchange.reading(SYSTEM) as session:
            assert total(session) == 0
            signed = {a.id: a for a in trades.list_agreements(session, everybody=True, limit=10_000)}
            asked = trades.list_for(session, everybody=True, limit=10_000)
            # Exactly what the clients were told, and nothing besides.
            assert sorted(n.id for n in asked) == sorted(t.negotiation for t in all_trades)
            assert sorted(signed) == sorted(t.agreement for t in all_trades if t.agreement)
            held = sum(e.amount.amount for a in signed for e in flows.escrows(session, a) if e.state == "held")
            released = sum(e.released.amount for a in signed for e in flows.escrows(session, a))
            done = [t for t in all_trades if t.done]
            assert (released, held) == (PRICE * len(done), PRICE * (len(signed) - len(done)))
            assert settlement.balance(session, scene.buyer, "EUR").available == Money(OPENING - released - held, "EUR")
            for trade in done:
                assert signed[trade.agreement].state == "fulfilled"
                assert {r.entry_id for r in delivery.receipts(session, trade.agreement)} == trade.entries
                kinds = [e.kind for e in proof.history(session, trade.agreement)]
                assert kinds == ["agreement.signed", "delivery.made", "agreement.settled"]
                assert all(flows.prove(session, e.id) for e in proof.history(session, trade.agreement))


def test_kills_at_random_moments_lose_nothing_and_double_nothing(durable_url: str, tmp_path: Path) -> None:
    seed = int(os.environ.get("ENTREPOT_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
    try:
        print(_trade_through_kills(tmp_path, durable_url, count=8, clients=4, kills=5, seed=seed))
    except (AssertionError, EntrepotError):
        print(f"ENTREPOT_TEST_SEED={seed} repeats this")
        raise


@pytest.mark.soak
@pytest.mark.parametrize("seed", [1, 2])
def test_a_hundred_trades_through_kills(durable_url: str, tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    said = _trade_through_kills(tmp_path, durable_url, count=100, clients=8, kills=25, seed=seed)
    with capsys.disabled():
        print(f"\n{durable_url.partition(':')[0] or 'sqlite'}, seed {seed}: {said}")
