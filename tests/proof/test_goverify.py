"""Go's own packages for signed notes and tiled logs verify our log, and reject a forged one."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from entrepot import proof
from entrepot.config import Settings
from entrepot.proof.tiles import TilePath, tiles_of
from entrepot.runtime import SYSTEM, Exchange, load_master_key
from entrepot.store import migrate

from .serving import log_app, serve

GOPATH = Path("/usr/share/gocode")
SOURCE = Path(__file__).parent / "goverify" / "main.go"
SIZE = 700
pytestmark = pytest.mark.xdist_group("goverify")


def missing() -> str:
    """Why the verifier cannot be built here; empty when it can."""
    if find_go() is None:
        return "Go is not installed (Debian: golang-go)"
    if not (GOPATH / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        return "Go's packages note and tlog are not installed (Debian: golang-golang-x-mod-dev)"
    return ""


def find_go() -> str | None:
    return shutil.which("go") or shutil.which("go", path="/usr/lib/go/bin:/usr/local/go/bin")


@pytest.fixture(scope="module")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The verifier, built without a network; the compiler's cache outlives the test run, since building net/http takes a while."""
    reason = missing()
    if reason and os.environ.get("CI"):
        pytest.fail(f"{reason}, and CI must verify the log with it")
    if reason:
        pytest.skip(reason)
    binary = tmp_path_factory.mktemp("goverify") / "goverify"
    cache = Path(tempfile.gettempdir()) / f"entrepot-go-cache-{os.getuid()}"
    settings = {"GO111MODULE": "off", "GOPATH": str(GOPATH), "GOFLAGS": "", "GOPROXY": "off", "CGO_ENABLED": "0", "GOTOOLCHAIN": "local"}
    environment = os.environ | settings | {"GOCACHE": str(cache), "HOME": str(binary.parent)}
    subprocess.run([str(find_go()), "build", "-o", str(binary), str(SOURCE)], check=True, env=environment, cwd=binary.parent)
    return binary


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    settings = Settings(data_dir=str(tmp_path_factory.mktemp("log") / "data"), workers=0)
    load_master_key(settings, create=True)
    with Exchange(settings) as exchange:
        migrate.upgrade(exchange.database)
        for count in (1, 255, SIZE - 256):
            with exchange.session(SYSTEM) as session:
                for i in range(count):
                    proof.record(session, "agreement.signed", {"i": i}, subject_id="agr_1")
            proof.seal(exchange)
        yield exchange


def run(verifier: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(verifier), *map(str, arguments)], capture_output=True, text=True, timeout=60)


def export(exchange: Exchange, folder: Path) -> Path:
    """The published files of the log in a folder, as a mirror would keep them."""
    with exchange.reading() as session:
        hashes = tiles_of(SIZE)
        bundles = [TilePath(None, tile.number, tile.width) for tile in hashes if tile.level == 0]
        for path in [*hashes, *bundles]:
            (folder / str(path)).parent.mkdir(parents=True, exist_ok=True)
            (folder / str(path)).write_bytes(proof.read_tile(session, path))
        (folder / "checkpoint").write_text(proof.checkpoint(session), "utf-8")
    return folder


def vkey(exchange: Exchange) -> str:
    with exchange.reading() as session:
        return proof.log_keys(session)[0]


def test_go_verifies_the_log_over_http_and_a_receipts_proof(verifier: Path, log: Exchange, tmp_path: Path) -> None:
    with log.reading() as session:
        entry = proof.history(session, "agr_1")[300]
        document = proof.prove(session, entry.id)
    (tmp_path / "proof").write_text(document["tlog_proof"], "utf-8")
    (tmp_path / "leaf").write_text(document["leaf"], "utf-8")
    with serve(log_app(log)) as address:
        found = run(verifier, vkey(log), f"http://{address}/log", tmp_path / "proof", tmp_path / "leaf")
    assert found.returncode == 0, found.stderr
    assert found.stdout.startswith(f"localhost/entrepot: {SIZE} entries hash to ")
    assert f"at {entry.seq}\n" in found.stdout


def test_go_verifies_a_mirror_in_a_folder(verifier: Path, log: Exchange, tmp_path: Path) -> None:
    assert run(verifier, vkey(log), export(log, tmp_path)).returncode == 0


def change(path: Path, old: bytes, new: bytes) -> None:
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new, 1))


FORGERIES = {
    "the size": lambda folder: change(folder / "checkpoint", b"\n700\n", b"\n699\n"),
    "the root": lambda folder: change(folder / "checkpoint", b"\n700\n", b"\n700\nA"),
    "an entry": lambda folder: change(folder / "tile/entries/001", b"agreement.signed", b"agreement.singed"),
    "an entry in the narrow bundle": lambda folder: change(folder / "tile/entries/002.p/188", b'"at":"', b'"at":"X'),
    "a tile": lambda folder: change(folder / "tile/0/000", (folder / "tile/0/000").read_bytes()[:8], b"\0" * 8),
    "an upper tile": lambda folder: change(folder / "tile/1/000.p/2", (folder / "tile/1/000.p/2").read_bytes()[:8], b"\0" * 8),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_go_rejects_a_mirror_that_changed(verifier: Path, log: Exchange, tmp_path: Path, what: str) -> None:
    FORGERIES[what](export(log, tmp_path))
    found = run(verifier, vkey(log), tmp_path)
    assert found.returncode == 1
    assert "goverify:" in found.stderr


def test_go_rejects_another_key_and_a_proof_for_another_leaf(verifier: Path, log: Exchange, tmp_path: Path) -> None:
    with log.reading() as session:
        document = proof.prove(session, proof.history(session, "agr_1")[7].id)
    folder = export(log, tmp_path / "mirror")
    (tmp_path / "proof").write_text(document["tlog_proof"], "utf-8")
    (tmp_path / "leaf").write_text(document["leaf"].replace("agreement", "agreemint"), "utf-8")
    assert run(verifier, vkey(log), folder, tmp_path / "proof", tmp_path / "leaf").returncode == 1
    other = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    assert run(verifier, other, folder).returncode == 1
