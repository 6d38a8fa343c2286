"""`make bench`: measure, print a table, write JSON. `make bench ARGS="--only trades log --quick"` runs a part of it with small sizes."""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from bench import report
from bench.report import Figure, repeated

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))  # Where the PostgreSQL of the tests is made.


def help_(quick: bool) -> list[Figure]:
    """`entrepot --help`."""
    from bench import setup

    ours, bare, processor = setup.help_seconds(3 if quick else 15)
    beside = f"{processor:.2f} s of processor time; {repeated(bare)['value']:.2f} s for a Python that does nothing"
    return [Figure(name="help", what="`entrepot --help`", unit="s", target=0.4, beside=beside, **repeated(ours))]


def demo(quick: bool) -> list[Figure]:
    """The whole demo after set-up."""
    from bench import setup

    return [Figure(name="demo", what="`make demo` after set-up", unit="s", target=60, **repeated(setup.demo_seconds(1 if quick else 3)))]


def setup(quick: bool) -> list[Figure]:
    """Set-up in a fresh clone."""
    from bench import setup

    if not setup.has_make():
        return []
    steps = setup.setup_seconds()
    total = steps["setup"] + steps["delta_sharing_client"]
    beside = f"{steps['delta_sharing_client']:.0f} s of it for the Delta Sharing client's own environment"
    return [Figure(name="setup", what="set-up, warm package cache", unit="s", target=180, value=total, beside=beside, details=steps)]


def publish(quick: bool) -> list[Figure]:
    """Publishing a large CSV."""
    from bench import publish

    found = publish.figures(20_000_000 if quick else 1_000_000_000)
    ours, plain, size = found["entrepot"], found["duckdb"], found["csv_bytes"] / 1e6
    reads = f"plain DuckDB: {plain['typed_read_rate'] / 1e6:.0f} MB/s to read it, {plain['copy_rate'] / 1e6:.0f} MB/s into Parquet"
    return [
        Figure(
            name="publish.memory", what=f"publish a CSV of {size:,.0f} MB: memory of the process", value=ours["peak_rss_bytes"] / 2**20,
            unit="MiB", target=1024, beside=f"plain DuckDB: {plain['peak_rss_bytes'] / 2**20:.0f} MiB", details=found,
        ),
        Figure(
            name="publish.rate", what=f"publish a CSV of {size:,.0f} MB: rate", value=ours["rate"] / 1e6, unit="MB/s",
            beside=f"{reads}; {size / ours['processor_s']:.0f} MB by second of processor time",
        ),
        Figure(name="publish.convert", what="of which reading it into Parquet", value=ours["convert_rate"] / 1e6, unit="MB/s"),
    ]  # fmt: skip


def delivery(quick: bool) -> list[Figure]:
    """Downloads and Delta Sharing reads, beside nginx."""
    from bench import delivery

    rows = delivery.figures(copies=1, rounds=3) if quick else delivery.figures()
    if not rows:
        raise RuntimeError("nginx is missing, so there is nothing to compare with; `apt-get install nginx-light` brings it.")
    return [
        Figure(
            name=f"delivery.{row['what']}.{row['http']}", what=f"{row['what']} ({row['bytes'] / 1e6:,.0f} MB, {row['http']})",
            value=row["ratio"], unit="× nginx", target=1.5, details=row,
            beside=f"{row['seconds']:.3f} s here, {row['nginx_seconds']:.3f} s from nginx (sendfile off)",
        )
        for row in rows
    ]  # fmt: skip


def search(quick: bool) -> list[Figure]:
    """Search at 100,000 listings."""
    from bench import search

    count = 2_000 if quick else 100_000
    targets = {"sqlite": 20.0, "postgresql": 40.0}
    figures = []
    for store, found in search.run(count, 10 if quick else 100).items():
        times = found["milliseconds"]
        worst = max((kind for kind in times if kind != "all"), key=lambda kind: times[kind]["p95"])
        beside = f"p50 {times['all']['p50']} ms, p99 {times['all']['p99']} ms; slowest kind: {worst}, p95 {times[worst]['p95']} ms"
        figures.append(
            Figure(
                name=f"search.{store}", what=f"search p95, {count:,} listings, {store}", value=times["all"]["p95"], unit="ms",
                target=targets[store], beside=beside, details=found,
            )
        )  # fmt: skip
    return figures


def trades(quick: bool) -> list[Figure]:
    """Whole trades."""
    from bench import trades

    rows = trades.figures(count=16, repeats=1) if quick else trades.figures()
    return [
        Figure(
            name=f"trades.{row['store']}.{row['door']}", what=f"whole trades, {trades.CLIENTS} clients, {row['store']}, {row['door']}",
            unit="/s", details=row, **repeated(row["repeats"]),
            beside=f"p50 {row['p50_ms']:.0f} ms, p99 {row['p99_ms']:.0f} ms" + (f", {row['processor_ms']} ms of processor time each" if "processor_ms" in row else ""),
        )
        for row in rows
    ]  # fmt: skip


