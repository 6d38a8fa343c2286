"""`make bench` in small: it runs, prints a table, and writes figures that say whether their targets are reached."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _run(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ | {"COLUMNS": "160"}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_run_prints_a_table_and_writes_figures_with_machine_and_load(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    said = _run("-m", "bench", "--quick", "--only", "help", "--output", str(path))
    assert "entrepot --help" in said
    written = json.loads(path.read_text())
    assert {"processor", "cores", "python", "fsync_p50_ms", "packages", "commit"} <= written["machine"].keys()
    (part,) = written["benchmarks"]
    (figure,) = part["figures"]
    assert figure["unit"] == "s"
    assert figure["target"] == 0.4
    assert figure["reached"] is (figure["value"] <= 0.4)
    assert figure["spread"][0] <= figure["value"] <= figure["spread"][1]
    assert len(part["load_before"]) == 3


def test_whole_trades_run_through_the_flows_and_over_http() -> None:
    code = "import json; from bench import trades; print(json.dumps(trades.figures(count=2, repeats=1, clients=2, stores=['sqlite'])))"
    rows = json.loads(_run("-c", code))
    assert [(row["store"], row["door"], row["trades"]) for row in rows] == [("sqlite", "flows", 2), ("sqlite", "http", 2)]
    for row in rows:
        assert 0 < row["p50_ms"] <= row["p99_ms"]
        assert row["trades_per_second"] > 0
    assert "download" in rows[1]["steps_p50_ms"]


@pytest.mark.parametrize(("value", "at_most", "reached"), [(1.0, True, True), (1.1, True, False), (1.0, False, True), (0.9, False, False)])
def test_a_figure_reaches_its_target_at_exactly_the_target(value: float, at_most: bool, reached: bool) -> None:
    code = f"from bench.report import Figure; print(Figure(name='n', what='w', value={value}, unit='s', target=1.0, at_most={at_most}).reached)"
    assert _run("-c", code).strip() == str(reached)


def test_an_unknown_benchmark_is_refused_with_the_known_ones() -> None:
    done = subprocess.run([sys.executable, "-m", "bench", "--only", "nothing"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "trades" in done.stderr
