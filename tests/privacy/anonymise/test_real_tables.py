"""The published tables: the optimum is the one that others found, and local recoding loses no more than their best."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from entrepot.privacy.anonymise import Method, Plan, anonymise
from entrepot.privacy.hierarchies import read_folder

ADULT = ("sex", "age", "race", "marital-status", "education", "native-country", "workclass", "occupation", "salary-class")


@pytest.mark.parametrize(
    ("limit", "levels", "ncp"),
    [
        (0.02, (0, 3, 0, 2, 2, 1, 1, 2, 0), 0.3575),
        (0.05, (0, 3, 0, 0, 2, 1, 1, 2, 0), 0.2696),
        (0.10, (0, 3, 0, 0, 2, 1, 1, 1, 0), 0.2277),
    ],
)
def test_global_recoding_of_adult_finds_the_published_optimum(
    cursor: duckdb.DuckDBPyConnection, data_folder: Path, tmp_path: Path, limit: float, levels: tuple[int, ...], ncp: float
) -> None:
    adult = data_folder / "privacy/adult"
    plan = Plan(k=5, method=Method.GLOBAL, suppress=limit)
    found = anonymise(cursor, adult / "adult.csv", tmp_path / "out.csv", plan=plan, hierarchies=read_folder(adult / "hierarchies"))
    assert found.quasi == ADULT
    assert found.levels == levels
    assert found.ncp == pytest.approx(ncp, abs=5e-5)
    assert found.is_proven
    assert found.suppressed <= limit * found.rows


@pytest.mark.parametrize(("name", "file", "most"), [("adult", "adult.csv", 0.0524), ("mach2019", "mach2019_int.csv", 0.345)])
def test_local_recoding_loses_no_more_than_the_best_published(
    cursor: duckdb.DuckDBPyConnection, data_folder: Path, tmp_path: Path, name: str, file: str, most: float
) -> None:
    folder = data_folder / "privacy" / name
    trees, out = read_folder(folder / "hierarchies"), tmp_path / "out.csv"
    found = anonymise(cursor, folder / file, out, plan=Plan(k=5), hierarchies=trees)
    assert found.ncp <= most
    assert found.suppressed <= found.rows / 1000
    # Counted anew from the file itself: no class is smaller, and the loss is what was said.
    columns = ", ".join(f'"{column}"' for column in found.quasi)
    rows = cursor.execute(f"SELECT {columns}, count(*) FROM read_csv('{out}', delim=';', all_varchar=true) GROUP BY ALL").fetchall()
    assert min(row[-1] for row in rows if set(row[:-1]) != {"*"}) >= 5
    cells = sum(trees[column].loss(value) * row[-1] for row in rows for column, value in zip(found.quasi, row, strict=False))
    assert cells / found.rows / len(found.quasi) == pytest.approx(found.ncp)
    again = anonymise(cursor, out, tmp_path / "again.csv", plan=Plan(k=5), hierarchies=trees)
    assert (tmp_path / "again.csv").read_bytes() == out.read_bytes()
    assert again.ncp == pytest.approx(found.ncp)
