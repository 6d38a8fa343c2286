"""An S3-compatible server of our own for the tests: moto in server mode, in a process of its own, gone afterwards."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support.postgres import free_port

REGION = "eu-central-1"


@contextmanager
def server(log: Path) -> Iterator[str]:
    """Run the server on a free loopback port and give its address; what it prints goes to ``log``."""
    address = f"http://127.0.0.1:{(port := free_port())}"
    with log.open("wb") as out:
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        process = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        _wait_until_it_answers(address, process, log)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def make_bucket(address: str, name: str) -> None:
    """Make an empty bucket."""
    body = (
        '<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<LocationConstraint>{REGION}</LocationConstraint></CreateBucketConfiguration>"
    )
    request = urllib.request.Request(f"{address}/{name}", data=body.encode(), method="PUT")  # loopback
    urllib.request.urlopen(request, timeout=30).close()  # loopback


def settings_for(address: str, bucket: str, prefix: str = "exchange") -> dict[str, Any]:
    """The settings of an exchange that keeps its objects there."""
    return {
        "blobs_url": f"s3://{bucket}/{prefix}", "s3_endpoint": address, "s3_region": REGION, "s3_access_key": "test", "s3_secret_key": "test",
    }  # fmt: skip


def _wait_until_it_answers(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise AssertionError(f"moto's server ended: {log.read_text()[-2000:]}")
        try:
            urllib.request.urlopen(f"{address}/moto-api/", timeout=5).close()  # loopback
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"moto's server does not answer: {log.read_text()[-2000:]}")
