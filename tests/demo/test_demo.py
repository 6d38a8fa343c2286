"""The demo runs headless, compares everything it claims, and stays when asked to."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from entrepot.cli.demonstration.compare import compare_rows, find_client_python

COMMAND = [sys.executable, "-c", "from entrepot.cli import main; main()", "demo"]

pytestmark = pytest.mark.xdist_group("demo")


@pytest.fixture(autouse=True)
def _needs_client() -> None:
    if find_client_python() is None:
        if os.environ.get("CI"):
            pytest.fail("the environment of the Delta Sharing client is missing; `make test` sets it up")
        pytest.skip("the Delta Sharing client is not installed; `make test` sets it up")


def test_the_demo_trades_real_data_and_stays_when_asked_to(tmp_path: Path) -> None:
    with subprocess.Popen([*COMMAND, "--keep", "--folder", tmp_path], stdout=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stdout is not None
        seen = []
        try:
            for line in process.stdout:
                seen.append(line)
                if line.startswith("Stop it with"):
                    break
            printed = "".join(seen)
            assert "nothing differs" in printed, printed
            address = re.search(r"The exchange runs at (\S+)", printed)
            assert address, printed
            assert "Flights that left New York" in httpx.get(address[1] + "/", headers={"accept": "text/html"}, follow_redirects=True).text
            command = re.search(r"verify (\S+) --trust (\S+)", printed)
            assert command, printed
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    verified = subprocess.run(
        [*COMMAND[:-1], "verify", command[1], "--trust", command[2]], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert verified.returncode == 0, verified.stdout
    assert "61,395 rows, none differs" in printed
    assert "336,776 rows, none differs" in printed
    assert re.search(r"sum\s+0\.00 EUR", printed)


def test_the_comparison_sees_a_single_changed_row(tmp_path: Path) -> None:
    source, read = tmp_path / "t.csv", tmp_path / "read" / "t.parquet"
    read.parent.mkdir()
    (read.parent / "version").write_text("1")
    source.write_text("a,b\n1,x\n2,y\n3,\n")
    pq.write_table(pa.table({"a": [1, 2, 3], "b": ["x", "y", None]}), read)
    assert compare_rows(source, read).differing == 0
    pq.write_table(pa.table({"a": [1, 2, 3], "b": ["x", "z", None]}), read)
    assert compare_rows(source, read).differing == 2