def log(quick: bool) -> list[Figure]:
    """Appends to the log."""
    from bench import appends, proof

    rows = appends.figures(count=80, repeats=1) if quick else appends.figures()
    grouped = proof.run(500, tree_entries=5_000) if quick else proof.run()
    figures = [
        Figure(
            name=f"log.{row['store']}", what=f"log appends one by one, 8 clients, {row['store']}", unit="/s", details=row,
            beside=f"p50 {row['p50_ms']:.1f} ms, p99 {row['p99_ms']:.1f} ms", **repeated(row["repeats"]),
        )
        for row in rows
    ]  # fmt: skip
    for store in ("sqlite", "postgresql"):
        rate = grouped.get(f"{store}_recorded_and_sealed_per_second")
        if rate is not None:
            beside = f"the bare tree in memory: {grouped['tree_appends_per_second']:,.0f}/s"
            what = f"log appends by the hundred, sealed, {store}"
            figures.append(Figure(name=f"log.grouped.{store}", what=what, value=rate, unit="/s", beside=beside, details=grouped))
    return figures


def ledger(quick: bool) -> list[Figure]:
    """Transfers."""
    from bench import ledger
    from support import postgres

    sizes = {1: 10, 100: 200} if quick else None
    with postgres.server(durable=True) if postgres.find_binaries() else nullcontext("") as url:
        rows = ledger.figures(url, sizes=sizes)
    return [
        Figure(
            name=f"ledger.{row['store']}.{row['batch']}", what=f"ledger transfers, {row['batch']} a commit, {row['store']}",
            value=row["transfers_per_second"], unit="/s", details=row,
        )
        for row in rows
    ]  # fmt: skip


def classify(quick: bool) -> list[Figure]:
    """Personal data: what is found, what is falsely found, how fast."""
    from bench import classify

    folder = os.environ.get("ENTREPOT_TEST_DATA", "")
    found = classify.figures(Path(folder) if folder else None, quick=quick)
    figures = [
        Figure(name="classify.recall", what="columns of checksummed identifiers found", value=found["recall"] * 100, unit="%", target=97.0, at_most=False),
        Figure(
            name="classify.alarms", what="false alarms in open tables", value=100 * len(found["false_alarms"]) / found["open_columns"], unit="%",
            target=1.0, details=found,
        ),
    ]  # fmt: skip
    if "tables" in found:
        beside = (
            "published for others: Qwen3-8B .80, GPT-4o-mini .73, Google DLP .30, Presidio .29; the rules were written with these tables"
        )
        figures.append(
            Figure(
                name="classify.f1",
                what="restricted columns of web tables, F1",
                value=found["tables"]["f1"],
                unit="",
                target=0.8,
                at_most=False,
                beside=beside,
            )
        )
    for name, what in (
        ("hidden", "web tables, without the words that one table alone uses, F1"),
        ("schemas", "headings of 55 known schemas, F1"),
        ("schemas_second", "headings of 18 more schemas, F1"),
    ):
        if name in found:
            figures.append(
                Figure(name=f"classify.{name}", what=what, value=found[name]["f1"], unit="", target=0.8, at_most=False, details=found[name])
            )
    figures += [
        Figure(
            name=f"classify.scan.{name}", what=f"full scan for formats and checksums, {name}", value=rate, unit="MB/s a core", target=200.0,
            at_most=False,
        )
        for name, rate in found["scan_mb_per_processor_second"].items()
    ]  # fmt: skip
    return figures


def anonymise(quick: bool) -> list[Figure]:
    """Loss and processor time of the anonymiser, beside what ARX publishes."""
    from bench import anonymise

    folder = os.environ.get("ENTREPOT_TEST_DATA", "")
    if not folder:
        return []
    return anonymise.figures(Path(folder), rows=20_000 if quick else 1_000_000, many=0 if quick else 30_000_000)


