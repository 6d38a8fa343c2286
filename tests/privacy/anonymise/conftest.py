"""A cursor of DuckDB, and a small way to anonymise rows that a test writes down."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from entrepot.privacy.anonymise import Plan, Release, anonymise
from entrepot.privacy.hierarchies import Hierarchy, hierarchy

Run = Callable[..., tuple[Release, list[list[str]]]]


@pytest.fixture
def cursor() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 2}) as connection:
        yield connection


@pytest.fixture
def run(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> Run:
    """Write rows as CSV, anonymise them, read the release back without its header."""

    def ran(rows: Sequence[Sequence[str]], hierarchies: Mapping[str, Hierarchy], **plan: Any) -> tuple[Release, list[list[str]]]:
        given, out = tmp_path / "given.csv", tmp_path / "out.csv"
        out.unlink(missing_ok=True)
        with given.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, delimiter=";", lineterminator="\n").writerows(rows)
        release = anonymise(cursor, given, out, plan=Plan(**plan), hierarchies=hierarchies)
        with out.open(newline="", encoding="utf-8") as file:
            return release, list(csv.reader(file, delimiter=";"))[1:]

    return ran


def tree(column: str, size: int) -> Hierarchy:
    """Numbers below ``size``, by tens of four, by halves, all."""
    return hierarchy(column, [(str(i), f"{column}{i // 4}", f"{column}-{'low' if i < size / 2 else 'high'}", "*") for i in range(size)])


TREES = {"a": tree("a", 8), "b": tree("b", 8), "c": hierarchy("c", [("x", "*"), ("y", "*"), ("z", "*")])}
