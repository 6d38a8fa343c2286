"""The figures that the classifier is held to, on labelled web tables, valid identifiers and open tables."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
from bench import classify


def test_web_tables_are_told_well_enough_by_heading_shape_and_neighbours(data_folder: Path) -> None:
    scores = classify.score_tables(data_folder / "privacy/columns/column_shapes_half.csv", 11)
    assert len(scores) == 22
    whole = classify.total(scores.values())
    assert whole.f1 >= 0.9
    assert whole.precision >= 0.9


def test_web_tables_are_told_without_the_words_that_only_they_use(data_folder: Path) -> None:
    whole = classify.total(classify.score_hidden(data_folder / "privacy/columns/column_shapes_half.csv", 11).values())
    assert whole.f1 >= 0.8
    assert whole.precision >= 0.9


@pytest.mark.parametrize("file", ["schemas.txt", "schemas_second.txt"])
def test_tables_with_the_headings_of_known_schemas_are_told(file: str, data_folder: Path) -> None:
    scores = classify.score_schemas(Path(__file__).parent / "cases" / file, data_folder / "privacy/names", 1)
    whole = classify.total(scores.values())
    assert len(scores) >= 18
    assert whole.f1 >= 0.9
    assert whole.precision >= 0.95


def test_columns_of_valid_identifiers_are_recognised_without_a_heading() -> None:
    found, asked, missed = classify.recall(60, 1)
    assert asked == len(classify.MAKERS) >= 20
    assert found / asked >= 0.97, missed


def test_open_tables_raise_no_alarm() -> None:
    alarms, columns = classify.open_alarms()
    assert columns >= 50
    assert alarms == []


def test_a_score_counts_hits_alarms_and_misses() -> None:
    score = classify.total([classify.Score(hits=3, false_alarms=1, misses=0), classify.Score(hits=3, false_alarms=1, misses=2)])
    assert (score.precision, score.recall, score.f1) == (0.75, 0.75, pytest.approx(0.75))


def test_made_up_values_have_the_shape_they_are_made_from() -> None:
    import random
    import re

    chance = random.Random(1)
    made = {shape: classify._value(shape, chance) for shape in ("a+@a+.a+", "(999) 999-9999", "Aa+ A.", "9999-99-99", "A")}
    for shape, pattern in {"a+@a+.a+": r"[a-z]{2,}@[a-z]{2,}\.[a-z]{2,}", "(999) 999-9999": r"\(\d{3}\) \d{3}-\d{4}", "Aa+ A.": r"[A-Z][a-z]+ [A-Z]\.",
                           "9999-99-99": r"\d{4}-\d\d-\d\d", "A": "[A-Z]"}.items():  # fmt: skip
        assert re.fullmatch(pattern, made[shape]), shape
