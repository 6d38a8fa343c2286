"""Rows that a pseudonym ties together: what all of a person's rows show at once."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.flows.anonymise import Anonymised, anonymise
from entrepot.privacy.anonymise import Plan
from entrepot.privacy.anonymise.changes import parse_change
from entrepot.privacy.grading.model import Level
from entrepot.privacy.hierarchies import hierarchy
from entrepot.privacy.risk import sequences

SECRET = b"a key of sixteen bytes"
SHOWN = st.sampled_from(["20s", "30s", "*", None])


@given(
    rows=st.lists(st.tuples(st.sampled_from(["p1", "p2", "p3", "p4", None]), SHOWN, SHOWN), max_size=12),
    seed=st.randoms(use_true_random=False),
)
@settings(max_examples=60, deadline=None)
def test_persons_are_alike_by_all_their_rows_in_any_order(
    rows: list[tuple[str | None, str | None, str | None]], seed: random.Random
) -> None:
    persons: dict[str, list[tuple[str | None, str | None]]] = {}
    for who, age, region in rows:
        if who is not None:
            persons.setdefault(who, []).append((age, region))
    seen = [Counter(shown) for shown in persons.values() if set(shown) != {("*", "*")}]
    alike = [sum(one == other for other in seen) for one in seen]
    seed.shuffle(rows)
    with duckdb.connect() as cursor, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.parquet"
        cursor.execute("CREATE TABLE t (who VARCHAR, age VARCHAR, region VARCHAR)")
        for row in rows:
            cursor.execute("INSERT INTO t VALUES (?, ?, ?)", row)
        cursor.execute(f"COPY t TO '{path}'")
        found = sequences(cursor, path, quasi=["age", "region"], column="who")
    if not seen or max(len(shown) for shown in persons.values()) < 2:
        assert found is None
    else:
        assert found is not None
        assert (found.persons, found.smallest) == (len(seen), min(alike))
        assert found.alone == pytest.approx(alike.count(1) / len(seen))


def visits(folder: Path, *, times: int) -> Path:
    """Two hundred patients, each with some visits at places of their own choice; every visit has company, few sequences have."""
    draw, path = random.Random(9), folder / "visits.csv"
    rows = [f"patient{n}@mail.example,Ward {draw.randrange(6)}" for n in range(200) for _ in range(times)]
    path.write_text("\n".join(["email,ward", *rows]) + "\n")
    return path


def graded(path: Path, **plan: object) -> Anonymised:
    wards = hierarchy("ward", [(f"Ward {n}", "any") for n in range(6)])
    usual: dict[str, object] = {"k": 5, "quasi": ("ward",), "person": "email"}
    changes = [] if plan.get("drop") else [parse_change("email=pseudonym")]
    return anonymise(
        path, path.with_name("out.csv"), plan=Plan(**usual | plan), hierarchies={"ward": wards}, changes=changes, secret=SECRET
    )  # type: ignore[arg-type]


def test_a_repeated_pseudonym_whose_sequences_are_unique_bars_grade_3(tmp_path: Path) -> None:
    tied = graded(visits(tmp_path, times=6)).grade
    assert tied is not None
    assert [(check.name, check.columns, check.value) for check in tied.failed] == [("sequences", ("email",), 1)]
    assert tied.level is Level.REMOVED
    loose = graded(visits(tmp_path, times=6), drop=("email",)).grade
    assert loose is not None
    assert loose.level is Level.ACCEPTABLE


def test_one_row_a_person_is_judged_by_its_class(tmp_path: Path) -> None:
    made = graded(visits(tmp_path, times=1)).grade
    assert made is not None
    assert made.level is Level.ACCEPTABLE


def test_a_fact_that_was_only_replaced_by_pseudonyms_is_no_treated_column(tmp_path: Path) -> None:
    draw, path = random.Random(3), tmp_path / "in.csv"
    rows = [
        f"{draw.choice('mf')},{draw.choice(['Berlin', 'Hamburg', 'Munich', 'Cologne', 'Leipzig'])},{draw.randrange(3)}" for _ in range(400)
    ]
    path.write_text("\n".join(["sex,city,mark", *rows]) + "\n")
    made = anonymise(
        path, tmp_path / "out.csv", plan=Plan(k=5, quasi=("sex",), automatic=True), hierarchies={}, changes=[parse_change("city=pseudonym")],
        secret=SECRET,
    ).grade  # fmt: skip
    assert made is not None
    assert [(check.name, check.columns) for check in made.failed] == [("other_quasi_identifiers", ("city",))]
