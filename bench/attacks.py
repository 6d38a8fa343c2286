"""What attackers reach on releases of adult at k = 5, what these keep, and the processor time both take.

Run it alone with ``ENTREPOT_TEST_DATA=… python -m bench.attacks``. Every other row of the table is released, by global recoding with at
most 2 % of the rows suppressed and by local recoding; the rows between are the control group.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from bench.report import Figure
from entrepot.privacy.anonymise import Method, Plan, anonymise
from entrepot.privacy.attacks import Budget, attack_files, compose_files
from entrepot.privacy.hierarchies import read_folder
from entrepot.privacy.utility import measure_utility_files

K = 5
SENSITIVE = "salary-class"
Result = TypeVar("Result")


def figures(folder: Path, *, full: bool = False) -> dict[str, Any]:
    """By method: each attack's rates and risk, what the release keeps, and CPU seconds (user and system) of each part.

    Args:
        folder: Holds ``adult.csv`` and ``hierarchies``.
        full: Try every row and not a sample.
    """
    known = read_folder(folder / "hierarchies")
    quasi = tuple(sorted(set(known) - {SENSITIVE}))
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="entrepot-bench-") as scratch, duckdb.connect(config={"threads": 1}) as cursor:
        members, control = _halves(folder / "adult.csv", Path(scratch))
        outs = []
        for method in Method:
            out = Path(scratch) / f"{method.value}.csv"
            plan = Plan(k=K, method=method, quasi=quasi)
            asked: dict[str, Any] = {"quasi_identifiers": quasi, "sensitive": [SENSITIVE], "hierarchies": known}
            budget = Budget.full() if full else Budget()
            made, making = _timed(partial(anonymise, cursor, members, out, plan=plan, hierarchies=known))
            report, attacking = _timed(partial(attack_files, cursor, members, out, control=control, budget=budget, **asked))
            kept, measuring = _timed(partial(measure_utility_files, cursor, members, out, k=K, **asked))
            outs.append(out)
            found[method.value] = {
                "ncp": made.ncp, "classes": made.classes, "suppressed": made.suppressed, "attacks": report.to_dict()["attacks"],
                "utility": kept.to_dict(), "cpu_s": {"anonymise": making, "attack": attacking, "utility": measuring},
            }  # fmt: skip
        both, composing = _timed(partial(compose_files, cursor, members, outs, quasi_identifiers=quasi, hierarchies=known))
        found["both"] = {"effective": both.effective, "below_k": both.below(K), "rows": both.rows, "cpu_s": {"compose": composing}}
    return found


def rows(found: dict[str, Any]) -> list[Figure]:
    """The largest risk that an attack reached by method, and what attacking cost."""
    made = []
    for method in Method:
        part = found[method.value]
        worst = max(part["attacks"], key=lambda attack: attack["risk"]["value"])
        risk = worst["risk"]
        made.append(
            Figure(
                name=f"attacks.{method.value}", what=f"largest risk an attack reached, adult, k = {K}, {method.value}", value=100 * risk["value"], unit="%",
                beside=f"{worst['name']}, {risk['low']:.1%} to {risk['high']:.1%}; attacking took {part['cpu_s']['attack']:.1f} s of processor time",
                details=part,
            )
        )  # fmt: skip
    return made


def _halves(path: Path, folder: Path) -> tuple[Path, Path]:
    header, *lines = path.read_text("utf-8").splitlines(keepends=True)
    found = folder / "members.csv", folder / "control.csv"
    for target, some in zip(found, (lines[::2], lines[1::2]), strict=True):
        target.write_text(header + "".join(some), "utf-8")
    return found


def _timed(do: Callable[[], Result]) -> tuple[Result, float]:
    began = time.process_time()
    result = do()
    return result, round(time.process_time() - began, 2)


def _print(found: dict[str, Any]) -> None:
    for method in Method:
        part = found[method.value]
        seconds = ", ".join(f"{what} {taken:.2f} s" for what, taken in part["cpu_s"].items())
        print(f"{method.value}: NCP {part['ncp']:.4f}, {part['classes']:,} classes, {part['suppressed']:,} rows suppressed; CPU: {seconds}")
        for attack in part["attacks"]:
            control = f"{attack['control']['share']:7.2%}" if attack["control"] else "   none"
            rates = f"attack {attack['attack']['share']:7.2%}  baseline {attack['baseline']['share']:7.2%}  control {control}"
            risk = attack["risk"]
            print(f"  {attack['name']:27} {rates}  risk {risk['value']:7.2%} ({risk['low']:.2%} to {risk['high']:.2%})  {attack['grade']}")
        utility = part["utility"]
        print(f"  keeps: {json.dumps({name: utility[name] for name in ('c_avg', 'pairs_mean', 'classifier', 'query_error')})}")
    both = found["both"]
    print(
        f"both together: {both['effective']} alike at least, {both['below_k']:,} of {both['rows']:,} rows below {K}; CPU {both['cpu_s']['compose']:.2f} s"
    )


if __name__ == "__main__":
    data = os.environ.get("ENTREPOT_TEST_DATA", "")
    if not data:
        raise SystemExit("ENTREPOT_TEST_DATA names no folder with the data.")
    _print(figures(Path(data) / "privacy" / "adult", full="ENTREPOT_BENCH_FULL" in os.environ))