def rules(quick: bool) -> list[Figure]:
    """Deciding by rule packs, beside Cedar."""
    from bench import rules

    found = rules.figures(quick=quick)
    engine, many, wide = found["engine"], found["many"], found["wide"]
    cedar = f"cedarpy, the same rules as policies parsed before: {engine['cedar_us']:.0f} µs; parsed each time: {engine['cedar_parsing_each_time_us']:,.0f} µs"
    open_ = f"blocked {engine['thirty_blocked_us']:.0f} µs (cedarpy {engine['cedar_blocked_us']:.0f}); every fact missing {engine['thirty_unknown_us']:.0f} µs"
    what = f"what-if over {many['cases']:,} cases, 30 rules against 30"
    shipped = (
        f"{many['changed']:,} change; as many cases at three gates by all {many['shipped_rules']} rules that travel with the program, "
        f"for another day: {many['shipped_seconds']:.0f} s, {many['shipped_changed']:,} change"
    )
    checked = (
        f"{wide['questions']} questions of {wide['rules']} rules; reading and classifying the table before: {wide['check_seconds']:.1f} s"
    )
    return [
        Figure(name="rules.one", what="a decision by one rule", value=engine["one_us"], unit="µs", target=60, details=engine),
        Figure(
            name="rules.gate",
            what="a contract gate of 30 rules",
            value=engine["thirty_us"],
            unit="µs",
            target=400,
            beside=f"{cedar}; {open_}",
        ),
        Figure(name="rules.what_if", what=what, value=many["seconds"], unit="s", target=60, beside=shipped, details=many),
        Figure(
            name="rules.wide",
            what="a listing of 200 columns: decision and form",
            value=wide["rules_seconds"],
            unit="s",
            target=1,
            beside=checked,
        ),
    ]


def attacks(quick: bool) -> list[Figure]:
    """What attackers reach on releases of adult, and what these keep."""
    from bench import attacks

    folder = os.environ.get("ENTREPOT_TEST_DATA", "")
    return attacks.rows(attacks.figures(Path(folder) / "privacy/adult", full=False)) if folder else []


def peers(quick: bool) -> list[Figure]:
    """Others' tools on the same tables, in an environment of their own."""
    from bench import peers

    folder = os.environ.get("ENTREPOT_TEST_DATA", "")
    if not folder:
        return []
    return peers.figures(Path(folder), rows=20_000, limit_s=60) if quick else peers.figures(Path(folder))


def consent(quick: bool) -> list[Figure]:
    """Consents by the million, and what looking them up adds to a delivery."""
    from bench import consent

    found = consent.figures(20_000 if quick else 1_000_000, rounds=2 if quick else 7)
    count = f"{found['persons']:,}"
    without = statistics.median(found["without_s"])
    return [
        Figure(name="consent.import", what=f"record {count} consents from one file", value=found["import_s"], unit="s", target=300, details=found),
        Figure(
            name="consent.delivery", what=f"what looking up {count} consents adds to a whole delivery", value=100 * found["added"], unit="%", target=5,
            beside=f"{100 * found['added_cpu']:.1f} % of processor time; {without:.2f} s without; {found['changes']} persons changed their mind before each;"
            f" {found['prepared_s']:.1f} s beforehand, in the background",
            details=found,
        ),
    ]  # fmt: skip


BENCHMARKS: dict[str, Callable[[bool], list[Figure]]] = {
    "help": help_, "demo": demo, "setup": setup, "publish": publish, "delivery": delivery, "search": search, "trades": trades,
    "log": log, "ledger": ledger, "classify": classify, "anonymise": anonymise, "rules": rules, "consent": consent, "attacks": attacks,
    "peers": peers,
}  # fmt: skip
SLOW = ("demo", "setup", "peers")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for; 1 when a benchmark failed. A target that is missed is shown, and is no failure."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, metavar="NAME", help=f"of {', '.join(BENCHMARKS)}")
    parser.add_argument("--quick", action="store_true", help=f"small sizes, to see that it runs; leaves out {' and '.join(SLOW)}")
    parser.add_argument("--output", type=Path, help="JSON file; without it, one named by the time in bench-results")
    chosen = parser.parse_args(arguments)
    names = chosen.only or [name for name in BENCHMARKS if not (chosen.quick and name in SLOW)]
    console, facts = Console(), report.machine()
    console.print(f"{facts['processor']}, {facts['cores']} cores, {facts['system']}; load {facts['load']}", style="dim", highlight=False)
    parts, figures = [], []
    for name in names:
        part, found = _measured(name, chosen.quick, console)
        parts.append(part)
        figures += found
    report.show(figures, console)
    path = chosen.output or ROOT / "bench-results" / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    report.write(path, parts, facts)
    console.print(f"written to {path}", style="dim", highlight=False)
    return 1 if any("error" in part for part in parts) else 0


def _measured(name: str, quick: bool, console: Console) -> tuple[dict[str, Any], list[Figure]]:
    before, began = report.load(), time.perf_counter()
    found: list[Figure] = []
    part: dict[str, Any] = {"name": name, "quick": quick}
    try:
        with console.status(f"measuring {name}"):
            found = BENCHMARKS[name](quick)
    except Exception as error:
        part["error"] = f"{type(error).__name__}: {error}"
        console.print(f"{name} failed: {part['error'][:2000]}", style="bold red", markup=False)
    took = time.perf_counter() - began
    part |= {"seconds": round(took, 1), "load_before": before, "load_after": report.load(), "figures": [report.plain(f) for f in found]}
    console.print(f"{name}: {took:.0f} s, load {before[0]} to {report.load()[0]}", style="dim", highlight=False)
    return part, found


if __name__ == "__main__":
    sys.exit(main())
