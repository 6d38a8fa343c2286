"""How well columns are classified: F1 on labelled web tables, recall on identifiers with a checksum, false alarms, and speed.

Run it alone with ``python -m bench.classify``. The labelled tables are known by their headings and by the character shapes of
five cells; their values are made up from the shapes at random, so that no list of names can help and what is measured
is headings, shapes and neighbours.
"""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_RUN = re.compile(r"[AaU]?[Aau]\+|Aa\+?|.", re.DOTALL)
_LETTERS = "bcdfghjklmnpqrstvwxz"
_VOWELS = "aeiou"
_ROWS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """One column of a labelled table; ``shapes`` are of up to five cells, a run of letters written with a plus."""

    table: str
    column: str
    label: str
    restricted: bool
    shapes: tuple[str, ...]


def labelled(path: Path) -> dict[str, list[Labelled]]:
    """The columns of each labelled table, in their order."""
    tables: dict[str, list[Labelled]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            shapes = tuple(row[f"shape{i}"] for i in range(1, 6) if row[f"shape{i}"].strip())
            column = Labelled(
                table=row["table"], column=row["column"], label=row["pii_label"], restricted=row["sensitive"] == "1", shapes=shapes
            )
            tables.setdefault(column.table, []).append(column)
    return tables


def write_table(columns: Sequence[Labelled], path: Path, chance: random.Random) -> None:
    """Write a table of made-up values of the columns' shapes as CSV.

    Fewer than five shapes mean that the column had no more than so many values, so these repeat.
    """
    made = [list(_column(column.shapes, chance)) for column in columns]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.column for column in columns])
        writer.writerows(zip(*made, strict=True))


def _column(shapes: tuple[str, ...], chance: random.Random) -> Iterator[str]:
    few = [_value(shape, chance) for shape in shapes]
    for row in range(_ROWS):
        yield _value(shapes[row % 5], chance) if len(shapes) == 5 else few[row % len(few)] if few else ""


def _value(shape: str, chance: random.Random) -> str:
    dated = _date(shape, chance)
    return dated or "".join(_run(run, chance) for run in _RUN.findall(shape))


def _date(shape: str, chance: random.Random) -> str:
    year, month, day = chance.randint(1930, 2020), chance.randint(1, 12), chance.randint(1, 28)
    known = {"9999": f"{year}", "9999-99-99": f"{year}-{month:02}-{day:02}", "99/99/9999": f"{month:02}/{day:02}/{year}",
             "9/99/9999": f"{month % 9 + 1}/{day % 19 + 10}/{year}", "9/9/9999": f"{month % 9 + 1}/{day % 9 + 1}/{year}"}  # fmt: skip
    return known.get(shape, "")


def _run(run: str, chance: random.Random) -> str:
    if run == "9":
        return chance.choice("0123456789")
    if run[0] not in "Aa":
        return run
    word = _word(chance.randint(2, 8) if run.endswith("+") else len(run), chance)
    return word.upper() if run in ("A", "A+") else word.capitalize() if run.startswith("A") else word


def _word(length: int, chance: random.Random) -> str:
    return "".join(chance.choice(_VOWELS if i % 2 else _LETTERS) for i in range(length))
