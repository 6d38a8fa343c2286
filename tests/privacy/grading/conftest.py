"""Small tables to anonymise and grade."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from entrepot.flows.anonymise import Anonymised, anonymise
from entrepot.privacy.anonymise import Plan
from entrepot.privacy.hierarchies import hierarchy

AGES = hierarchy("age", [(str(age), f"{age // 10 * 10}s", "*") for age in range(20, 60)])
REGIONS = hierarchy("region", [(name, side, "*") for name, side in (("Nord", "A"), ("Ost", "A"), ("Sued", "B"), ("West", "B"))])
Make = Callable[..., Anonymised]


def write(path: Path, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([heads, *rows])
    return path


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """400 made-up persons."""
    draw = random.Random(7)
    rows = [
        (f"person{i}@mail.example", draw.randrange(20, 60), draw.choice(["Nord", "Ost", "Sued", "West"]), draw.choice(["flu", "gout", "cough"]))
        for i in range(400)
    ]  # fmt: skip
    return write(tmp_path / "people.csv", ["email", "age", "region", "diagnosis"], rows)


@pytest.fixture
def make(people: Path, tmp_path: Path) -> Make:
    """Anonymise the persons; further arguments are the plan's."""

    def made(*, changes: Sequence[Any] = (), with_report: bool = True, **plan: Any) -> Anonymised:
        chosen = {"k": 10, "method": "global", "drop": ("email",)} | plan
        return anonymise(
            people, tmp_path / "out.csv", plan=Plan(**chosen), hierarchies={"age": AGES, "region": REGIONS}, changes=changes,
            secret=b"a key of sixteen bytes", with_report=with_report,
        )  # fmt: skip

    return made
