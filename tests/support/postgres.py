"""A PostgreSQL server of our own for the tests: made in a temporary folder, gone afterwards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def find_binaries() -> Path | None:
    """The folder of initdb and pg_ctl, newest release first; None when PostgreSQL is not installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    found = shutil.which("initdb")
    return next((f for f in folders if (f / "initdb").exists()), Path(found).parent if found else None)


@contextmanager
def server(*, durable: bool = False) -> Iterator[str]:
    """Run a server on a free loopback port and give the address of its database ``postgres``.

    Args:
        durable: Keep fsync on, as kill tests and benchmarks need it.
    """
    binaries = find_binaries()
    assert binaries is not None
    # initdb refuses to run as root; the package's own user does it then.
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="entrepot-pg-"))
    port = free_port()
    options = (
        f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c max_connections=200 -c shared_buffers=128MB"
    )
    if not durable:
        options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    if prefix:
        shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"
    try:
        subprocess.run(
            [*prefix, binaries / "initdb", "-D", data, "-U", "entrepot", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"],
            check=True,
            capture_output=True,
            cwd=folder,
        )
        subprocess.run(
            [*prefix, binaries / "pg_ctl", "-D", data, "-o", options, "-w", "-l", folder / "log", "start"],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
        )
        yield f"postgresql://entrepot@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run(
            [*prefix, binaries / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"], check=False, capture_output=True, cwd=folder
        )
        # Hundreds of databases are a hundred thousand files, for whose going nobody needs to wait.
        subprocess.Popen(["rm", "-rf", folder], start_new_session=True)


def free_port() -> int:
    """A loopback port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
